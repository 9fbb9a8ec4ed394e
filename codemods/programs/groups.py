"""The brackets around an expression of a program, the words in front of them, and what in them says POST."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.syntax.programs.program import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrator.syntax.programs.program import Token

OPENING, CLOSING = frozenset("([{"), frozenset(")]}")
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


def chained(read: Sequence[Token], closing: int) -> tuple[str, ...]:
    """The methods that are called on what a call gives: `.url(…).header(…).post(…)`."""
    words: list[str] = []
    at = closing + 1
    while at + 1 < len(read) and read[at].text == "." and read[at + 1].kind is Kind.WORD:
        words.append(read[at + 1].text)
        opens = at + 2 < len(read) and read[at + 2].text in OPENING
        at = closing_of(read, at + 3) + 1 if opens else at + 2
    return tuple(words)


def receivers(read: Sequence[Token], at: int) -> tuple[str, ...]:
    """The methods that gave what a method is called on: `request.post(…).set(…)` before `.send`."""
    words: list[str] = []
    while at >= 3 and read[at - 1].text == "." and read[at - 2].text == ")" and len(words) < _LONGEST:
        depth, at = 0, at - 2
        while at > 0:
            depth += (read[at].text in CLOSING) - (read[at].text in OPENING) if read[at].kind is Kind.SIGN else 0
            if depth == 0:
                break
            at -= 1
        found, at = _callee(read, at)
        words += found
    return tuple(words)


def says_post(tokens: Sequence[Token]) -> bool:
    """Whether the tokens name the method POST, or send what only a trigger sends."""
    for index, token in enumerate(tokens):
        if token.kind is Kind.STRING and token.text.strip().upper() == "POST":
            return True
        if token.kind is Kind.WORD and _is_method(tokens, index):
            return True
        if "build_parameters" in token.text:
            return True
    return False


def _is_method(tokens: Sequence[Token], index: int) -> bool:
    """`:post`, `HttpMethod.POST`, `-Method Post`, `CURLOPT_POST`: not any word that has `post` in it."""
    word = tokens[index].text
    before = tokens[index - 1].text.lower() if index else ""
    return word in {":post", "CURLOPT_POST", "MethodPost"} or (
        word.upper() == "POST" and before in {".", "::", "-method", "method", ":", "="}
    )


def groups(read: Sequence[Token], first: int, end: int) -> Iterator[Group]:
    """The brackets around an expression, from the inside out, up to the body of a function."""
    depth, at, count = 0, first - 1, 0
    while at >= 0 and count < 4 and first - at < _FARTHEST:
        token = read[at]
        if token.kind is Kind.SIGN and token.text in CLOSING:
            depth += 1
        elif token.kind is Kind.SIGN and token.text in OPENING:
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


def _is_body(read: Sequence[Token], at: int) -> bool:
    """Whether a brace opens statements, and not an object: `Request{` is an object, `error {` a body."""
    if at == 0:
        return True
    before = read[at - 1]
    if before.kind is Kind.STRING:  # the label of a block in HCL
        return False
    if before.text in {"(", ",", "=", ":=", ":", "[", "return", "?", "||", "&&", "=>", "{"}:
        return before.text == "=>"
    return before.end != read[at].start or before.text == ")"


def closing_of(read: Sequence[Token], at: int) -> int:
    """The index of the bracket that closes what surrounds the token at `at`."""
    depth = 0
    for index in range(at, min(at + _FARTHEST, len(read))):
        if read[index].kind is Kind.SIGN:
            depth += (read[index].text in OPENING) - (read[index].text in CLOSING)
        if depth < 0:
            return index
    return len(read)


def _callee(read: Sequence[Token], at: int) -> tuple[tuple[str, ...], int]:
    """The words in front of a bracket (`http . post (`; in Lisp behind it: `(http/post`), and where they start."""
    words: list[str] = []
    index = at - 1
    while index >= 0 and (read[index].kind is Kind.WORD or read[index].text in {".", "::", "->"}):
        if read[index].kind is Kind.WORD:
            if words and read[index + 1].kind is Kind.WORD:  # `return f(`, `await f(`: another word, not a member
                break
            words.insert(0, read[index].text)
        index -= 1
    while words and read[index + 1].kind is not Kind.WORD:  # `(message) -> f(`: the arrow is of the function around it
        index += 1
    if not words and at + 1 < len(read) and read[at + 1].kind is Kind.WORD and "/" in read[at + 1].text:
        return (read[at + 1].text.rpartition("/")[2],), at
    if words and words[-1] in _KEYWORDS:
        return (), at
    return tuple(words), index + 1
