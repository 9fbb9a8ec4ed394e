"""Python programs in a whole little repository: rewritten with the config, and lived through in both worlds."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from migrator.model import Status
from tests.conftest import needs
from tests.rewritten import before_and_after
from tests.test_cases import look, write
from tests.world import World, compare

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeRepository

CONFIG = """\
version: 2
jobs:
  build:
    docker: [{image: cimg/base:2024.01}]
    steps: [checkout, run: 'echo "built ${VERSION-unset}" >> "$EFFECTS"']
  deploy:
    docker: [{image: cimg/base:2024.01}]
    steps:
      - checkout
      - run: printf '%s|' "${VERSION-unset}" "${CHANNEL-unset}" "${FLAG-unset}" "$CIRCLE_SHA1" >> "$EFFECTS"
  test:
    docker: [{image: cimg/base:2024.01}]
    steps: [run: 'echo "tested ${VERSION-unset}" >> "$EFFECTS"']
"""
CLIENT = '''\
"""Talk to CircleCI."""

import os

import requests

API = "https://circleci.com/api"


class Client:
    def __init__(self, token: str) -> None:
        self.session = requests.Session()
        self.session.auth = (token, "")

    def post(self, path, payload=None):
        response = self.session.post(API + path, json=payload)
        response.raise_for_status()
        return response

    def get(self, path):
        return self.session.get(API + path)


def connect() -> Client:
    return Client(os.environ["TOKEN"])
'''
PROGRAMS = {
    "wrapped": """\
import os
import sys

from client import connect

client = connect()
client.post("/v1.1/project/github/acme/app/tree/main", {
    "build_parameters": {"CIRCLE_JOB": sys.argv[1], "VERSION": os.environ["VERSION"]},
})
client.get("/v1.1/project/github/acme/app")
""",
    "sometimes": """\
import argparse
import os

import requests

parser = argparse.ArgumentParser()
parser.add_argument("job", choices=["deploy", "test"])
parser.add_argument("--channel", default="")
parser.add_argument("--flag", action="store_true")
options = parser.parse_args()

parameters = {"CIRCLE_JOB": options.job, "FLAG": options.flag}
if options.channel:
    parameters["CHANNEL"] = options.channel
reply = requests.post(
    "https://circleci.com/api/v1.1/project/github/acme/app/tree/feature%2Fx",
    headers={"Circle-Token": os.environ["TOKEN"], "Accept": "application/json"},
    json={"build_parameters": parameters},
)
if reply.status_code not in (200, 201):
    raise SystemExit(reply.text)
""",
    "commit": """\
import json
import os
import urllib.request

body = {"revision": os.environ["SHA"], "build_parameters": {"CIRCLE_JOB": "deploy", "VERSION": 7}}
request = urllib.request.Request("https://circleci.com/api/v1.1/project/github/acme/app/tree/main")
request.add_header("Content-Type", "application/json")
request.add_header("Circle-Token", os.environ["TOKEN"])
urllib.request.urlopen(request, json.dumps(body).encode())
""",
    "default": """\
import os

import httpx

with httpx.Client(params={"circle-token": os.environ["TOKEN"]}) as client:
    client.post("https://circleci.com/api/v1.1/project/github/acme/app").raise_for_status()
""",
    "branch": """\
import os
import sys

import requests


def start(program, branch, feature):
    url = "https://circleci.com/api/v1.1/project/github/acme/app/tree/{}".format(branch)
    requests.post(url, json={"build_parameters": {"CIRCLE_JOB": "test"}}, auth=(os.environ["TOKEN"], ""))
    requests.post(
        f"https://circleci.com/api/v1.1/project/github/acme/app/tree/{branch}",
        json={"build_parameters": {"CIRCLE_JOB": "deploy"}},
        auth=(os.environ["TOKEN"], ""),
    )
    requests.post(f"https://circleci.com/api/v1.1/project/github/acme/app/tree/feature%2F{feature}",
                  json={"build_parameters": {"CIRCLE_JOB": "test"}}, auth=(os.environ["TOKEN"], ""))


start(*sys.argv)
""",
    "curl": """\
import os
import subprocess

subprocess.run(["curl", "-fsS", "-u", os.environ["TOKEN"] + ":", "-d", "build_parameters[CIRCLE_JOB]=deploy",
                "-d", "tag=v1.0", "https://circleci.com/api/v1.1/project/github/acme/app"], check=True)
""",
    "list": """\
import os
import subprocess
import sys


def start(program, branch, channel):
    subprocess.run(["curl", "-fsS", "-u", os.environ["TOKEN"] + ":", "-d", "build_parameters[CIRCLE_JOB]=deploy",
                    "-d", f"build_parameters[CHANNEL]={channel}",
                    f"https://circleci.com/api/v1.1/project/github/acme/app/tree/{branch}"], check=True)


start(*sys.argv)
""",
}
RUNS = (
    ("wrapped", ["deploy"]),
    ("wrapped", ["test"]),
    ("sometimes", ["deploy", "--channel", "be'ta \u00fc", "--flag"]),
    ("sometimes", ["deploy"]),
    ("sometimes", ["test"]),
    ("commit", []),
    ("default", []),
    ("branch", ["main", "x"]),
    ("list", ["main", "beta"]),
    ("curl", []),
)
FILES = {
    ".circleci/config.yml": CONFIG,
    "ci/client.py": CLIENT,
    **{f"ci/{name}.py": code for name, code in PROGRAMS.items()},
}
NASTY = 'it\'s "quoted" \\ back `id` $(id) & + %41 \u00e9 \U0001f389\ttab\nline ' + "x" * 440


def test_all_calls_are_safe_and_are_rewritten_once_and_for_all(make_repository: MakeRepository) -> None:
    root = make_repository(FILES, remote="https://github.com/acme/app.git")
    report = look(root)
    assert [(o.call.path, o.notes) for o in report.outcomes if o.status is not Status.SAFE] == []
    assert len(report.outcomes) == len(PROGRAMS) + 2  # one of them holds three calls
    write(report, root)
    again = look(root)
    assert not again.outcomes
    assert not again.changes
    assert (root / "ci/client.py").read_text() == CLIENT


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, World]:
    folder = tmp_path_factory.mktemp("python")
    old, new = before_and_after(folder, FILES)
    return _run(old, folder / "old-world"), _run(new, folder / "new-world")


def _run(source: Path, root: Path) -> World:
    with World(source, root, limit=100) as world:
        world.commit("feature/x", {})
        world.tag("v1.0", "main", announced=False)
        environment = {"TOKEN": "personal-token", "VERSION": NASTY, "SHA": world.head()}
        world.push()
        for name, arguments in RUNS:
            done = world.run([sys.executable, f"ci/{name}.py", *arguments], env=environment)
            assert done.status == 0, done.stderr
    return world


@needs("bash", "curl", "git")
def test_both_worlds_run_the_same(worlds: tuple[World, World]) -> None:
    old, new = worlds
    assert len(old.history) > len(RUNS)
    assert compare(old, new) == ()
