"""Addresses whose base the environment or an option may give: `os.environ.get("API", "https://circleci.com/api/v1.1")`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from migrator.model import Expansion, Note, Severity, static
from migrator.syntax.python.arguments import option_default
from migrator.syntax.python.program import DEPTH, operand_of
from migrator.syntax.python.resolve import meaning
from migrator.syntax.python.shapes import Fmt, FormatField, Reference, Str, Sum
from migrator.syntax.python.text import environment_variable, shape, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import Template
    from migrator.syntax.python.program import Operand
    from migrator.syntax.python.shapes import FormatPiece, Shape
    from migrator.syntax.python.strings import TextRun


_ADDRESS = re.compile(r"(?:/api/|\A)v(?:1|1\.1|2)(?:/|\Z)")


def with_defaults(parts: Shape) -> Shape:
    """The shape of a text, with the default in the place of what the environment may give."""
    match parts:
        case Str(chunks=chunks):
            return replace(parts, chunks=tuple(map(_chunk, chunks)))
        case Sum(units=units):
            return replace(parts, units=tuple(map(with_defaults, units)))
        case Fmt(pieces=pieces):
            return replace(parts, base=with_defaults(parts.base), pieces=tuple(map(_piece, pieces)))
        case Reference(operand=operand, inner=None):
            default = _default(operand)
            is_option = isinstance(operand.node, cst.Attribute)  # what else reads it gets the new default, too
            return _reference(parts, shape(default), within=not is_option) if default is not None else _behind(parts)
        case Reference(inner=inner) if inner is not None:
            made = with_defaults(inner)
            return parts if made == inner or parts.within else _reference(parts, made, within=False)
    return parts


def _behind(parts: Reference) -> Reference:
    """A name of which nothing else is known than that it gets such a default."""
    value = meaning(parts.operand) if isinstance(parts.operand.node, cst.Name | cst.Attribute) else None
    default = _default(value) if value is not None else None
    if value is None or default is None:
        return parts
    return _reference(parts, _reference(Reference(value, ()), shape(default), within=True), within=False)


def _chunk(chunk: TextRun | FormatField) -> TextRun | FormatField:
    return replace(chunk, inner=with_defaults(chunk.inner)) if isinstance(chunk, FormatField) else chunk


def _piece(piece: FormatPiece) -> FormatPiece:
    return replace(piece, value=with_defaults(piece.value)) if piece.value is not None else piece


def _reference(parts: Reference, inner: Shape, *, within: bool) -> Reference:
    operand = parts.operand
    span = operand.module.span(operand.node)
    made = Expansion(operand.code, None, span, inner.template, origin=operand)
    return Reference(operand, (made,), inner, within=within)


def _default(operand: Operand) -> Operand | None:
    """The address of the API, or the version in it, that stands for what neither the environment nor an option says.

    A branch or a project is never taken for its default.
    """
    if operand.frame.depth > DEPTH:
        return None
    match operand.node:
        case cst.Call(args=[_, cst.Arg(star="", value=value)]) if environment_variable(operand) is not None:
            default = operand.of(value)
        case cst.BooleanOperation(operator=cst.Or(), left=left, right=right) if environment_variable(operand.of(left)):
            default = operand.of(right)
        case cst.Attribute() if (found := option_default(operand)) is not None:
            default = found
        case _:
            return None
    return default if _ADDRESS.search(static(text(default)) or "") else None


def defaults_in(template: Template) -> Iterator[tuple[str, Operand]]:
    """The environment variables that a text with defaults rests on, and the default of each."""
    for part in template:
        if not isinstance(part, Expansion) or part.resolved is None:
            continue
        operand = operand_of(part)
        default = _default(operand) if operand is not None else None
        if operand is not None and default is not None:
            asked = operand.of(operand.node.left) if isinstance(operand.node, cst.BooleanOperation) else operand
            yield environment_variable(asked) or operand.code, default
        else:
            yield from defaults_in(part.resolved)


def assumption(template: Template) -> Iterator[Note]:
    """What has to hold for an address with defaults."""
    names = ", ".join(f"`{name}`" for name in dict.fromkeys(name for name, _ in defaults_in(template)))
    if names:
        text = (
            f"The rewrite rests on {names} not being set from outside to an address of v1.1: the default moves to v2."
        )
        yield Note("default-base", Severity.WARNING, text)
