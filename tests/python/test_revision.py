"""A revision that a program sends only sometimes: the job moves to it where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from migrator.model import Status, Verdict
from tests.test_cases import look

if TYPE_CHECKING:
    from tests.conftest import MakeRepository

CONFIG = """\
version: 2.1
jobs:
  deploy:
    docker: [{image: cimg/base:stable}]
    steps: [checkout, {run: make}]
  build:
    docker: [{image: cimg/base:stable}]
    steps: [checkout]
workflows:
  main:
    jobs: [build]
"""
PROGRAM = """\
import requests

def trigger(revision: str = ""):
    payload = {{"build_parameters": {{"CIRCLE_JOB": "deploy"}}}}
    {condition}payload["revision"] = revision
    requests.post("https://circleci.com/api/v1.1/project/github/acme/app/tree/main", json=payload, auth=("t", ""))
"""


@pytest.mark.parametrize("condition", ["if revision: ", "if revision:\n        ", ""])
def test_the_job_moves_to_it_where_there_is_one(condition: str, make_repository: MakeRepository) -> None:
    files = {".circleci/config.yml": CONFIG, "trigger.py": PROGRAM.format(condition=condition)}
    report = look(make_repository(files, remote="https://github.com/acme/app.git"), unsafe=True)
    (outcome,) = report.outcomes
    assert outcome.status in {Status.SAFE, Status.UNSAFE}
    assert outcome.proofs
    assert {proof.verdict for proof in outcome.proofs} == {Verdict.PROVED}
    texts = {change.path: change.after.decode() for change in report.changes}
    assert "condition: << pipeline.parameters.revision >>" in texts[".circleci/config.yml"]
    assert outcome.call.trigger.optional == (frozenset({"revision"}) if condition else frozenset())
