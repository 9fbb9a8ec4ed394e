"""Text that several calls of a file read: one call's change of it must not change what another one sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.planning.support import V1, migrator
from tests.python.stage import asked_of_v1, asked_of_v2, stage

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeRepository

CONFIG = """\
version: 2.1
jobs:
  build: {machine: true, steps: [run: make]}
  deploy: {machine: true, steps: [run: make deploy]}
  release: {machine: true, steps: [run: make release]}
workflows:
  usual:
    jobs: [build]
"""
HEAD = f'import os\n\nimport requests\n\nBASE = "{V1}/app"\n'
PROGRAMS = {
    "one with a branch, one without": f"""{HEAD}

def deploy(branch):
    requests.post(f"{{BASE}}/tree/{{branch}}", json={{"build_parameters": {{"CIRCLE_JOB": "deploy"}}}})


deploy("main")
requests.post(BASE, json={{"build_parameters": {{"CIRCLE_JOB": "release"}}}})
""",
    "both alike": f"""{HEAD}
requests.post(BASE, json={{"build_parameters": {{"CIRCLE_JOB": "release"}}}})
requests.post(BASE, json={{"build_parameters": {{"CIRCLE_JOB": "deploy"}}}})
""",
    "an attribute": f"""{HEAD}

class Api:
    def __init__(self):
        self.base = BASE

    def deploy(self, branch):
        requests.post(self.base + "/tree/" + branch, json={{"build_parameters": {{"CIRCLE_JOB": "deploy"}}}})

    def release(self):
        requests.post(self.base, json={{"build_parameters": {{"CIRCLE_JOB": "release"}}}})


Api().deploy("main")
Api().release()
""",
    "through a function": f"""{HEAD}

def post(path, job):
    requests.post(BASE + path, json={{"build_parameters": {{"CIRCLE_JOB": job}}}})


post("/tree/main", "deploy")
post("", "release")
""",
}


@pytest.mark.parametrize("options", [[], ["--unsafe"]])
@pytest.mark.parametrize("name", PROGRAMS)
def test_each_call_asks_for_what_it_did(
    name: str, options: list[str], make_repository: MakeRepository, tmp_path: Path
) -> None:
    files = {".circleci/config.yml": CONFIG, "ci/run.py": PROGRAMS[name]}
    root = make_repository(files, remote="https://github.com/acme/app.git")
    migrator(root, "apply", *options)
    new = (root / "ci/run.py").read_text()
    with stage(tmp_path / "stage") as running:
        old = [asked_of_v1(request) for request in running.run(PROGRAMS[name])[0]]
        sent, ended = running.run(new)
        assert ended["error"] is None
        v2 = [request for request in sent if "/api/v2/" in request.path]
        now = [asked_of_v2(request, {}) if request in v2 else asked_of_v1(request) for request in sent]
    assert len(old) == 2
    assert now == old
    if name != "through a function":
        assert len(v2) == 2
