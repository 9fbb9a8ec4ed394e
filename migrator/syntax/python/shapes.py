"""How the text that an expression makes is put together: literals, f-strings, sums, formats, and other values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.model import Literal, Span, Template

if TYPE_CHECKING:
    from migrator.syntax.python.program import Operand
    from migrator.syntax.python.strings import TextRun


@dataclass(frozen=True, slots=True, eq=False)
class FormatField:
    """`{…}` in an f-string; `span` is its place with the braces."""

    span: Span
    inner: Shape


@dataclass(frozen=True, slots=True, eq=False)
class Str:
    """One string literal: text and fields in turn."""

    operand: Operand
    chunks: tuple[TextRun | FormatField, ...]

    @property
    def template(self) -> Template:
        """The text of the literal."""
        return tuple(part for chunk in self.chunks for part in _chunk_template(chunk))


@dataclass(frozen=True, slots=True, eq=False)
class Sum:
    """Strings that follow each other, with or without a `+`; `augmented`: in `+=` statements."""

    operand: Operand
    units: tuple[Shape, ...]
    augmented: bool = False

    @property
    def template(self) -> Template:
        """The texts of all units."""
        return tuple(part for unit in self.units for part in unit.template)


@dataclass(frozen=True, slots=True, eq=False)
class FormatPiece:
    """A stretch of a format string: literal `text`, or the `value` that is put in its place."""

    start: int
    end: int
    text: str | None = None
    value: Shape | None = None

    @property
    def template(self) -> Template:
        """What the stretch becomes."""
        if self.value is not None:
            return self.value.template
        return (Literal(self.text),) if self.text else ()


@dataclass(frozen=True, slots=True, eq=False)
class Fmt:
    """`base % values` or `base.format(values)`. The pieces count characters of the text of `base`."""

    operand: Operand
    base: Shape
    pieces: tuple[FormatPiece, ...]

    @property
    def template(self) -> Template:
        """The formatted text."""
        return tuple(part for piece in self.pieces for part in piece.template)


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """Any other expression. `inner` is the shape of the value behind it; `within`: that stands in the expression."""

    operand: Operand
    template: Template
    inner: Shape | None = None
    within: bool = False


Shape = Str | Sum | Fmt | Reference


def _chunk_template(chunk: TextRun | FormatField) -> Template:
    if isinstance(chunk, FormatField):
        return chunk.inner.template
    if not chunk.text:
        return ()
    exact = chunk.places[-1] - chunk.places[0] == len(chunk.text)
    return (Literal(chunk.text, Span(chunk.places[0], chunk.places[-1]) if exact else None),)
