"""Whole rewrites of little configs: what comes out, what ran before and runs now, and nothing else touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods.config.rewrite import rewrite_config
from migrator.circleci.compiler import compile_pipeline
from migrator.model import ConfigPlan, JobPlan
from migrator.syntax.yaml import load
from tests.config.support import call, plan, planned_cases, push, rewrite, runs

if TYPE_CHECKING:
    from collections.abc import Iterable

_FILES = ("variables", "revisions", "version", "deploys")
_CASES = [case for name in _FILES for case in planned_cases(name)]
_PUSH_ALIKE = [case for name in ("variables", "revisions") for case in planned_cases(name)]


@pytest.mark.parametrize(("wanted", "before", "after"), _CASES)
@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_a_config_becomes(wanted: ConfigPlan, before: str, after: str, eol: str) -> None:
    before, after = before.replace("\n", eol), after.replace("\n", eol)
    assert rewrite(before, wanted).text == after


@pytest.mark.parametrize(("wanted", "before", "after"), _CASES)
def test_a_missing_last_newline_stays_missing(wanted: ConfigPlan, before: str, after: str) -> None:
    text = rewrite(before.rstrip(), wanted).text
    assert text.rstrip() == after.rstrip()
    assert load(text) == load(after)


@pytest.mark.parametrize(("wanted", "before", "after"), _CASES)
def test_a_selected_job_runs_alone(wanted: ConfigPlan, before: str, after: str) -> None:
    for job in wanted.jobs:
        sent = dict.fromkeys(wanted.parameters, "x")
        ran = compile_pipeline(load(after), call(job.job, **sent)).jobs
        assert {run.workflow for run in ran} == {job.workflow}
        assert [run.job for run in ran if not run.requires] == [job.job]
        assert not any(run.contexts for run in ran)


@pytest.mark.parametrize(("wanted", "before", "after"), _PUSH_ALIKE)
def test_a_push_runs_what_it_ran(wanted: ConfigPlan, before: str, after: str) -> None:
    for branch in ("main", "other"):
        assert runs(after, push(branch)) == runs(before, push(branch))


def test_moving_a_deploy_step_keeps_the_number_of_times_it_runs() -> None:
    before, after = next(case.values[1:] for case in planned_cases("deploys") if "on more" in str(case.id))
    old = compile_pipeline(load(before), push()).jobs
    new = compile_pipeline(load(after), push()).jobs
    assert [(run.job, run.parallelism) for run in old] == [("build", 3)]
    assert [(run.job, run.parallelism, run.requires) for run in new] == [
        ("build", 3, ()),
        ("build-deploy", 1, ("build",)),
    ]
    assert [s.kind for run in new for s in run.steps] == ["checkout", "run", "run"]
    assert new[0].environment == new[1].environment


def _steps(text: str, name: str) -> Iterable[object]:
    data = load(text)
    assert isinstance(data, dict)
    return data["jobs"][name]["steps"]  # type: ignore[no-any-return]


def test_unknown_top_level_keys_and_other_documents_markers_stay() -> None:
    jobs = "x-notes: [a, b]\njobs:\n  build: {docker: [{image: a}], steps: [checkout]}\n"
    after = rewrite(f"%YAML 1.1\n---\nversion: 2.1\n{jobs}...\n", plan("build")).text
    assert after.startswith("%YAML 1.1\n---\nversion: 2.1\nparameters:\n")
    assert after.endswith("    jobs:\n      - build\n...\n")
    assert f"\n{jobs}" in after


def test_a_block_scalar_at_the_end_keeps_its_value() -> None:
    for header in ("|", "|-", "|+", ">", "| # c"):
        text = (
            f"version: 2.1\njobs:\n  build:\n    docker: [{{image: a}}]\n    steps:\n    - run: {header}\n        make"
        )
        after = rewrite(text, plan("build")).text
        assert _steps(after, "build") == _steps(text, "build")


def test_comments_behind_the_last_workflow_stay_with_it() -> None:
    text = (
        "version: 2.1\njobs: {a: {docker: [{image: a}], steps: [checkout]}}\nworkflows:\n  w:\n    jobs:\n      - a\n"
    )
    commented = text + "#      - b\n      # - c\n\n# end\n"
    after = rewrite(commented, plan("a")).text
    assert "      - a\n#      - b\n      # - c\n  run-a:\n" in after
    assert after.endswith("      - a\n\n# end\n")


def test_workflows_are_set_apart_as_the_others_are() -> None:
    job = "{docker: [{image: a}], steps: [checkout]}"
    text = f"version: 2.1\njobs: {{a: {job}}}\nworkflows:\n  w:\n    jobs: [a]\n\n  v:\n    jobs: [a]\n"
    assert "    jobs: [a]\n\n  run-a:\n" in rewrite(text, plan("a")).text


def test_a_plan_of_no_jobs_only_moves_to_2_1() -> None:
    text = "version: 2\njobs: {build: {docker: [{image: a}], steps: [checkout]}}\nworkflows: {w: {jobs: [build]}}\n"
    after = rewrite_config(text, ConfigPlan("run_job", "none", ()))
    assert load(after.text)["version"] == 2.1  # type: ignore[index]


def test_more_jobs_extend_what_is_there() -> None:
    text = "version: 2.1\njobs:\n"
    for name in ("a", "b"):
        text += f"  {name}:\n    docker: [{{image: a}}]\n    steps: [checkout]\n"
    first = rewrite(text, plan("a")).text
    second = rewrite(first, plan("b")).text
    assert second == rewrite(text, plan("a", "b")).text


def test_the_workflow_of_a_plan_may_bear_any_name() -> None:
    text = "version: 2.1\njobs: {a: {docker: [{image: a}], steps: [checkout]}}\n"
    wanted = ConfigPlan("pick", "nothing", (JobPlan("a", "run-a-2"),))
    after = rewrite(text, wanted).text
    assert "enum: [nothing, a]" in after
    assert "  run-a-2:\n    when:\n      equal: [a, << pipeline.parameters.pick >>]\n" in after
