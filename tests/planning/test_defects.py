"""Where the tool itself fails over one file or one call, all others are still done, and the exit status says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from codemods import find_calls
from codemods.found import Rewrite
from codemods.shell.caller import CommandInScript
from migrator.circleci.plan.decide import decide
from migrator.circleci.proof.equivalence import prove_call
from migrator.cli.app import run
from migrator.model import Edit, Span, Status, static
from migrator.planning import proof, read
from tests.verifying.support import V1, files, report

if TYPE_CHECKING:
    from collections.abc import Callable

    from migrator.model import Report
    from tests.conftest import MakeRepository

CONFIG = """
version: 2.1
jobs:
  a: {docker: [{image: cimg/base:2024.01}], steps: [checkout]}
  b: {docker: [{image: cimg/base:2024.01}], steps: [checkout]}
workflows:
  main:
    jobs: [a]
"""


def call(job: str) -> str:
    return f'curl -u "$T:" -d "build_parameters[CIRCLE_JOB]={job}" {V1}/tree/main\n'


FILES = files(CONFIG, bad=call("a"), good=call("b"))


def failing(real: Callable[..., Any], concerns: Callable[..., bool]) -> Callable[..., Any]:
    """A function that fails over some of what it is given, as only a defect does."""

    def fail(*arguments: Any, **more: Any) -> Any:
        if concerns(*arguments):
            raise KeyError("a defect")
        return real(*arguments, **more)

    return fail


def in_reading(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(read, "find_calls", failing(find_calls, lambda source: source.path == "bad.sh"))


def in_deciding(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(read, "decide", failing(decide, lambda call, *_: call.path == "bad.sh"))


def in_writing(patch: pytest.MonkeyPatch) -> None:
    def is_bad(writer: CommandInScript, *_: object) -> bool:
        job = writer.sighting.trigger.job
        return job is not None and static(job.template) == "a"

    patch.setattr(CommandInScript, "post", failing(CommandInScript.post, is_bad))


def in_proving(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(proof, "prove_call", failing(prove_call, lambda worlds, trigger, jobs, request: jobs == ("a",)))


STAGES = {"reading": in_reading, "deciding": in_deciding, "writing": in_writing, "proving": in_proving}


def told(found: Report) -> list[str]:
    notes = [(problem.path, problem.note) for problem in found.problems]
    notes += [(outcome.call.path, note) for outcome in found.outcomes for note in outcome.notes]
    return [path for path, note in notes if note.code == "tool-defect"]


@pytest.mark.parametrize("stage", STAGES)
def test_the_others_are_done(stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    STAGES[stage](monkeypatch)
    found = report(FILES)
    assert told(found) == ["bad.sh"]
    (good,) = (outcome for outcome in found.outcomes if outcome.call.path == "good.sh")
    assert good.status is Status.SAFE
    assert good.written
    assert [change.path for change in found.changes] == [".circleci/config.yml", "good.sh"]


@pytest.mark.parametrize("stage", STAGES)
def test_the_exit_status_is_that_of_a_defect(
    stage: str, make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    root = make_repository(FILES, remote="git@github.com:acme/app.git")
    STAGES[stage](monkeypatch)
    assert run(["check", str(root)]) == 70
    shown = capfd.readouterr()
    assert "tool-defect" in shown.out
    assert "KeyError" in shown.out
    assert "good.sh:2:1: safe" in shown.out
    assert run(["apply", str(root)]) == 70
    assert "v2/project" in (root / "good.sh").read_text()
    assert (root / "bad.sh").read_text() == FILES["bad.sh"]


TEXT = f"#!/bin/bash\n{call('a')}{call('b')}curl -X POST -d @body {V1}/tree/main\n"
NEW = "curl -X POST https://circleci.com/api/v2/project/gh/acme/app/pipeline"
WRONG = {
    "calls-overlap": lambda job: Edit(Span(0, 20 + ord(job) % 2), NEW),
    "tool-defect": lambda job: Edit(Span(0, 0), f"# {job}\n"),
    "shared-with-manual": lambda job: Edit(Span(0, len(TEXT)), NEW),
}


@pytest.mark.parametrize("code", WRONG)
def test_a_rewrite_that_does_something_else_is_not_written(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new text is looked at: its calls are those that stay, and no two calls change the same."""

    def post(writer: CommandInScript, *_: object) -> Rewrite:
        job = writer.sighting.trigger.job
        return Rewrite((WRONG[code](static(job.template) if job is not None else ""),))

    monkeypatch.setattr(CommandInScript, "post", post)
    found = report({**files(CONFIG), "go.sh": TEXT})
    assert not any(change.path == "go.sh" for change in found.changes)
    assert code in {note.code for outcome in found.outcomes for note in outcome.notes}
