"""Operations that take something out of YAML collections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.model import Edit, Span
from migrator.syntax.yaml.layout import is_blank_line, line_after
from migrator.syntax.yaml.nodes import Node, column_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.yaml.shape import Shape


@dataclass(frozen=True, slots=True)
class RemovePair:
    """Take pair number `position` out of the map `node`, which must keep another."""

    node: Node
    position: int

    def edits(self, text: str) -> Iterator[Edit]:
        """The pair's lines, or its entry in brackets with the comma."""
        parts = [(key.start, max(key.span.end, value.span.end)) for key, value in self.node.pairs]
        if self.node.flow:
            yield _out_of_flow(parts, self.position)
            return
        key, value = self.node.pairs[self.position]
        yield _out_of_block(text, key.start, line_after(text, value), _start_of(parts, self.position + 1))

    def reshape(self, before: Shape) -> Shape:
        """The pair less."""
        return (*before[: 3 + self.position], *before[4 + self.position :])


@dataclass(frozen=True, slots=True)
class RemoveItem:
    """Take item number `position` out of the list `node`, which must keep another."""

    node: Node
    position: int

    def edits(self, text: str) -> Iterator[Edit]:
        """The item's lines with the dash, or its entry in brackets with the comma."""
        parts = [(item.start, item.span.end) for item in self.node.nodes]
        if self.node.flow:
            yield _out_of_flow(parts, self.position)
            return
        item = self.node.nodes[self.position]
        dash = _dash(text, item.start)
        following = _start_of(parts, self.position + 1)
        yield _out_of_block(text, dash, line_after(text, item), following and _dash(text, following))

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


def _out_of_block(text: str, start: int, after: int, following: int | None) -> Edit:
    """Whole lines; but where a dash of an outer list stands before, up to the next pair or item."""
    line = start - column_of(text, start)
    if text[line:start].strip():
        return Edit(Span(start, following if following is not None else after), "")
    before = text.rfind("\n", 0, max(line - 1, 0)) + 1
    if line and is_blank_line(text, before) and is_blank_line(text, after):
        line = before  # what was set apart by blank lines leaves one of them
    if after == len(text) and not text.endswith(("\n", "\r")) and line:
        line -= 2 if text[line - 2 : line] == "\r\n" else 1
    return Edit(Span(line, after), "")
