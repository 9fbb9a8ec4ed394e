"""Versions 2, 2.0 and 2.1, configs without workflows, and what is no config."""

from __future__ import annotations

import pytest

from migrator.circleci.compiler import CompileError, Step
from tests.circleci.compiler.support import JOBS, api, commands, names, only, push, run, tag


@pytest.mark.parametrize("version", ["2", "2.0", "'2'", "'2.0'", "2.1", "'2.1'"])
def test_without_workflows_the_job_build_runs(version: str) -> None:
    pipeline = run(f"version: {version}\n{JOBS}")
    assert names(pipeline) == ["build/build"]
    assert run(f"version: {version}\n{JOBS}\nworkflows: {{version: 2}}") == pipeline
    assert names(run(f"version: {version}\n{JOBS}", tag("v1"))) == []


def test_the_implicit_workflow_heeds_the_jobs_own_branches() -> None:
    config = "version: 2\njobs: {build: {branches: {only: [main, /rel-.*/]}, machine: true, steps: [checkout]}}"
    assert names(run(config, push("main"))) == ["build/build"]
    assert names(run(config, push("rel-1"))) == ["build/build"]
    assert names(run(config, push("dev"))) == []
    with_workflow = f"{config}\nworkflows: {{version: 2, w: {{jobs: [build]}}}}"
    assert names(run(with_workflow, push("dev"))) == ["w/build"]


def test_parameters_of_a_version_without_any_name_the_version() -> None:
    text = f"version: 2\nparameters: {{v: {{type: string, default: x}}}}\n{JOBS}"
    with pytest.raises(CompileError) as error:
        run(text, api(v="1"))
    assert error.value.line == "Version 2 has no `parameters`, only 2.1 has: Unexpected argument(s): v"
    with pytest.raises(CompileError, match=r"\AUnexpected argument"):
        run(f"version: 2\n{JOBS}", api(v="1"))


def test_no_workflow_and_no_build() -> None:
    with pytest.raises(CompileError, match="Cannot find a job named `build` to run in the `jobs:` section"):
        run("version: 2.1\njobs: {test: {machine: true, steps: [checkout]}}")


@pytest.mark.parametrize(
    "text", ["jobs: {}", "version: 3", "version: '2.10'", "version: true", "- x", "version: x", "x"]
)
def test_configs_that_are_none(text: str) -> None:
    with pytest.raises(CompileError):
        run(text)


VERSION_2 = """
version: 2
jobs:
  build:
    machine: true
    shell: bash
    environment: ["A=<< parameters.x >>", "B=2"]
    unknown: 1
    steps:
      - checkout
      - run: cat <<EOF > x
      - run: {name: d, command: "read <<< x"}
      - shell: {command: old}
      - setup_docker_engine
      - deploy: ship
      - type: legacy
        name: x
workflows:
  version: 2
  w: {when: false, extra: 1, jobs: [build: {context: c, name: other}]}
"""


def test_version_2_has_no_tags_and_tolerates_unknown_keys() -> None:
    job = only(run(VERSION_2))
    assert (job.name, job.contexts) == ("build", ("c",))
    assert job.environment == {"A": "<< parameters.x >>", "B": "2"}
    assert commands(job)[:4] == ["checkout", "cat <<EOF > x", "read <<< x", "old"]
    assert [step.kind for step in job.steps[4:]] == ["setup_remote_docker", "deploy", "opaque"]
    assert job.steps[5] == Step("deploy", {"command": "ship"})


def test_raising_the_version_alone_is_noticed() -> None:
    assert run(VERSION_2).jobs
    with pytest.raises(CompileError, match="exactly one key"):
        run(VERSION_2.replace("version: 2\njobs", "version: 2.1\njobs"))


def test_keys_that_version_2_ignores_count_in_2_1() -> None:
    text = (
        "version: %s\njobs: {build: {machine: true, colour: red, steps: [checkout]}}\nworkflows: {w: {jobs: [build]}}"
    )
    assert only(run(text % 2)).settings == {}
    assert only(run(text % 2.1)).settings == {"colour": "red"}


def test_escaped_text_of_2_1_is_the_text_of_2() -> None:
    steps = (
        "jobs: {build: {machine: true, steps: [run: 'cat %s<EOF > x']}}\nworkflows: {version: 2, w: {jobs: [build]}}"
    )
    assert run("version: 2\n" + steps % "<") == run("version: 2.1\n" + steps % r"\<")


def test_a_setup_config_is_said_to_be_one() -> None:
    assert run(f"version: 2.1\nsetup: true\n{JOBS}").setup
    assert not run(f"version: 2.1\n{JOBS}").setup


def test_a_job_that_is_not_defined_fails_alone_in_version_2_and_everything_in_2_1() -> None:
    text = "jobs: {a: {machine: true, steps: [checkout]}}\nworkflows: {version: 2, w: {jobs: [a, b]}}"
    pipeline = run("version: 2\n" + text)
    assert [(job.name, job.opaque) for job in pipeline.jobs] == [("a", None), ("b", "job b, which is not defined")]
    with pytest.raises(CompileError, match="Cannot find a definition for job named b"):
        run("version: 2.1\n" + text)
