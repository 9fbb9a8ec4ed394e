"""Read an expression as text: literals, f-strings, sums, `%` and `.format`, and the names and calls in between.

A `Shape` keeps how the text is put together, so that a stretch of the text can be changed where it stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

import libcst as cst

from migrator.model import Expansion, Literal, Span, Template, flatten
from migrator.syntax.python.names import meaning, meanings
from migrator.syntax.python.program import DEPTH, Operand
from migrator.syntax.python.scope import Kind, definitions
from migrator.syntax.python.strings import Run, decode, quoting, simple_run

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Hole(Expansion):
    """An expansion that is a Python expression.

    `plain` is what it percent-encodes, when it does only that; `textual`: the program would fail if it were no text.
    `choices` are the texts of a name that was given several, where they are not known whole.
    """

    operand: Operand | None = field(default=None, compare=False, repr=False)
    plain: Template | None = field(default=None, compare=False, repr=False)
    textual: bool = field(default=False, compare=False, repr=False)
    choices: tuple[Template, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """`{…}` in an f-string; `span` is its place with the braces."""

    span: Span
    inner: Shape


@dataclass(frozen=True, slots=True, eq=False)
class Str:
    """One string literal: text and fields in turn."""

    operand: Operand
    chunks: tuple[Run | Field, ...]

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
class Piece:
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
    pieces: tuple[Piece, ...]

    @property
    def template(self) -> Template:
        """The formatted text."""
        return tuple(part for piece in self.pieces for part in piece.template)


@dataclass(frozen=True, slots=True, eq=False)
class Ref:
    """Any other expression. `inner` is the shape of the value behind it; `within`: that stands in the expression."""

    operand: Operand
    template: Template
    inner: Shape | None = None
    within: bool = False


Shape = Str | Sum | Fmt | Ref


def _chunk_template(chunk: Run | Field) -> Template:
    if isinstance(chunk, Field):
        return chunk.inner.template
    if not chunk.text:
        return ()
    exact = chunk.places[-1] - chunk.places[0] == len(chunk.text)
    return (Literal(chunk.text, Span(chunk.places[0], chunk.places[-1]) if exact else None),)


def text(operand: Operand) -> Template:
    """The text that the expression is, or what `str()` makes of it."""
    return shape(operand).template


def shape(operand: Operand) -> Shape:
    """How the text is put together."""
    frame = operand.frame
    if frame.depth > DEPTH:
        return opaque(operand)
    if frame.call is not None or frame.depth > DEPTH // 2:
        return _shape(operand)
    key, memory = ("shape", id(operand.node)), frame.program.memory
    if key not in memory:
        memory[key] = _shape(operand)
    return cast("Shape", memory[key])


def _shape(operand: Operand) -> Shape:
    match operand.node:
        case cst.SimpleString() as node:
            run = simple_run(operand.module, node)
            return Str(operand, (run,)) if run is not None else opaque(operand)
        case cst.FormattedString() as node:
            return _formatted(operand, node)
        case cst.ConcatenatedString():
            return Sum(operand, tuple(_flat(operand)))
        case cst.BinaryOperation(operator=cst.Add()):
            return Sum(operand, _textual(tuple(_flat(operand))))
        case cst.BinaryOperation(operator=cst.Modulo()) | cst.Call():
            from migrator.syntax.python.calls_text import call_shape  # reads its arguments as text in turn

            return call_shape(operand) or _of_function(operand) or opaque(operand)
        case cst.Integer(value=value):
            return Ref(operand, (Literal(value),))
        case cst.Name() | cst.Attribute():
            return _named(operand)
    return opaque(operand)


def _of_function(operand: Operand) -> Ref | None:
    """What a function of the repository returns."""
    from migrator.syntax.python.calls import returned  # arguments are text in turn

    value = returned(operand)
    inner = shape(value) if value is not None else None
    if inner is None or not any(isinstance(part, Literal) for part in flatten(inner.template)):
        return None
    span = operand.module.span(operand.node)
    return Ref(operand, (Hole(operand.code, None, span, inner.template, None, operand),), inner)


def opaque(operand: Operand) -> Ref:
    """The expression as one expansion, with what is known about the texts that it can be."""
    from migrator.syntax.python.values import environment_variable, possible  # they read text in turn

    values = possible(operand)
    name = environment_variable(operand)
    choices = _choices(operand) if values is None else ()
    span = operand.module.span(operand.node)
    member = isinstance(operand.node, cst.Subscript) and values is not None and len(values) == 1
    resolved = (Literal(values[0]),) if member and values else None
    return Ref(operand, (Hole(operand.code, name, span, resolved, values, operand, choices=choices),))


def _choices(operand: Operand) -> tuple[Template, ...]:
    """The texts of a name that was given several values, all of which can be seen."""
    found = [value for value in meanings(operand) if value is not None]
    if not 1 < len(found) == len(meanings(operand)):
        return ()
    return tuple(text(value) for value in found if value.frame.depth <= DEPTH)


def alternatives(template: Template, limit: int = 16) -> tuple[Template, ...]:
    """The templates that come out when each name with several values is read as each of them; at most `limit`."""
    found: list[Template] = [()]
    for part in template:
        inner: tuple[Template, ...] = ((part,),)
        if isinstance(part, Hole) and part.choices:
            inner = tuple(each for choice in part.choices for each in alternatives(choice, limit))
        elif isinstance(part, Hole) and part.values:
            inner = tuple((Literal(text),) for text in part.values)
        elif isinstance(part, Hole) and part.resolved is not None and len(alternatives(part.resolved, limit)) > 1:
            inner = alternatives(part.resolved, limit)
        found = [(*before, *each) for before in found for each in inner][:limit]
    return tuple(found)


def _flat(operand: Operand) -> Iterator[Shape]:
    """The units of a chain of the same kind; what stands in parentheses is a unit of its own."""
    node = operand.node
    assert isinstance(node, cst.ConcatenatedString | cst.BinaryOperation)
    for side in (node.left, node.right):
        chained = isinstance(side, type(node)) and not side.lpar
        if chained and isinstance(side, cst.BinaryOperation):
            chained = isinstance(side.operator, cst.Add)
        if chained:
            yield from _flat(operand.of(side))
        else:
            yield shape(operand.of(side))


def _textual(units: tuple[Shape, ...]) -> tuple[Shape, ...]:
    """The units of a `+`: beside a string, everything else has to be one."""
    if not any(isinstance(unit, Str | Fmt | Sum) for unit in units):
        return units
    return tuple(_as_text(unit) if isinstance(unit, Ref) else unit for unit in units)


def _as_text(unit: Ref) -> Ref:
    parts = (replace(part, textual=True) if isinstance(part, Hole) else part for part in unit.template)
    return replace(unit, template=tuple(parts))


def _formatted(operand: Operand, node: cst.FormattedString) -> Shape:
    chunks: list[Run | Field] = []
    how = quoting(node)
    for part in node.parts:
        span = operand.module.span(part)
        if isinstance(part, cst.FormattedStringText):
            chunks.append(decode(part.value, span.start, how))
        elif isinstance(part, cst.FormattedStringExpression):
            plain = part.format_spec is None and part.equal is None and part.conversion in {None, "s"}
            inner = shape(operand.of(part.expression)) if plain else _spelled(operand, part)
            chunks.append(Field(span, inner))
    return Str(operand, tuple(chunks))


def _spelled(operand: Operand, part: cst.FormattedStringExpression) -> Ref:
    """A field with a format of its own, as an f-string that holds nothing else."""
    node = operand.node
    assert isinstance(node, cst.FormattedString)
    source = f"{node.start}{operand.module.code(part)}{node.end}"
    return Ref(operand.of(part.expression), (Hole(source, span=operand.module.span(part), operand=operand),))


def _named(operand: Operand) -> Shape:
    """A name: the value that it was given when there is exactly one, else what can be told of it."""
    value = meaning(operand)
    if value is None:
        return _augmented(operand) or opaque(operand)
    inner = shape(value)
    if _is_worthless(inner):
        return opaque(operand)
    return Ref(
        operand, (Hole(operand.code, None, operand.module.span(operand.node), inner.template, None, operand),), inner
    )


def _is_worthless(inner: Shape) -> bool:
    """Whether nothing more is known about the value than that it is some expression."""
    match inner.template:
        case (Hole(name=None, resolved=None, values=None, plain=None, operand=other),):
            return isinstance(other, Operand) and not isinstance(other.node, cst.Name | cst.Attribute)
    return False


def _augmented(operand: Operand) -> Ref | None:
    """`url += tail` as the last thing that happened to the name: what it held before, and the tail."""
    if not isinstance(operand.node, cst.Name):
        return None
    found = definitions(operand.module, operand.node)
    if len(found) != 1 or found[0].kind is not Kind.AUGMENTED or found[0].value is None:
        return None
    target = found[0].target
    frame = operand.frame.deeper()
    assign = operand.module.parent(target)
    if not isinstance(assign, cst.AugAssign) or not isinstance(assign.operator, cst.AddAssign):
        return None
    if frame.depth > DEPTH or not isinstance(target, cst.Name):
        return None
    inner = Sum(operand, (shape(Operand(frame, target)), shape(Operand(frame, found[0].value))), augmented=True)
    return Ref(operand, (Hole(operand.code, None, None, inner.template, None, operand),), inner)
