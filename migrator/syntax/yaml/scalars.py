"""Decodes a scalar of every style into its value and, for each character of it, where that stands in the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrator.syntax.yaml.nodes import Node

_ESCAPES = dict(zip('0abtnvfre "/\\NLP_\t', '\0\a\b\t\n\v\f\r\x1b "/\\\x85\u2028\u2029\xa0\t', strict=True))
_CODES = {"x": 2, "u": 4, "U": 8}


@dataclass(slots=True)
class DecodedScalar:
    """The value under construction: characters, and where the source of each starts and ends.

    The sources follow one another; what stands between two of them (a line continuation) belongs to no character.
    `indent` is the column at which the lines of a block scalar start.
    """

    chars: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    indent: int = 0
    end: int = 0

    @property
    def value(self) -> str:
        """The decoded text."""
        return "".join(self.chars)

    def add(self, text: str, start: int, end: int) -> None:
        """Append characters that one piece of source stands for; of several the last owns the source's end."""
        for char in text:
            self.chars.append(char)
            self.starts.append(start)
            self.ends.append(end)

    def locate(self, index: int) -> int:
        """Where character `index` starts in the file; for the end of the value, where its source ends."""
        return self.starts[index] if index < len(self.starts) else self.end


def decode(text: str, node: Node) -> DecodedScalar:
    """Decode the scalar `node` of `text`. The caller compares the value with the parser's: they must be equal."""
    start, end = node.span.start, node.span.end
    if node.style in ("|", ">"):
        return _block(text, node)
    if node.style:
        decoded = _flow(text, start + 1, end - 1, node.style)
        decoded.end = end - 1
        return decoded
    decoded = _flow(text, start, end, "")
    decoded.end = end
    return decoded


def _flow(text: str, start: int, end: int, quote: str) -> DecodedScalar:
    decoded = DecodedScalar()
    index = start
    while index < end:
        if text[index] in " \t\r\n":
            index = _fold(decoded, text, index, end)
        elif quote == "'" and text[index] == "'":
            decoded.add("'", index, index + 2)
            index += 2
        elif quote == '"' and text[index] == "\\":
            index = _escape(decoded, text, index, end)
        else:
            decoded.add(text[index], index, index + 1)
            index += 1
    return decoded


def _fold(decoded: DecodedScalar, text: str, start: int, end: int) -> int:
    """White space in a flow scalar: kept inside a line; one line break is a space, each further one a newline."""
    stop = start
    while stop < end and text[stop] in " \t\r\n":
        stop += 1
    breaks = _breaks(text, start, stop)
    if not breaks:
        for index in range(start, stop):
            decoded.add(text[index], index, index + 1)
    elif len(breaks) == 1:
        decoded.add(" ", start, stop)
    else:
        for position, index in enumerate(breaks[1:], 1):
            last = position == len(breaks) - 1
            decoded.add("\n", start if position == 1 else index, stop if last else breaks[position + 1])
    return stop


def _escape(decoded: DecodedScalar, text: str, index: int, end: int) -> int:
    char = text[index + 1]
    if char in _CODES:
        stop = index + 2 + _CODES[char]
        decoded.add(chr(int(text[index + 2 : stop], 16)), index, stop)
        return stop
    if char in "\r\n":
        stop = index + 1
        while stop < end and text[stop] in " \t\r\n":
            stop += 1
        for start in _breaks(text, index + 1, stop)[1:]:
            decoded.add("\n", start, start + 1)
        return stop
    decoded.add(_ESCAPES[char], index, index + 2)
    return index + 2


def _breaks(text: str, start: int, end: int) -> list[int]:
    r"""Where the line breaks of a stretch stand, `\r\n` counting as one."""
    return [i for i in range(start, end) if text[i] == "\n" or (text[i] == "\r" and text[i + 1 : i + 2] != "\n")]


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a block scalar: where its content starts behind the indentation, and where the line break stands."""

    start: int
    end: int
    after: int

    @property
    def blank(self) -> bool:
        return self.start == self.end


def _block(text: str, node: Node) -> DecodedScalar:
    header_end = next_line(text, node.span.start)
    header = text[node.span.start : header_end].split("#")[0].strip()
    indent = _indentation(text, node, header, header_end)
    lines = _lines(text, header_end, node.span.end, indent)
    content = len(lines)
    while content and lines[content - 1].blank:
        content -= 1
    decoded = DecodedScalar(indent=indent)
    keep = "+" in header
    _block_lines(decoded, text, lines[:content], folded=node.style == ">")
    if content and "-" not in header and lines[content - 1].after > lines[content - 1].end:
        decoded.add("\n", lines[content - 1].end, lines[content - 1].after)
    if keep:
        for line in lines[content:]:
            decoded.add("\n", line.end, line.after)
    decoded.end = decoded.ends[-1] if decoded.ends else node.span.end
    return decoded


def _block_lines(decoded: DecodedScalar, text: str, lines: list[_Line], *, folded: bool) -> None:
    """All lines but the last line break, which chomping decides about."""
    for number, line in enumerate(lines):
        for index in range(line.start, line.end):
            decoded.add(text[index], index, index + 1)
        if number + 1 == len(lines):
            return
        follower = lines[number + 1]
        if not folded:
            decoded.add("\n", line.end, follower.start)
        elif _folds(text, lines, number):
            if not line.blank and not follower.blank:
                decoded.add(" ", line.end, follower.start)
        else:
            decoded.add("\n", line.end, follower.start)


def _folds(text: str, lines: list[_Line], number: int) -> bool:
    """Whether the break behind line `number` of a folded scalar is the one that folding turns into a space or drops."""
    line = lines[number]
    if line.blank or text[line.start] in " \t":
        return False
    following = next(line for line in lines[number + 1 :] if not line.blank)
    return text[following.start] not in " \t"


def _lines(text: str, start: int, end: int, indent: int) -> list[_Line]:
    lines = []
    while start < end:
        after = next_line(text, start)
        stop = min(after, end)
        while stop > start and text[stop - 1] in "\r\n":
            stop -= 1
        content = start
        while content < stop and content - start < indent and text[content] == " ":
            content += 1
        lines.append(_Line(content, stop, min(after, end)))
        start = after
    return lines


def _indentation(text: str, node: Node, header: str, start: int) -> int:
    """The column of the body: that of its first line with content, or what the header's indicator leaves of it."""
    first_line, longest = _first_line(text, start, node.span.end)
    if first_line is None:
        return longest  # blank lines only: none of their blanks is content
    column = len(first_line) - len(first_line.lstrip(" "))
    if not any(char.isdigit() for char in header):
        return column
    first_value = next((line for line in node.value.split("\n") if line.strip(" ")), "")
    return column - (len(first_value) - len(first_value.lstrip(" ")))


def _first_line(text: str, start: int, end: int) -> tuple[str | None, int]:
    """The first line that is not blank, and how long the longest line up to there is."""
    longest = 0
    while start < end:
        after = next_line(text, start)
        line = text[start:after].rstrip("\r\n")
        longest = max(longest, len(line))
        if line.strip(" "):
            return line, longest
        start = after
    return None, longest


def next_line(text: str, index: int) -> int:
    r"""The start of the line after the one that holds `index`; `\r\n`, `\n` and a lone `\r` end a line."""
    while index < len(text) and text[index] not in "\r\n":
        index += 1
    if text[index : index + 2] == "\r\n":
        return index + 2
    return min(index + 1, len(text))
