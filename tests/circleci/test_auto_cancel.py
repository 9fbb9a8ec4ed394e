"""Pipelines on one branch may cancel each other; the report says so once, where it can matter."""

from __future__ import annotations

import pytest

from migrator.model import Severity
from tests.verifying.support import V1, files, report

_CONFIG = """\
version: 2.1
jobs:
  a: {machine: true, steps: [checkout]}
  b: {machine: true, steps: [checkout]}
"""
_CALL = "curl -u $T: -d build_parameters[CIRCLE_JOB]={} " + V1 + "{}\n"


def _notes(script: str) -> list[tuple[int, str]]:
    outcomes = report(files(_CONFIG, go=script)).outcomes
    found = [(number, note) for number, outcome in enumerate(outcomes) for note in outcome.notes]
    assert {note.severity for _, note in found if note.code != "not-proved"} <= {Severity.INFO}
    return [(number, note.message) for number, note in found if note.code == "auto-cancel"]


@pytest.mark.parametrize(
    "script",
    [
        _CALL.format("a", ""),
        _CALL.format("a", "/tree/main") + _CALL.format("b", "/tree/master"),
        f"curl -u $T: -X POST -d branch=topic {V1}/build\n",
        f"curl -u $T: -d build_parameters[CIRCLE_JOB]=a -d tag=v1 {V1}\n",
    ],
)
def test_no_word_where_nothing_can_be_cancelled(script: str) -> None:
    assert _notes(script) == []


def test_one_word_for_all_calls_at_the_first_that_is_concerned() -> None:
    script = _CALL.format("a", "/tree/main") + _CALL.format("a", "/tree/$B") + _CALL.format("b", "/tree/release")
    ((number, message),) = _notes(script)
    assert number == 1
    assert "($B, release)" in message
    assert "One call alone" not in message


def test_a_loop_says_how_many_pipelines_share_the_branch() -> None:
    loop = f"for job in a b; do\n  {_CALL.format('$job', '/tree/$CIRCLE_BRANCH')}done\n"
    ((_, message),) = _notes(loop)
    assert "One call alone starts 2 of them." in message


def test_a_branch_for_each_turn_of_a_loop_is_shared_by_none() -> None:
    ((_, message),) = _notes(f"for b in x y; do\n  {_CALL.format('a', '/tree/$b')}done\n")
    assert "One call alone" not in message
