"""Pairs of worlds that only look alike, and pairs that only look different."""

from __future__ import annotations

import pytest

from migrator.model import Status
from tests.verifying.support import V1, V2, Files, compared, faults, files, migrated, report

HEAD = """
    version: 2.1
    parameters:
      run_job: {type: enum, enum: [none, deploy], default: none}
      stage: {type: string, default: ""}
    """
CALL = (
    f"""curl -u "$TOKEN:" -d 'build_parameters[CIRCLE_JOB]=deploy' -d "build_parameters[STAGE]=$1" {V1}/tree/main\n"""
)
NEW_CALL = f"""
    curl -u "$TOKEN:" -H 'Content-Type: application/json' \\
      -d '{{"branch": "main", "parameters": {{"run_job": "deploy", "stage": "'"$1"'"}}}}' {V2}
    """


def old(
    job: str = "", *, steps: str = "[checkout, {run: make deploy}]", workflow: str = "", version: str = "2.1"
) -> Files:
    config = f"""
        version: {version}
        jobs:
          build: {{docker: [{{image: a}}], steps: [checkout]}}
          deploy:
            docker: [{{image: a}}]
            {job}
            steps: {steps}
        workflows:
          ci:
            {workflow}
            jobs: [build]
        """
    return files(config, call=CALL)


def new(
    job: str = "environment: {STAGE: << pipeline.parameters.stage >>}",
    *,
    steps: str = "[checkout, {run: make deploy}]",
    entry: str = "deploy",
    guard: str = "when: {equal: [none, << pipeline.parameters.run_job >>]}",
    when: str = "{equal: [deploy, << pipeline.parameters.run_job >>]}",
) -> Files:
    """The same migrated by hand."""
    config = f"""{HEAD}
    jobs:
      build: {{docker: [{{image: a}}], steps: [checkout]}}
      deploy:
        docker: [{{image: a}}]
        {job}
        steps: {steps}
    workflows:
      ci:
        {guard}
        jobs: [build]
      by-hand:
        when: {when}
        jobs:
          - {entry}
    """
    return files(config, call=NEW_CALL)


def test_a_migration_by_hand_is_proved() -> None:
    assert not faults(compared(_never_empty(old()), _never_empty(new())))


def _never_empty(content: Files) -> Files:
    return {
        path: text.replace('"$1"', "v$1").replace("=$1", "=v$1").replace("'v$1'", "v'\"$1\"'")
        for path, text in content.items()
    }


def test_what_an_empty_parameter_becomes_in_the_environment_is_not_known() -> None:
    (found,) = faults(compared(old(), new()))
    assert found.startswith("deploy: unknown: variable STAGE is `` before, ")
    assert found.endswith("(when $1 is empty)")


@pytest.mark.parametrize(
    ("by_hand", "word"),
    [
        (new(job=""), "variable STAGE"),
        (new(job="environment: {STAGE: x << pipeline.parameters.stage >>}"), "variable STAGE"),
        (new(job="environment: {STAGE: << pipeline.parameters.stage >>, MORE: x}"), "variable MORE"),
        (new(guard=""), "job build of workflow ci runs as well"),
        (new(guard="when: {equal: [deploy, << pipeline.parameters.run_job >>]}"), "does not run any more"),
        (new(when="{equal: [none, << pipeline.parameters.run_job >>]}"), "nothing runs, not the job deploy"),
        (new(entry="deploy: {context: org}"), "contexts: not set before, org after"),
        (new(entry="deploy: {name: ship}"), "job ship of workflow by-hand runs, not the job deploy"),
        (new(entry="deploy: {filters: {branches: {only: dev}}}"), "nothing runs"),
        (new(entry="build\n          - deploy: {requires: [build]}"), "it waits for build"),
        (new(steps="[{run: make deploy}, checkout]"), "step 1"),
        (new(steps="[checkout, {run: make release}]"), "command: `make deploy` before, `make release` after"),
        (new(steps="[checkout, {run: {command: make deploy, no_output_timeout: 1h}}]"), "no_output_timeout"),
    ],
)
def test_a_mistake_by_hand_differs(by_hand: Files, word: str) -> None:
    found = faults(compared(old(), by_hand))
    assert any(word in fault for fault in found), found
    assert any("differs" in fault for fault in found)


@pytest.mark.parametrize(
    ("by_hand", "word"),
    [
        (
            new(job="", steps="""[{run: 'echo "export STAGE=$S" >> $BASH_ENV'}, checkout, {run: make deploy}]"""),
            "step 1 is new",
        ),
        (new(entry="deploy: {filters: {branches: {only: main}}}"), ""),
    ],
)
def test_what_cannot_be_told_is_unknown(by_hand: Files, word: str) -> None:
    found = faults(compared(old(), by_hand))
    assert all(word in fault for fault in found), found


def test_a_variable_that_the_config_sets_wins_in_both_worlds() -> None:
    start = old("environment: {STAGE: fixed}")
    assert not faults(compared(start, migrated(start)))
    shadowed = new("environment: {STAGE: << pipeline.parameters.stage >>}")
    assert any("variable STAGE" in fault for fault in faults(compared(start, shadowed)))


def test_a_variable_of_the_image_wins_in_both_worlds() -> None:
    start = old("executor: {name: x}").copy()
    path = ".circleci/config.yml"
    start[path] = start[path].replace(
        "docker: [{image: a}]\n    executor: {name: x}", "docker: [{image: a, environment: {STAGE: i}}]"
    )
    assert "STAGE: i" in start[path]
    assert not faults(compared(start, migrated(start)))


def test_steps_in_another_shell_do_not_see_what_is_exported() -> None:
    start = old(steps="[checkout, {run: {command: make, shell: /bin/sh}}]", workflow="")
    start["call2.sh"] = start["call.sh"].replace('-d "build_parameters[STAGE]=$1" ', "")
    found = faults(compared(start, migrated(start)))
    assert found
    assert all("unknown" in fault for fault in found)


def test_a_conditional_checkout_is_told_the_revision_all_the_same() -> None:
    config = """
        version: 2.1
        parameters: {fast: {type: boolean, default: true}}
        jobs:
          build:
            docker: [{image: a}]
            steps:
              - unless: {condition: << pipeline.parameters.fast >>, steps: [checkout]}
              - run: echo $CIRCLE_SHA1
        """
    start = files(config, call=f'curl -u "$TOKEN:" -d "revision=$1" {V1}/tree/main\n')
    assert [outcome.status for outcome in report(start).outcomes] == [Status.SAFE]
    assert not faults(compared(start, migrated(start)))


@pytest.mark.parametrize(
    ("steps", "word"),
    [
        ("[{run: echo $CIRCLE_SHA1}, checkout]", "before the commit is checked out"),
        ("[checkout, {save_cache: {key: 'x-{{ .Revision }}', paths: [a]}}]", "the head of the branch"),
        ("[checkout, {run: echo << pipeline.git.revision >>}]", "the head of the branch"),
    ],
)
def test_a_revision_that_steps_see_otherwise_is_not_proved(steps: str, word: str) -> None:
    start = old(steps=steps)
    start["call.sh"] = (
        f"#!/bin/bash\ncurl -u $TOKEN: -d build_parameters[CIRCLE_JOB]=deploy -d revision=$1 {V1}/tree/main\n"
    )
    (outcome,) = report(start).outcomes
    assert outcome.status is Status.UNSAFE
    assert any(word in note.message for note in outcome.notes)


def test_any_branch_means_any_branch() -> None:
    """No sample of branch names would tell these two apart."""
    start = old(workflow="when: {not: {equal: [a-branch-nobody-tries, << pipeline.git.branch >>]}}")
    path = ".circleci/config.yml"
    good = migrated(start)
    bad = {**good, path: good[path].replace("a-branch-nobody-tries", "another-one")}
    assert bad != good
    assert not faults(compared(start, good))
    assert any("push to branch a-branch-nobody-tries: differs" in fault for fault in faults(compared(start, bad)))


def test_parameters_that_were_there_before_still_do_what_they_did() -> None:
    config = """
        version: 2.1
        parameters:
          nodes: {type: integer, default: 1}
          flavour: {type: enum, enum: [a, b], default: a}
        jobs:
          build:
            docker: [{image: << pipeline.parameters.flavour >>}]
            parallelism: << pipeline.parameters.nodes >>
            steps: [checkout]
          deploy: {docker: [{image: a}], steps: [checkout]}
        workflows:
          ci:
            when: {equal: [a, << pipeline.parameters.flavour >>]}
            jobs: [build]
        """
    start = files(config, call=f"curl -u $TOKEN: -d build_parameters[CIRCLE_JOB]=deploy {V1}/tree/main\n")
    good = migrated(start)
    assert not faults(compared(start, good))
    path = ".circleci/config.yml"
    nodes = "<< pipeline.parameters.nodes >>"
    for before, after in (("equal: [a,", "equal: [b,"), ("enum: [a, b]", "enum: [a]"), (nodes, "1")):
        assert before in good[path]
        assert faults(compared(start, {**good, path: good[path].replace(before, after)}))


@pytest.mark.parametrize(
    ("command", "is_proved"), [("curl x", True), ("./ship.sh", False), ("cat made-before | curl -d @- x", False)]
)
def test_a_deploy_step_that_needs_what_was_made_before(command: str, is_proved: bool) -> None:
    config = f"""
        version: 2
        jobs:
          build:
            docker: [{{image: a}}]
            parallelism: 2
            steps: [checkout, {{run: make}}, {{deploy: {command}}}]
          test: {{docker: [{{image: a}}], steps: [checkout]}}
        """
    start = files(config, call=CALL.replace("deploy", "test"))
    found = faults(compared(start, migrated(start)))
    assert (not found) == is_proved, found
    assert all("unknown" in fault and "starts afresh" in fault for fault in found)


def test_the_environment_of_the_first_image_is_that_of_the_steps() -> None:
    on_image = new("").copy()
    for path, text in on_image.items():
        job = "deploy:\n    docker: [{image: a"
        on_image[path] = text.replace(job, f"{job}, environment: {{STAGE: << pipeline.parameters.stage >>}}")
    assert on_image != new("")
    assert not faults(compared(_never_empty(old()), _never_empty(on_image)))
    second = {path: text.replace("[{image: a, env", "[{image: a}, {image: b, env") for path, text in on_image.items()}
    assert "variable STAGE" in str(faults(compared(_never_empty(old()), _never_empty(second))))


def test_a_fixed_variable_that_a_step_of_ones_own_exports_is_set() -> None:
    call = CALL.replace("$1", "v 1")
    by_hand = """[{run: "echo 'export STAGE=\\"v 1\\"' >> $BASH_ENV"}, checkout, {run: make deploy}]"""
    request = NEW_CALL.replace(', "stage": "\'"$1"\'"', "")
    before, after = old(), new("", steps=by_hand)
    before, after = {**before, "call.sh": call}, {**after, "call.sh": request}
    assert not faults(compared(before, after))
    lost = {path: text.replace("export STAGE", "STAGE") for path, text in after.items()}
    assert "variable STAGE" in str(faults(compared(before, lost)))
