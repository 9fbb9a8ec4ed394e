"""Whole expressions of text: sums, texts joined by slashes, format strings with what is put into them.

Sources: the references of the languages and of their libraries (`File.join`, `implode`, `strings.Join`, `path.join`,
`Array.prototype.join`, `joinToString`; `fmt.Sprintf`, `String.format`, `sprintf`, `str.format`, `-f` of PowerShell).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.programs.text import (
    CLOSING,
    MEMBER,
    OPENING,
    ProgramText,
    Text,
    closing_of,
    group_end,
    merged,
    operand_before,
    pieces,
    sum_at,
)
from migrator.model import Expansion, Literal
from migrator.syntax.programs.program import TokenKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrator.model import Part, Template
    from migrator.syntax.programs.program import ProgramToken

_PLUS = frozenset({"+", ".", "<>", "..", "~", "&"})
_JOINING = frozenset({"join", "urljoin", "combine", "joinpath", "resolve", "implode", "jointostring", "mkstring"})
_FORMATTING = frozenset({"sprintf", "format", "formatted", "printf", "vsprintf", "fmt", "interpolate"})
_HOLE = re.compile(r"%(?:\d+\$)?[sdvq@](?![0-9A-Fa-f]{2})|\{\d*\}")
_FARTHEST = 60  # tokens of a list of pieces


def expression(program: ProgramText, at: int) -> Text:
    """The whole expression that the string at index `at` is a part of."""
    if program.clojure:
        return _call_of_str(program, at)
    if (joined := _joined(program, at)) is not None:
        return joined
    first = at
    while first >= 2 and program.read[first - 1].text in _PLUS and program.read[first - 1].kind is TokenKind.SIGN:
        start = operand_before(program.read, first - 1)
        if start is None:
            break
        first = start
    return _filled(program, sum_at(program, first))


def _joined(program: ProgramText, at: int) -> Text | None:
    """`URI.join('https://…/project', slug, 'tree', branch)`, `[root, 'project', slug].join('/')`: with one slash each.

    `at` is any text among the pieces.
    """
    opening = _opening(program.read, at)
    if opening is None:
        return None
    read = program.read
    closing = closing_of(read, opening + 1)
    behind = _called_behind(read, closing)
    before = _callee(read, opening)
    outer = _opening(read, opening)
    if behind is not None and behind[0] in _JOINING and "/" in {token.text for token in read[closing : behind[1]]}:
        return _pieces(program, opening, closing, opening, behind[1])
    if before in _JOINING and not _is_separator(read[opening + 1]):
        return _pieces(program, opening, closing, opening + 1, closing)
    if before in _JOINING:  # `String.join("/", a, b)`
        return _pieces(program, opening + 2, closing, opening + 1, closing)
    if outer is not None and _callee(read, outer) in _JOINING:
        inside = closing_of(read, outer + 1)
        rest = (*read[outer + 1 : opening], *read[closing:inside])
        if any(_is_separator(token) for token in rest):  # `implode('/', [a, b])`, `strings.Join([]string{a, b}, "/")`
            return _pieces(program, opening, closing, outer + 1, inside)
    return None


def _is_separator(token: ProgramToken) -> bool:
    return token.kind is TokenKind.STRING and token.text == "/"


def _opening(read: Sequence[ProgramToken], at: int) -> int | None:
    """The bracket that opens the list around a token, when a comma says that it is one."""
    depth = 0
    for index in range(at - 1, max(at - _FARTHEST, -1), -1):
        if read[index].kind is TokenKind.SIGN:
            depth += (read[index].text in CLOSING) - (read[index].text in OPENING)
            if read[index].text == ";":
                return None
        if depth < 0:
            return index
    return None


def _callee(read: Sequence[ProgramToken], opening: int) -> str:
    """The last word in front of a bracket, without what stands in front of an underscore."""
    token = read[opening - 1] if opening else None
    return token.text.rpartition("_")[2].lower() if token is not None and token.kind is TokenKind.WORD else ""


def _called_behind(read: Sequence[ProgramToken], closing: int) -> tuple[str, int] | None:
    """The method that is called on a list, and the index behind the call: `[…].join('/')`, `[…].join "/"`."""
    if closing + 2 >= len(read) or read[closing + 1].text not in MEMBER:
        return None
    called = read[closing + 3 : closing + 4]
    end = group_end(read, closing + 3) if called and called[0].text == "(" else closing + 4
    return read[closing + 2].text.lower(), min(end, len(read))


def _pieces(program: ProgramText, opening: int, closing: int, first: int, end: int) -> Text | None:
    """The pieces between two brackets, joined; None for fewer than two."""
    read = program.read
    parts: list[Part] = []
    index, count = opening + 1, 0
    while index < closing:
        if read[index].text == ",":
            index += 1
            continue
        inner = _filled(program, sum_at(program, index))
        if parts and not (isinstance(parts[-1], Literal) and parts[-1].text.endswith("/")) and not _is_query(inner):
            parts.append(Literal("/"))
        template = inner.template
        if count and template and isinstance(template[0], Literal):  # `join(root, '/project')` has one slash too
            template = (Literal(template[0].text.removeprefix("/")), *template[1:])
        parts += template
        index, count = max(inner.end, index + 1), count + 1
    return Text(tuple(merged(parts)), first, end) if count > 1 else None


def _is_query(text: Text) -> bool:
    first = text.template[0] if text.template else None
    return isinstance(first, Literal) and first.text.startswith("?")


def _filled(program: ProgramText, text: Text) -> Text:
    """The text of a format string with what is put into its holes, as far as the call of it shows."""
    if text.end != text.first + 1 or not any(_is_hole(part) for part in text.template):
        return text
    given, end = _given(program, text)
    if not given:
        return text
    parts: list[Part] = []
    number = 0
    for part in text.template:
        if not isinstance(part, Expansion) or not _is_hole(part):
            parts.append(part)
            continue
        named = re.search(r"\d+", part.source)
        base = 1 if part.source.startswith("%") else 0
        index = int(named[0]) - base if named else number
        number += 1
        parts += given[index] if 0 <= index < len(given) else (part,)
    return Text(tuple(merged(parts)), text.first, max(end, text.end))


def _is_hole(part: Part) -> bool:
    return isinstance(part, Expansion) and _HOLE.fullmatch(part.source) is not None


def _given(program: ProgramText, text: Text) -> tuple[list[Template], int]:
    """What is put into a format string, in order, and the index behind it."""
    read, end = program.read, text.end
    behind = read[end].text if end < len(read) else ""
    opening = _opening(read, text.first)
    if behind == "," and opening == text.first - 1 and _callee(read, opening) in _FORMATTING:
        return _arguments(program, end + 1, closing_of(read, end)), end
    if behind == "%" and end + 1 < len(read):  # Ruby
        if read[end + 1].text == "[":
            closing = group_end(read, end + 1)
            return _arguments(program, end + 2, closing - 1), closing
        one = sum_at(program, end + 1)
        return [one.template], one.end
    if behind == "-" and end + 1 < len(read) and read[end + 1].text == "f":  # PowerShell
        stop = _line_end(program, end)
        return _arguments(program, end + 2, stop), stop
    if behind in MEMBER and end + 2 < len(read) and read[end + 1].text in _FORMATTING and read[end + 2].text == "(":
        closing = group_end(read, end + 2)
        return _arguments(program, end + 3, closing - 1), closing
    return [], end


def _line_end(program: ProgramText, at: int) -> int:
    read = program.read
    while at + 1 < len(read) and "\n" not in program.text[read[at].end : read[at + 1].start]:
        at += 1
    return at + 1


def _arguments(program: ProgramText, first: int, end: int) -> list[Template]:
    given: list[Template] = []
    index = first
    while index < end:
        if program.read[index].text == ",":
            index += 1
            continue
        one = sum_at(program, index)
        given.append(one.template)
        index = max(one.end, index + 1)
    return given


def _call_of_str(program: ProgramText, at: int) -> Text:
    """`(str "…" org "/" repo)` of Clojure: the arguments one behind the other."""
    read = program.read
    first = at
    while first > 0 and read[first - 1].text != "(" and first > at - 20:
        first -= 1
    if read[first].text not in {"str", "format"} or first == at:
        return Text(tuple(pieces(read[at])), at, at + 1)
    end = group_end(read, first - 1)
    parts = list(_said(program, first, end))
    return Text(tuple(parts), first, end)


def _said(program: ProgramText, first: int, end: int) -> Iterator[Part]:
    read = program.read
    index = first + 1
    while index < end - 1:
        stop = group_end(read, index) if read[index].text in {"(", "["} else index + 1
        if read[index].kind is TokenKind.STRING:
            yield from pieces(read[index])
        elif read[first].text == "str":
            yield from program.known.get(read[index].text, (Expansion(program.source(index, stop)),))
        index = stop
