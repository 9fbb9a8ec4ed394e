"""Jobs whose keys YAML reads as numbers, truth values or null: nobody knows their names, and nothing breaks."""

from __future__ import annotations

import pytest

from migrator.model import Status
from tests.verifying.support import V1, checked, files, report

CONFIG = """
version: 2.1
jobs:
  deploy: {{docker: [{{image: cimg/base:2024.01}}], steps: [checkout]}}
  {name}: {{docker: [{{image: cimg/base:2024.01}}], steps: [checkout]}}
workflows:
  main:
    jobs: [deploy, {entry}]
"""
NAMES = ["3.6", "no", "on", "2024", "~", "0x10", "1e3", "12:30", ".inf"]


def call(job: str) -> str:
    return f'curl -u "$T:" -d "build_parameters[CIRCLE_JOB]={job}" {V1}/tree/main\n'


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("job", ["as written", "$1", "another"])
def test_a_call_that_may_mean_such_a_job_is_manual(name: str, job: str) -> None:
    job = name if job == "as written" else job
    content = files(CONFIG.format(name=name, entry="deploy"), start=call(job))
    (outcome,) = report(content).outcomes
    assert outcome.status is Status.MANUAL
    assert "job-unnamed" in [note.code for note in outcome.notes]
    assert checked(content)


@pytest.mark.parametrize("name", NAMES)
def test_a_call_for_a_job_with_a_name_is_planned(name: str) -> None:
    (outcome,) = report(files(CONFIG.format(name=name, entry="deploy: {}"), start=call("deploy"))).outcomes
    assert "job-unnamed" not in [note.code for note in outcome.notes]


@pytest.mark.parametrize("name", NAMES)
def test_a_workflow_that_names_such_a_job_is_not_called_refused(name: str) -> None:
    content = files(CONFIG.format(name=name, entry=name), start=call("deploy"))
    (outcome,) = report(content).outcomes
    assert "config-broken" not in [note.code for note in outcome.notes]


@pytest.mark.parametrize("name", NAMES)
def test_in_quotes_it_is_a_name(name: str) -> None:
    content = files(CONFIG.format(name=f'"{name}"', entry=f'"{name}"'), start=call(name))
    (outcome,) = report(content).outcomes
    assert "job-unnamed" not in [note.code for note in outcome.notes]
