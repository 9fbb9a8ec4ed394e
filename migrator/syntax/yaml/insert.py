"""Operations that add to YAML collections: a pair to a map, an item to a list."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from migrator.model import Edit, Span
from migrator.syntax.yaml.layout import (
    Layout,
    insert_lines,
    is_blank_line,
    is_spaced,
    layout_of,
    line_after,
    past_comments,
)
from migrator.syntax.yaml.nodes import Node, column_of, parse
from migrator.syntax.yaml.shape import Shape, shape_of
from migrator.syntax.yaml.write import Value, flow_text, item_lines, pair_lines, scalar_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class InsertPairs:
    """Add pairs to the map `node`, behind pair number `after` (-1: before all others), or at the end."""

    node: Node
    pairs: Mapping[str, Value]
    after: int | None = None

    def edits(self, text: str) -> Iterator[Edit]:
        """The new lines, set apart by blank ones where the map's pairs are; or entries in brackets."""
        if self.node.flow:
            quoted = is_json(self.node)
            entries = (
                f"{scalar_text(key, flow=True, quoted=quoted)}: {flow_text(value, quoted=quoted)}"
                for key, value in self.pairs.items()
            )
            yield from _into_flow(self.node, ", ".join(entries), self._position())
            return
        layout = layout_of(text, parse(text))
        groups = [
            [shift(line, self.node.column) for line in pair_lines(key, value, layout)]
            for key, value in self.pairs.items()
        ]
        yield from self._block(text, groups, layout)

    def _block(self, text: str, groups: list[list[str]], layout: Layout) -> Iterator[Edit]:
        if self._position() == 0:
            yield _before_first(text, self.node, list(chain.from_iterable(groups)), layout.eol)
            return
        last = self._position() == len(self.node.pairs)
        neighbour = self.node.pairs[self._position() - 1][1]
        index = line_after(text, neighbour)
        if last:
            index = past_comments(text, index, self.node.column)
        if is_spaced(text, self.node) if last else is_blank_line(text, index):
            groups = [["", *lines] for lines in groups]
        yield from insert_lines(text, neighbour, index, list(chain.from_iterable(groups)), layout.eol)

    def _position(self) -> int:
        return len(self.node.pairs) if self.after is None else self.after + 1

    def reshape(self, before: Shape) -> Shape:
        """The pairs more."""
        at = 3 + self._position()
        added = ((shape_of(key), shape_of(value)) for key, value in self.pairs.items())
        return (*before[:at], *added, *before[at:])


def insert_pair(node: Node, key: str, value: Value, after: int | None = None) -> InsertPairs:
    """The operation that adds one pair."""
    return InsertPairs(node, {key: value}, after)


@dataclass(frozen=True, slots=True)
class InsertItem:
    """Add an item to the list `node` before item number `position`."""

    node: Node
    value: Value
    position: int

    def edits(self, text: str) -> Iterator[Edit]:
        """New lines behind the item before, or before the first one; or an entry in brackets."""
        if self.node.flow:
            yield from _into_flow(self.node, flow_text(self.value, quoted=is_json(self.node)), self.position)
            return
        layout = layout_of(text, parse(text))
        lines = item_lines(self.value, layout)
        if self.position == 0:
            yield self._first(lines, layout)
            return
        shifted = [shift(line, self.node.column) for line in lines]
        neighbour = self.node.nodes[self.position - 1]
        index = line_after(text, neighbour)
        if self.position == len(self.node.nodes):
            index = past_comments(text, index, self.node.column)
        yield from insert_lines(text, neighbour, index, shifted, layout.eol)

    def _first(self, lines: list[str], layout: Layout) -> Edit:
        """Before the first dash, on whose line something else may stand, like the dash of an outer list."""
        start, column = self.node.span.start, self.node.column
        first, *rest = lines
        text = layout.eol.join([first, *(shift(line, column) for line in rest), " " * column])
        return Edit(Span(start, start), text)

    def reshape(self, before: Shape) -> Shape:
        """The item more."""
        at = 3 + self.position
        return (*before[:at], shape_of(self.value), *before[at:])


def is_json(node: Node) -> bool:
    """Whether a flow collection is written as JSON: all its keys in double quotes."""
    keys = [key for part in node.walk() for key, _ in part.pairs]
    return bool(keys) and all(key.style == '"' for key in keys)


def _before_first(text: str, node: Node, lines: list[str], eol: str) -> Edit:
    """Above the first pair and the comments that stand over it; on its line where a dash stands before it."""
    start = node.pairs[0][0].start
    line = start - column_of(text, start)
    if text[line:start].strip():
        return Edit(Span(start, start), eol.join([lines[0].lstrip(" "), *lines[1:], " " * node.column]))
    while line and text[: line - 1].rpartition("\n")[2].lstrip(" ").startswith("#"):
        line = text.rfind("\n", 0, line - 1) + 1
    return Edit(Span(line, line), eol.join(lines) + eol)


def _into_flow(node: Node, entry: str, position: int) -> Iterator[Edit]:
    items = [max(pair, key=lambda part: part.span.end) for pair in node.pairs] or list(node.nodes)
    if not items:
        yield Edit(Span(node.span.start + 1, node.span.start + 1), entry)
    elif position == 0:
        yield Edit(Span(node.span.start + 1, node.span.start + 1), f"{entry}, ")
    else:
        at = items[position - 1].span.end
        yield Edit(Span(at, at), f", {entry}")


def shift(line: str, column: int) -> str:
    """A line moved right; an empty one stays empty."""
    return " " * column + line if line else line
