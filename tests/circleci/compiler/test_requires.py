"""What follows from `requires`."""

from __future__ import annotations

import pytest

from migrator.circleci.compiler import CompileError, Event, EventKind, Pipeline
from tests.circleci.compiler.support import JOBS, names, push, run, tag, workflows


def entries(jobs: str, event: Event = push("main")) -> Pipeline:  # noqa: B008 - frozen
    return workflows(f"workflows:\n  w:\n    jobs: [{jobs}]", event)


def requires(pipeline: Pipeline) -> dict[str, tuple[str, ...]]:
    return {job.name: job.requires for job in pipeline.jobs}


def test_by_entry_name() -> None:
    pipeline = entries("build, {test: {name: unit, requires: [build]}}, {deploy: {requires: [unit, build]}}")
    assert requires(pipeline) == {"build": (), "unit": ("build",), "deploy": ("unit", "build")}


def test_statuses() -> None:
    pipeline = entries(
        "build, {test: {requires: [build: canceled]}}, {deploy: {requires: [build: [failed, canceled]]}}"
    )
    assert requires(pipeline) == {"build": (), "test": ("build:canceled",), "deploy": ("build:canceled,failed",)}


def test_one_filtered_requirement_is_ignored() -> None:
    pipeline = entries(
        "{build: {filters: {branches: {only: dev}}}}, test, {deploy: {requires: [build, test]}}", push("main")
    )
    assert requires(pipeline) == {"test": (), "deploy": ("test",)}


def test_a_job_whose_requirements_are_all_filtered_does_not_run() -> None:
    jobs = "{build: {filters: {branches: {only: dev}}}}, {test: {requires: [build]}}, {deploy: {requires: [test]}}"
    assert names(entries(jobs, push("main"))) == []
    assert names(entries(jobs, push("dev"))) == ["w/build", "w/test", "w/deploy"]


def test_what_hangs_on_an_uncertain_job_is_uncertain() -> None:
    jobs = "{build: {filters: {branches: {only: dev}}}}, {test: {requires: [build]}}, deploy"
    pipeline = entries(jobs, Event(EventKind.API))
    assert names(pipeline) == ["w/build?", "w/test?", "w/deploy"]
    assert pipeline.jobs[1].conditions == ('pipeline.git.branch == "dev"',)


TAGGED = "{build: {filters: {tags: {only: /.*/}}}}, {deploy: {requires: [build], filters: {tags: {only: /^v.*/}}}}"


def test_tag_filters_on_all_that_is_required() -> None:
    assert names(entries(TAGGED, tag("v1"))) == ["w/build", "w/deploy"]
    assert names(entries(TAGGED, tag("x1"))) == ["w/build"]
    assert names(entries(TAGGED, push("main"))) == ["w/build", "w/deploy"]


def test_a_tag_filter_without_one_on_the_requirement() -> None:
    jobs = "build, {deploy: {requires: [build], filters: {tags: {only: /^v.*/}}}}"
    assert names(entries(jobs, tag("v1"))) == []


def test_an_expression_filter_lets_tags_through() -> None:
    jobs = "{build: {filters: 'true'}}, {deploy: {requires: [build], filters: 'pipeline.git.tag starts-with \"v\"'}}"
    assert names(entries(jobs, tag("v1"))) == ["w/build", "w/deploy"]


def test_where_the_docs_disagree_nothing_is_guessed() -> None:
    """One page says that all requirements need tag filters, another that one which does not run is ignored."""
    jobs = (
        "build, {test: {filters: {tags: {only: v1}}}}, {deploy: {requires: [build, test], filters: {tags: {only: v1}}}}"
    )
    assert names(entries(jobs, tag("v1"))) == ["w/test", "w/deploy?"]


def test_three_jobs_of_which_one_is_for_tags_only() -> None:
    config = """
        workflows:
          w:
            jobs:
              - build: {filters: &tags {tags: {only: /^config-test.*/}}}
              - test: {requires: [build], filters: *tags}
              - deploy: {requires: [test], filters: {<<: *tags, branches: {ignore: /.*/}}}
        """
    assert names(workflows(config, push("main"))) == ["w/build", "w/test"]
    assert names(workflows(config, tag("config-test-1"))) == ["w/build", "w/test", "w/deploy"]
    assert names(workflows(config, tag("other"))) == []


def test_approval() -> None:
    pipeline = entries("build, {hold: {type: approval, requires: [build]}}, {deploy: {requires: [hold]}}")
    assert [job.approval for job in pipeline.jobs] == [False, True, False]
    assert requires(pipeline)["deploy"] == ("hold",)
    assert pipeline.jobs[1].steps == ()


def test_an_approval_job_may_be_filtered() -> None:
    jobs = "build, {hold: {type: approval, filters: {branches: {only: dev}}}}, {deploy: {requires: [hold]}}"
    assert names(entries(jobs, push("main"))) == ["w/build"]


@pytest.mark.parametrize(
    ("jobs", "message"),
    [
        ("{test: {requires: [nope]}}", "Job 'test' requires 'nope', which is the name of 0 other jobs in workflow 'w'"),
        ("build, build, {test: {requires: [build]}}", "which is the name of 2 other jobs"),
        ("{build: {name: b}}, {test: {requires: [build]}}", "which is the name of 0 other jobs"),
        ("{build: {requires: [test]}}, {test: {requires: [build]}}", "require each other: build -> test -> build"),
        ("{build: {requires: [build]}}", "require each other: build -> build"),
        ("build, {test: {requires: [build: finished]}}", "status"),
        ("build, {test: {requires: [[build]]}}", "requires"),
        ("build, {test: {requires: {build: success}}}", "requires"),
        ("nope", "Cannot find a definition for job named nope"),
        ("{build: {}, filters: {}}", "exactly one key"),
        ("[build]", "exactly one key"),
        ("{build: [filters]}", "exactly one key"),
    ],
)
def test_what_is_refused(jobs: str, message: str) -> None:
    with pytest.raises(CompileError) as error:
        entries(jobs)
    assert message in error.value.message
    assert error.value.message.startswith("Error calling workflow: 'w'")


def test_a_workflow_that_does_not_run_is_not_checked() -> None:
    """Known of CircleCI's own validation: circleci-cli issue 1077."""
    pipeline = run(f"version: 2.1\n{JOBS}\nworkflows: {{w: {{when: false, jobs: [nope]}}, v: {{jobs: [build]}}}}")
    assert names(pipeline) == ["v/build"]


def test_many_layers_are_quick() -> None:
    layers = [
        f"{{build: {{name: b{n}-{i}, requires: [b{n - 1}-0, b{n - 1}-1]}}}}" for n in range(1, 40) for i in (0, 1)
    ]
    pipeline = entries(", ".join(["{build: {name: b0-0}}", "{build: {name: b0-1}}", *layers]))
    assert len(pipeline.jobs) == 80


def test_jobs_that_do_nothing_of_their_own() -> None:
    config = """
        version: 2.1
        jobs: {gate: {type: no-op}, hold: {type: approval}, out: {type: release, plan_name: p}}
        workflows: {w: {jobs: [gate, {hold: {requires: [gate]}}, {out: {requires: [hold]}}]}}
        """
    gate, hold, out = run(config).jobs
    assert (gate.steps, gate.approval, gate.settings) == ((), False, {"type": "no-op"})
    assert hold.approval
    assert (out.requires, out.settings) == (("hold",), {"type": "release", "plan_name": "p"})
