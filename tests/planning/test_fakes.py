"""Tests that fake the request of a call are named once, at the call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.test_cases import look

if TYPE_CHECKING:
    from tests.conftest import MakeRepository

URL = "https://circleci.com/api/v1.1/project/github/acme/app/tree/main"
CONFIG = """\
version: 2.1
jobs:
  deploy:
    docker: [{image: cimg/base:2024.01}]
    steps: [checkout]
workflows: {main: {jobs: [deploy]}}
"""
CALL = f"curl -u \"$T:\" -d 'build_parameters[CIRCLE_JOB]=deploy' {URL}\n"
FAKES = {
    "tests/test_go.py": f"import responses\nresponses.add(responses.POST, '{URL}', json={{}})\n",
    "tests/test_mock.py": f"def test(requests_mock):\n    requests_mock.post('{URL}', json={{}})\n",
    "test/go.test.js": f"const nock = require('nock')\nnock('https://circleci.com').post('{URL[20:]}')\n",
    "spec/go_spec.rb": f"stub_request(:post, '{URL}')\n",
    "tests/cassettes/go.yaml": f"interactions:\n- request:\n    method: POST\n    uri: {URL}\n",
}


@pytest.mark.parametrize("path", FAKES)
def test_a_fake_is_named(path: str, make_repository: MakeRepository) -> None:
    files = {".circleci/config.yml": CONFIG, "ci/a.sh": CALL, "ci/b.sh": CALL, path: FAKES[path]}
    report = look(make_repository(files, remote="https://github.com/acme/app.git"))
    notes = [note.message for o in report.outcomes for note in o.notes if note.code == "faked-in-tests"]
    assert len(notes) == 1
    assert path in notes[0]


MOCKS = {
    "tests/test_answers.py": "import responses\nimport go\nresponses.add(responses.POST, go.URL)\n",
    "tests/test_respx.py": "from tool import go\ndef test(respx_mock):\n    respx_mock.post(go.URL)\n",
    "tests/test_go.py": "from unittest import mock\nimport go\n@mock.patch('go.requests.post')\ndef test(post): ...\n",
    "test_go.py": "from tool import go\ndef test(mocker):\n    mocker.patch.object(go.requests, 'post')\n",
    "tests/test_all.py": "import tool.go\ndef test(monkeypatch):\n    monkeypatch.setattr('tool.go.requests', 1)\n",
}
PROGRAM = f"""\
import os, requests
def go():
    requests.post("{URL}", auth=(os.environ["T"], ""), json={{"build_parameters": {{"CIRCLE_JOB": "deploy"}}}})
"""


@pytest.mark.parametrize("path", MOCKS)
def test_a_mock_is_named(path: str, make_repository: MakeRepository) -> None:
    files = {".circleci/config.yml": CONFIG, "tool/go.py": PROGRAM + PROGRAM, path: MOCKS[path]}
    report = look(make_repository(files, remote="https://github.com/acme/app.git"))
    notes = [note.message for o in report.outcomes for note in o.notes if note.code == "faked-in-tests"]
    assert len(notes) == 1
    assert f"`{path}` (line 3)" in notes[0]


def test_a_fake_and_a_mock_of_one_call_are_one_remark(make_repository: MakeRepository) -> None:
    tests = {"tests/test_go.py": MOCKS["tests/test_go.py"], "tests/test_fake.py": FAKES["tests/test_go.py"]}
    files = {".circleci/config.yml": CONFIG, "tool/go.py": PROGRAM, **tests}
    report = look(make_repository(files, remote="https://github.com/acme/app.git"))
    notes = [note.message for o in report.outcomes for note in o.notes if note.code == "faked-in-tests"]
    assert len(notes) == 1
    assert "tests/test_go.py" in notes[0]
    assert "tests/test_fake.py" in notes[0]


@pytest.mark.parametrize(
    "text",
    [
        MOCKS["tests/test_go.py"].replace("go", "goal"),
        MOCKS["tests/test_go.py"].replace("requests.post", "log"),
        MOCKS["tests/test_go.py"].replace("@mock", "# @mock"),
    ],
)
def test_another_mock_is_not(text: str, make_repository: MakeRepository) -> None:
    files = {".circleci/config.yml": CONFIG, "tool/go.py": PROGRAM, "tests/test_x.py": text}
    report = look(make_repository(files, remote="https://github.com/acme/app.git"))
    assert not [note for o in report.outcomes for note in o.notes if note.code == "faked-in-tests"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("tests/test_other.py", FAKES["tests/test_go.py"].replace("acme/app", "acme/docs")),
        ("tests/test_plain.py", f"ADDRESS = '{URL}'\n"),
        ("docs/go.md", f"requests_mock of `{URL}`\n"),
    ],
)
def test_what_fakes_nothing_is_not(path: str, text: str, make_repository: MakeRepository) -> None:
    files = {".circleci/config.yml": CONFIG, "ci/a.sh": CALL, path: text}
    report = look(make_repository(files, remote="https://github.com/acme/app.git"))
    assert not [note for o in report.outcomes for note in o.notes if note.code == "faked-in-tests"]
