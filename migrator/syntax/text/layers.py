"""Layers by which hosts write shell text: escapes of their strings, templates that they replace before a shell runs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.errors import Refusal
from migrator.syntax.text.regions import DecodedRegion
from migrator.template import CLOSE, MIDDLE, OPEN, PERSON, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_MARKS = re.compile(f"[{OPEN}{MIDDLE}{PERSON}{CLOSE}]")
_GUARDED = re.compile(f"{OPEN}{PERSON}?([^{MIDDLE}{CLOSE}]*)(?:{MIDDLE}[^{CLOSE}]*)?{CLOSE}")


@dataclass(frozen=True, slots=True)
class LayerToken:
    """A stretch of a host's text from `start` to `end`, and what it means to the inner language."""

    start: int
    end: int
    text: str


def decoded(text: str, tokens: Iterable[LayerToken]) -> DecodedRegion:
    """The text with the tokens, which are in order, put in place of what they stand for. Raises Refusal."""
    if _MARKS.search(text):
        raise Refusal("private-use", "The text holds characters that Unicode keeps for private use; edit it by hand.")
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for token in (*tokens, LayerToken(len(text), len(text), "")):
        pieces += (text[at : token.start], token.text)
        starts += range(at, token.start)
        ends += range(at + 1, token.start + 1)
        starts += [token.start] * len(token.text)
        ends += [token.end] * len(token.text)
        at = token.end
    return DecodedRegion("".join(pieces), tuple(starts), tuple(ends))


def guarded(text: str, value: str | None = None) -> str:
    """A template as a region's text has it; `value` is what it surely becomes, and must mean itself to the shell."""
    return f"{OPEN}{text}{CLOSE}" if value is None else f"{OPEN}{text}{MIDDLE}{value}{CLOSE}"


def placeholder(text: str) -> str:
    """What a person is to replace, as a region's text has it."""
    return f"{OPEN}{PERSON}{text}{CLOSE}"


def marked_in(text: str) -> tuple[str, ...]:
    """The templates in a region's text, as they were written."""
    return tuple(found[1] for found in _GUARDED.finditer(text))


def marks_in(text: str) -> tuple[Span, ...]:
    """Where the templates stand in a region's text, marks and all."""
    return tuple(Span(*found.span()) for found in _GUARDED.finditer(text))


def encoded(text: str, escape: Callable[[str], str], template: Callable[[str], str] = str) -> str:
    """Inner text with its templates as they were written, or what `template` makes of them, and all else escaped."""
    pieces: list[str] = []
    at = 0
    for found in _GUARDED.finditer(text):
        pieces += (escape(text[at : found.start()]), template(found[1]))
        at = found.end()
    return "".join((*pieces, escape(text[at:])))


@dataclass(frozen=True, slots=True)
class Templates:
    """Templates that a pattern finds, in text that is otherwise the inner language's own."""

    pattern: re.Pattern[str]

    def decode(self, text: str) -> DecodedRegion:
        """Every template becomes a mark."""
        found = self.pattern.finditer(text)
        return decoded(text, [LayerToken(m.start(), m.end(), guarded(m[0])) for m in found])

    def encode(self, text: str) -> str:
        """Every mark becomes its template. New text that looks like one is found by decoding again."""
        return encoded(text, str)


@dataclass(frozen=True, slots=True)
class Escapes:
    """Escapes and templates that one pattern finds.

    `meanings` gives what an escape stands for; what the pattern finds and `meanings` lacks is a template, and what
    `values` gives for it is what it surely becomes. `written` says how text is escaped. `refused` are escapes
    that are not understood.
    """

    pattern: re.Pattern[str]
    meanings: Mapping[str, str]
    written: Mapping[str, str]
    values: Mapping[str, str] | None = None
    refused: re.Pattern[str] | None = None

    def decode(self, text: str) -> DecodedRegion:
        """Escapes become what they mean, templates a mark. Raises Refusal."""
        tokens = []
        for found in self.pattern.finditer(text):
            whole = found[0]
            if self.refused is not None and self.refused.match(whole):
                raise Refusal("host-escape", f"The escape `{whole}` is not understood here; edit the call by hand.")
            meaning = self.meanings.get(whole)
            if meaning is None:
                meaning = guarded(whole, (self.values or {}).get(whole))
            tokens.append(LayerToken(found.start(), found.end(), meaning))
        return decoded(text, tokens)

    def encode(self, text: str) -> str:
        """Special characters escaped, marks as their templates."""
        longest = sorted(self.written, key=len, reverse=True)
        special = re.compile("|".join(map(re.escape, longest)) or r"(?!)")
        return encoded(text, lambda plain: special.sub(lambda found: self.written[found[0]], plain))
