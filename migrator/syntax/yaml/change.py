"""Operations that change what stands in a YAML file: a scalar's text, the value of a pair, an item of a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.model import Edit, Span
from migrator.syntax.text.edits import apply_edits
from migrator.syntax.yaml.data import resolve_plain
from migrator.syntax.yaml.insert import is_json, shift
from migrator.syntax.yaml.layout import content_end, insert_lines, layout_of, line_after
from migrator.syntax.yaml.nodes import Node, column_of, parse
from migrator.syntax.yaml.region import scalar_region
from migrator.syntax.yaml.shape import Shape, shape_of
from migrator.syntax.yaml.write import Value, flow_text, item_lines, pair_lines

if TYPE_CHECKING:
    from collections.abc import Iterator


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
        column = column_of(text, old.start) - len("- ")
        lines = [first.removeprefix("- "), *(shift(line, column) for line in rest)]
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
