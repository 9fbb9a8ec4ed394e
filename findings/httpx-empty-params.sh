#!/usr/bin/env bash
# httpx: `params={}` takes the query off the URL that it is given: an empty mapping replaces the query, it adds nothing to it.
# requests appends, so a call that is moved from one to the other with `params=extra or {}` loses `?circle-token=…` silently.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q httpx==0.28.1 requests==2.34.2
seen=$("$folder/venv/bin/python" - <<'PY'
import httpx
import requests

url = "https://example.com/start?token=abc"
print("httpx", httpx.__version__, "requests", requests.__version__)
for name, params in (("none", None), ("empty", {}), ("one", {"a": "1"})):
    print(name, "httpx:", httpx.Request("POST", url, params=params).url.query.decode() or "-", end=" ")
    print("requests:", requests.Request("POST", url, params=params).prepare().url.partition("?")[2])
PY
)
echo "$seen"
expected='httpx 0.28.1 requests 2.34.2
none httpx: token=abc requests: token=abc
empty httpx: - requests: token=abc
one httpx: a=1 requests: token=abc&a=1'
[[ "$seen" == "$expected" ]]
