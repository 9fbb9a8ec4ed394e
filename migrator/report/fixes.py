"""The replacements that turn one text into another, line by line, for programs that make edits of their own."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import Change


@dataclass(frozen=True, slots=True)
class Replacement:
    """Characters to delete, from line and column up to end line and end column (all from 1), and what to put there."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


def replacements(change: Change) -> tuple[Replacement, ...]:
    """The replacements of one change, in order. They do not touch each other."""
    before, after = (_lines(data) for data in (change.before, change.after))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return tuple(_replacements(before, after, matcher))


def _replacements(before: list[str], after: list[str], matcher: SequenceMatcher[str]) -> Iterator[Replacement]:
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            text = "".join(after[new_start:new_end])
            yield Replacement(*_place(before, start), *_place(before, end), text)


def _place(lines: list[str], index: int) -> tuple[int, int]:
    """The start of a line; behind the last one, the end of the text."""
    if index < len(lines) or not lines:
        return index + 1, 1
    last = lines[-1]
    return (index + 1, 1) if last.endswith("\n") else (index, len(last) + 1)


def _lines(data: bytes) -> list[str]:
    *ended, last = data.decode("utf-8-sig", "replace").split("\n")
    return [line + "\n" for line in ended] + ([last] if last else [])
