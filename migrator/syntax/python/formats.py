"""What `%`, `.format`, `string.Template`, `urljoin` and `os.path.join` make of texts that are read already."""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import libcst as cst

from migrator.model import Expansion, Literal, Template, static
from migrator.syntax.python.shapes import Fmt, FormatPiece, Reference, Shape
from migrator.syntax.python.strings import quote_style, quoted
from migrator.syntax.text.templates import Marked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from migrator.syntax.python.program import Operand

    ValueOf = Callable[[object], Shape | None]

_PERCENT = re.compile(r"%(?:\((?P<key>[^)]*)\))?(?P<flags>[-#0 +]*)(?P<width>[\d*]*(?:\.[\d*]+)?)(?P<kind>[a-zA-Z%])")
_FIELD = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")


def url_joined(base: Template, path: Template) -> Template | None:
    """`urljoin` where the base is known: only the beginning of the path decides what is kept of it."""
    known, marked = static(base), Marked.of(path).text
    if known is None or ".." in marked or marked.startswith("//"):
        return None
    if urlsplit(marked).scheme:
        return path
    kept = urljoin(known, "/x" if marked.startswith("/") else "x")
    return (Literal(kept[: -2 if marked.startswith("/") else -1]), *path)


def path_joined(parts: list[Template]) -> Template:
    """`os.path.join`: a part that starts with a slash drops all before it."""
    joined: Template = ()
    for part in parts:
        marked = Marked.of(joined).text
        if Marked.of(part).text.startswith("/"):
            joined = part
        else:
            joined = (*joined, *((Literal("/"),) if marked and not marked.endswith("/") else ()), *part)
    return joined


def percent_formatted(operand: Operand, base: Shape, value_of: ValueOf) -> Shape | None:
    """`base % values`; `value_of` gives the value for a position or a key. None where the format is not known."""
    raw = static(base.template)
    if raw is None:
        return None
    pieces: list[FormatPiece] = []
    at = index = 0
    known = True
    for found in _PERCENT.finditer(raw):
        pieces.append(FormatPiece(at, found.start(), raw[at : found.start()]))
        at = found.end()
        if found["kind"] == "%":
            pieces.append(FormatPiece(found.start(), at, "%"))
            continue
        plain = not found["flags"] and not found["width"] and found["kind"] in "sd"
        value = value_of(found["key"] if found["key"] is not None else index) if plain else None
        value = _cut(value) if value is not None and found["kind"] == "d" else value
        index += found["key"] is None
        known = known and value is not None
        pieces.append(FormatPiece(found.start(), at, value=value or _unseen(operand, found[0])))
    pieces.append(FormatPiece(at, len(raw), raw[at:]))
    return _formatted(operand, base, pieces, known=known and len(pieces) > 1)


def _cut(value: Shape) -> Shape | None:
    """What `%d` makes of a value: `2.7` becomes `2`, and True `1`."""
    operand = value.operand
    if not isinstance(operand.node, cst.Name | cst.Attribute | cst.Subscript | cst.Integer):
        return None
    if isinstance(operand.node, cst.Integer):
        return value
    code = f"{quoted('%d', quote_style(operand.module))} % {operand.code}"
    return Reference(operand, (Expansion(code, origin=operand),))


def format_formatted(operand: Operand, base: Shape, value_of: ValueOf, *, complete: bool) -> Shape | None:
    """`base.format(…)`; `complete`: `value_of` knows every argument of the call. None where the format is not known."""
    raw = static(base.template)
    if raw is None:
        return None
    pieces = list(_format_pieces(operand, raw, value_of))
    return _formatted(operand, base, pieces, known=complete and not any(_is_unseen(piece) for piece in pieces))


def _formatted(operand: Operand, base: Shape, pieces: list[FormatPiece], *, known: bool) -> Shape:
    """The formatted text; one that is understood in part can be read and not be edited."""
    made = Fmt(operand, base, tuple(pieces))
    return made if known else Reference(operand, made.template)


def _unseen(operand: Operand, field: str) -> Reference:
    """A value of which only the field is known that it is put into."""
    return Reference(operand, (Expansion(field),))


def _is_unseen(piece: FormatPiece) -> bool:
    parts = piece.value.template if piece.value is not None else ()
    return any(isinstance(part, Expansion) and part.origin is None for part in parts)


def _format_pieces(operand: Operand, raw: str, value_of: ValueOf) -> Iterator[FormatPiece]:
    """The pieces; a field that is not a plain `{}`, `{0}` or `{name}` with a value to it is not seen through."""
    at = index = 0
    for found in _FIELD.finditer(raw):
        yield FormatPiece(at, found.start(), raw[at : found.start()])
        at = found.end()
        if found[1] is None:
            yield FormatPiece(found.start(), at, found[0][0])
            continue
        name = found[1].removesuffix("!s") or str(index)
        index += not found[1].removesuffix("!s")
        yield FormatPiece(found.start(), at, value=value_of(name) or _unseen(operand, found[0]))
    yield FormatPiece(at, len(raw), raw[at:])


def substituted(operand: Operand, raw: str, value_of: ValueOf) -> Reference:
    """`string.Template(raw).substitute(…)`, which can be read and not be edited."""
    made: list[Literal | Expansion] = []
    at = 0
    for found in string.Template.pattern.finditer(raw):
        made.append(Literal(raw[at : found.start()]))
        at = found.end()
        name = found["named"] or found["braced"]
        value = value_of(name) if name else None
        if value is not None:
            made += value.template
        else:
            made.append(Expansion(found[0]) if name else Literal("$"))
    return Reference(operand, (*made, Literal(raw[at:])))
