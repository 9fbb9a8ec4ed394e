"""Configs that somebody has migrated by hand are used as they are: nothing is generated twice, no line is deleted."""

from __future__ import annotations

import pytest

from migrator.model import Status, Verdict
from migrator.repository.roots import CONFIG_PATH
from tests.verifying.support import V1, checked, compared, faults, files, migrated, report

JOB = "{docker: [{image: cimg/base:2024.01}], steps: [checkout, {run: make}]}"
CONFIG = f"""
    version: 2.1
    parameters:
      SELECTOR
    jobs:
      build: {JOB}
      deploy: {JOB}
      scan: {JOB}
    workflows:
      main:
        GUARD
        jobs: [build]
      ship-it:
        OWN
        jobs: [ENTRY]
    """
ENUM = "run_job: {type: enum, enum: [none, deploy], default: none}"
P = "<< pipeline.parameters.run_job >>"
FORMS = {
    "renamed workflow": (ENUM, f"when: {{equal: [none, {P}]}}", f"when: {{equal: [deploy, {P}]}}", "deploy"),
    "operands": (ENUM, f"when: {{equal: [{P}, none]}}", f"when: {{equal: [{P}, deploy]}}", "deploy"),
    "expressions": (
        ENUM,
        'when: pipeline.parameters.run_job == "none"',
        'when: pipeline.parameters.run_job == "deploy"',
        "deploy",
    ),
    "unless": (ENUM, f"unless: {{equal: [deploy, {P}]}}", f"unless: {{equal: [none, {P}]}}", "deploy"),
    "string": (
        'run_job: {type: string, default: ""}',
        f"unless: {P}",
        f"when: {{equal: [deploy, {P}]}}",
        "deploy",
    ),
    "map": (
        ENUM,
        f"when: {{equal: [none, {P}]}}",
        f"when: {{equal: [deploy, {P}]}}",
        "{deploy: {filters: {branches: {only: main}}}}",
    ),
}


def config(name: str, selector: str = "run_job") -> str:
    text = CONFIG
    for mark, part in zip(("SELECTOR", "GUARD", "OWN", "ENTRY"), FORMS[name], strict=True):
        text = text.replace(mark, part)
    return text.replace("run_job", selector)


def called(*parameters: str) -> str:
    data = " ".join(f'-d "build_parameters[{name}]=$1"' for name in parameters)
    return f'curl -u "$T:" -d build_parameters[CIRCLE_JOB]=deploy {data} {V1}/tree/main\n'


@pytest.mark.parametrize("selector", ["run_job", "job-to-run"])
@pytest.mark.parametrize("name", FORMS)
def test_what_is_there_is_used(name: str, selector: str) -> None:
    old = files(config(name, selector), go=called())
    (outcome,) = report(old, unsafe=False).outcomes
    assert (outcome.status, [proof.verdict for proof in outcome.proofs]) == (Status.SAFE, [Verdict.PROVED])
    new = migrated(old)
    assert new[CONFIG_PATH] == old[CONFIG_PATH]
    assert f'"parameters": {{"{selector}": "deploy"}}' in new["go.sh"]
    assert faults(compared(old, new)) == faults(checked(new)) == []


CARRIED = ["<< pipeline.parameters.tag_name >>", "<<pipeline.parameters.tag_name>>"]


@pytest.mark.parametrize("written", CARRIED)
def test_a_variable_that_the_environment_carries(written: str) -> None:
    """As the config is, v1.1 no longer hands its own value over; so the call is not safe, and nothing is generated."""
    head, mark, tail = config("renamed workflow").partition("      deploy:")
    text = head + mark + tail.replace("steps:", f"environment: {{VERSION: {written}}}, steps:", 1)
    text = text.replace(ENUM, f'{ENUM}\n      tag_name: {{type: string, default: ""}}')
    old = files(text, go=called("VERSION"))
    (outcome,) = report(old).outcomes
    assert outcome.status is Status.UNSAFE
    new = migrated(old)
    assert new[CONFIG_PATH] == old[CONFIG_PATH]
    assert '"run_job": "deploy", "tag_name": "' in new["go.sh"]
    assert faults(checked(new)) == []


SWITCH = "go: {type: boolean, default: false}\n      v: {type: string, default: ''}"


def test_a_line_of_the_user_stays_where_something_is_generated() -> None:
    """A switch for each job is no selector: one is generated beside it, and the environment stays."""
    text = config("renamed workflow").replace(
        ENUM, "go: {type: boolean, default: false}\n      v: {type: string, default: ''}"
    )
    text = text.replace(f"when: {{equal: [none, {P}]}}", "unless: << pipeline.parameters.go >>")
    text = text.replace(f"when: {{equal: [deploy, {P}]}}", "when: << pipeline.parameters.go >>")
    head, mark, tail = text.partition("      deploy:")
    text = head + mark + tail.replace("steps:", "environment: {V: << pipeline.parameters.v >>}, steps:", 1)
    old = files(text, go=called("V"))
    new = migrated(old)
    assert "run-deploy:" in new[CONFIG_PATH]
    assert "environment: {V: << pipeline.parameters.v >>}" in new[CONFIG_PATH]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("jobs: [deploy]", "jobs: [deploy, scan]"),
        ("jobs: [deploy]", "jobs: [{deploy: {context: secrets}}]"),
        ("jobs: [deploy]", "jobs: [scan]"),
        (f"when: {{equal: [none, {P}]}}\n", "\n"),
        ("default: none", "default: deploy"),
    ],
)
def test_what_does_not_do_the_same_is_not_used(before: str, after: str) -> None:
    text = config("renamed workflow")
    assert before in text
    old = files(text.replace(before, after), go=called())
    new = migrated(old)
    assert "run_job_2" in new[CONFIG_PATH]
    assert '{"run_job_2": "deploy"}' in new["go.sh"]
    assert faults(compared(old, new)) == []


def test_the_order_of_workflows_does_not_matter() -> None:
    """The one that would serve comes first, and the ordinary one behind it has no guard."""
    head, _, tail = config("renamed workflow").partition("      main:\n")
    main, mark, own = tail.partition("      ship-it:\n")
    unguarded = main.replace(FORMS["renamed workflow"][1], "")
    old = files(f"{head}{mark}{own.rstrip()}\n      main:\n{unguarded}", go=called())
    new = migrated(old)
    assert "run_job_2" in new[CONFIG_PATH]
    assert faults(compared(old, new)) == []
