"""What a v1.1 trigger runs."""

from __future__ import annotations

import pytest

from migrator.circleci.compiler import CompileError, Event, EventKind, UnknownError, effective_environment
from migrator.circleci.runs.v1_run import run_v1
from tests.circleci.compiler.support import commands, data

OLD = """
version: 2
jobs:
  build: {docker: [{image: a, environment: {IMAGE: x}}, {image: b, environment: {SIDE: y}}], steps: [run: "make << x"]}
  deploy:
    machine: true
    parallelism: 2
    branches: {only: main}
    environment: {TARGET: staging}
    steps: [checkout, deploy: ship]
workflows:
  version: 2
  w: {jobs: [build, deploy: {requires: [build], context: secrets, filters: {branches: {only: main}}}]}
"""


def test_the_named_job_runs_alone() -> None:
    job = run_v1(data(OLD), "deploy", {})
    assert commands(job) == ["checkout", "deploy"]
    assert (job.name, job.job, job.workflow, job.parallelism) == ("deploy", "deploy", "", 2)
    assert (job.contexts, job.requires, job.conditions) == ((), (), ())
    assert job.environment == {"TARGET": "staging"}


def test_the_job_build_is_the_default() -> None:
    assert commands(run_v1(data(OLD), None, {})) == ["make << x"]


def test_build_parameters_do_not_override_what_the_config_sets() -> None:
    sent = {"CIRCLE_JOB": "deploy", "TARGET": "production", "VERSION": "1 << 2", "1X": "x", "A-B": "x", "": "x"}
    job = run_v1(data(OLD), "deploy", sent)
    assert job.injected == {"VERSION": "1 << 2"}
    assert effective_environment(job) == {"TARGET": "staging", "VERSION": "1 << 2"}


def test_nor_what_it_sets_on_the_primary_image() -> None:
    assert run_v1(data(OLD), "build", {"IMAGE": "1", "SIDE": "2"}).injected == {"SIDE": "2"}


@pytest.mark.parametrize("job", ["nope", "w", "Deploy", ""])
def test_no_such_job(job: str) -> None:
    with pytest.raises(CompileError, match=f"Cannot find a job named `{job}` to run"):
        run_v1(data(OLD), job, {})


NEW = """
version: 2.1
parameters: {level: {type: string, default: low}}
orbs: {node: acme/node@1}
executors: {box: {docker: [{image: box}], environment: {FROM: executor}}}
jobs:
  build:
    executor: box
    parameters: {to: {type: string, default: dev}}
    steps: [run: "<< parameters.to >> << pipeline.parameters.level >> on << pipeline.git.branch >>"]
  release: {executor: box, parameters: {to: {type: string}}, steps: [run: "to << parameters.to >>"]}
workflows:
  broken: {jobs: [nope, {x: 1}, [y]]}
  w:
    jobs:
      - build: {to: prod}
      - release: {name: release-prod, to: prod, context: c, pre-steps: [run: first]}
      - release: {name: twice, to: a}
      - hold: {type: approval}
      - node/test
  v: {jobs: [release: {name: twice, to: b}, release: {name: release-prod, to: prod, pre-steps: [run: first]}]}
"""
ON_DEV = Event(EventKind.API, branch="dev", parameters={"level": "high"})


def test_parameters_are_at_their_defaults() -> None:
    job = run_v1(data(NEW), None, {"FROM": "caller"}, ON_DEV)
    assert commands(job) == ["dev low on dev"]
    assert job.injected == {}


def test_without_a_ref_the_branch_is_not_known() -> None:
    (command,) = commands(run_v1(data(NEW), None, {}))
    assert "dev low on" in str(command)
    assert commands(run_v1(data(NEW), None, {}, ON_DEV)) != [command]


def test_a_required_parameter_is_missing() -> None:
    with pytest.raises(CompileError, match="Missing required argument"):
        run_v1(data(NEW), "release", {})


def test_a_name_that_only_a_workflow_gives() -> None:
    job = run_v1(data(NEW), "release-prod", {})
    assert commands(job) == ["first", "to prod"]
    assert (job.name, job.job, job.contexts) == ("release-prod", "release", ())


def test_a_name_that_two_workflows_give_to_different_things() -> None:
    with pytest.raises(UnknownError):
        run_v1(data(NEW), "twice", {})


def test_an_approval_is_no_job() -> None:
    with pytest.raises(CompileError, match="Cannot find a job named `hold`"):
        run_v1(data(NEW), "hold", {})


def test_an_orbs_job_is_opaque() -> None:
    assert run_v1(data(NEW), "node/test", {}).opaque == "node/test of acme/node@1"


def test_the_config_needs_no_workflow_and_no_build() -> None:
    config = data("version: 2\njobs: {x: {machine: true, steps: [checkout]}}")
    assert run_v1(config, "x", {}).name == "x"
    with pytest.raises(CompileError, match="`build`"):
        run_v1(config, None, {})
