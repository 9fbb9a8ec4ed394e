#!/usr/bin/env bash
# aiohttp: a field of a form that is None is sent as the text `None`; requests leaves the field out, httpx sends it empty.
# A field that is True goes as `True` (requests too) or `true` (httpx): three clients, three requests from one dict.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q aiohttp==3.14.5 httpx==0.28.1 requests==2.34.2
seen=$("$folder/venv/bin/python" - <<'PY'
import aiohttp
import httpx
import requests

form = {"a": None, "b": True, "c": "x"}
print("aiohttp", aiohttp.__version__, "httpx", httpx.__version__, "requests", requests.__version__)
print("aiohttp:", aiohttp.FormData(form)().decode())
print("httpx:", httpx.Request("POST", "https://example.com", data=form).content.decode())
print("requests:", requests.Request("POST", "https://example.com", data=form).prepare().body)
PY
)
echo "$seen"
expected='aiohttp 3.14.5 httpx 0.28.1 requests 2.34.2
aiohttp: a=None&b=True&c=x
httpx: a=&b=true&c=x
requests: b=True&c=x'
[[ "$seen" == "$expected" ]]
