"""Parts of the HTML page: escaping, chips, excerpts, notes, and a change in two columns."""

from __future__ import annotations

from difflib import SequenceMatcher
from html import escape
from typing import TYPE_CHECKING

from migrator.model import Severity
from migrator.report.excerpt import printable
from migrator.report.redact import redact, redact_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrator.model import Change
    from migrator.report.results import Finding


_TONES = {Severity.ERROR: "manual", Severity.WARNING: "unsafe", Severity.INFO: ""}
_LONGEST = 400


def text(content: str) -> str:
    """Text as HTML: nothing in it is markup, and what cannot be seen is made visible."""
    return escape(printable(content))


def prose(content: str) -> str:
    """A sentence as HTML, with what stands in backticks as code."""
    pieces = text(content).split("`")
    if len(pieces) % 2 == 0:  # a backtick that stands for itself
        return text(content)
    return "".join(f"<code>{piece}</code>" if number % 2 else piece for number, piece in enumerate(pieces))


def tone(finding: Finding) -> str:
    """The class that colours a finding."""
    return finding.status.value if finding.status else "ignored"


def chip(label: str, kind: str) -> str:
    """A coloured label."""
    return f'<span class="chip {kind}">{text(label)}</span>'


def notes(finding: Finding) -> str:
    """All notes of a finding as a list; empty when there are none."""
    items = (
        f'<li class="{_TONES[note.severity]}">{prose(redact(note.message))} '
        f'<span class="code">{text(note.code)}</span></li>'
        for note in finding.notes
    )
    listed = "".join(items)
    return f'<ul class="notes">{listed}</ul>' if listed else ""


def excerpt(finding: Finding) -> str:
    """The lines of the call as they stand in the file, the call itself underlined; empty when they are not at hand."""
    place = finding.place
    data = finding.root.files.get(place.path.removeprefix(finding.root.prefix))
    if data is None or finding.outcome is None:
        return ""
    lines = data.decode("utf-8-sig", "replace").split("\n")[place.line - 1 : place.end_line]
    if not lines:
        return ""
    before = redact(lines[0][: place.column - 1])
    called = [lines[0][place.column - 1 :], *lines[1:]]
    shown = "\n".join(_cut(line) for line in redact_lines(line.rstrip("\r") for line in called))
    lead = text(before if len(before) <= _LONGEST else "…" + before[-40:])
    body = "\n".join(text(line) for line in shown.split("\n"))
    return f'<pre class="{tone(finding)}">{lead}<mark>{body}</mark></pre>'


def _cut(line: str) -> str:
    """A minified file is one line of thousands of signs."""
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "…"


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
    return redact_lines(line.rstrip("\r") for line in (lines[:-1] if lines[-1] == "" else lines))


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
