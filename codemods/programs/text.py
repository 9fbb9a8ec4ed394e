"""Expressions of text in programs of other languages: strings with holes, sums of strings, constants, formats."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.model import Expansion, Literal
from migrator.syntax.programs.program import Kind, balanced

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from migrator.model import Part, Template
    from migrator.syntax.programs.program import StringKind, Token

_PLUS = frozenset({"+", ".", "<>", "..", "~", "&"})
_CLOSERS = {"${": "}", "#{": "}", "{": "}", "\\(": ")", "$(": ")", "%{": "}", "@{[": "]}"}
_NAME = re.compile(r"\$[A-Za-z_]\w*(?:->\w+)?")
_FORMAT = re.compile(r"%(?:\d+\$)?[sdvq@](?![0-9A-Fa-f]{2})|\{\w*\}")
_JOINING = frozenset({"join", "urljoin", "combine", "joinpath", "resolve"})
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\n": "", "0": "\0"}


@dataclass(frozen=True, slots=True)
class Text:
    """An expression of text: its template, and the indexes of its first token and of the one behind its last."""

    template: Template
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Program:
    """The tokens of a program, and its names that surely are one text. `data`: what is assigned are attributes."""

    text: str
    read: tuple[Token, ...]
    known: Mapping[str, Template]
    clojure: bool = False
    data: bool = False

    def source(self, first: int, end: int) -> str:
        """What stands from one token to before another."""
        return self.text[self.read[first].start : self.read[end - 1].end]


def expression(program: Program, at: int) -> Text:
    """The whole expression that the string at index `at` is a part of."""
    if program.clojure:
        return _call_of_str(program, at)
    if (joined := _joined(program, at)) is not None:
        return joined
    first = at
    while first >= 2 and program.read[first - 1].text in _PLUS and program.read[first - 1].kind is Kind.SIGN:
        start = _operand_before(program.read, first - 1)
        if start is None:
            break
        first = start
    return _sum(program, first)


def _joined(program: Program, at: int) -> Text | None:
    """`URI.join('https://…/project', slug, 'tree', branch)`: the arguments, one slash between any two of them."""
    read = program.read
    name = read[at - 2].text.rpartition("_")[2].lower() if at >= 2 else ""
    if name not in _JOINING or read[at - 1].text != "(" or read[at + 1 : at + 2] == () or read[at + 1].text != ",":
        return None
    end = _group_end(read, at - 1)
    parts: list[Part] = []
    index = at
    while index < end - 1:
        inner = _sum(program, index)
        if parts and not (isinstance(parts[-1], Literal) and parts[-1].text.endswith("/")) and not _is_query(inner):
            parts.append(Literal("/"))
        parts += inner.template
        index = inner.end + 1
    return Text(tuple(_merged(parts)), at, end - 1)


def _is_query(text: Text) -> bool:
    first = text.template[0] if text.template else None
    return isinstance(first, Literal) and first.text.startswith("?")


def _merged(parts: Sequence[Part]) -> Iterator[Part]:
    """The parts with neighbouring literals in one."""
    done = ""
    for part in parts:
        if isinstance(part, Literal):
            done += part.text
            continue
        if done:
            yield Literal(done)
        done = ""
        yield part
    if done:
        yield Literal(done)


def pieces(token: Token) -> Iterator[Part]:
    """A string's parts: text, and holes with the expression in them."""
    style = token.style
    assert style is not None
    text, at, done = token.text, 0, ""
    while at < len(text):
        if hole := _hole(text, at, style):
            if done:
                yield Literal(done)
            done = ""
            yield Expansion(text[at:hole])
            at = hole
        elif style.escape and text[at] == style.escape and at + 1 < len(text):
            done += _ESCAPES.get(text[at + 1], text[at + 1])
            at += 2
        else:
            done += text[at]
            at += 1
    if done:
        yield from _formatted(done)


def _formatted(text: str) -> Iterator[Part]:
    """Text in which `%s` and `{}` stand for something, as in the format strings of most languages."""
    at = 0
    for found in _FORMAT.finditer(text):
        if found.start() > at:
            yield Literal(text[at : found.start()])
        yield Expansion(found[0])
        at = found.end()
    if at < len(text):
        yield Literal(text[at:])


def _hole(text: str, at: int, style: StringKind) -> int:
    """Where the hole that opens at `at` ends, or 0."""
    opening = next((hole for hole in style.holes if text.startswith(hole, at)), None)
    if opening is not None:
        return balanced(text, at + len(opening), _CLOSERS[opening])
    name = _NAME.match(text, at) if style.names else None
    return name.end() if name else 0


def _sum(program: Program, first: int) -> Text:
    parts: list[Part] = []
    at = first
    read = program.read
    while at < len(read):
        end = operand_end(read, at)
        if read[at].kind is Kind.STRING and end == at + 1:
            parts += pieces(read[at])
        elif read[at].kind is Kind.WORD and end == at + 1 and read[at].text in program.known:
            parts += program.known[read[at].text]
        else:
            parts.append(Expansion(program.source(at, end)))
        at = end
        if at + 1 >= len(read) or read[at].kind is not Kind.SIGN or read[at].text not in _PLUS:
            break
        if read[at].text == "." and read[at + 1].kind is Kind.WORD and not read[at + 1].text.startswith("$"):
            break
        at += 1
    return Text(tuple(_resolved(parts, program.known)), first, at)


def _resolved(parts: Sequence[Part], known: Mapping[str, Template]) -> Iterator[Part]:
    """Holes that hold a known name and nothing else become its text."""
    for part in parts:
        name = re.fullmatch(r"[$#]?[{(]?\$?([A-Za-z_]\w*)[})]?", part.source) if isinstance(part, Expansion) else None
        if name and (name[1] in known or "$" + name[1] in known):
            yield from known.get(name[1]) or known["$" + name[1]]
        else:
            yield part


def operand_end(read: Sequence[Token], at: int) -> int:
    """Behind an operand: a string, or a name with members, calls and indexes."""
    at += 1
    while at < len(read):
        if read[at].text in {"(", "["} and read[at].kind is Kind.SIGN:
            if read[at - 1].kind is Kind.STRING:  # the next argument, where arguments stand one behind the other
                return at
            at = _group_end(read, at)
        elif read[at].text in {".", "::", "->"} and at + 1 < len(read) and read[at + 1].kind is Kind.WORD:
            if read[at + 1].text.startswith("$"):
                return at
            at += 2
        else:
            return at
    return at


def _group_end(read: Sequence[Token], at: int) -> int:
    depth = 0
    for index in range(at, len(read)):
        if read[index].kind is Kind.SIGN:
            depth += (read[index].text in "([{") - (read[index].text in ")]}")
        if depth == 0:
            return index + 1
    return len(read)


def _operand_before(read: Sequence[Token], sign: int) -> int | None:
    """The first token of the operand that ends before a plus."""
    at = sign - 1
    while at >= 0:
        if read[at].text in {")", "]"} and read[at].kind is Kind.SIGN:
            depth = 0
            while at >= 0:
                if read[at].kind is Kind.SIGN:
                    depth += (read[at].text in ")]}") - (read[at].text in "([{")
                if depth == 0:
                    break
                at -= 1
            if at > 0 and read[at - 1].kind is not Kind.WORD:
                return at
            at -= 1
        elif read[at].kind is Kind.SIGN:
            return None
        elif at >= 2 and read[at - 1].text in {".", "::", "->"} and read[at].kind is Kind.WORD:
            at -= 2
        else:
            return at
    return None


def _call_of_str(program: Program, at: int) -> Text:
    """`(str "…" org "/" repo)` of Clojure: the arguments one behind the other."""
    read = program.read
    first = at
    while first > 0 and read[first - 1].text != "(" and first > at - 20:
        first -= 1
    if read[first].text not in {"str", "format"} or first == at:
        return Text(tuple(pieces(read[at])), at, at + 1)
    end = _group_end(read, first - 1)
    parts: list[Part] = []
    index = first + 1
    while index < end - 1:
        stop = _group_end(read, index) if read[index].text in {"(", "["} else index + 1
        if read[index].kind is Kind.STRING:
            parts += pieces(read[index])
        elif read[first].text == "str":
            parts += program.known.get(read[index].text) or (Expansion(program.source(index, stop)),)
        index = stop
    return Text(tuple(parts), first, end)
