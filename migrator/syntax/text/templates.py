"""Read a template as one string in which every unresolved expansion is one private-use character."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import unquote

from migrator.model import Expansion, Literal, Span, Template, flatten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import Part

_FIRST_MARK = 0xF0000
_LAST_MARK = 0xFFFFD


def is_mark(char: str) -> bool:
    """Whether the character stands for an expansion in a marked text."""
    return _FIRST_MARK <= ord(char) <= _LAST_MARK


def has_marks(text: str) -> bool:
    """Whether the text holds a character that stands for an expansion."""
    return any(is_mark(char) for char in text)


@dataclass(frozen=True, slots=True)
class Marked:
    """A template as a string that ordinary string functions can take apart.

    What is assigned once is read through to what is assigned; every other expansion is one character of `text`.
    """

    text: str
    whole: Template

    @classmethod
    def of(cls, template: Template) -> Marked:
        """Mark every expansion that stays one after resolution."""
        pieces: list[str] = []
        marks: dict[str, str] = {}
        for part in flatten(template):
            if isinstance(part, Literal):
                pieces.append(part.text)
            else:
                pieces.append(marks.setdefault(part.source, chr(_FIRST_MARK + len(marks))))
        return cls("".join(pieces), template)

    def slice(self, start: int, end: int | None = None) -> Template:
        """The template of a stretch of the text. An expansion that is covered whole stays as it was written."""
        return tuple(_cut(self.whole, start, len(self.text) if end is None else end))

    def expansion(self, index: int) -> Expansion | None:
        """The unresolved expansion that the character at `index` stands for."""
        match flatten(self.slice(index, index + 1)):
            case (Expansion() as only,):
                return only
        return None


def width(part: Part) -> int:
    """How many characters of a marked text the part takes."""
    if isinstance(part, Literal):
        return len(part.text)
    return 1 if part.resolved is None else sum(width(inner) for inner in part.resolved)


def _cut(template: Template, start: int, end: int) -> Iterator[Part]:
    at = 0
    for part in template:
        size = width(part)
        first, last = max(start - at, 0), min(end - at, size)
        at += size
        if first >= last:
            continue
        if last - first == size:
            yield part
        elif isinstance(part, Literal):
            yield cut_literal(part, first, last)
        elif part.resolved is not None:
            yield from _cut(part.resolved, first, last)


def cut_literal(part: Literal, start: int, end: int) -> Literal:
    """A stretch of a literal; its span is known when the whole stands in the file character by character."""
    span = part.span
    if span is None or span.end - span.start != len(part.text):
        return Literal(part.text[start:end])
    return Literal(part.text[start:end], Span(span.start + start, span.start + end))


# A character that the text begins to encode, and an expansion behind it ends.
_BEGUN = re.compile(r"%[0-9A-Fa-f]?\Z")


def percent_decoded(template: Template, *, plus: bool) -> Template:
    """The template with `%XX` (and `+` as a blank) of its literals decoded. Raises ValueError when it cannot be told.

    A variable whose known value changes by decoding is replaced by that value.
    """
    whole = Marked.of(template)
    template = tuple(_joined(template, plus=plus))
    pieces: list[Part] = []
    for index, part in enumerate(template):
        if isinstance(part, Literal):
            after = template[index + 1] if index + 1 < len(template) else None
            if isinstance(after, Expansion) and _BEGUN.search(part.text):
                raise ValueError(f"{part.text}{after.source}")
            pieces.append(_decoded_literal(part, plus=plus))
        elif part.resolved is not None:
            inner = percent_decoded(part.resolved, plus=plus)
            pieces += (part,) if inner == part.resolved else inner
        elif any(_decode(value, plus=plus) != value for value in part.values or ()):
            raise ValueError(part.source)
        else:
            pieces.append(part)
    decoded = tuple(pieces)
    if not has_marks(whole.text) and _decode(whole.text, plus=plus) != Marked.of(decoded).text:
        return (Literal(_decode(whole.text, plus=plus)),)
    return decoded


def _joined(template: Template, *, plus: bool) -> Iterator[Part]:
    """The template with literals in one where an escape begins in one of them and ends in another."""
    for is_literal, group in groupby(template, key=lambda part: isinstance(part, Literal)):
        parts = list(group)
        text = "".join(part.text for part in parts if isinstance(part, Literal))
        apart = "".join(_decode(part.text, plus=plus) for part in parts if isinstance(part, Literal))
        yield from (Literal(text),) if is_literal and _decode(text, plus=plus) != apart else parts


def _decoded_literal(part: Literal, *, plus: bool) -> Literal:
    text = _decode(part.text, plus=plus)
    return part if text == part.text else Literal(text)


def _decode(text: str, *, plus: bool) -> str:
    return unquote(text.replace("+", " ") if plus else text)
