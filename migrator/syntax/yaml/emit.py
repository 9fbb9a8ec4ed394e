"""Writes YAML scalars: double-quoted text and literal blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.model import Edit, Span
from migrator.syntax.text.edits import newline_of
from migrator.syntax.yaml.scalars import next_line

if TYPE_CHECKING:
    from migrator.syntax.yaml.nodes import Node

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0", "\x1b": "\\e"}
_STEP = 2


def double_quoted(value: str) -> str:
    """A value as a double-quoted scalar on one line."""
    return '"' + "".join(_escaped(char) for char in value) + '"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    code = ord(char)
    if char.isprintable():
        return char
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def literal_block(text: str, node: Node, parent_column: int, value: str) -> Edit | None:
    """The scalar `node` of `text` as a literal block with another value; None where a literal block cannot hold that.

    A comment on the header's line stays there. `parent_column` is the column of the collection that holds the scalar.
    """
    if any(not char.isprintable() and char not in "\n\t" for char in value) or not value.strip():
        return None
    eol = newline_of(text)
    is_block = node.style in ("|", ">")
    indent = _body_indent(text, node) if is_block else max(parent_column, 0) + _STEP
    body = value.rstrip("\n")
    lines = [" " * indent + line if line else "" for line in body.split("\n")]
    header = "|" + _indicator(body, indent - max(parent_column, 0)) + _chomping(value)
    trailing = eol * (len(value) - len(body) - 1)
    last = eol if is_block and text[node.span.start : node.span.end].endswith(("\n", "\r")) else ""
    comment, end = _rest_of_header(text, node, is_block=is_block)
    return Edit(Span(node.span.start, end), header + comment + eol + eol.join(lines) + (last + trailing))


def _rest_of_header(text: str, node: Node, *, is_block: bool) -> tuple[str, int]:
    """What stands behind the header on its line, and where the replaced stretch ends."""
    if not is_block:
        stop = _content_end(text, node.span.end)
        return text[node.span.end : stop], stop
    stop = _content_end(text, node.span.start)
    line = text[node.span.start : stop]
    header, _, comment = line.partition(" #")
    return (line[len(header.rstrip()) :] if comment else ""), node.span.end


def _content_end(text: str, index: int) -> int:
    while index < len(text) and text[index] not in "\r\n":
        index += 1
    return index


def _body_indent(text: str, node: Node) -> int:
    index = next_line(text, node.span.start)
    while index < node.span.end:
        after = next_line(text, index)
        line = text[index:after].rstrip("\r\n")
        if line.strip(" "):
            return len(line) - len(line.lstrip(" "))
        index = after
    return node.column + _STEP


def _indicator(body: str, depth: int) -> str:
    """An indentation indicator is needed where the first line with content starts with a blank."""
    first = next((line for line in body.split("\n") if line), "")
    return str(depth) if first.startswith(" ") else ""


def _chomping(value: str) -> str:
    newlines = len(value) - len(value.rstrip("\n"))
    return ("-", "")[newlines] if newlines < 2 else "+"
