r"""What a shell sees of a region's text: no `\r` of line ends, templates of any host as one character each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from migrator.model import Span
from migrator.template import CLOSE, OPEN

_TEMPLATE = re.compile(r"<<\s*[#/]?[^<>\n]*?>>")
_HOSTED = re.compile(f"{OPEN}[^{CLOSE}]*{CLOSE}")
_FIRST_MARK = 0xF0000


@dataclass(frozen=True, slots=True)
class View:
    """The text as the shell sees it; `origin[i]` is where character `i` begins in the region's text.

    `ends[i]` is where it ends there. Both are empty when nothing differs.
    """

    text: str
    region: str
    origin: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()

    def back(self, span: Span) -> Span:
        """The span of the region's text that a span of the view covers."""
        if not self.origin:
            return span
        if span.start == span.end:
            at = self.ends[span.start - 1] if span.start else 0  # behind what stands before it: in front of a `\r`
            return Span(at, at)
        return Span(self.origin[span.start], self.ends[span.end - 1])

    def forth(self, span: Span) -> Span | None:
        """The span of the view that a span of the region's text became, or None when it has no counterpart."""
        if not self.origin:
            return span
        try:
            return Span(self.origin.index(span.start), self.ends.index(span.end) + 1)
        except ValueError:
            return None

    def source(self, span: Span) -> str:
        """What stands in the region's text where the span is."""
        region = self.back(span)
        return self.region[region.start : region.end]


def view(text: str, *, templated: bool) -> View:
    r"""The view of a region. `templated`: `<< … >>` is CircleCI template syntax and `\<<` a plain `<<`.

    Source: CircleCI docs, reusing-config (parameters, escaping).
    """
    if "\r" not in text and OPEN not in text and not (templated and "<<" in text):
        return View(text, text)
    pieces: list[str] = []
    origin: list[int] = []
    ends: list[int] = []
    at = marks = 0
    while at < len(text):
        char, end = text[at], at + 1
        found = _TEMPLATE.match(text, at) if templated and char == "<" else None
        if char == OPEN:
            found = _HOSTED.match(text, at)
        if found:
            char, end = chr(_FIRST_MARK + marks), found.end()
            marks += 1
        if not _dropped(text, at, templated=templated):
            pieces.append(char)
            origin.append(at)
            ends.append(end)
        elif char == "\\":
            end = at + 3
            pieces.append("<<")
            origin += (at, at + 2)
            ends += (at + 2, at + 3)
        at = end
    return View("".join(pieces), text, tuple(origin), tuple(ends))


def _dropped(text: str, at: int, *, templated: bool) -> bool:
    if text[at] == "\r":
        return text.startswith("\n", at + 1)
    return templated and text.startswith("\\<<", at)
