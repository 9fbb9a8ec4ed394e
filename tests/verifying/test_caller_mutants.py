"""A caller that asks for something else than the v1.1 call did is caught, whatever the difference."""

from __future__ import annotations

import pytest

from tests.verifying.support import V1, V2, compared, faults, files, migrated

CONFIG = """
    version: 2.1
    jobs:
      build:
        docker: [{image: cimg/base:2024.01}]
        steps: [checkout, {run: make}]
      deploy:
        docker: [{image: cimg/base:2024.01}]
        steps: [checkout, {run: make deploy}]
      scan:
        docker: [{image: cimg/base:2024.01}]
        steps: [checkout, {run: make scan}]
    workflows:
      ci:
        jobs: [build, deploy]
    """
SCRIPT = f"""
    ref=$1
    curl -u "$TOKEN:" -d 'build_parameters[CIRCLE_JOB]=deploy' -d "build_parameters[STAGE]=$2" \\
      -d 'build_parameters[ZONE]=eu' -d "revision=$3" "{V1}/tree/$ref"
    curl -u "$TOKEN:" -d 'build_parameters[CIRCLE_JOB]=scan' -d "tag=$4" {V1}
    """
OLD = files(CONFIG, trigger=SCRIPT)
NEW = migrated(OLD)


def test_what_apply_makes_is_proved() -> None:
    assert V2 in NEW["trigger.sh"]
    assert not faults(compared(OLD, NEW))


@pytest.mark.parametrize(
    ("good", "bad", "word"),
    [
        ("-H 'Content-Type: application/json' ", "", "Content-Type"),
        ("application/json", "application/x-www-form-urlencoded", "Content-Type"),
        ("Content-Type", "X-Content-Type", "Content-Type"),
        ("gh/acme/app", "gh/acme/other", "github/acme/other"),
        ("gh/acme/app", "bb/acme/app", "bitbucket"),
        ('"branch": "\'"$ref"\'", ', "", "branch"),
        ('"branch": "\'"$ref"\'"', '"branch": "main"', "branch"),
        ("$ref", "$2", "branch"),
        ('"run_job": "deploy"', '"run_job": "scan"', "scan"),
        ('"run_job": "deploy"', '"run_job": "none"', "deploy"),
        ('"run_job": "deploy"', '"run_job": "deplyo"', "enum"),
        ('"run_job": "deploy", ', "", "deploy"),
        ('"run_job"', '"job"', "Unexpected argument"),
        ('"stage": "\'"$2"\'"', '"stage": "\'"$1"\'"', "STAGE"),
        ('"stage": "\'"$2"\'", ', "", "STAGE"),
        ('"zone": "eu"', '"zone": "us"', "ZONE"),
        ('"zone": "eu"', '"zone": "$2"', "ZONE"),
        ('"zone": "eu"', '"zone": true', "Type error"),
        ('"zone": "eu"', '"zone": 1', "Type error"),
        ('"zone": "eu", ', "", "ZONE"),
        ('"revision": "\'"$3"\'"', '"revision": "\'"$2"\'"', "revision"),
        ('"tag": "\'"$4"\'"', '"branch": "\'"$4"\'"', "tag"),
        ('"tag": "\'"$4"\'"', '"tag": "\'"$4"\'", "branch": "main"', "branch and a tag"),
        ('"parameters"', '"params"', "not the job"),
        ("curl", "curl -X GET", "no call"),
        ("curl", "echo curl", "no call"),
        ("/pipeline", "/pipelines", "no call"),
    ],
)
def test_another_request_is_caught(good: str, bad: str, word: str) -> None:
    mutant = NEW["trigger.sh"].replace(good, bad)
    assert mutant != NEW["trigger.sh"]
    found = faults(compared(OLD, {**NEW, "trigger.sh": mutant}))
    assert any(word in fault for fault in found), found


def test_a_call_that_is_gone_is_caught() -> None:
    head = NEW["trigger.sh"].rpartition("curl")[0]
    (found,) = faults(compared(OLD, {**NEW, "trigger.sh": head}))
    assert found.startswith("scan: unknown: no call that stands in its place was found")


def test_a_call_that_is_made_twice_is_caught() -> None:
    doubled = NEW["trigger.sh"] + "curl" + NEW["trigger.sh"].rpartition("curl")[2]
    assert faults(compared(OLD, {**NEW, "trigger.sh": doubled})) == [
        "run_job=scan: unknown: the call is new: none in the older revision stands behind it"
    ]


def test_a_call_in_another_file_is_found() -> None:
    head, _, tail = NEW["trigger.sh"].rpartition("curl")
    moved = {**NEW, "trigger.sh": head, "other.sh": "#!/bin/sh\ncurl" + tail}
    assert not faults(compared(OLD, moved))


def test_calls_in_another_order_are_told_apart() -> None:
    head, first, second = NEW["trigger.sh"].split("curl")
    swapped = {**NEW, "trigger.sh": f"{head}curl{second}\ncurl{first}"}
    assert not faults(compared(OLD, swapped))


def test_a_call_that_stays_on_v1_is_not_proved() -> None:
    mixed = {**NEW, "trigger.sh": OLD["trigger.sh"]}
    why = (
        "it still calls v1.1, whose trigger endpoints are removed on 1 February 2027; "
        "the config is ready for its request, and only the caller waits"
    )
    assert faults(compared(OLD, mixed)) == [f"deploy: unknown: {why}", f"scan: unknown: {why}"]


BRANCHING = f"""
    if [ -n "$1" ]; then stage=$1; else stage=beta; fi
    for zone in $(cat zones); do
      curl -u "$TOKEN:" -d 'build_parameters[CIRCLE_JOB]=scan' -d "build_parameters[STAGE]=$stage" \\
        -d "build_parameters[ZONE]=$zone" {V1}/tree/main
    done
    """


@pytest.mark.parametrize(
    ("good", "bad"),
    [("stage=beta", "stage=alpha"), ("stage=$1", "stage=$2"), ("cat zones", "cat other"), ("; else stage=beta", "")],
)
def test_a_variable_that_gets_another_value_is_caught(good: str, bad: str) -> None:
    old = files(CONFIG, trigger=BRANCHING)
    new = migrated(old)
    assert not faults(compared(old, new))
    mutant = new["trigger.sh"].replace(good, bad)
    assert mutant != new["trigger.sh"]
    (found,) = faults(compared(old, {**new, "trigger.sh": mutant}))
    assert found.startswith("scan: unknown: $")
    assert found.endswith(" gets its value in another way than before")
