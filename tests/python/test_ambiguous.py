"""Requests that functions and classes put together: exactly one answer is followed, anything else is named."""

from __future__ import annotations

import pytest

from tests.python.support import find, refusal, rewritten

SLUG = "/project/github/acme/app"
API = f"https://circleci.com/api/v1.1{SLUG}"
NEW = "/v2/project/gh/acme/app/pipeline"
CLASS = """\
import requests


class Base:
    ROOT = "https://circleci.com/api"

    def url(self):
        return self.ROOT + "/v1.1/project/github/acme/app"

    def trigger(self, job):
        return requests.post(self.url(), json={"build_parameters": {"CIRCLE_JOB": job}})
"""
FOLLOWED = {
    "property": f"""\
import requests


class Client:
    @property
    def url(self):
        return "{API}"

    def go(self):
        requests.post(self.url, json={{"job": "x"}})
""",
    "default": f"""\
import requests


def trigger(job, branch="main"):
    requests.post("{API}/tree/" + branch, json={{"build_parameters": {{"CIRCLE_JOB": job}}}})


trigger("deploy")
trigger(branch="x", job="test")
""",
    "settings-of-the-request": f"""\
import requests


def call(path, **kwargs):
    kwargs.setdefault("timeout", 3)
    return requests.post("https://circleci.com/api" + path, **kwargs)


call("/v1.1{SLUG}", json={{"job": "x"}})
""",
    "dataclass": f"""\
from dataclasses import dataclass
import requests


@dataclass
class Client:
    token: str
    base: str = "https://circleci.com/api"

    def go(self, job: str):
        requests.post(self.base + "/v1.1{SLUG}", json={{"job": job}}, auth=(self.token, ""))
""",
    "subclass-with-its-own-base": f"""\
import requests


class Base:
    ROOT = "https://circleci.com/api/v1.1"

    def send(self, path, body):
        return requests.post(self.ROOT + path, json=body)


class Mine(Base):
    ROOT = "https://circleci.com/api"


Mine().send("/v1.1{SLUG}", {{"job": "x"}})
""",
    "class-method": f"""\
import requests


class Client:
    BASE = "https://circleci.com/api"

    @classmethod
    def post(cls, path, data=None):
        return requests.post(cls.BASE + path, json=data)


Client.post("/v1.1{SLUG}", {{"job": "x"}})
""",
    "whole-class": CLASS,
    "token-at-the-end": """\
import requests


class Client(object):
    def __init__(self, token, username, project):
        self.token = token
        self.username = username
        self.project = project

    def start(self, branch, rev):
        return requests.post(
            'https://circleci.com/api/v1/project/%s/%s/tree/%s?circle-token=%s'
            % (self.username, self.project, branch, self.token),
            json={"revision": rev},
        )
""",
    "base-in-a-name": f"""\
import json
import requests


class Client:
    def make_url(self, path):
        endpoint = "https://circleci.com/api"
        return endpoint + path

    def request(self, method, path, body=None):
        if method == "GET":
            response = requests.get(self.make_url(path))
        elif method == "POST":
            response = requests.post(self.make_url(path), headers=HEADERS, data=json.dumps(body))
        return response.json()


class Build:
    def __init__(self, client):
        self.client = client

    def trigger(self, job):
        return self.client.request("POST", "/v1.1{SLUG}", {{"build_parameters": {{"CIRCLE_JOB": job}}}})


HEADERS = {{"Content-Type": "application/json"}}
Build(Client()).trigger("x")
""",
    "another-host": CLASS + "\n\nclass Other(Base):\n    ROOT = 'https://circleci.example.com/api'\n",
}


@pytest.mark.parametrize("name", FOLLOWED)
def test_one_answer_is_followed(name: str) -> None:
    new = rewritten(FOLLOWED[name])
    compile(new, "program.py", "exec")
    assert "/api/v2/project/gh/" in new or NEW in new
    assert find(new) == ()


def test_an_address_that_is_also_shown_changes_where_it_is_made() -> None:
    code = f'import requests\n\nurl = "{API}"\nprint("to {{}}".format(url))\nrequests.post(url, json={{"job": "x"}})\n'
    assert f'url = "https://circleci.com/api{NEW}"\n' in rewritten(code)


def test_a_package_that_hands_names_on() -> None:
    files = {
        "ci/lib/__init__.py": "from .client import Client, post\n",
        "ci/lib/client.py": (
            "import requests\n\n\ndef post(path, body):\n"
            '    return requests.post("https://circleci.com/api" + path, json=body)\n'
            "\n\nclass Client:\n    def send(self, path, body):\n        return post(path, body)\n"
        ),
    }
    code = f'from lib import Client, post\n\npost("/v1.1{SLUG}", {{"job": "x"}})\nClient().send("/v1.1{SLUG}", {{}})\n'
    new = rewritten(code, files=files)
    assert new.count(NEW) == 2


def test_star_imports_are_read() -> None:
    code = 'import requests\nfrom common import *\n\nrequests.post(URL, json={"job": "x"})  # api/v1\n'
    new = rewritten(code, files={"ci/common.py": f'URL = "{API}"\n'})
    assert NEW in new


REFUSED = {
    "overridden-method": (
        CLASS
        + "\n\nclass Other(Base):\n    def url(self):\n        return 'https://ci.example.com/api/v1.1/project/gh/a/b'\n",
        "unresolved-url",
    ),
    "arguments-changed-on-the-way": (
        FOLLOWED["settings-of-the-request"].replace('kwargs.setdefault("timeout", 3)', 'kwargs["json"]["job"] = "z"'),
        "arguments-unseen",
    ),
    "arguments-added-on-the-way": (
        FOLLOWED["settings-of-the-request"].replace('kwargs.setdefault("timeout", 3)', 'kwargs["headers"] = make()'),
        "arguments-unseen",
    ),
    "partial": (
        f'import functools, requests\n\npost = functools.partial(requests.post, "{API}")\npost(json={{"job": "x"}})\n',
        "client-unknown",
    ),
    "partial-of-a-wrapper": (
        (
            "import functools, requests\n\n\ndef trigger(path, job):\n"
            '    return requests.post("https://circleci.com/api/" + path, json={"job": job})\n\n\n'
            f'go = functools.partial(trigger, "v1.1{SLUG}")\ngo("deploy")\n'
        ),
        "client-unknown",
    ),
    "executor": (
        f'import asyncio, requests\n\nasyncio.get_event_loop().run_in_executor(None, requests.post, "{API}")\n',
        "client-unknown",
    ),
    "thread": (
        f'import threading, requests\n\nthreading.Thread(target=requests.post, args=("{API}",)).start()\n',
        "client-unknown",
    ),
    "reassigned": (
        (
            f'import requests\n\nURL = "{API}"\n\n\ndef setup():\n    global URL\n    URL = "https://example.com"\n\n\n'
            'setup()\nrequests.post(URL, json={"job": "x"})\n'
        ),
        "several-urls",
    ),
    "default-that-others-change": (
        (
            f'import requests\n\n\ndef call(job, url="{API}"):\n'
            '    return requests.post(url, json={"job": job})\n\n\n'
            'call("x")\ncall("y", url="https://example.com/hook")\n'
        ),
        "wrapper-shared",
    ),
    "not-the-library": (
        f'import requests\n\n\nclass requests:\n    post = print\n\n\nrequests.post("{API}", json={{"job": "x"}})\n',
        "client-unknown",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_ambiguous_is_refused_with_its_reason(name: str) -> None:
    code, reason = REFUSED[name]
    assert refusal(code) == reason


def test_a_class_that_is_derived_in_another_file_is_not_followed() -> None:
    files = {"ci/mine.py": "from trigger import Base\n\n\nclass Mine(Base):\n    def url(self):\n        return URL\n"}
    assert refusal(CLASS, files=files) == "unresolved-url"
    files = {"ci/mine.py": "from trigger import Base\n\n\nclass Mine(Base):\n    pass\n"}
    assert NEW in rewritten(CLASS, files=files)


def test_reading_through_an_executor_is_silent() -> None:
    code = f'import requests\nloop.run_in_executor(None, requests.get, "{API}")\nprint(requests.post, "{API}")\n'
    assert find(code) == ()
