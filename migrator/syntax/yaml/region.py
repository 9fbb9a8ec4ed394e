"""A scalar as a region of another language: its decoded text, and edits of that text as edits of the file.

Edits are encoded as the scalar's style wants them; where the style cannot hold the result the whole scalar is written
anew, as a literal block or in double quotes. Each result is parsed again and must differ in that one scalar only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.errors import ParseError, Refusal
from migrator.model import Edit, Span
from migrator.syntax.text.source import apply_edits, newline_of
from migrator.syntax.yaml.nodes import Node, NodeKind, column_of
from migrator.syntax.yaml.parse import parse
from migrator.syntax.yaml.patch import shape, shape_of
from migrator.syntax.yaml.scalars import DecodedScalar, decode
from migrator.syntax.yaml.write import double_quoted, literal_block

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class ScalarRegion:
    """The decoded text of one scalar of `host`, with the way back. Made by `scalar_region`."""

    text: str
    host: str
    node: Node
    decoded: DecodedScalar

    def locate(self, index: int) -> int:
        """The index in the file of a character of the decoded text."""
        return self.decoded.locate(index)

    def edits(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """Edits of the decoded text as edits of the file, all of one scalar at once. Raises Refusal."""
        value = apply_edits(self.text, edits)
        if value == self.text:
            return ()
        in_place = self.in_place(edits)
        if _holds(self.host, in_place, self.node, value):
            return in_place
        for written in rewritten(self.host, self.node, value):
            if _holds(self.host, (written,), self.node, value):
                return (written,)
        raise Refusal("yaml-scalar", "The YAML scalar that holds this cannot hold the rewritten text; edit it by hand.")

    def in_place(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """The edits as the scalar's style writes them. Nothing says that the style can hold the result: check it."""
        return tuple(self._encode(edit) for edit in dict.fromkeys(edits))

    def _encode(self, edit: Edit) -> Edit:
        start, end = edit.span.start, edit.span.end
        first = self.locate(start)
        last = self.decoded.ends[end - 1] if end > start else first
        match self.node.style:
            case '"':
                text = double_quoted(edit.text)[1:-1]
            case "'":
                text = edit.text.replace("'", "''")
            case "|":
                text = self._block_lines(edit)
            case _:
                text = edit.text
        return Edit(Span(first, last), text)

    def _block_lines(self, edit: Edit) -> str:
        """The replacement with each line break followed by the indentation, where something follows on that line."""
        start, end = edit.span.start, edit.span.end
        indent = self.decoded.indent
        follower = self.text[end : end + 1]
        lines = edit.text.split("\n")
        rest = [" " * indent + line if line else line for line in lines[1:]]
        if len(lines) > 1 and not lines[-1] and follower not in ("", "\n"):
            rest[-1] = " " * indent
        missing = indent - column_of(self.host, self.locate(start))
        head = " " * missing + lines[0] if lines[0] and missing > 0 else lines[0]
        return newline_of(self.host).join([head, *rest])


def scalar_region(text: str, node: Node) -> ScalarRegion:
    """The region of a scalar of `text`; `node` comes from `parse(text)`. Raises Refusal for what cannot be decoded."""
    if node.kind is not NodeKind.SCALAR:
        raise Refusal("yaml-scalar", "Text was expected here and something else stands in the YAML.")
    decoded = decode(text, node)
    if decoded.value != node.value:
        raise Refusal("yaml-scalar", "A scalar uses a YAML feature that is not understood; edit it by hand.")
    return ScalarRegion(node.value, text, node, decoded)


def rewritten(text: str, node: Node, value: str) -> Iterator[Edit]:
    """Ways to write a scalar of `text` anew with another value, best first. They must be checked by parsing."""
    if node.style != '"' and not _in_flow(text, node):
        block = literal_block(text, node, _parent_column(text, node), value)
        if block is not None:
            yield block
    is_bare = node.span.start == node.span.end and text[node.span.start - 1 : node.span.start] not in ("", *" \n[{,")
    yield Edit(node.span, (" " if is_bare else "") + double_quoted(value))


def _holds(text: str, edits: tuple[Edit, ...], node: Node, value: str) -> bool:
    """Whether the edits make the scalar say `value` and change nothing else."""
    try:
        after = parse(apply_edits(text, edits))
    except ParseError:
        return False
    before = parse(text)
    target = next(other for other in before.walk() if _is_same(other, node))
    return shape(after) == shape(before, {target: lambda old: (*old[:2], *shape_of(value)[2:])})


def _is_same(one: Node, other: Node) -> bool:
    """Whether two nodes are the same place of one text, which may have been parsed twice."""
    return (one.kind, one.start, one.span, one.value) == (other.kind, other.start, other.span, other.value)


def _in_flow(text: str, node: Node) -> bool:
    return any(parent.flow for parent in ancestors(parse(text), node))


def _parent_column(text: str, node: Node) -> int:
    parents = ancestors(parse(text), node)
    return parents[-1].column if parents else -1


def ancestors(root: Node, node: Node) -> tuple[Node, ...]:
    """The collections that hold `node`, from the root down; empty for the root."""
    trail: list[Node] = []
    return tuple(trail) if _descend(root, node, trail) else ()


def _descend(at: Node, node: Node, trail: list[Node]) -> bool:
    if _is_same(at, node):
        return True
    trail.append(at)
    for child in (*(part for pair in at.pairs for part in pair), *at.nodes):
        if child.start <= node.start <= max(child.span.end, child.start) and _descend(child, node, trail):
            return True
    trail.pop()
    return False
