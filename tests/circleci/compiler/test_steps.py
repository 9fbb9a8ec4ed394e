"""Steps: commands, conditional steps, steps as parameters."""

from __future__ import annotations

import textwrap

import pytest

from migrator.circleci.compiler import CompileError, JobRun, Step
from tests.circleci.compiler.support import api, commands, data, only, run

COMMANDS = """
version: 2.1
parameters: {flag: {type: boolean, default: false}}
commands:
  greet:
    parameters: {to: {type: string, default: world}}
    steps: [run: "hello << parameters.to >>"]
  around:
    parameters: {inner: {type: steps, default: []}, loud: {type: boolean, default: false}}
    steps:
      - run: before
      - steps: << parameters.inner >>
      - when: {condition: << parameters.loud >>, steps: [greet: {to: LOUD}]}
      - unless: {condition: << parameters.loud >>, steps: [greet]}
      - run: after
  twice:
    parameters: {what: {type: string}}
    steps: [greet: {to: << parameters.what >>}, around: {inner: [greet: {to: "in << parameters.what >>"}]}]
  checkout: {steps: [run: first, checkout]}
  loop: {steps: [loop2]}
  loop2: {steps: [loop]}
"""


def job(steps: str, parameters: str = "{}", **arguments: object) -> JobRun:
    config = f"""{COMMANDS}
jobs:
  build:
    machine: true
    parameters: {parameters}
    steps: {steps}
workflows: {{w: {{jobs: [build]}}}}
"""
    return only(run(config, api(**arguments)))


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("[greet]", ["hello world"]),
        ("[greet: ]", ["hello world"]),
        ("[greet: {to: you}]", ["hello you"]),
        ("[greet: {to: ''}]", ["hello "]),
        ("[around]", ["before", "hello world", "after"]),
        ("[around: {loud: true}]", ["before", "hello LOUD", "after"]),
        ("[around: {inner: [run: x, greet: {to: y}]}]", ["before", "x", "hello y", "hello world", "after"]),
        ("[twice: {what: z}]", ["hello z", "before", "hello in z", "hello world", "after"]),
        ("[checkout]", ["first", "checkout"]),
        ("[when: {condition: true, steps: [run: a]}, when: {condition: '', steps: [run: b]}]", ["a"]),
        ("[unless: {condition: false, steps: [run: a]}, unless: {condition: x, steps: [run: b]}]", ["a"]),
        ("[when: {condition: {not: << pipeline.parameters.flag >>}, steps: [run: a, run: b]}]", ["a", "b"]),
        ('[when: {condition: << pipeline.parameters.flag or pipeline.git.branch == "main" >>, steps: [greet]}]',
         ["hello world"]),
        ("[when: {condition: true, steps: {run: a}}]", ["a"]),
        ("[steps: [run: a]]", ["a"]),
    ],
)  # fmt: skip
def test_expansion(steps: str, expected: list[str]) -> None:
    assert commands(job(steps)) == expected


def test_an_expression_without_tag_is_a_literal_in_a_step() -> None:
    """Only `when` of a workflow and `filters` take expressions directly; any other text is truthy."""
    steps = "[when: {condition: pipeline.git.branch == 'dev', steps: [greet]}]"
    assert commands(job(steps)) == ["hello world"]


def test_job_parameters_decide_about_steps() -> None:
    parameters = "{pre: {type: boolean, default: false}, ref: {type: string, default: << pipeline.git.branch >>}}"
    steps = """[run: "pre is << parameters.pre >> on << parameters.ref >>",
        when: {condition: << parameters.pre >>, steps: [run: a]},
        unless: {condition: << parameters.pre >>, steps: [run: b]}]"""
    assert commands(job(steps, parameters)) == ["pre is false on main", "b"]


def test_nested_conditions_of_the_cookbook() -> None:
    """((branch and not p1) or not p3) and (not p3 or p1 or p2), as statement and as expression, all 16 ways."""
    statement = """{and: [{or: [{and: [{equal: [main, << pipeline.git.branch >>]}, {not: << parameters.p1 >>}]},
        {not: << parameters.p3 >>}]}, {or: [{not: << parameters.p3 >>}, << parameters.p1 >>, << parameters.p2 >>]}]}"""
    expression = """<< ((pipeline.git.branch == "main" and not parameters.p1) or not parameters.p3)
        and (not parameters.p3 or (parameters.p1 or parameters.p2)) >>"""
    for bits in range(8):
        p1, p2, p3 = (bool(bits & mask) for mask in (1, 2, 4))
        declared = ", ".join(
            f"{name}: {{type: boolean, default: {str(value).lower()}}}"
            for name, value in {"p1": p1, "p2": p2, "p3": p3}.items()
        )
        expected = ["yes"] if (not p1 or not p3) and (not p3 or p1 or p2) else []
        for condition in (statement, f"'{expression}'"):
            found = job(f"[when: {{condition: {condition}, steps: [run: 'yes']}}]", f"{{{declared}}}")
            assert commands(found) == expected


def test_what_is_not_known_stays_a_conditional_step() -> None:
    (step,) = job("[when: {condition: << pipeline.schedule.id or pipeline.number >>, steps: [greet]}]").steps
    assert step == Step("when", {"condition": "pipeline.number", "steps": (Step("run", {"command": "hello world"}),)})
    (step,) = job("[unless: {condition: << pipeline.number >>, steps: [greet]}]").steps
    assert step.settings["condition"] == "not pipeline.number"


def test_built_in_steps_keep_their_settings() -> None:
    steps = job("""
      - attach_workspace: {at: src}
      - run: {name: a, command: make, when: on_fail, environment: {A: 1, B: true}, background: true}
      - save_cache: {key: 'v1-{{ checksum "x" }}', paths: [a, b]}
      - deploy: {name: d, command: ship}
      - setup_remote_docker: {version: default}
    """).steps
    kinds = ["attach_workspace", "run", "save_cache", "deploy", "setup_remote_docker"]
    assert [step.kind for step in steps] == kinds
    assert steps[-4].settings == {
        "name": "a",
        "command": "make",
        "when": "on_fail",
        "environment": {"A": "1", "B": "true"},
        "background": True,
    }
    assert steps[-3].settings == {"key": 'v1-{{ checksum "x" }}', "paths": ["a", "b"]}
    assert steps[-2] == Step("deploy", {"name": "d", "command": "ship"})


def test_both_forms_of_run_are_one() -> None:
    assert job("[run: make]").steps == job("[run: {command: make}]").steps


def test_pre_and_post_steps() -> None:
    config = COMMANDS + textwrap.dedent("""
        jobs: {build: {machine: true, parameters: {p: {type: string}}, steps: [greet: {to: << parameters.p >>}]}}
        workflows:
          w: {jobs: [build: {p: job, pre-steps: [greet: {to: pre}], post-steps: [run: post, greet]}]}
        """)
    assert commands(only(run(config))) == ["hello pre", "hello job", "post", "hello world"]


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ("[shell: x]", "Cannot find a definition for command named shell"),
        ("[setup_docker_engine]", "Cannot find a definition for command named setup_docker_engine"),
        ("[twice]", "Missing required argument(s): what"),
        ("[greet: {from: x}]", "Unexpected argument(s): from"),
        ("[greet: {to: 1}]", "Type error for argument to: expected type: string, actual value: 1 (type integer)"),
        ("[around: {inner: x}]", "Type error for argument inner: expected type: steps"),
        ("[around: {loud: 'yes'}]", "Type error for argument loud"),
        ("[greet: x]", "expected type: Mapping"),
        ("[{run: a, name: b}]", "exactly one key"),
        ("[[run]]", "exactly one key"),
        ("[run: ]", "required key [command] not found"),
        ("[run: {name: x}]", "required key [command] not found"),
        ("[when: {condition: true}]", "takes a condition and steps"),
        ("[when: {condition: [], steps: []}]", "logic statement"),
        ("[run: << parameters.x >>]", "Arguments referenced without declared parameters: x"),
        ("[when: {condition: false, steps: [run: << parameters.x >>]}]", "without declared parameters: x"),
        ("[run: cat <<EOF]", "Unclosed '<<' tag"),
        ("[loop]", "calls itself"),
        ("x", "expected type: List"),
    ],
)
def test_what_is_refused(steps: str, message: str) -> None:
    with pytest.raises(CompileError) as error:
        job(steps)
    assert message in error.value.message
    in_job = "Error calling workflow: 'w'\nError calling job: 'build'\n"
    assert error.value.message.startswith((in_job, "job `build`: "))


def test_parameters_are_lexical() -> None:
    """A command does not see the parameters of the job that calls it: CircleCI docs, pipeline-variables."""
    config = """
        version: 2.1
        commands: {say: {steps: [run: << parameters.text >>]}}
        jobs: {build: {machine: true, parameters: {text: {type: string, default: x}}, steps: [say]}}
        workflows: {w: {jobs: [build]}}
        """
    with pytest.raises(CompileError) as error:
        run(config)
    assert error.value.message == (
        "Error calling workflow: 'w'\nError calling job: 'build'\nError calling command: 'say'\n"
        "Arguments referenced without declared parameters: text"
    )


@pytest.mark.parametrize(
    ("name", "fits"), [("AWS_KEY", True), ("_x1", True), ("1X", False), ("A B", False), ("", False)]
)
def test_environment_variable_names(name: str, fits: bool) -> None:
    config = f"""
        version: 2.1
        jobs:
          build:
            machine: true
            parameters: {{key: {{type: env_var_name, default: "{name}"}}}}
            steps: [run: "echo ${{<< parameters.key >>}}"]
        workflows: {{w: {{jobs: [build]}}}}
        """
    assert data(config)
    if fits:
        assert commands(only(run(config))) == [f"echo ${{{name}}}"]
        return
    with pytest.raises(CompileError, match="Type error for argument key: expected type: env_var_name"):
        run(config)


def test_a_command_that_is_no_text_is_not_guessed() -> None:
    (step,) = job("[run: true]").steps
    assert step == Step("run", {"command": "\u27eaTrue\u27eb"})
    (step,) = job("[run: << pipeline.id >>]").steps
    assert step == Step("run", {"command": "\u27eapipeline.id\u27eb"})
