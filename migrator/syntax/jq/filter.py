"""Parse jq programs that read their input, so far that every path into the input is known with its place.

Source: jq 1.7 manual, "Basic filters", "Types and Values", "Builtin operators", "Conditionals and Comparisons".
Definitions, modules, labels and loops are not understood: JqError.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.model import Span

if TYPE_CHECKING:
    from collections.abc import Iterator


_BLANK = re.compile(r"(?:\s|#[^\n]*)*")
_TOKEN = re.compile(
    r"""(?P<field>\.[A-Za-z_]\w*)|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)|(?P<variable>\$(?:__loc__|[A-Za-z_]\w*))"""
    r"""|(?P<format>@[A-Za-z0-9]+)|(?P<name>[A-Za-z_]\w*(?:::[A-Za-z_]\w*)*)|(?P<quote>")"""
    r"""|(?P<mark>\.\.|\?//|//=|\|=|\+=|-=|\*=|/=|%=|//|==|!=|<=|>=|[.\[\]{}()|,:;?=<>+\-*/%])"""
)


class JqError(Exception):
    """The program is not one that is understood here."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One node of a program: what kind it is, its name or text, the filters in it, and where it stands.

    Kinds: `identity`, `recurse`, `field` (of the first of `inside`), `index` (of the first, by the second), `slice`,
    `iterate`, `literal`, `string` (its pieces), `format`, `variable`, `call`, `group`, `array`, `object` (keys and
    values), `member` (a key that is its own value),
    `if`, `try`, `optional`, `negation`, `bind` (source and body), `pipe`, `comma`, `binary` (by `name`).
    """

    kind: str
    span: Span
    name: str = ""
    inside: tuple[Filter, ...] = ()


class Tokens:
    """Steps through a program word by word."""

    def __init__(self, text: str) -> None:
        """Start in front of the first word."""
        self.text = text
        self.at = 0
        self.skip()

    def skip(self) -> None:
        """Step over blanks and comments."""
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def token(self) -> re.Match[str] | None:
        """The next token as it was matched."""
        return _TOKEN.match(self.text, self.at)

    def peek(self) -> str:
        """The next token, or nothing at the end."""
        found = self.token()
        return found[0] if found else self.text[self.at : self.at + 1]

    def next(self) -> tuple[str, str]:
        """Step over the next token and what is blank behind it: its kind and its text. Raises JqError."""
        found = self.token()
        if not found:
            raise JqError(f"character {self.at} is not understood")
        self.at = found.end()
        if found.lastgroup != "quote":
            self.skip()
        return found.lastgroup or "", found[0]

    def expect(self, mark: str) -> None:
        """Step over a token that has to come. Raises JqError."""
        if self.next()[1] != mark:
            raise JqError(f"`{mark}` was expected")

    def made(self, kind: str, start: int, name: str = "", inside: tuple[Filter, ...] = ()) -> Filter:
        """A node from `start` to the last token."""
        end = len(self.text[: self.at].rstrip())
        return Filter(kind, Span(start, max(end, start)), name, inside)


_WORDS = frozenset(
    {"def", "module", "import", "include", "as", "label", "reduce", "foreach", "then", "elif", "else", "end"}
)
_WORDS |= {"catch", "and", "or"}
# From loose to tight; `|` and `,` have functions of their own.
_OPERATORS: tuple[tuple[str, ...], ...] = (
    ("//",),
    ("=", "|=", "+=", "-=", "*=", "/=", "%=", "//="),
    ("or",),
    ("and",),
    ("==", "!=", "<", "<=", ">", ">="),
    ("+", "-"),
    ("*", "/", "%"),
)
_DEPTH = 60


def parse_filter(text: str) -> Filter:
    """The program as a tree. Raises JqError."""
    try:
        reader = _Reader(text)
        made = reader.pipe()
    except (ValueError, RecursionError) as error:
        raise JqError(str(error)) from error
    if reader.peek():
        raise JqError(f"`{reader.peek()}` was not expected")
    return made


class _Reader(Tokens):
    """A recursive-descent parser of one program."""

    depth = 0

    def pipe(self) -> Filter:
        """`a | b`, `a as $x | b`."""
        self.depth += 1
        if self.depth > _DEPTH:
            raise JqError("the program nests too deep")
        start = self.at
        left = self._comma()
        if self.peek() == "as":
            self.next()
            kind, name = self.next()
            if kind != "variable":
                raise JqError("patterns are not understood")
            self.expect("|")
            left = self.made("bind", start, name, (left, self.pipe()))
        elif self.peek() == "|":
            self.next()
            left = self.made("pipe", start, "|", (left, self.pipe()))
        self.depth -= 1
        return left

    def _comma(self) -> Filter:
        start = self.at
        left = self._operation(0)
        while self.peek() == ",":
            self.next()
            left = self.made("comma", start, ",", (left, self._operation(0)))
        return left

    def _operation(self, level: int) -> Filter:
        if level == len(_OPERATORS):
            return self._postfix()
        start = self.at
        left = self._operation(level + 1)
        while (operator := self.peek()) in _OPERATORS[level]:
            self.next()
            right = self._operation(level if operator == "//" else level + 1)
            left = self.made("binary", start, operator, (left, right))
        return left

    def _postfix(self) -> Filter:
        start = self.at
        term = self._term()
        while True:
            kind = found.lastgroup if (found := self.token()) else None
            if kind == "field":
                term = self.made("field", start, self.next()[1][1:], (term,))
            elif self.peek() == "." and self.text[self.at + 1 : self.at + 2] in ('"', "["):
                self.next()
                if self.peek() == '"':
                    term = self._named(start, term)
            elif self.peek() == "[":
                term = self._bracket(start, term)
            elif self.peek() == "?":
                self.next()
                term = self.made("optional", start, "", (term,))
            else:
                return term

    def _named(self, start: int, term: Filter) -> Filter:
        """`."name"` behind the dot."""
        name = _plain(self._term())
        if name is None:
            raise JqError("a computed name is not understood")
        return self.made("field", start, name, (term,))

    def _bracket(self, start: int, term: Filter) -> Filter:
        self.expect("[")
        if self.peek() == "]":
            self.next()
            return self.made("iterate", start, "", (term,))
        if self.peek() == ":":
            self.next()
            last = self.pipe()
            self.expect("]")
            return self.made("slice", start, "", (term, last))
        key = self.pipe()
        if self.peek() == ":":
            self.next()
            rest = () if self.peek() == "]" else (self.pipe(),)
            self.expect("]")
            return self.made("slice", start, "", (term, key, *rest))
        self.expect("]")
        name = _plain(key)
        if name is not None:
            return self.made("field", start, name, (term,))
        return self.made("index", start, "", (term, key))

    def _term(self) -> Filter:
        start = self.at
        kind, text = self.next()
        match kind:
            case "field":
                return self.made("field", start, text[1:], (Filter("identity", Span(start, start)),))
            case "number":
                return self.made("literal", start, text)
            case "quote":
                return self._string(start)
            case "format":
                inside = (self._term(),) if self.peek() == '"' else ()
                return self.made("format", start, text, inside)
            case "variable":
                return self.made("variable", start, text)
            case "name":
                return self._word(start, text)
        return self._mark(start, text)

    def _word(self, start: int, text: str) -> Filter:
        match text:
            case "if":
                return self.made("if", start, "", tuple(self._branches()))
            case "try":
                tried = [self._postfix()]
                if self.peek() == "catch":
                    self.next()
                    tried.append(self._postfix())
                return self.made("try", start, "", tuple(tried))
            case "true" | "false" | "null":
                return self.made("literal", start, text)
        if text in _WORDS:
            raise JqError(f"`{text}` is not understood")
        return self.made("call", start, text, tuple(self._arguments()))

    def _mark(self, start: int, text: str) -> Filter:
        match text:
            case ".":
                root = self.made("identity", start)
                return self._named(start, root) if self.peek() == '"' else root
            case "..":
                return self.made("recurse", start)
            case "(":
                inner = self.pipe()
                self.expect(")")
                return self.made("group", start, "", (inner,))
            case "[":
                items = () if self.peek() == "]" else (self.pipe(),)
                self.expect("]")
                return self.made("array", start, "", items)
            case "{":
                return self.made("object", start, "", tuple(self._members()))
            case "-":
                return self.made("negation", start, "", (self._postfix(),))
        raise JqError(f"`{text}` is not understood")

    def _branches(self) -> Iterator[Filter]:
        yield self.pipe()
        self.expect("then")
        yield self.pipe()
        while (word := self.next()[1]) != "end":
            if word not in {"elif", "else"}:
                raise JqError("`end` was expected")
            yield self.pipe()
            if word == "elif":
                self.expect("then")
                yield self.pipe()

    def _arguments(self) -> Iterator[Filter]:
        if self.peek() != "(":
            return
        self.next()
        yield self.pipe()
        while self.peek() == ";":
            self.next()
            yield self.pipe()
        self.expect(")")

    def _members(self) -> Iterator[Filter]:
        while self.peek() != "}":
            yield from self._member()
            if self.peek() == ",":
                self.next()
            elif self.peek() != "}":
                raise JqError("`}` was expected")
        self.next()

    def _member(self) -> Iterator[Filter]:
        """A key that names a field stands for that field when it has no value."""
        start = self.at
        kind, text = self.next()
        key: Filter
        if kind == "quote":
            key = self._string(start)
        elif kind == "mark" and text == "(":
            key = self.pipe()
            self.expect(")")
        elif kind in {"name", "variable", "number", "format"}:
            key = self.made("literal" if kind != "variable" else "variable", start, text)
        else:
            raise JqError("a key is not understood")
        if self.peek() == ":":
            self.next()
            if key.kind == "string" or key.kind not in {"literal", "variable"}:
                yield key
            yield self._member_value()
            return
        name = text if kind == "name" else _plain(key)
        if name is not None:
            yield Filter("member", key.span, name)
        elif kind != "variable":
            raise JqError("a key without a value is not understood")

    def _member_value(self) -> Filter:
        start = self.at
        left = self._operation(1) if self.peek() != "reduce" else self._term()
        while self.peek() == "|":
            self.next()
            left = self.made("pipe", start, "|", (left, self._operation(1)))
        return left

    def _string(self, start: int) -> Filter:
        """The rest of a string behind its opening quote: literal stretches and what is put in between."""
        pieces: list[Filter] = []
        begun = self.at
        while not self.text.startswith('"', self.at):
            if self.at >= len(self.text):
                raise JqError("a string is not closed")
            if not self.text.startswith("\\(", self.at):
                self.at += 2 if self.text[self.at] == "\\" else 1
                continue
            pieces += self._stretch(begun)
            self.at += 2
            self.skip()
            pieces.append(self.pipe())
            if not self.text.startswith(")", self.at):
                raise JqError("`)` was expected")
            self.at = begun = self.at + 1
        pieces += self._stretch(begun)
        self.at += 1
        made = self.made("string", start, "", tuple(pieces))
        self.skip()
        return made

    def _stretch(self, start: int) -> Iterator[Filter]:
        if self.at > start:
            yield Filter("literal", Span(start, self.at), json.loads(f'"{self.text[start : self.at]}"', strict=False))


def _plain(made: Filter) -> str | None:
    """The text of a string without anything put in."""
    if made.kind != "string" or any(piece.kind != "literal" for piece in made.inside):
        return None
    return "".join(piece.name for piece in made.inside)
