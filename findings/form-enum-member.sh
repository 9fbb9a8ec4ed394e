#!/usr/bin/env bash
# A member of `class Env(str, Enum)` in a form: requests and aiohttp send its text, httpx and urllib's `urlencode` its name `Env.LIVE`.
# With `doseq=True` the same `urlencode` sends the text; JSON of all of them has the text.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q aiohttp==3.14.5 httpx==0.28.1 requests==2.34.2
seen=$("$folder/venv/bin/python" - <<'PY'
import enum
import json
from urllib.parse import urlencode

import aiohttp
import httpx
import requests


class Env(str, enum.Enum):
    LIVE = "live"


form = {"x": Env.LIVE}
print("aiohttp", aiohttp.__version__, "httpx", httpx.__version__, "requests", requests.__version__)
print("aiohttp:", aiohttp.FormData(form)().decode())
print("httpx:", httpx.Request("POST", "https://example.com", data=form).content.decode())
print("requests:", requests.Request("POST", "https://example.com", data=form).prepare().body)
print("urlencode:", urlencode(form), "with doseq:", urlencode(form, doseq=True))
print("json:", json.dumps(form))
PY
)
echo "$seen"
expected='aiohttp 3.14.5 httpx 0.28.1 requests 2.34.2
aiohttp: x=live
httpx: x=Env.LIVE
requests: x=live
urlencode: x=Env.LIVE with doseq: x=live
json: {"x": "live"}'
[[ "$seen" == "$expected" ]]
