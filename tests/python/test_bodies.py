"""A body of v1.1 whose address is put together where nobody follows it is never silent."""

from __future__ import annotations

import pytest

from tests.python.support import codes, find

BODY = '{"build_parameters": {"CIRCLE_JOB": "deploy"}}'
ROOT = "https://circleci.com/api/v1.1"
SEEN = {
    "base of a session": f"""\
from requests_toolbelt.sessions import BaseUrlSession
s = BaseUrlSession(base_url="{ROOT}/project/github/acme/app/")
s.post("tree/main", json={BODY})
""",
    "prefix of a subclass": f"""\
import requests
class S(requests.Session):
    prefix = "{ROOT}/project/github/acme/app"
    def request(self, method, url, **kwargs):
        return super().request(method, self.prefix + url, **kwargs)
S().post("/tree/main", json={BODY})
""",
    "joined by a method": f"""\
import requests
class Client:
    def _url(self, *parts):
        return "/".join(("https://circleci.com", "api", "v1.1", "project", "github", "acme", "app") + parts)
    def start(self, send):
        send(self._url("tree", "main"), {BODY})
""",
    "client of another package": f"""\
from corp import client
def start(url):
    return client.post(url, json={BODY})
start("{ROOT}/project/github/acme/app/tree/main")
""",
    "queue": f"""\
import queue
q = queue.Queue()
def enqueue(url, body):
    q.put((url, body))
enqueue("{ROOT}/project/github/acme/app/tree/main", {BODY})
""",
    "form": f"""\
from corp import start
ROOT = "{ROOT}"
start("app", data={{"build_parameters[CIRCLE_JOB]": "deploy"}})
""",
}
SILENT = {
    "no v1.1": f'from corp import start\nROOT = "https://circleci.com/api/v2"\nstart({BODY})\n',
    "printed": f'ROOT = "{ROOT}"\nprint({BODY})\n',
    "kept": f'ROOT = "{ROOT}"\nEXPECTED = {BODY}\n',
    "another key": f'from corp import start\nROOT = "{ROOT}"\nstart({{"parameters": {{}}}})\n',
}


@pytest.mark.parametrize("name", SEEN)
def test_a_body_is_reported(name: str) -> None:
    assert codes(SEEN[name]) == ["client-unknown"]


@pytest.mark.parametrize("name", SILENT)
def test_what_is_no_body_of_a_call_is_not(name: str) -> None:
    assert find(SILENT[name]) == ()


def test_a_call_that_is_understood_is_found_once() -> None:
    assert codes(f'import requests\nrequests.post("{ROOT}/project/github/acme/app", json={BODY})\n') == []
