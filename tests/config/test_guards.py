"""Existing workflows stay out of a pipeline that selects a job, whatever condition they have."""

from __future__ import annotations

import pytest

from codemods.config.guards import guard
from codemods.config.parameters import declare
from migrator.errors import Refusal
from migrator.syntax.yaml import load
from migrator.syntax.yaml.parse import parse
from tests.config.support import call, cases, plan, push, rewrite, runs

_HEAD = "version: 2.1\nparameters: {run_job: {type: enum, enum: [none, build], default: none}}\n"
_JOBS = "jobs: {build: {docker: [{image: a}], steps: [checkout]}}\n"
_WORKFLOW = "workflows:\n  w:\n    {}\n    jobs: [build]\n"


def _guarded(workflows: str) -> str:
    text = _HEAD + _JOBS + workflows
    after = guard(text, plan("build")).text
    assert guard(after, plan("build")).text == after
    assert after.startswith(_HEAD + _JOBS)
    for branch in ("main", "other"):
        assert runs(after, push(branch)) == runs(text, push(branch))
    return after.removeprefix(_HEAD + _JOBS)


@pytest.mark.parametrize(("before", "after"), cases("guards"))
def test_conditions_are_combined_never_replaced(before: str, after: str) -> None:
    assert _guarded(before) == after
    assert runs(_HEAD + _JOBS + after, call("build")) == []


@pytest.mark.parametrize(
    "workflows",
    [
        _WORKFLOW.format("when: {equal: [build, << pipeline.parameters.run_job >>]}"),
        _WORKFLOW.format("when: {equal: [<< pipeline.parameters.run_job >>, none]}"),
        _WORKFLOW.format('when: pipeline.parameters.run_job == "none" and pipeline.git.branch == "x"'),
        _WORKFLOW.format("unless: {not: {equal: [none, << pipeline.parameters.run_job >>]}}"),
        _WORKFLOW.format("when: false"),
        _WORKFLOW.format("triggers: [{schedule: {cron: '0 0 * * *', filters: {branches: {only: main}}}}]"),
        "workflows:\n",
        "workflows: {}\n",
        "workflows: {version: 2}\n",
    ],
)
def test_what_cannot_run_beside_a_selected_job_stays(workflows: str) -> None:
    assert _guarded(workflows) == workflows


@pytest.mark.parametrize(
    "workflows",
    [
        'workflows:\n  w:\n    when: &c pipeline.git.branch == "x"\n    jobs: [build]\nx: *c\n',
        "x: &x {when: {and: [&a true]}}\nworkflows:\n  w:\n    <<: *x\n    jobs: [build]\n",
        _WORKFLOW.format("when: {nand: [true]}"),
    ],
)
def test_what_cannot_be_combined_is_refused(workflows: str) -> None:
    with pytest.raises(Refusal):
        guard(_HEAD + _JOBS + workflows, plan("build"))


def test_windows_line_endings_stay() -> None:
    text = declare(
        "version: 2.1\nworkflows:\n  w:\n    when:\n      not: true\n    jobs: [build]\n", plan("build")
    ).text
    after = guard(text.replace("\n", "\r\n"), plan("build")).text
    assert after.replace("\r\n", "\n").count("\n") == after.count("\r\n")
    assert load(after) == load(guard(text, plan("build")).text)


_ANCHORED = """\
version: 2.1
jobs: {build: {docker: [{image: a}], steps: [checkout]}}
workflows:
  one: {when: &c 'pipeline.git.branch == "main"', jobs: [build]}
  two: {KEYWORD: *c, jobs: [build]}
"""


def test_an_expression_that_workflows_share_is_guarded_once_for_all() -> None:
    after = rewrite(_ANCHORED.replace("KEYWORD", "when"), plan("build")).text
    guarded = """&c '(pipeline.git.branch == "main") and pipeline.parameters.run_job == "none"'"""
    assert guarded in after
    assert "two: {when: *c, jobs: [build]}" in after


def test_an_expression_that_means_the_opposite_elsewhere_is_not_touched() -> None:
    with pytest.raises(Refusal) as refusal:
        rewrite(_ANCHORED.replace("KEYWORD", "unless"), plan("build"))
    assert refusal.value.code == "config-anchor"


def _parsed(number: int) -> int:
    """How often the whole text is parsed to guard so many workflows with a condition each."""
    names = "".join(
        f"  w{number}-{i}:\n    when: << pipeline.parameters.p{i} >>\n    jobs: [build]\n" for i in range(number)
    )
    declared = "".join(f"  p{i}: {{type: boolean, default: true}}\n" for i in range(number))
    head = f"version: 2.1\nparameters:\n  run_job: {{type: enum, enum: [none, build], default: none}}\n{declared}"
    before = parse.cache_info().misses
    assert guard(f"{head}{_JOBS}workflows:\n{names}", plan("build")).text.count("and:") == number
    return parse.cache_info().misses - before


def test_the_text_is_parsed_no_more_often_for_more_workflows() -> None:
    assert _parsed(3) == _parsed(30)
