"""One thing in which two worlds differ, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.circleci.runs.unknowns import readable

if TYPE_CHECKING:
    from migrator.circleci.compiler import Step

_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs. Not `sure`: it may be the same, but that rests on what cannot be seen here."""

    text: str
    sure: bool = True


def step_text(step: Step | None) -> str:
    """A step in a few words: its name, or its kind and the first line of its command."""
    if step is None:
        return "nothing"
    name, command = step.settings.get("name"), step.settings.get("command")
    if isinstance(name, str):
        return f"{step.kind} “{cut(name)}”"
    lines = command.strip().splitlines() if isinstance(command, str) else []
    return f"{step.kind} `{cut(lines[0])}`" if lines else step.kind


def cut(text: str) -> str:
    """A text short enough for one line of a table, with what calls send in plain brackets."""
    text = readable(text)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
