"""The line of a file that a finding is about, with a mark under the place, whatever the line holds."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from migrator.report.console import paint
from migrator.report.redact import redact

if TYPE_CHECKING:
    from migrator.model import Call

_WIDTH = 110
_LEAD = 40


def excerpt(data: bytes, call: Call, *, color: bool = False) -> list[str]:
    """Two lines: the one on which the call starts, numbered, and a mark under the part of it that is the call."""
    lines = data.decode("utf-8-sig", "replace").split("\n")
    if not 1 <= call.line <= len(lines):
        return []
    line = lines[call.line - 1].rstrip("\r")
    start = call.column - 1
    length = call.span.end - call.span.start if call.end_line == call.line else len(line)
    before, marked = redact(line[:start]), redact(line[start : start + length]).rstrip("\\ \t")
    before, shown = _cropped(before, redact(line))
    marked = marked[: max(len(shown) - len(before), 1)]
    number, margin = (paint(f"{text:>5} | ", "dim", on=color) for text in (str(call.line), ""))
    mark = "^" + "~" * (_columns(printable(marked)) - 1)
    return [number + printable(shown), margin + " " * _columns(printable(before)) + paint(mark, "red", on=color)]


def _cropped(before: str, line: str) -> tuple[str, str]:
    """What comes before the call, and the line, cut to what fits: a minified file is one line of thousands of signs."""
    if len(before) > _WIDTH - _LEAD:
        cut = len(before) - _LEAD
        before, line = "…" + before[cut:], "…" + line[cut:]
    return before, line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"


def printable(text: str) -> str:
    """The text with tabs as blanks, and with control characters, which could command the terminal, made visible."""
    return "".join(_shown(char) for char in text)


def _shown(char: str) -> str:
    if char == "\t":
        return "    "
    return char if unicodedata.category(char) not in ("Cc", "Cf") else f"\\u{ord(char):04x}"


def _columns(text: str) -> int:
    """How many terminal columns a printable text takes: East Asian characters take two, combining marks none."""
    return sum(
        2 if unicodedata.east_asian_width(char) in "WF" else 0 if unicodedata.combining(char) else 1 for char in text
    )
