"""What a program does for the old address only is named: each program is run before and after, to see what is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.python.stage import stage
from tests.python.support import codes, rewritten
from tests.world import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.python.stage import Stage

API = "https://circleci.com/api/v1.1"
CALL = f'("{API}/project/github/acme/app/tree/main", json={{"build_parameters": {{"CIRCLE_JOB": "deploy"}}}}'
MARKING = """\
import os
import re
import requests
from requests.adapters import HTTPAdapter

class Marking(HTTPAdapter):
    def add_headers(self, request, **rest):
        request.headers["X-Through"] = "yes"

session = requests.Session()
"""
POST = f"session.post{CALL})\n"
AUTH = """\
import os
import re
import requests
from fnmatch import fnmatch
from urllib.parse import urlsplit
from requests.auth import AuthBase

OURS = re.compile(r"https://circleci\\.com/api/v1\\.1/")
TOKENS = {{"{api}": os.environ["TOKEN"]}}

class Auth(AuthBase):
    def __call__(self, request):
        if {test}:
            request.headers["Circle-Token"] = os.environ["TOKEN"]
        return request

requests.post{call}, auth=Auth())
"""
HTTPX = """\
import os
import httpx

class Marking(httpx.HTTPTransport):
    def handle_request(self, request):
        request.headers["X-Through"] = "yes"
        return super().handle_request(request)

def sign(request):
    if {test}:
        request.headers["Circle-Token"] = os.environ["TOKEN"]

with httpx.Client(mounts={{"{prefix}": Marking()}}, event_hooks={{"request": [sign]}}) as client:
    client.post{call})
"""
URLLIB = """\
import json
import os
import urllib.request

passwords = urllib.request.HTTPPasswordMgrWithPriorAuth()
passwords.add_password(None, {prefix}, os.environ["TOKEN"], "", is_authenticated=True)
urllib.request.install_opener(urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(passwords)))
urllib.request.urlopen(urllib.request.Request(
    "{api}/project/github/acme/app/tree/main", json.dumps({{"build_parameters": {{"CIRCLE_JOB": "deploy"}}}}).encode(),
    {{"Content-Type": "application/json"}},
))
"""
WRAPPED = """\
import os
import requests

def post(url, payload):
    headers = {{"Circle-Token": os.environ["TOKEN"]}} if {test} else {{}}
    return requests.post(url, json=payload, headers=headers)

post("{api}/project/github/acme/app/tree/main", {{"build_parameters": {{"CIRCLE_JOB": "deploy"}}}})
"""


PATCHED = f"""\
import os
import requests

real = requests.Session.request

def signed(self, method, url, **rest):
    if "/v1.1/" in url:
        rest["auth"] = (os.environ["TOKEN"], "")
    return real(self, method, url, **rest)

requests.Session.request = signed
requests.post{CALL})
requests.Session.request = real
"""


def auth(test: str) -> str:
    return AUTH.format(test=test, api=API, call=CALL)


def httpx(test: str = "True", prefix: str = "all://") -> str:
    return HTTPX.format(test=test, prefix=prefix, call=CALL)


def urllib(prefix: str) -> str:
    return URLLIB.format(prefix=prefix, api=API)


LOST = {
    "mount": f'{MARKING}session.mount("{API}/", Marking())\n{POST}',
    "mount by a name": f'{MARKING}API = "{API}"\nsession.mount(prefix=API, adapter=Marking())\n{POST}',
    "mount of the run": f'{MARKING}session.mount(os.environ.get("PREFIX", "{API}/"), Marking())\n{POST}',
    "mount in a loop": f'{MARKING}for prefix in ("{API}", "http://"):\n    session.mount(prefix, Marking())\n{POST}',
    "mount for v2": f'{MARKING}session.mount("https://circleci.com/api/v2", Marking())\n{POST}',
    "mount of a project": f'{MARKING}session.mount("{API}/project/github/acme/app", Marking())\n{POST}',
    "unlike mounts": (
        f'{MARKING}session.mount("{API}", Marking())\n'
        f'session.mount("https://circleci.com/api/v2/", HTTPAdapter())\n{POST}'
    ),
    "adapters": f'{MARKING}session.adapters["{API}/"] = Marking()\nsession.adapters.move_to_end("https://")\n{POST}',
    "cookie": f'{MARKING}session.cookies.set("through", "yes", path="/api/v1.1")\n{POST}',
    "auth in": auth('"/api/v1" in request.url'),
    "auth or": auth('"/api/v1/" in request.url or "/api/v1.1/" in request.url'),
    "auth path": auth('urlsplit(request.url).path == "/api/v1.1/project/github/acme/app/tree/main"'),
    "auth part": auth('request.path_url.split("/")[2] == "v1.1"'),
    "auth end": auth('request.url.endswith("/tree/main")'),
    "auth slug": auth('"project/github/" in request.url'),
    "auth match": auth("OURS.match(request.url)"),
    "auth search": auth('re.search("/api/v1[.]1", request.url)'),
    "auth pattern": auth(f'fnmatch(request.url, "{API}/*")'),
    "auth map": auth("any(request.url.startswith(prefix) for prefix in TOKENS)"),
    "auth new": auth('"/api/v2/" in request.url'),
    "hook": httpx('request.url.path.startswith("/api/v1.1/")'),
    "password": urllib(f'"{API}/"'),
    "passwords": urllib(f'("https://example.com/", "{API}/")'),
    "patch": PATCHED,
}
KEPT = {
    "mount of all": f'{MARKING}for each in ("http://", "https://"):\n    session.mount(each, Marking())\n{POST}',
    "mount of the host": f'{MARKING}session.mount("https://circleci.com/api/", Marking())\n{POST}',
    "both": (
        f'{MARKING}session.mount("{API}/", Marking())\nsession.mount("https://circleci.com/api/v2/", Marking())\n{POST}'
    ),
    "another session": (
        f'{MARKING}other = requests.Session()\nother.mount("{API}/", Marking())\n'
        f'other.get("{API}/project/github/acme/app")\n{POST}'
    ),
    "no session": f'{MARKING}session.mount("{API}/", Marking())\nrequests.post{CALL})\n',
    "host": auth('urlsplit(request.url).hostname == "circleci.com"').replace(f'TOKENS = {{"{API}"', 'TOKENS = {"x"'),
    "both tests": auth(
        'request.url.startswith(("https://circleci.com/api/v1.1/", "https://circleci.com/api/v2/"))'
    ).replace(f'TOKENS = {{"{API}"', 'TOKENS = {"x"'),
    "mounts": httpx(prefix=f"{API}/"),
    "password of the host": urllib('"https://circleci.com/"'),
    "own text": (
        f'import requests\nBASE = "{API}"\n'
        'if not BASE.startswith("https://circleci.com/api/v1.1"):\n    raise SystemExit\n'
        f'requests.post(f"{{BASE}}/project/github/acme/app")\n'
    ),
    "wrapper": WRAPPED.format(test=f'url.startswith("{API}")', api=API),
    "wrapper case": WRAPPED.format(test='"v1.1" in url.split("/")', api=API),
    "slugs": (
        'import os\nimport requests\nif os.environ["TOKEN"] == "github/acme/app":\n    raise SystemExit\n'
        f"requests.post{CALL})\n"
    ),
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("stage")) as made:
        yield made


def seen(shared: Stage, code: str) -> list[tuple[str | None, str | None, str | None]]:
    """The token of each POST, and what else it has got on its way."""
    sent, _ = shared.run(code, env={"TOKEN": "personal-token"})
    posts = [request for request in sent if request.method == "POST"]
    return [(tokens.in_header(each), each.headers.get("x-through"), each.headers.get("cookie")) for each in posts]


@pytest.mark.parametrize("name", LOST)
def test_what_is_lost_is_named(name: str, shared: Stage) -> None:
    code = LOST[name]
    assert seen(shared, code) != seen(shared, rewritten(code))
    assert "address-dependent" in codes(code)


@pytest.mark.parametrize("name", KEPT)
def test_what_stays_is_not(name: str, shared: Stage) -> None:
    code = KEPT[name]
    assert seen(shared, code) == seen(shared, rewritten(code))
    assert "address-dependent" not in codes(code)
