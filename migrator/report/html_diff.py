"""Before and after, side by side: a change as two columns of lines that belong together."""

from __future__ import annotations

from difflib import SequenceMatcher
from html import escape
from typing import TYPE_CHECKING

from migrator.report.redact import redact

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrator.model import Change

_CONTEXT = 3

# Number and text of a line, or None where the other side has one and this side has not.
_Line = tuple[int, str] | None
_Row = tuple[_Line, _Line, bool]


def side_by_side(change: Change) -> str:
    """All differing stretches of a change, each with its context."""
    before, after = (_lines(data) for data in (change.before, change.after))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    hunks = (list(_rows(before, after, group)) for group in matcher.get_grouped_opcodes(_CONTEXT))
    titles = '<div class="titles"><span>before</span><span>after</span></div>'
    return f'<div class="diff">{titles}{"".join(_hunk(rows) for rows in hunks)}</div>'


def _lines(data: bytes) -> list[str]:
    lines = data.decode("utf-8-sig", "replace").split("\n")
    return [redact(line.rstrip("\r")) for line in (lines[:-1] if lines[-1] == "" else lines)]


def _rows(
    before: Sequence[str], after: Sequence[str], group: Sequence[tuple[str, int, int, int, int]]
) -> Iterator[_Row]:
    for tag, start, end, new_start, new_end in group:
        for offset in range(max(end - start, new_end - new_start)):
            old, new = start + offset, new_start + offset
            yield (
                (old + 1, before[old]) if old < end else None,
                (new + 1, after[new]) if new < new_end else None,
                tag == "equal",
            )


def _hunk(rows: Sequence[_Row]) -> str:
    sides = (
        ("before", "gone", [(old, new, same) for old, new, same in rows]),
        ("after", "new", [(new, old, same) for old, new, same in rows]),
    )
    return f'<div class="sides">{"".join(_side(*side) for side in sides)}</div>'


def _side(title: str, kind: str, rows: Sequence[_Row]) -> str:
    lines = "".join(_row(kind, *row) for row in rows)
    return f'<div class="side" data-title="{title}"><div class="lines">{lines}</div></div>'


def _row(kind: str, line: _Line, other: _Line, same: bool) -> str:
    if line is None:
        return '<div class="row none"><i></i></div>'
    number, content = line
    if same:
        return f'<div class="row"><i>{number}</i>{escape(content)}</div>'
    return f'<div class="row {kind}"><i>{number}</i>{_marked(content, other[1]) if other else escape(content)}</div>'


def _marked(content: str, other: str) -> str:
    """The line with a mark around what the other one has not, where enough of them is the same."""
    head = _same(content, other)
    tail = _same(content[head:][::-1], other[head:][::-1])
    if head + tail < min(len(content), len(other)) / 2 or head + tail == len(content):
        return escape(content)
    end = len(content) - tail
    return f"{escape(content[:head])}<mark>{escape(content[head:end])}</mark>{escape(content[end:])}"


def _same(one: str, other: str) -> int:
    """How many characters both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (left, right) in pairs if left != right), min(len(one), len(other)))
