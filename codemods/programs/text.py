"""Expressions of text in programs of other languages: strings with holes, sums of strings, constants, formats.

Also the brackets around an expression, the words in front of them, and what in them says POST.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.model import Expansion, Literal
from migrator.syntax.programs.program import TokenKind, balanced

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from migrator.model import Part, Template
    from migrator.syntax.programs.program import ProgramToken, StringKind


OPENING, CLOSING = frozenset("([{"), frozenset(")]}")
MEMBER = frozenset({".", "::", "->"})
"""What stands between an object and its member."""
_LONGEST = 20
_FARTHEST = 1000  # tokens between a bracket and what is looked at: whole files of data are one bracket
_KEYWORDS = frozenset({"if", "while", "for", "switch", "catch", "return", "await", "function", "in", "and", "or"})


@dataclass(frozen=True, slots=True)
class Group:
    """What stands in a pair of brackets, the words in front of it, and where the first of those is."""

    first: int
    end: int
    callee: tuple[str, ...]
    start: int


def chained(read: Sequence[ProgramToken], closing: int) -> tuple[str, ...]:
    """The methods that are called on what a call gives: `.url(…).header(…).post(…)`."""
    words: list[str] = []
    at = closing + 1
    while at + 1 < len(read) and read[at].text == "." and read[at + 1].kind is TokenKind.WORD:
        words.append(read[at + 1].text)
        opens = at + 2 < len(read) and read[at + 2].text in OPENING
        at = closing_of(read, at + 3) + 1 if opens else at + 2
    return tuple(words)


def receivers(read: Sequence[ProgramToken], at: int) -> tuple[str, ...]:
    """The methods that gave what a method is called on: `request.post(…).set(…)` before `.send`."""
    words: list[str] = []
    while at >= 3 and read[at - 1].text == "." and read[at - 2].text == ")" and len(words) < _LONGEST:
        depth, at = 0, at - 2
        while at > 0:
            depth += (read[at].text in CLOSING) - (read[at].text in OPENING) if read[at].kind is TokenKind.SIGN else 0
            if depth == 0:
                break
            at -= 1
        found, at = _callee(read, at)
        words += found
    return tuple(words)


def says_post(tokens: Sequence[ProgramToken]) -> bool:
    """Whether the tokens name the method POST, or send what only a trigger sends."""
    for index, token in enumerate(tokens):
        if token.kind is TokenKind.STRING and token.text.strip().upper() == "POST":
            return True
        if token.kind is TokenKind.WORD and _is_method(tokens, index):
            return True
        if "build_parameters" in token.text:
            return True
    return False


def _is_method(tokens: Sequence[ProgramToken], index: int) -> bool:
    """`:post`, `HttpMethod.POST`, `-Method Post`, `CURLOPT_POST`: not any word that has `post` in it."""
    word = tokens[index].text
    before = tokens[index - 1].text.lower() if index else ""
    return word in {":post", "CURLOPT_POST", "MethodPost"} or (
        word.upper() == "POST" and before in {".", "::", "-method", "method", ":", "="}
    )


def groups(read: Sequence[ProgramToken], first: int, end: int) -> Iterator[Group]:
    """The brackets around an expression, from the inside out, up to the body of a function."""
    depth, at, count = 0, first - 1, 0
    while at >= 0 and count < 4 and first - at < _FARTHEST:
        token = read[at]
        if token.kind is TokenKind.SIGN and token.text in CLOSING:
            depth += 1
        elif token.kind is TokenKind.SIGN and token.text in OPENING:
            if depth == 0:
                if token.text == "{" and _is_body(read, at):
                    return
                yield Group(at + 1, closing_of(read, end), *_callee(read, at))
                end = closing_of(read, end) + 1
                count += 1
            else:
                depth -= 1
        elif depth == 0 and token.text == ";":
            return
        at -= 1


def _is_body(read: Sequence[ProgramToken], at: int) -> bool:
    """Whether a brace opens statements, and not an object: `Request{` is an object, `error {` a body."""
    if at == 0:
        return True
    before = read[at - 1]
    if before.kind is TokenKind.STRING:  # the label of a block in HCL
        return False
    if before.text in {"(", ",", "=", ":=", ":", "[", "return", "?", "||", "&&", "=>", "{"}:
        return before.text == "=>"
    return before.end != read[at].start or before.text == ")"


def closing_of(read: Sequence[ProgramToken], at: int) -> int:
    """The index of the bracket that closes what surrounds the token at `at`."""
    depth = 0
    for index in range(at, min(at + _FARTHEST, len(read))):
        if read[index].kind is TokenKind.SIGN:
            depth += (read[index].text in OPENING) - (read[index].text in CLOSING)
        if depth < 0:
            return index
    return len(read)


def _callee(read: Sequence[ProgramToken], at: int) -> tuple[tuple[str, ...], int]:
    """The words in front of a bracket (`http . post (`; in Lisp behind it: `(http/post`), and where they start."""
    words: list[str] = []
    index = at - 1
    while index >= 0 and (read[index].kind is TokenKind.WORD or read[index].text in MEMBER):
        if read[index].kind is TokenKind.WORD:
            if words and read[index + 1].kind is TokenKind.WORD:  # `return f(`, `await f(`: another word, not a member
                break
            words.insert(0, read[index].text)
        index -= 1
    while (
        words and read[index + 1].kind is not TokenKind.WORD
    ):  # `(message) -> f(`: the arrow is of the function around it
        index += 1
    if not words and at + 1 < len(read) and read[at + 1].kind is TokenKind.WORD and "/" in read[at + 1].text:
        return (read[at + 1].text.rpartition("/")[2],), at
    if words and words[-1] in _KEYWORDS:
        return (), at
    return tuple(words), index + 1


_PLUS = frozenset({"+", ".", "<>", "..", "~", "&"})
_CLOSERS = {"${": "}", "#{": "}", "{": "}", "\\(": ")", "$(": ")", "%{": "}", "@{[": "]}"}
_NAME = re.compile(r"\$[A-Za-z_]\w*(?:->\w+)?")
_FORMAT = re.compile(r"%(?:\d+\$)?[sdvq@](?![0-9A-Fa-f]{2})|\{\w*\}")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\n": "", "0": "\0"}


@dataclass(frozen=True, slots=True)
class Text:
    """An expression of text: its template, and the indexes of its first token and of the one behind its last."""

    template: Template
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class ProgramText:
    """The tokens of a program, and its names that surely are one text. `data`: what is assigned are attributes."""

    text: str
    read: tuple[ProgramToken, ...]
    known: Mapping[str, Template]
    clojure: bool = False
    data: bool = False

    def source(self, first: int, end: int) -> str:
        """What stands from one token to before another."""
        return self.text[self.read[first].start : self.read[end - 1].end]


def merged(parts: Sequence[Part]) -> Iterator[Part]:
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


def pieces(token: ProgramToken) -> Iterator[Part]:
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


def sum_at(program: ProgramText, first: int) -> Text:
    """The sum of texts that begins at a token: one operand, and those that a plus adds to it."""
    parts: list[Part] = []
    at = first
    read = program.read
    while at < len(read):
        end = operand_end(read, at)
        parts += operand(program, at, end)
        at = end
        if _goes_on(program, at):
            at += 1
            continue
        if at + 1 >= len(read) or read[at].kind is not TokenKind.SIGN or read[at].text not in _PLUS:
            break
        if read[at].text == "." and read[at + 1].kind is TokenKind.WORD and not read[at + 1].text.startswith("$"):
            break
        at += 1
    return Text(tuple(_resolved(parts, program.known)), first, at)


def _goes_on(program: ProgramText, at: int) -> bool:
    """Whether a backslash at the line's end joins the next string to the one before, as in Ruby."""
    read = program.read
    if at + 1 >= len(read) or read[at].text != "\\" or read[at + 1].kind is not TokenKind.STRING:
        return False
    return "\n" in program.text[read[at].end : read[at + 1].start]


def operand(program: ProgramText, at: int, end: int) -> Iterator[Part]:
    """The parts of one operand: a string, a name that stands for text, or what only a run shows."""
    token = program.read[at]
    if end == at + 1 and token.kind is TokenKind.STRING:
        yield from pieces(token)
        return
    name = program.read[end - 1].text.lstrip("@$")
    member = all(each.kind is TokenKind.WORD or each.text in MEMBER for each in program.read[at:end])
    known = program.known.get(token.text if end == at + 1 else name) if member else None
    if known is not None and (end == at + 1 or _is_address(known)):
        yield from known
    else:
        yield Expansion(program.source(at, end))


def _is_address(text: Template) -> bool:
    """Whether a text begins as an address does: a member of that name is then the constant of the file."""
    return bool(text) and isinstance(text[0], Literal) and text[0].text.startswith(("http:", "https:"))


def _resolved(parts: Sequence[Part], known: Mapping[str, Template]) -> Iterator[Part]:
    """Holes that hold a known name and nothing else become its text."""
    for part in parts:
        name = re.fullmatch(r"[$#]?[{(]?\$?([A-Za-z_]\w*)[})]?", part.source) if isinstance(part, Expansion) else None
        spellings = (name[1], "$" + name[1]) if name else ()
        text = next((known[spelled] for spelled in spellings if spelled in known), None)
        yield from (part,) if text is None else text  # which may be empty


_POINTERS = frozenset({"*", "&"})


def operand_end(read: Sequence[ProgramToken], at: int) -> int:
    """Behind an operand: a string, or a name with members, calls and indexes; with a pointer's sign in front of it."""
    at += 2 if read[at].text in _POINTERS and at + 1 < len(read) and read[at + 1].start == read[at].end else 1
    while at < len(read):
        if read[at].text in {"(", "["} and read[at].kind is TokenKind.SIGN:
            if read[at - 1].kind is TokenKind.STRING:  # the next argument, where arguments stand one behind the other
                return at
            at = group_end(read, at)
        elif read[at].text in MEMBER and at + 1 < len(read) and read[at + 1].kind is TokenKind.WORD:
            if read[at + 1].text.startswith("$"):
                return at
            at += 2
        else:
            return at
    return at


def group_end(read: Sequence[ProgramToken], at: int) -> int:
    """The index behind the bracket that closes the one at `at`."""
    depth = 0
    for index in range(at, len(read)):
        if read[index].kind is TokenKind.SIGN:
            depth += (read[index].text in "([{") - (read[index].text in ")]}")
        if depth == 0:
            return index + 1
    return len(read)


def operand_before(read: Sequence[ProgramToken], sign: int) -> int | None:
    """The first token of the operand that ends before a plus."""
    at = sign - 1
    while at >= 0:
        if read[at].text in {")", "]"} and read[at].kind is TokenKind.SIGN:
            depth = 0
            while at >= 0:
                if read[at].kind is TokenKind.SIGN:
                    depth += (read[at].text in ")]}") - (read[at].text in "([{")
                if depth == 0:
                    break
                at -= 1
            if at > 0 and read[at - 1].kind is not TokenKind.WORD:
                return at
            at -= 1
        elif read[at].kind is TokenKind.SIGN:
            return None
        elif at >= 2 and read[at - 1].text in MEMBER and read[at].kind is TokenKind.WORD:
            at -= 2
        else:
            return at
    return None
