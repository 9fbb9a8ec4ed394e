"""Writes new YAML: plain data, and copies of what stands elsewhere in the file, as block lines or in brackets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from migrator.model import Edit, Span
from migrator.syntax.text.source import newline_of
from migrator.syntax.yaml.data import construct, resolve_plain
from migrator.syntax.yaml.layout import comments_above, content_end, past_comments
from migrator.syntax.yaml.nodes import Node, NodeKind, column_of, is_merge
from migrator.syntax.yaml.scalars import next_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from migrator.syntax.yaml.layout import YamlLayout


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


Value: TypeAlias = (
    "str | int | float | bool | Sequence[Value] | Mapping[str, Value] | Flow | Copy | Alias | Commented | None"
)

_PLAIN_STARTS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_/$<.(~")
_ONE_LETTER_BOOLEANS = frozenset("yYnN")


@dataclass(frozen=True, slots=True)
class Flow:
    """A list or a map to be written in brackets on one line."""

    value: Value


@dataclass(frozen=True, slots=True)
class Alias:
    """What an anchor names that stands further up in the file."""

    name: str


@dataclass(frozen=True, slots=True)
class Copy:
    """What a node of `text` says, taken over as it is written. `column` is that of the collection which holds it."""

    text: str
    node: Node
    column: int


@dataclass(frozen=True, slots=True)
class Commented:
    """A value that brings comments along: above its key or dash, behind its key, and below that, above the value."""

    value: Value
    above: tuple[str, ...] = ()
    beside: str = ""
    inside: tuple[str, ...] = ()


def with_comments(text: str, head: Node, body: Node, value: Value) -> Value:
    """The value of a pair or an item that moves, with the comments above `head`, its key or item, and beside a key."""
    start = head.start - column_of(text, head.start)
    before = text[start : head.start]
    dash = before.rfind("-")
    if before[: max(dash, 0)].strip() or before[dash + 1 :].strip():
        return value  # something else stands on the line, whose comments these may be
    column = dash if dash >= 0 else len(before)
    above = [line.strip() for line in text[comments_above(text, start, column) : start].splitlines()]
    if head is body:
        return Commented(value, tuple(above))
    beside, *below = [line.strip() for line in text[head.span.end : body.start].splitlines()]
    inside = tuple(line for line in below if line.startswith("#"))
    beside = beside.lstrip(":").strip()
    return Commented(value, tuple(above), f" {beside}" if beside.startswith("#") else "", inside)


def copied(text: str, node: Node, column: int) -> Value:
    """A copy that defines no anchor a second time: what has one is named by it, what holds one is copied as data."""
    if node.anchor is not None:
        return Alias(node.anchor)
    if any(part.anchor is not None for part in node.walk()):
        return _as_value(construct(node))
    return Copy(text, node, column)


def _as_value(data: object) -> Value:
    match data:
        case dict():
            return {str(key): _as_value(value) for key, value in data.items()}
        case list():
            return [_as_value(value) for value in data]
    assert data is None or isinstance(data, str | int | float)
    return data


def key_text(key: str) -> str:
    """A key as it is written in a block map; `<<` is the merge key."""
    return key if key == "<<" else scalar_text(key, flow=True)


def scalar_text(value: str | float | bool | None, *, flow: bool = False, quoted: bool = False) -> str:
    """A scalar on one line, plain where it stays what it is. `quoted` wants JSON's double quotes around any text."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
    if quoted or "\n" in value:
        return double_quoted(value)
    if _is_plain(value, flow=flow):
        return value
    if value.isprintable() and ('"' in value or "\\" in value) and "'" not in value:
        return f"'{value}'"
    return double_quoted(value)


def _is_plain(value: str, *, flow: bool) -> bool:
    if not value or value[0] not in _PLAIN_STARTS or value != value.strip() or not value.isprintable():
        return False
    if ": " in value or " #" in value or value.endswith(":") or (value[0] == "<" and value.strip() == "<<"):
        return False
    if flow and any(char in value for char in ",[]{}?:"):
        return False
    return value not in _ONE_LETTER_BOOLEANS and isinstance(resolve_plain(value), str)


def lines_of(value: Value, layout: YamlLayout) -> list[str]:
    """A value as lines of block YAML, the first at column 0."""
    match value:
        case dict():
            return [line for key, item in value.items() for line in pair_lines(key, item, layout)]
        case list() | tuple():
            return [line for item in value for line in item_lines(item, layout)]
        case Flow(inner):
            return [flow_text(inner)]
        case Commented(inner):
            return lines_of(inner, layout)
        case Alias(name):
            return [f"*{name}"]
        case Copy():
            return _copied(value)
        case str() if "\n" in value:
            return _literal(value, layout)
    assert value is None or isinstance(value, str | int | float)
    return [scalar_text(value)]


def pair_lines(key: str, value: Value, layout: YamlLayout) -> list[str]:
    """A pair of a block map as lines, the key at column 0."""
    if isinstance(value, Commented):
        first, *rest = pair_lines(key, value.value, layout)
        indent = " " * (len(rest[0]) - len(rest[0].lstrip(" "))) if rest else ""
        return [*value.above, first + value.beside, *(indent + line for line in value.inside if rest), *rest]
    lines = lines_of(value, layout)
    match value:
        case dict() if value:
            return [f"{key_text(key)}:", *_indented(lines, layout.step)]
        case list() | tuple() if value:
            return [f"{key_text(key)}:", *_indented(lines, layout.dash)]
        case dict() | list() | tuple():
            return [f"{key_text(key)}: {flow_text(value)}"]
        case Copy() if value.node.kind in (NodeKind.MAP, NodeKind.SEQ) and not value.node.flow:
            offset = layout.dash if value.node.kind is NodeKind.SEQ else layout.step
            return [f"{key_text(key)}:", *_indented(lines, offset)]
    return [f"{key_text(key)}: {lines[0]}", *lines[1:]]


def item_lines(value: Value, layout: YamlLayout) -> list[str]:
    """An item of a block list as lines, the dash at column 0."""
    if isinstance(value, Commented):
        return [*value.above, *item_lines(value.value, layout)]
    lines = lines_of(value, layout)
    match value:
        case Copy() if value.node.kind is NodeKind.SCALAR or value.node.flow:
            return [f"{layout.mark}{lines[0]}", *lines[1:]]
        case str() if "\n" in value:
            return [f"{layout.mark}{lines[0]}", *lines[1:]]
    return [f"{layout.mark}{lines[0]}", *_indented(lines[1:], len(layout.mark))]


def flow_text(value: Value, *, quoted: bool = False) -> str:
    """A value in brackets on one line; `quoted` makes it JSON."""
    match value:
        case dict():
            pairs = (
                f"{scalar_text(k, flow=True, quoted=quoted)}: {flow_text(v, quoted=quoted)}" for k, v in value.items()
            )
            return "{" + ", ".join(pairs) + "}"
        case list() | tuple():
            return "[" + ", ".join(flow_text(item, quoted=quoted) for item in value) + "]"
        case Flow(inner) | Commented(inner):
            return flow_text(inner, quoted=quoted)
        case Alias(name):
            return f"*{name} "
        case Copy():
            return _flow_copy(value.node, quoted=quoted)
    assert value is None or isinstance(value, str | int | float)
    return scalar_text(value, flow=True, quoted=quoted)


def _flow_copy(node: Node, *, quoted: bool) -> str:
    match node.kind:
        case NodeKind.ALIAS:
            return f"*{node.value} "
        case NodeKind.MAP:
            pairs = (f"{_flow_key(k, quoted=quoted)}: {_flow_copy(v, quoted=quoted)}" for k, v in node.pairs)
            return "{" + ", ".join(pairs) + "}"
        case NodeKind.SEQ:
            return "[" + ", ".join(_flow_copy(item, quoted=quoted) for item in node.nodes) + "]"
    if node.plain:
        resolved = resolve_plain(node.value)
        return node.value if not isinstance(resolved, str) else scalar_text(node.value, flow=True, quoted=quoted)
    return scalar_text(node.value, flow=True, quoted=True)


def _flow_key(key: Node, *, quoted: bool) -> str:
    return "<<" if is_merge(key) else _flow_copy(key, quoted=quoted)


def _literal(value: str, layout: YamlLayout) -> list[str]:
    body = value.rstrip("\n")
    chomping = {0: "-", 1: ""}.get(len(value) - len(body), "+")
    indicator = str(layout.step) if body.startswith(" ") else ""
    lines = _indented(body.split("\n"), layout.step)
    return [f"|{indicator}{chomping}", *lines, *[""] * (len(value) - len(body) - 1)]


def _copied(copy: Copy) -> list[str]:
    node = copy.node
    in_block = node.kind in (NodeKind.MAP, NodeKind.SEQ) and not node.flow
    base = node.column if in_block else copy.column
    source = copy.text[node.span.start : _end_with_comments(copy, in_block=in_block)]
    first, *rest = source.splitlines() or [""]
    return [first, *(_outdented(line, base) for line in rest)]


def _end_with_comments(copy: Copy, *, in_block: bool) -> int:
    """Where a node ends with the comment behind it, and with those below a block collection that belong to it."""
    text, end = copy.text, content_end(copy.text, copy.node)
    stop = _content_end(text, end)
    end = stop if text[end:stop].strip().startswith("#") else end
    following = next_line(text, stop)
    below = past_comments(text, following, copy.column + 1) if in_block else following
    return end if below == following else len(text[:below].rstrip())


def _outdented(line: str, columns: int) -> str:
    indent = len(line) - len(line.lstrip(" "))
    return line[min(indent, columns) :]


def _indented(lines: Sequence[str], columns: int) -> list[str]:
    return [" " * columns + line if line else line for line in lines]
