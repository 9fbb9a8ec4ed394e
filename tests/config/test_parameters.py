"""Pipeline parameters are declared where people look for them, and an earlier run's selector is extended."""

from __future__ import annotations

import pytest

from codemods.config.parameters import declare
from migrator.errors import Refusal
from migrator.syntax.yaml import load
from tests.config.support import cases, job, plan


@pytest.mark.parametrize(("before", "after"), cases("parameters"))
@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_the_selector_is_declared(before: str, after: str, eol: str) -> None:
    before, after = before.replace("\n", eol), after.replace("\n", eol)
    assert declare(before, plan("build")).text == after
    assert declare(before.rstrip(), plan("build")).text == after.rstrip()
    assert declare(after, plan("build")).text == after


def test_variables_and_revision_get_a_string_each() -> None:
    wanted = plan(job("build", "VERSION", "OPT", revision="sometimes"))
    data = load(declare("version: 2.1\n", wanted).text)
    assert isinstance(data, dict)
    assert list(data["parameters"]) == ["run_job", "version", "opt", "revision"]
    assert data["parameters"]["opt"] == {"type": "string", "default": ""}


@pytest.mark.parametrize("name", ["yes", "on", "1.10", "a b", "x: y", "null", "'", '"', "a#b", "-", "~", "true", "0x1"])
def test_job_names_stay_text(name: str) -> None:
    data = load(declare("version: 2.1\n", plan(name)).text)
    assert isinstance(data, dict)
    assert data["parameters"]["run_job"]["enum"] == ["none", name]


@pytest.mark.parametrize(
    ("enum", "after"),
    [
        ("[none, build]", "[none, build, deploy]"),
        ("[none, build, ]", "[none, build, deploy, ]"),
        ("\n      - none\n      - build # c", "\n      - none\n      - build # c\n      - deploy"),
    ],
)
def test_a_selector_of_an_earlier_run_is_extended(enum: str, after: str) -> None:
    text = f"version: 2.1\nparameters:\n  run_job:\n    type: enum\n    enum: {enum}\n    default: none\njobs: {{}}\n"
    result = declare(text, plan("build", "deploy")).text
    assert result == text.replace(f"enum: {enum}", f"enum: {after}")


@pytest.mark.parametrize(
    "declared",
    [
        "run_job: {type: string, default: ''}",
        "run_job: {type: enum, enum: [build, none], default: build}",
        "build_number: {type: integer, default: 1}",
    ],
)
def test_a_name_that_stands_for_something_else_is_refused(declared: str) -> None:
    with pytest.raises(Refusal, match="declared"):
        declare(f"version: 2.1\nparameters: {{{declared}}}\n", plan(job("build", "BUILD_NUMBER")))


def test_more_than_a_hundred_parameters_are_refused() -> None:
    names = " ".join(f"V{number}" for number in range(100))
    with pytest.raises(Refusal, match="100"):
        declare("version: 2.1\n", plan(job("build", names)))
