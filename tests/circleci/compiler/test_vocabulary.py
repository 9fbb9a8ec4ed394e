"""What CircleCI's published schema has is known here; what neither has is left as it is."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from migrator.circleci.compiler import CompileError, JobRun, Step
from migrator.circleci.compiler.vocabulary import (
    ENTRY_KEYS,
    EXECUTOR_KEYS,
    JOB_KEYS,
    JOB_TYPES,
    PARAMETER_KEYS,
    STEP_KEYS,
    TOP_LEVEL,
    WORKFLOW_KEYS,
)
from tests.circleci.compiler.support import only, run

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = dict[str, Any]


@cache
def schema() -> Schema:
    path = files("check_jsonschema") / "builtin_schemas" / "vendor" / "circle-ci.json"
    found: Schema = json.loads(path.read_text(encoding="utf-8"))
    return found


def _alternatives(part: object) -> Iterator[Schema]:
    """The part with everything that it says may stand in its place, references followed once each."""
    waiting, seen = [part], set()
    while waiting:
        found = waiting.pop()
        if not isinstance(found, dict) or id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        waiting += [found.get(key) for key in ("if", "then", "else")]
        for key in ("oneOf", "anyOf", "allOf"):
            waiting += found.get(key, [])
        if "$ref" in found:
            target: Any = schema()
            for name in found["$ref"].removeprefix("#/").split("/"):
                target = target[int(name) if isinstance(target, list) else name]
            waiting.append(target)


def keys(part: object) -> set[str]:
    """The keys that a map may have here, with `parameters` for what it may call its own."""
    return {name for found in _alternatives(part) for name in found.get("properties", {})}


def _each(section: str) -> Any:
    return schema()["properties"][section]["additionalProperties"]


def _definition(name: str) -> Any:
    return schema()["definitions"][name]


def _at(part: object, name: str) -> Schema:
    """What may stand under a key, in whichever alternative has it."""
    return {"anyOf": [p["properties"][name] for p in _alternatives(part) if name in p.get("properties", {})]}


def _nested(part: object) -> Schema:
    return {
        "anyOf": [found["additionalProperties"] for found in _alternatives(part) if "additionalProperties" in found]
    }


def test_the_top_level_of_the_schema_is_known() -> None:
    assert keys(schema()) == TOP_LEVEL


def test_the_steps_of_the_schema_are_known() -> None:
    step = _definition("step")
    assert keys(step) == {*STEP_KEYS, "when", "unless"}
    gained = {name: keys(_at(step, name)) - known for name, known in STEP_KEYS.items()}
    assert {name: found for name, found in gained.items() if found} == {}


def test_the_jobs_of_the_schema_are_known() -> None:
    job = _definition("jobInvocation")
    types = {name for found in _alternatives(_at(job, "type")) for name in found.get("enum", [found.get("const")])}
    assert types - {None} == JOB_TYPES
    assert keys(job) - JOB_KEYS == set()


def test_the_executors_of_the_schema_are_known() -> None:
    assert keys(_each("executors")) - {"description", "parameters"} - set(EXECUTOR_KEYS) == set()


def test_the_workflows_of_the_schema_are_known() -> None:
    assert keys(_each("workflows")) == WORKFLOW_KEYS
    assert keys(_nested(_definition("workflowJobInvocation"))) - ENTRY_KEYS == set()


def test_the_parameters_of_the_schema_are_known() -> None:
    assert keys(_each("parameters")) | keys(_definition("jobParameters")["additionalProperties"]) == PARAMETER_KEYS


def test_the_operators_of_the_schema_are_known() -> None:
    assert keys(_definition("logic")) == {"and", "or", "not", "equal", "matches"}


CONFIG = """
version: 2.1
future: {setting: 1}
functions: {tools: example.org/acme/tools@v1.2.3}
commands: {local: {parameters: {text: {type: string, default: hi}}, steps: [run: echo << parameters.text >>]}}
executors: {box: {docker: [{image: a}], colour: blue}}
jobs:
  build:
    %s
workflows: {w: {jobs: [build]}}
"""


def job(*lines: str) -> JobRun:
    return only(run(CONFIG % "\n    ".join(lines)))


def test_steps_inside_a_tool_cache_are_steps() -> None:
    found = job("machine: true", "steps: [checkout, with_tool_cache: {tool: gradle, steps: [local: {text: yo}]}]")
    assert found.steps == (
        Step("checkout"),
        Step("with_tool_cache", {"tool": "gradle", "at": "start"}),
        Step("run", {"command": "echo yo"}),
        Step("with_tool_cache", {"tool": "gradle", "at": "end"}),
    )


@pytest.mark.parametrize(
    ("step", "settings"),
    [
        ("tools", {"function": "example.org/acme/tools@v1.2.3", "name": "tools", "arguments": None}),
        (
            "tools/tidy: {n: << pipeline.git.branch >>}",
            {"function": "example.org/acme/tools@v1.2.3", "name": "tools/tidy", "arguments": {"n": "main"}},
        ),
        ("polish", {"name": "polish", "arguments": None}),
        (
            "polish: {then: [local]}",
            {"name": "polish", "arguments": {"then": (Step("run", {"command": "echo hi"}),)}},
        ),
    ],
)
def test_steps_that_are_not_known_here_are_left_as_they_are(step: str, settings: dict[str, object]) -> None:
    assert job("machine: true", f"steps: [{step}]").steps == (Step("opaque", settings),)


def test_steps_and_keys_of_code_signing() -> None:
    found = job("macos: {xcode: 16.0.0, code_signing: [bundle]}", "steps: [install_signing_bundle]")
    assert found.steps == (Step("install_signing_bundle"),)
    assert found.executor == {"macos": {"xcode": "16.0.0", "code_signing": ["bundle"]}}


def test_keys_that_are_not_known_here_are_part_of_what_runs() -> None:
    found = job("executor: box", "shade: << pipeline.git.branch >>", "steps: [checkout]")
    assert found.settings == {"shade": "main", "colour": "blue"}
    text = CONFIG % "{machine: true, steps: [checkout]}"
    assert only(run(text.replace("{w: {", "{w: {pace: slow, "))).settings == {"pace": "slow"}


def test_a_release_is_validated() -> None:
    found = job("type: release", "plan_name: p", "validation: {enabled: true}")
    assert found.settings == {"type": "release", "plan_name": "p", "validation": {"enabled": True}}
    assert found.opaque is None


def test_a_type_of_job_that_is_not_known_here_is_opaque() -> None:
    found = job("type: dream", "about: sheep", "steps: [run: count]")
    assert found.opaque == "job build of type dream"
    assert found.settings == {"type": "dream", "about": "sheep", "steps": [{"run": "count"}]}
    assert found.steps == ()


@pytest.mark.parametrize("step", ["shell: make", "setup_docker_engine"])
def test_steps_that_the_documentation_has_taken_back_are_refused(step: str) -> None:
    with pytest.raises(CompileError, match="Cannot find a definition for command named"):
        job("machine: true", f"steps: [{step}]")
