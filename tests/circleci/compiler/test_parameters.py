"""Pipeline parameters: declarations, arguments, types, limits."""

from __future__ import annotations

import re

import pytest

from migrator.circleci.compiler import CompileError, Pipeline, UnknownError
from tests.circleci.compiler.support import api, names, only, push, run, workflows

PARAMETERS = """
parameters:
  image: {type: string, default: "image:1"}
  fast: {type: boolean, default: false}
  nodes: {type: integer, default: 1}
  run_job: {type: enum, enum: [none, build], default: none, description: "what to << start"}
jobs:
  build:
    docker: [{image: << pipeline.parameters.image >>}]
    parallelism: << pipeline.parameters.nodes >>
    steps: [{run: "echo << pipeline.parameters.fast >> << pipeline.parameters.run_job >>"}]
workflows:
  all: {jobs: [build]}
"""


def start(**arguments: object) -> Pipeline:
    return run("version: 2.1\n" + PARAMETERS, api(**arguments))


def test_defaults() -> None:
    job = only(start())
    assert job.executor == {"docker": [{"image": "image:1"}]}
    assert job.parallelism == 1
    assert job.steps[0].settings == {"command": "echo false none"}


def test_arguments_take_their_place() -> None:
    job = only(start(image="image:2", fast=True, nodes=4, run_job="build"))
    assert job.executor == {"docker": [{"image": "image:2"}]}
    assert job.parallelism == 4
    assert job.steps[0].settings == {"command": "echo true build"}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("fast", "true", 'Type error for argument fast: expected type: boolean, actual value: "true" (type string)'),
        ("fast", 1, "Type error for argument fast: expected type: boolean, actual value: 1 (type integer)"),
        ("nodes", "1", 'Type error for argument nodes: expected type: integer, actual value: "1" (type string)'),
        ("nodes", True, "Type error for argument nodes: expected type: integer, actual value: true (type boolean)"),
        ("nodes", 1.5, "Type error for argument nodes: expected type: integer, actual value: 1.5 (type number)"),
        ("image", 500, "Type error for argument image: expected type: string, actual value: 500 (type integer)"),
        ("image", None, "Type error for argument image: expected type: string, actual value: null (type null)"),
        ("run_job", "deploy", "expected type: enum, one of: none, build"),
        ("run_job", "", "expected type: enum"),
        ("other", "x", "Unexpected argument(s): other"),
    ],
)
def test_arguments_of_wrong_types(name: str, value: object, message: str) -> None:
    with pytest.raises(CompileError) as error:
        start(**{name: value})
    assert message in error.value.message


def test_every_unexpected_argument_is_named() -> None:
    with pytest.raises(CompileError, match=re.escape("Unexpected argument(s): a, b")):
        start(a="1", b="2")


def test_limits() -> None:
    assert only(start(image="x" * 512)).executor == {"docker": [{"image": "x" * 512}]}
    with pytest.raises(CompileError, match="512"):
        start(image="x" * 513)
    with pytest.raises(CompileError, match="128"):
        start(**{"k" * 129: "x"})
    with pytest.raises(CompileError, match="100"):
        start(**{f"k{n}": "x" for n in range(101)})


@pytest.mark.parametrize(
    "declaration",
    [
        "{type: string}",
        "{default: x}",
        "x",
        "{type: steps, default: []}",
        "{type: executor, default: x}",
        "{type: string, default: 1.0}",
        "{type: string, default: yes}",
        "{type: string, default: }",
        "{type: boolean, default: 'true'}",
        "{type: integer, default: 1.5}",
        "{type: enum, enum: [a, b], default: c}",
        "{type: enum, default: c}",
        "{type: enum, enum: [], default: c}",
    ],
)
def test_declarations_that_are_refused(declaration: str) -> None:
    with pytest.raises(CompileError):
        workflows(f"parameters: {{p: {declaration}}}\nworkflows: {{w: {{jobs: [build]}}}}")


def test_booleans_are_yaml_1_1() -> None:
    pipeline = workflows("""
        parameters: {p: {type: boolean, default: on}}
        workflows: {w: {when: << pipeline.parameters.p >>, jobs: [build]}}
        """)
    assert names(pipeline) == ["w/build"]


def test_a_tag_in_a_default_is_not_guessed() -> None:
    with pytest.raises(UnknownError):
        workflows('parameters: {p: {type: string, default: "<< pipeline.id >>"}}\nworkflows: {w: {jobs: [build]}}')


def test_a_parameter_that_is_not_declared() -> None:
    with pytest.raises(CompileError, match=r"Unknown variable\(s\): pipeline.parameters.nope"):
        workflows("workflows: {w: {when: << pipeline.parameters.nope >>, jobs: [build]}}")


def test_a_value_with_a_tag_in_it_is_not_evaluated_again() -> None:
    pipeline = start(image="<< pipeline.parameters.run_job >>")
    assert only(pipeline).executor == {"docker": [{"image": "<< pipeline.parameters.run_job >>"}]}


def test_a_pipeline_of_version_2_takes_no_parameters() -> None:
    with pytest.raises(CompileError, match="Unexpected argument"):
        run("version: 2\n" + PARAMETERS, api(nodes=1))


def test_a_push_has_the_defaults() -> None:
    assert only(run("version: 2.1\n" + PARAMETERS, push("dev"))).parallelism == 1


def test_nor_is_it_in_a_matrix_or_an_executor() -> None:
    config = """
        version: 2.1
        parameters: {text: {type: string, default: x}}
        executors: {box: {parameters: {tag: {type: string}}, docker: [{image: << parameters.tag >>}]}}
        jobs:
          build:
            parameters: {t: {type: string}}
            executor: {name: box, tag: << parameters.t >>}
            steps: [run: "echo << parameters.t >>"]
        workflows: {w: {jobs: [build: {name: a, matrix: {parameters: {t: [<< pipeline.parameters.text >>]}}}]}}
        """
    job = only(run(config, api(text="<< y >>")))
    assert job.executor == {"docker": [{"image": "<< y >>"}]}
    assert job.steps[0].settings == {"command": "echo << y >>"}


@pytest.mark.parametrize(
    ("declared", "value", "fits"),
    [
        ("string", "pipeline.id", True),
        ("integer", "pipeline.number", True),
        ("boolean", "pipeline.git.branch.is_default", True),
        ("boolean", "pipeline.event.github.pull_request.draft", True),
        ("boolean", "not pipeline.id", True),
        ("string", "pipeline.event.name", True),
        ("env_var_name", "pipeline.id", True),
        ("boolean", "pipeline.id", False),
        ("string", "pipeline.number", False),
        ("integer", "pipeline.number == 1", False),
    ],
)
def test_types_of_pipeline_values(declared: str, value: str, fits: bool) -> None:
    config = f"""
        version: 2.1
        jobs: {{build: {{machine: true, parameters: {{p: {{type: {declared}}}}}, steps: [checkout]}}}}
        workflows: {{w: {{jobs: [{{build: {{p: << {value} >>}}}}]}}}}
        """
    if fits:
        assert names(run(config)) == ["w/build"]
        return
    with pytest.raises(CompileError, match=f"Type error for argument p: expected type: {declared}"):
        run(config)
