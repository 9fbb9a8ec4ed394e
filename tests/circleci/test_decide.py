"""Decisions about single calls."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrator.circleci.api.v2_request import MAX_VALUE
from migrator.circleci.plan.decide import decide
from migrator.model import Call, Endpoint, Expansion, Literal, Status, Target, Value
from tests.circleci.support import OWN, call, config

CONFIG = config("""\
version: 2.1
executors:
  box: {docker: [{image: a, environment: {FROM_IMAGE: 1}}], environment: [FROM_EXECUTOR=1]}
jobs:
  build: {executor: box, steps: [checkout]}
  deploy: {docker: [{image: a}], environment: {REGION: eu}, steps: [checkout]}
  deploy-docs: {executor: {name: box}, steps: [checkout]}
  test: {docker: [{image: a}], parameters: {suite: {type: string}}, steps: [checkout]}
""")


def codes(one: Call) -> list[str]:
    return [note.code for note in decide(one, CONFIG, OWN).notes if note.code != "personal-token"]


@pytest.mark.parametrize(
    ("one", "status", "expected"),
    [
        (call(), Status.SAFE, []),
        (call(None), Status.SAFE, []),
        (call("deplyo"), Status.MANUAL, ["job-unknown"]),
        (call("test"), Status.MANUAL, ["job-parameters"]),
        (call("$JOB"), Status.SAFE, ["job-dynamic"]),
        (call(project="acme/other"), Status.MANUAL, ["other-project"]),
        (call(project="$ORG/$REPO"), Status.UNSAFE, ["project-unknown"]),
        (call(revision="$SHA"), Status.SAFE, ["revision-config"]),
        (call(tag="v1", branch="main"), Status.MANUAL, ["branch-and-tag"]),
        (call(tag="v1", revision="abc"), Status.MANUAL, ["branch-and-tag"]),
        (call(parameters={"REGION": "us"}), Status.UNSAFE, ["config-sets-variable"]),
        (call("build", parameters={"FROM_EXECUTOR": "2"}), Status.UNSAFE, ["config-sets-variable"]),
        (call("deploy-docs", parameters={"FROM_IMAGE": "2"}), Status.UNSAFE, ["config-sets-variable"]),
        (call(parameters={"API_TOKEN": "$T"}), Status.MANUAL, ["secret-parameter"]),
        (call(parameters={"CIRCLE_TAG": "v1"}), Status.MANUAL, ["platform-variable"]),
        (call(parameters={"PATH": "/x"}), Status.UNSAFE, ["shell-sets-variable"]),
        (call(parameters={"USER": "$U"}), Status.UNSAFE, ["shell-sets-variable"]),
        (call(parameters={"NODE_VERSION": "20"}), Status.UNSAFE, ["image-sets-variable"]),
        (call(parameters={"CIRCLE_MINE": "x"}), Status.MANUAL, ["platform-variable"]),
        (call(parameters={"1X": "v1"}), Status.MANUAL, ["parameter-name"]),
        (call(parameters={"NOTES": "x" * MAX_VALUE}), Status.SAFE, []),
        (call(parameters={"NOTES": "x" * (MAX_VALUE + 1)}), Status.MANUAL, ["value-too-long"]),
        (call(parameters={f"P{i}": "x" for i in range(98)}), Status.SAFE, []),
        (call(parameters={f"P{i}": "x" for i in range(99)}), Status.MANUAL, ["too-many-parameters"]),
        (call(endpoint=Endpoint.PIPELINE), Status.SAFE, []),
        (call(endpoint=Endpoint.PIPELINE, tag="v1", branch="main"), Status.MANUAL, ["branch-and-tag"]),
        (call(project="acme/$REPO"), Status.UNSAFE, ["project-unknown"]),
        (call(endpoint=Endpoint.PIPELINE, revision="abc"), Status.UNSAFE, ["revision-dropped"]),
        (call(endpoint=Endpoint.PIPELINE, project="acme/other"), Status.SAFE, []),
        (call(endpoint=Endpoint.RETRY), Status.UNSAFE, ["rerun-endpoint"]),
        (call(endpoint=Endpoint.SSH, project="acme/other"), Status.UNSAFE, ["rerun-endpoint"]),
    ],
)
def test_a_decision(one: Call, status: Status, expected: list[str]) -> None:
    assert codes(one) == expected
    assert decide(one, CONFIG, OWN).status is status


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("$(cat CHANGES)", ["value-length"]),
        ("`git log -1`", ["value-length"]),
        ("$(<notes)", ["value-length"]),
        ('open("notes").read()', ["value-length"]),
        ("$(git ls-files)", ["value-length"]),
        ('",".join(files)', ["value-length"]),
        ('",".join(["a", kind])', []),
        ("run(command).stdout", ["value-length"]),
        ("$(git rev-parse HEAD)", []),
        ("$VERSION", []),
    ],
)
def test_text_of_a_file_may_be_too_long(source: str, expected: list[str]) -> None:
    _is_long("NEWS", source, expected)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("RELEASE_NOTES", ["value-length"]),
        ("commit_message", ["value-length"]),
        ("MESSAGES_URL", []),
        ("VERSION", []),
    ],
)
def test_what_people_write_at_any_length_may_be_too_long(name: str, expected: list[str]) -> None:
    _is_long(name, "$X", expected)


def _is_long(name: str, source: str, expected: list[str]) -> None:
    one = call()
    sent = ((name, Value((Expansion(source),))),)
    made = replace(one, trigger=replace(one.trigger, parameters=sent))
    assert codes(made) == expected
    assert decide(made, CONFIG, OWN).status is Status.SAFE


def test_a_job_that_is_partly_known_can_be_the_jobs_that_fit() -> None:
    one = call()
    job = Value((Literal("deploy"), Expansion("$KIND", "KIND")))
    decision = decide(replace(one, trigger=replace(one.trigger, job=job)), CONFIG, OWN)
    assert decision.jobs == ("deploy", "deploy-docs")


def test_a_job_that_fits_none_of_the_config_is_unknown() -> None:
    one = call()
    job = Value((Literal("ship-"), Expansion("$KIND", "KIND")))
    assert codes(replace(one, trigger=replace(one.trigger, job=job))) == ["job-unknown"]


def test_of_several_projects_all_checkouts_are_asked_for() -> None:
    one = call()
    both = replace(one.trigger.slug, repository=(Expansion("$R", "R", values=("web", "app")),))
    other = replace(both, organization=(Literal("other"),))
    decision = decide(replace(one, trigger=replace(one.trigger, slug=other)), CONFIG, OWN)
    (note, *_) = decision.notes
    assert (note.code, decision.status) == ("other-project", Status.MANUAL)
    assert "several projects (web, app)" in note.message


def test_a_job_known_only_at_run_time_can_be_every_job_that_needs_no_arguments() -> None:
    assert decide(call("$JOB"), CONFIG, OWN).jobs == ("build", "deploy", "deploy-docs")


def test_a_near_miss_is_suggested() -> None:
    (note, _) = decide(call("deplyo"), CONFIG, OWN).notes
    assert "Did you mean deploy?" in note.message


@pytest.mark.parametrize("setup", ["version: 2.1\nsetup: true\njobs: {deploy: {steps: []}}\n"])
def test_a_setup_config_is_left_alone(setup: str) -> None:
    assert [note.code for note in decide(call(), config(setup), OWN).notes][:1] == ["setup-config"]


def test_a_call_without_a_config_is_manual() -> None:
    decision = decide(call(), None, OWN)
    assert decision.status is Status.MANUAL
    assert decision.target is Target.THIS
