"""Where a job runs and what its environment is."""

from __future__ import annotations

import pytest

from migrator.circleci.compiler import CompileError, JobRun
from migrator.circleci.compiler.expr import CLOSE, OPEN
from migrator.circleci.compiler.steps import environment_of
from tests.circleci.compiler.support import only, run

EXECUTORS = """
version: 2.1
executors:
  node:
    parameters: {tag: {type: string, default: lts}, special: {type: string, default: none}}
    docker: [{image: "node:<< parameters.tag >>", environment: {IN: image}}]
    resource_class: large
    shell: /bin/sh
    working_directory: ~/node
    environment: {ENV: ci, SPECIAL: << parameters.special >>}
"""


def job(keys: str) -> JobRun:
    return only(
        run(f"{EXECUTORS}\njobs: {{build: {{{keys}, steps: [checkout]}}}}\nworkflows: {{w: {{jobs: [build]}}}}")
    )


def test_a_named_executor() -> None:
    found = job("executor: node")
    assert found.executor == {
        "docker": [{"image": "node:lts", "environment": {"IN": "image"}}],
        "resource_class": "large",
    }
    assert (found.shell, found.working_directory) == ("/bin/sh", "~/node")
    assert found.environment == {"ENV": "ci", "SPECIAL": "none"}


def test_arguments_and_a_default_from_a_parameter() -> None:
    found = job("executor: {name: node, tag: '18', special: x}")
    assert found.executor["docker"] == [{"image": "node:18", "environment": {"IN": "image"}}]
    assert found.environment["SPECIAL"] == "x"
    found = job("parameters: {v: {type: string, default: '20'}}, executor: {name: node, tag: << parameters.v >>}")
    assert found.executor["docker"] == [{"image": "node:20", "environment": {"IN": "image"}}]


def test_an_executor_as_a_parameter() -> None:
    found = job("parameters: {e: {type: executor, default: {name: node, tag: '9'}}}, executor: << parameters.e >>")
    assert found.executor["docker"] == [{"image": "node:9", "environment": {"IN": "image"}}]
    found = job("parameters: {e: {type: executor, default: node}}, executor: {name: << parameters.e >>, tag: '8'}")
    assert found.executor["docker"] == [{"image": "node:8", "environment": {"IN": "image"}}]


def test_the_jobs_own_keys_win_and_environments_add_up() -> None:
    found = job("executor: node, docker: [{image: base}], environment: {ENV: job, OWN: 1}, shell: bash")
    assert found.executor == {"docker": [{"image": "base"}], "resource_class": "large"}
    assert found.environment == {"ENV": "job", "SPECIAL": "none", "OWN": "1"}
    assert found.shell == "bash"
    assert job("executor: node, machine: true").executor == {"machine": True, "resource_class": "large"}


def test_the_other_keys_of_a_job() -> None:
    found = job("machine: true, parallelism: 3, circleci_ip_ranges: true, description: 'a << b'")
    assert found.parallelism == 3
    assert found.settings == {"circleci_ip_ranges": True}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("executor: nope", "Cannot find a definition for executor named nope"),
        ("executor: {name: node, nope: 1}", "Unexpected argument(s): nope"),
        ("executor: {tag: x}", "expected a name"),
        ("resource_class: small", "required key [docker], [machine], [macos] or [executor] not found"),
        ("machine: true, parallelism: many", "parallelism: expected type: Integer"),
        ("machine: true, parameters: {name: {type: string, default: x}}", "Parameter name is reserved: name"),
        ("machine: true, environment: x", "environment: expected type: Mapping"),
    ],
)
def test_what_is_refused(keys: str, message: str) -> None:
    with pytest.raises(CompileError) as error:
        job(keys)
    assert message in error.value.message


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        (None, {}),
        ({}, {}),
        ({"A": "x", "B": 2, "C": True, "D": 1.5}, {"A": "x", "B": "2", "C": "true", "D": "1.5"}),
        (["A=x=y", "B="], {"A": "x=y", "B": ""}),
        ([{"A": "x"}, {"A": "z", "B": 1}], {"A": "z", "B": "1"}),
        ("A=x", {"A": "x"}),
        ({"A": None}, {"A": f"{OPEN}null{CLOSE}"}),
        ({"A": 1234567}, {"A": f"{OPEN}1234567{CLOSE}"}),
        ({"A": "1234567", "B": 999999}, {"A": "1234567", "B": "999999"}),
    ],
)
def test_spellings_of_environment(declared: object, expected: dict[str, str]) -> None:
    assert environment_of(declared) == expected


@pytest.mark.parametrize("declared", [3, "x", ["A"], {"A": ["x"]}, {"A": {"B": 1}}])
def test_environments_that_are_refused(declared: object) -> None:
    with pytest.raises(CompileError):
        environment_of(declared)
