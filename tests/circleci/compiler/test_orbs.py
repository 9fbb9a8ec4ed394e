"""Orbs: inline ones are compiled, registry ones are opaque."""

from __future__ import annotations

import pytest

from migrator.circleci.compiler import CompileError, Step
from tests.circleci.compiler.support import api, commands, names, only, run

INLINE = """
version: 2.1
parameters: {v: {type: string, default: "5"}}
orbs:
  node: acme/node@<< pipeline.parameters.v >>
  mine:
    orbs: {deep: {commands: {dig: {steps: [run: dig]}}}, other: acme/other@1}
    executors: {box: {docker: [{image: box}]}}
    commands:
      say: {parameters: {text: {type: string}}, steps: [run: "say << parameters.text >>"]}
      wrap: {parameters: {inner: {type: steps}}, steps: [run: begin, steps: << parameters.inner >>, run: end]}
    jobs:
      talk:
        parameters: {text: {type: string, default: hi}, e: {type: executor, default: box}}
        executor: << parameters.e >>
        steps: [say: {text: << parameters.text >>}, deep/dig, run: "on << pipeline.git.branch >>"]
      opaque: {executor: other/box, steps: [other/work: {a: 1}]}
      leak: {executor: box, steps: [run: << pipeline.parameters.v >>]}
      stray: {executor: box, steps: [local]}
executors: {big: {machine: true}}
commands: {local: {steps: [run: local]}}
jobs: {build: {machine: true, steps: [mine/say: {text: x}, mine/wrap: {inner: [local, mine/say: {text: y}]}]}}
"""


def entry(text: str) -> str:
    return f"{INLINE}\nworkflows: {{w: {{jobs: [{text}]}}}}"


def test_an_inline_orbs_job_uses_the_orbs_own_names() -> None:
    job = only(run(entry("mine/talk")))
    assert commands(job) == ["say hi", "dig", "on main"]
    assert job.executor == {"docker": [{"image": "box"}]}
    assert (job.name, job.job, job.opaque) == ("mine/talk", "mine/talk", None)


def test_arguments_are_read_where_they_are_written() -> None:
    job = only(run(entry("mine/talk: {text: << pipeline.parameters.v >>, e: big}")))
    assert commands(job)[0] == "say 5"
    assert job.executor == {"machine": True}
    assert commands(only(run(entry("build")))) == ["say x", "begin", "local", "say y", "end"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mine/leak", "Unknown variable(s): pipeline.parameters.v"),
        ("mine/nope", "Cannot find a definition for job named mine/nope"),
        ("nope/talk", "Cannot find a definition for job named nope/talk"),
        ("talk", "Cannot find a definition for job named talk"),
        ("mine/talk: {e: box}", "Cannot find a definition for executor named box"),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    with pytest.raises(CompileError) as error:
        run(entry(text))
    assert message in error.value.message


def test_a_registry_orbs_job_is_opaque() -> None:
    arguments = "version: << pipeline.git.branch >>, cmds: [local, run: x]"
    text = f"node/test: {{name: t, context: c, pre-steps: [local], {arguments}}}"
    job = only(run(entry(text)))
    assert job.opaque == "node/test of acme/node@5"
    assert job.contexts == ("c",)
    assert job.steps == (
        Step("run", {"command": "local"}),
        Step(
            "opaque",
            {
                "orb": "acme/node@5",
                "arguments": {
                    "version": "main",
                    "cmds": (Step("run", {"command": "local"}), Step("run", {"command": "x"})),
                },
            },
        ),
    )


def test_the_orbs_version_is_part_of_what_runs() -> None:
    assert only(run(entry("node/test"), api(v="6"))) != only(run(entry("node/test"), api(v="7")))


def test_registry_steps_and_executors_are_opaque() -> None:
    job = only(run(entry("mine/opaque")))
    assert job.steps == (Step("opaque", {"orb": "acme/other@1", "name": "other/work", "arguments": {"a": 1}}),)
    assert job.executor == {"executor": {"orb": "acme/other@1", "name": "other/box", "arguments": {}}}


def test_a_matrix_over_an_opaque_job() -> None:
    assert names(run(entry("node/test: {matrix: {parameters: {v: ['1', '2']}}}"))) == ["w/node/test-1", "w/node/test-2"]


def test_override_with_is_opaque() -> None:
    job = only(run(entry("build: {override-with: node/test}")))
    assert job.opaque == "override-with node/test"
    assert job.settings == {"override-with": "node/test"}


def test_a_job_group_is_opaque_but_what_its_jobs_do_is_compared() -> None:
    config = """
        version: 2.1
        jobs: {a: {machine: true, steps: [run: %s]}, b: {machine: true, steps: [run: b]}}
        job-groups: {both: {jobs: [a, b: {requires: [a]}]}}
        workflows: {w: {jobs: [both: {name: x}]}}
        """
    one, other = only(run(config % "one")), only(run(config % "other"))
    assert one.opaque == other.opaque == "job group both"
    assert one.name == "x"
    assert one != other


RENAMED = """
version: 2.1
orbs: {some: acme/some@1, mine: {jobs: {talk: {machine: true, steps: [checkout]}}}}
executors: {box: some/box, crate: box, loop: round, round: loop}
commands: {work: some/work, dig: {steps: [run: dig]}, spade: dig}
jobs: {theirs: some/build, ours: mine/talk, all: {executor: crate, steps: [work: {a: 1}, spade]}}
"""


def test_a_definition_may_be_the_name_of_another_one() -> None:
    """Orbs are composed so (CircleCI docs: orb-concepts), and CircleCI's schema takes it in configs."""
    job = only(run(f"{RENAMED}\nworkflows: {{w: {{jobs: [all]}}}}"))
    assert job.executor == {"executor": {"orb": "acme/some@1", "name": "some/box", "arguments": {}}}
    assert commands(job) == ["opaque", "dig"]
    assert only(run(f"{RENAMED}\nworkflows: {{w: {{jobs: [theirs: {{a: 1}}]}}}}")).opaque == "some/build of acme/some@1"
    assert commands(only(run(f"{RENAMED}\nworkflows: {{w: {{jobs: [ours]}}}}"))) == ["checkout"]


def test_names_that_lead_nowhere_are_errors() -> None:
    nowhere = f"{RENAMED.replace('loop: round', 'loop: nope')}\nworkflows: {{w: {{jobs: [all]}}}}"
    assert only(run(nowhere)).job == "all"
    for crate, message in (("loop", "refers to itself"), ("nope/x", "Cannot find a definition for executor named")):
        text = RENAMED.replace("crate: box", f"crate: {crate}")
        with pytest.raises(CompileError, match=message):
            run(f"{text}\nworkflows: {{w: {{jobs: [all]}}}}")
