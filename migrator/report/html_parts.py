"""Small pieces of the HTML page: escaping, chips, excerpts, notes."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from migrator.model import Severity
from migrator.report.excerpt import printable
from migrator.report.redact import redact

if TYPE_CHECKING:
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
    lines = [redact(line.rstrip("\r")) for line in lines]
    before = lines[0][: place.column - 1]
    lines[0] = lines[0][place.column - 1 :]
    shown = "\n".join(_cut(line) for line in lines)
    lead = text(before if len(before) <= _LONGEST else "…" + before[-40:])
    body = "\n".join(text(line) for line in shown.split("\n"))
    return f'<pre class="{tone(finding)}">{lead}<mark>{body}</mark></pre>'


def _cut(line: str) -> str:
    """A minified file is one line of thousands of signs."""
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "…"
