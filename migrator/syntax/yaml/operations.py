"""Operations on the nodes of a YAML file: change a value, add to a collection, remove from it, nest."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from migrator.model import Edit, Span
from migrator.syntax.text.source import apply_edits, newline_of
from migrator.syntax.yaml.data import resolve_plain
from migrator.syntax.yaml.flow import is_json, item_into, pairs_into
from migrator.syntax.yaml.layout import (
    YamlLayout,
    comments_above,
    content_end,
    insert_lines,
    is_blank_line,
    is_spaced,
    layout_of,
    line_after,
    past_comments,
)
from migrator.syntax.yaml.nodes import Node, NodeKind, column_of
from migrator.syntax.yaml.parse import parse
from migrator.syntax.yaml.patch import Shape, shape_of
from migrator.syntax.yaml.region import scalar_region
from migrator.syntax.yaml.scalars import next_line
from migrator.syntax.yaml.write import Flow, Value, flow_text, item_lines, lines_of, pair_lines, scalar_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class EditScalar:
    """Edit the decoded text of a scalar; `anew` allows another style where its own cannot hold the result."""

    node: Node
    changes: tuple[Edit, ...]
    anew: bool = False

    def edits(self, text: str) -> tuple[Edit, ...]:
        """The edits in the scalar's own style, or the scalar written anew."""
        region = scalar_region(text, self.node)
        return region.edits(self.changes) if self.anew else region.in_place(self.changes)

    def reshape(self, before: Shape) -> Shape:
        """Another value; a plain scalar may become another type."""
        value = apply_edits(self.node.value, self.changes)
        return (*before[:2], *shape_of(resolve_plain(value) if self.node.plain else value)[2:])


def set_text(node: Node, value: str) -> EditScalar:
    """The operation that gives a scalar another text."""
    return EditScalar(node, (Edit(Span(0, len(node.value)), value),))


@dataclass(frozen=True, slots=True)
class ReplaceItem:
    """Put another value in the place of item number `position` of the list `node`."""

    node: Node
    position: int
    value: Value

    def edits(self, text: str) -> Iterator[Edit]:
        """The item's own text replaced; a comment on its line stays on the first line of what comes instead."""
        old = self.node.nodes[self.position]
        if self.node.flow:
            yield Edit(Span(old.start, old.span.end), flow_text(self.value, quoted=is_json(self.node)))
            return
        layout = layout_of(text, parse(text))
        first, *rest = item_lines(self.value, layout)
        # Between the dash and the item may stand more than the one blank that the new lines count on.
        column = column_of(text, old.start) - len(layout.mark)
        lines = [first.removeprefix(layout.mark), *(shift(line, column) for line in rest)]
        yield from _replaced(text, old, lines, layout.eol)

    def reshape(self, before: Shape) -> Shape:
        """Another item."""
        at = 3 + self.position
        return (*before[:at], shape_of(self.value), *before[at + 1 :])


@dataclass(frozen=True, slots=True)
class ReplaceValue:
    """Put another value in the place of that of pair number `position` of the map `node`."""

    node: Node
    position: int
    value: Value

    def edits(self, text: str) -> Iterator[Edit]:
        """The pair behind its key replaced; a comment on the key's line stays there."""
        key, old = self.node.pairs[self.position]
        if self.node.flow:
            yield Edit(Span(old.start, old.span.end), flow_text(self.value, quoted=is_json(self.node)))
            return
        layout = layout_of(text, parse(text))
        lines = pair_lines("k", self.value, layout)
        first = lines[0].removeprefix("k:")
        rest = [shift(line, column_of(text, key.start)) for line in lines[1:]]
        colon = text.index(":", key.span.end) + 1
        if not old.value and old.span.start == old.span.end:
            yield from _replaced(text, key, [text[key.start : colon] + first, *rest], layout.eol, end=colon)
        elif "#" in text[colon : old.start] and "\n" in text[colon : old.start] and not isinstance(self.value, str):
            column = column_of(text, old.start)
            below = [shift(line, column) for line in lines_of(self.value, layout)]
            yield Edit(Span(old.start, content_end(text, old)), layout.eol.join(below).lstrip(" "))
        elif "\n" in text[colon : old.start] or old.style in ("|", ">"):
            yield Edit(Span(colon, content_end(text, old)), layout.eol.join([first, *rest]))
        else:
            yield from _replaced(text, old, [first.lstrip(" "), *rest], layout.eol, blank=not first)

    def reshape(self, before: Shape) -> Shape:
        """Another value."""
        at = 3 + self.position
        pair = before[at]
        assert isinstance(pair, tuple)
        return (*before[:at], (pair[0], shape_of(self.value)), *before[at + 1 :])


def _replaced(
    text: str, old: Node, lines: list[str], eol: str, *, end: int | None = None, blank: bool = False
) -> Iterator[Edit]:
    """The first line in the place of `old`, the others behind the line that `old` ends on."""
    start, stop = old.start, content_end(text, old) if end is None else end
    if blank:  # nothing comes instead on this line: the blank before goes too
        while text[start - 1] == " ":
            start -= 1
    if "\n" in text[start:stop]:
        yield Edit(Span(start, stop), eol.join(lines))
        return
    yield Edit(Span(start, stop), lines[0])
    if lines[1:]:
        yield from insert_lines(text, old, line_after(text, old), lines[1:], eol)


@dataclass(frozen=True, slots=True)
class InsertPairs:
    """Add pairs to the map `node`, behind pair number `after` (-1: before all others), or at the end."""

    node: Node
    pairs: Mapping[str, Value]
    after: int | None = None

    def edits(self, text: str) -> Iterator[Edit]:
        """The new lines, set apart by blank ones where the map's pairs are; or entries in brackets."""
        if self.node.flow:
            yield from pairs_into(text, self.node, self.pairs, self._position(), newline_of(text))
            return
        layout = layout_of(text, parse(text))
        groups = [
            [shift(line, self.node.column) for line in pair_lines(key, value, layout)]
            for key, value in self.pairs.items()
        ]
        yield from self._block(text, groups, layout)

    def _block(self, text: str, groups: list[list[str]], layout: YamlLayout) -> Iterator[Edit]:
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
            yield from item_into(text, self.node, self.value, self.position, newline_of(text))
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

    def _first(self, lines: list[str], layout: YamlLayout) -> Edit:
        """Before the first dash, on whose line something else may stand, like the dash of an outer list."""
        start, column = self.node.span.start, self.node.column
        first, *rest = lines
        text = layout.eol.join([first, *(shift(line, column) for line in rest), " " * column])
        return Edit(Span(start, start), text)

    def reshape(self, before: Shape) -> Shape:
        """The item more."""
        at = 3 + self.position
        return (*before[:at], shape_of(self.value), *before[at:])


def _before_first(text: str, node: Node, lines: list[str], eol: str) -> Edit:
    """Above the first pair and the comments that stand over it; on its line where a dash stands before it."""
    start = node.pairs[0][0].start
    line = start - column_of(text, start)
    if text[line:start].strip():
        return Edit(Span(start, start), eol.join([lines[0].lstrip(" "), *lines[1:], " " * node.column]))
    line = comments_above(text, line)
    return Edit(Span(line, line), eol.join(lines) + eol)


def shift(line: str, column: int) -> str:
    """A line moved right; an empty one stays empty."""
    return " " * column + line if line else line


@dataclass(frozen=True, slots=True)
class RemovePair:
    """Take pair number `position` out of the map `node`, which must keep another.

    `moved`: the pair goes elsewhere, and its comments with it.
    """

    node: Node
    position: int
    moved: bool = False

    def edits(self, text: str) -> Iterator[Edit]:
        """The pair's lines, or its entry in brackets with the comma."""
        parts = [(key.start, max(key.span.end, value.span.end)) for key, value in self.node.pairs]
        if self.node.flow:
            yield _out_of_flow(parts, self.position)
            return
        key, value = self.node.pairs[self.position]
        stop, following = line_after(text, value), _start_of(parts, self.position + 1)
        yield _out_of_block(text, key.start, stop, following, column_of(text, key.start) if self.moved else None)

    def reshape(self, before: Shape) -> Shape:
        """The pair less."""
        return (*before[: 3 + self.position], *before[4 + self.position :])


@dataclass(frozen=True, slots=True)
class RemoveItem:
    """Take item number `position` out of the list `node`, which must keep another. `moved` is as for pairs."""

    node: Node
    position: int
    moved: bool = False

    def edits(self, text: str) -> Iterator[Edit]:
        """The item's lines with the dash, or its entry in brackets with the comma."""
        parts = [(item.start, item.span.end) for item in self.node.nodes]
        if self.node.flow:
            yield _out_of_flow(parts, self.position)
            return
        item = self.node.nodes[self.position]
        dash = _dash(text, item.start)
        following = _start_of(parts, self.position + 1)
        column = column_of(text, dash) if self.moved else None
        yield _out_of_block(text, dash, line_after(text, item), following and _dash(text, following), column)

    def reshape(self, before: Shape) -> Shape:
        """The item less."""
        return (*before[: 3 + self.position], *before[4 + self.position :])


def _start_of(parts: list[tuple[int, int]], position: int) -> int | None:
    return parts[position][0] if position < len(parts) else None


def _dash(text: str, start: int) -> int:
    return text.rindex("-", 0, start)


def _out_of_flow(parts: list[tuple[int, int]], position: int) -> Edit:
    if position + 1 < len(parts):
        return Edit(Span(parts[position][0], parts[position + 1][0]), "")
    return Edit(Span(parts[position - 1][1] if position else parts[0][0], parts[position][1]), "")


def _out_of_block(text: str, start: int, after: int, following: int | None, moved_from: int | None) -> Edit:
    """Whole lines; but where a dash of an outer list stands before, up to the next pair or item."""
    line = start - column_of(text, start)
    if text[line:start].strip():
        return Edit(Span(start, following if following is not None else after), "")
    if moved_from is not None:
        line = comments_above(text, line, moved_from)
        after = past_comments(text, after, moved_from + 1)
    before = text.rfind("\n", 0, max(line - 1, 0)) + 1
    if line and is_blank_line(text, before) and is_blank_line(text, after):
        line = before  # what was set apart by blank lines leaves one of them
    if after == len(text) and not text.endswith(("\n", "\r")) and line:
        line -= 2 if text[line - 2 : line] == "\r\n" else 1
    return Edit(Span(line, after), "")


@dataclass(frozen=True, slots=True)
class Nest:
    """Turn `key: C`, a pair of `holder`, into `key: {operator: [first, C]}`. `node` is C, `first` fits on one line."""

    holder: Node
    key: Node
    node: Node
    operator: str
    first: Value

    def edits(self, text: str) -> Iterator[Edit]:
        """New lines before C; the lines of C move right by as much as its first one."""
        if self.holder.flow:
            yield from self._flow()
            return
        layout = layout_of(text, parse(text))
        key_column = column_of(text, self.key.start)
        is_below = "\n" in text[self.key.span.end : self.node.start]
        column = column_of(text, self.node.start) if is_below else key_column + layout.step
        dash = column + layout.dash
        mark = " " * dash + layout.mark
        head = f"{self.operator}:{layout.eol}{mark}{flow_item(self.first)}{layout.eol}{mark}"
        if is_below:
            yield Edit(Span(self.node.start, self.node.start), head)
        else:
            colon = text.index(":", self.key.span.end) + 1
            yield Edit(Span(colon, self.node.start), layout.eol + " " * column + head)
        from_column = self.node.column if self._block else column if is_below else key_column + 2
        moved = len(mark) - from_column
        yield from _moved_lines(text, self.node, moved)

    @property
    def _block(self) -> bool:
        return self.node.kind in (NodeKind.MAP, NodeKind.SEQ) and not self.node.flow

    def _flow(self) -> Iterator[Edit]:
        quoted = is_json(self.holder)
        operator = scalar_text(self.operator, flow=True, quoted=quoted)
        head = f"{{{operator}: [{flow_text(self.first, quoted=quoted)}, "
        yield Edit(Span(self.node.start, self.node.start), head)
        yield Edit(Span(self.node.span.end, self.node.span.end), "]}")

    def reshape(self, before: Shape) -> Shape:
        """The old shape as the second operand."""
        operands = ("seq", None, None, shape_of(self.first), before)
        return ("map", None, None, (shape_of(self.operator), operands))


def flow_item(value: Value) -> str:
    """A value on one line of a block list: the pairs of a map without their braces, all inside them in brackets."""
    if isinstance(value, dict):
        return ", ".join(f"{key}: {flow_text(Flow(item))}" for key, item in value.items())
    return flow_text(value)


def _moved_lines(text: str, node: Node, columns: int) -> Iterator[Edit]:
    """All lines of a node but its first one, moved right (left where `columns` is negative)."""
    index = next_line(text, node.start)
    while index < node.span.end:
        after = next_line(text, index)
        if text[index:after].strip():
            if columns >= 0:
                yield Edit(Span(index, index), " " * columns)
            else:
                blanks = len(text[index:after]) - len(text[index:after].lstrip(" "))
                yield Edit(Span(index, index + min(blanks, -columns)), "")
        index = after
