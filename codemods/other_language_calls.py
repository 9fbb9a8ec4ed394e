"""Whether a program posts to a URL: by the call that the URL goes into, by its variable, by what stands around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.syntax.program import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemods.other_language_text import Program, Text
    from migrator.syntax.program import Token

_POSTS = re.compile(
    r"\A[:_]?(?:do|http|send)?_?[Pp]ost(?:[A-Z_]\w*)?[!?]?\Z|[a-z]Post(?:[A-Z]\w*)?\Z|(?:\A|_)POST\Z|\w/post\Z"
)
_GETS = re.compile(r"(?i)\A(?:http_?)?get(?:async|json|string|forobject|body|text)?\Z|\Adelete\Z|\Adownload")
_PRINTING = re.compile(r"(?i)\A(?:log|info|warn|error|debug|print(?:ln|f)?|puts|echo|say|write-?host|writeline|p)\Z")
_MOCK_NAMES = "nock stub_request webmock httpmock fetchmock mock wiremock intercept stubfor onpost mockserver msw stub"
_MOCKS = frozenset(_MOCK_NAMES.split())
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_ASSIGNS = frozenset({"=", ":=", ":", "=>"})
_KEYWORDS = frozenset({"if", "while", "for", "switch", "catch", "return", "await", "function", "in", "and", "or"})
_BEFORE, _AFTER = 12, 40  # lines in which the rest of a request stands


@dataclass(frozen=True, slots=True)
class Group:
    """What stands in a pair of brackets, the words in front of it, and where the first of those is."""

    first: int
    end: int
    callee: tuple[str, ...]
    start: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a call posts, and the index of its first token."""

    posts: bool
    at: int


def posted_at(program: Program, url: Text) -> int | None:
    """The index of the first token of the call that posts to the URL, or None when none can be told."""
    read = program.read
    verdict = _verdict(read, url.first, url.end) or _passed_on(read, url.first)
    if verdict is not None:
        return verdict.at if verdict.posts else None
    name = _assigned_to(read, url.first)
    uses = [use for use in _uses(read, name, url.end) if not is_printed(read, use)] if name else []
    verdicts = [_verdict(read, use, use + 1) or _passed_on(read, use) for use in uses]
    posting = next((verdict for verdict in verdicts if verdict is not None and verdict.posts), None)
    if posting is not None:
        return posting.at
    if verdicts and all(verdict is not None for verdict in verdicts):
        return None
    if (name and (not uses or _is_part(read, name))) or not _around(program, url):
        return None
    calls = (group.start for use in uses for group in _groups(read, use, use + 1) if group.callee)
    return next(calls, _line_start(program, uses[0]) if uses else url.first)


def _is_part(read: Sequence[Token], name: str) -> bool:
    """Whether the name goes into a longer text, which is then looked at for itself."""
    hole = re.compile(rf"[$#({{]\{{?{re.escape(name.lstrip('$'))}\b")
    return any(token.kind is Kind.STRING and hole.search(token.text) for token in read)


def _line_start(program: Program, at: int) -> int:
    """The first token on the line of a token."""
    read = program.read
    while at and "\n" not in program.text[read[at - 1].end : read[at].start]:
        at -= 1
    return at


def _passed_on(read: Sequence[Token], use: int) -> Verdict | None:
    """What becomes of an argument in a function of the same file."""
    group = next(iter(_groups(read, use, use + 1)), None)
    if group is None or len(group.callee) != 1:
        return None
    number = sum(_depth(read, group.first, at) == 0 for at in range(group.first, use) if read[at].text == ",")
    for index in range(len(read) - 3):
        if read[index].text == group.callee[0] and index != group.start and _is_definition(read, index):
            opening = next((at for at in range(index, min(index + 4, len(read))) if read[at].text == "("), None)
            names = _names(read, opening) if opening is not None else ()
            if number < len(names):
                inner = (_verdict(read, at, at + 1) for at in _uses(read, names[number], index + 3))
                return next((verdict for verdict in inner if verdict is not None), None)
    return None


def _is_definition(read: Sequence[Token], index: int) -> bool:
    words = {"function", "def", "func", "fun", "fn", "sub", "defp", "static", "void", "private", "public"}
    return (index > 0 and read[index - 1].text in words) or read[index + 1].text in {"=", ":"}


def _names(read: Sequence[Token], opening: int) -> tuple[str, ...]:
    """The last word of each parameter's declaration, or the only one: `url`, `String url`; in Go the first."""
    names: list[str] = []
    for at in range(opening + 1, _closing(read, opening + 1) + 1):
        if at < len(read) and read[at].text in {",", ")"} and read[at - 1].kind is Kind.WORD:
            start = at - 1
            while read[start - 1].text not in {",", "("}:
                start -= 1
            typed = read[at - 1].text in {"string", "String", "str"}
            names.append(read[start].text if typed or read[start + 1].text == ":" else read[at - 1].text)
    return tuple(names)


def _depth(read: Sequence[Token], first: int, at: int) -> int:
    signs = [token.text for token in read[first:at] if token.kind is Kind.SIGN]
    return sum((sign in _OPENING) - (sign in _CLOSING) for sign in signs)


def is_printed(read: Sequence[Token], at: int) -> bool:
    """Whether a token is an argument of something that only prints."""
    names = [word for group in _groups(read, at, at + 1) for word in group.callee[-1:]]
    before = read[at - 1] if at else None
    names += [before.text] if before is not None and before.kind is Kind.WORD else []
    return any(_PRINTING.match(name) for name in names)


def is_mocked(read: Sequence[Token], at: int) -> bool:
    """Whether the statement sets up a mock: what a test pretends is no call."""
    start = max(0, at - 25)
    words = [token.text.lower() for token in read[start:at] if token.kind is Kind.WORD]
    return any(word in _MOCKS or word.startswith("mock") for word in words)


def _verdict(read: Sequence[Token], first: int, end: int) -> Verdict | None:
    """What the brackets around an expression say, or the word in front of it: posted, certainly not, or nothing."""
    if first and read[first - 1].kind is Kind.WORD and _POSTS.search(read[first - 1].text):
        return Verdict(posts=True, at=first - 1)
    posts = False
    place = first
    for group in _groups(read, first, end):
        if any(_POSTS.search(word) for word in (*group.callee, *_chained(read, group.end))) or _says_post(
            read[group.first : group.end]
        ):
            posts = True
        if group.callee:
            place = group.start
        if posts and group.callee:
            break
        if any(_GETS.match(word) for word in group.callee[-1:]):
            return Verdict(posts=False, at=place)
    return Verdict(posts=True, at=place) if posts else None


def _chained(read: Sequence[Token], closing: int) -> tuple[str, ...]:
    """The method that is called on what a call gives: `.url(…).post(…)`."""
    match [token.text for token in read[closing + 1 : closing + 3]]:
        case [".", name]:
            return (name,)
    return ()


def _says_post(tokens: Sequence[Token]) -> bool:
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


def _groups(read: Sequence[Token], first: int, end: int) -> Iterator[Group]:
    """The brackets around an expression, from the inside out, up to the body of a function."""
    depth, at, count = 0, first - 1, 0
    while at >= 0 and count < 4:
        token = read[at]
        if token.kind is Kind.SIGN and token.text in _CLOSING:
            depth += 1
        elif token.kind is Kind.SIGN and token.text in _OPENING:
            if depth == 0:
                if token.text == "{" and _is_body(read, at):
                    return
                yield Group(at + 1, _closing(read, end), *_callee(read, at))
                end = _closing(read, end) + 1
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


def _closing(read: Sequence[Token], at: int) -> int:
    depth = 0
    for index in range(at, len(read)):
        if read[index].kind is Kind.SIGN:
            depth += (read[index].text in _OPENING) - (read[index].text in _CLOSING)
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
    if not words and at + 1 < len(read) and read[at + 1].kind is Kind.WORD and "/" in read[at + 1].text:
        return (read[at + 1].text.rpartition("/")[2],), at
    if words and words[-1] in _KEYWORDS:
        return (), at
    return tuple(words), index + 1


def _assigned_to(read: Sequence[Token], first: int) -> str | None:
    """The name that an expression is assigned to, or the object whose property it is."""
    at = first
    while at >= 2 and first - at < 12 and read[at - 1].text not in _ASSIGNS:
        if read[at - 1].text in {";", "}"}:
            return None
        at -= 1
    if at < 2 or read[at - 1].text not in _ASSIGNS or read[at - 2].kind is not Kind.WORD:
        return None
    return _object(read, at) if read[at - 1].text in {":", "=>"} else read[at - 2].text


def _object(read: Sequence[Token], at: int) -> str | None:
    """The name that the object around a token is assigned to."""
    depth = 0
    for index in range(at - 1, 1, -1):
        if read[index].kind is Kind.SIGN:
            depth += (read[index].text in _CLOSING) - (read[index].text in _OPENING)
        if depth < 0:
            named = read[index - 1].text in {"=", ":="} and read[index - 2].kind is Kind.WORD
            return read[index - 2].text if named else None
    return None


def _uses(read: Sequence[Token], name: str, start: int) -> tuple[int, ...]:
    return tuple(i for i in range(len(read)) if read[i].text == name and read[i].kind is Kind.WORD and i >= start)


def _around(program: Program, url: Text) -> bool:
    """Whether the lines around name the method, or send what only a trigger sends."""
    first = last = program.read[url.first].start
    for _ in range(_BEFORE):
        first = max(program.text.rfind("\n", 0, first), 0)
    for _ in range(_AFTER):
        last = program.text.find("\n", last + 1) if last >= 0 else last
    last = len(program.text) if last < 0 else last
    near = [token for token in program.read if first <= token.start < last and "curl" not in token.text]
    if _says_post(near):
        return True
    words = (token.text for token in near if token.kind is Kind.WORD)
    return any(_POSTS.search(word) for word in words)
