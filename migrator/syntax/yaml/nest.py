"""The operation that makes an existing value one of the operands of a new one, with its text kept as it is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.model import Edit, Span
from migrator.syntax.yaml.insert import is_json
from migrator.syntax.yaml.layout import layout_of
from migrator.syntax.yaml.nodes import Kind, Node, column_of, parse
from migrator.syntax.yaml.scalars import next_line
from migrator.syntax.yaml.shape import Shape, shape_of
from migrator.syntax.yaml.write import Flow, Value, flow_text, scalar_text

if TYPE_CHECKING:
    from collections.abc import Iterator


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
        is_below = self._block and "\n" in text[self.key.span.end : self.node.start]
        column = column_of(text, self.node.start) if is_below else key_column + layout.step
        dash = column + layout.dash
        head = f"{self.operator}:{layout.eol}{' ' * dash}- {flow_item(self.first)}{layout.eol}{' ' * dash}- "
        if is_below:
            yield Edit(Span(self.node.start, self.node.start), head)
        else:
            colon = text.index(":", self.key.span.end) + 1
            yield Edit(Span(colon, self.node.start), layout.eol + " " * column + head)
        moved = dash + 2 - self.node.column if self._block else dash - key_column
        yield from _moved_lines(text, self.node, moved)

    @property
    def _block(self) -> bool:
        return self.node.kind in (Kind.MAP, Kind.SEQ) and not self.node.flow

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
