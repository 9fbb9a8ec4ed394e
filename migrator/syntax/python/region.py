"""Text of another language that a Python expression holds: literals, with a mark for every value that is put in.

The literals follow each other, or are the format of a `%` or a `.format`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import libcst as cst

from migrator.errors import Refusal
from migrator.model import Edit, Span, static
from migrator.syntax.python.shapes import FormatField, Reference, Str, Sum
from migrator.syntax.python.spell import is_stable
from migrator.syntax.python.strings import Quoting, TextRun, quoting
from migrator.syntax.python.types import STR, types
from migrator.syntax.text.layers import encoded, guarded, marked_in
from migrator.syntax.text.source import apply_edits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from migrator.syntax.python.program import Operand
    from migrator.syntax.python.shapes import Fmt, Shape

_PLAIN = re.compile(r"[\w./:@%+=-]+\Z", re.ASCII)
_MARK = re.compile("[\ue000-\ue003]")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the region's text, and where it stands.

    `places` has a place in the file for each character and one for the end; for a value there are two, around it. `how`
    is the quoting of the literal that it is in, None for a value between literals; `code` is the expression of a value.
    """

    start: int
    end: int
    places: tuple[int, ...]
    how: Quoting | None
    literal: int
    code: str | None = None


@dataclass(frozen=True, slots=True)
class PythonText:
    """A region made of the literals of one expression. `holes` are the values in it, in the order of their marks."""

    text: str
    stretches: tuple[Stretch, ...]
    file: str
    holes: tuple[Operand, ...] = ()

    def locate(self, index: int) -> int:
        """Where the character stands; inside a value, where the value begins."""
        found = next((s for s in self.stretches if s.start <= index < s.end), self.stretches[-1])
        return found.places[0] if found.code is not None else found.places[min(index, found.end) - found.start]

    def edits(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """The edits in the quotes of each literal. Raises Refusal where the expression cannot hold the result."""
        return tuple(made for edit in dict.fromkeys(edits) for made in self._edit(edit))

    def _edit(self, edit: Edit) -> Iterator[Edit]:
        touched = [s for s in self.stretches if s.start < edit.span.end and edit.span.start < s.end]
        if not touched:
            touched = [s for s in self.stretches if edit.span.start in {s.start, s.end} and s.how is not None][:1]
        if not touched:
            raise _unable()
        if any(stretch.how is None for stretch in touched):
            yield self._across(edit, touched)
            return
        text: str | None = edit.text
        for stretch in touched:
            first = self._place(stretch, max(edit.span.start, stretch.start))
            last = self._place(stretch, min(edit.span.end, stretch.end))
            yield Edit(Span(first, last), with_values(text, stretch.how) if text and stretch.how else "")
            text = None

    def _place(self, stretch: Stretch, index: int) -> int:
        if stretch.code is None:
            return stretch.places[index - stretch.start]
        if index not in {stretch.start, stretch.end}:
            raise _unable()
        return stretch.places[0 if index == stretch.start else -1]

    def _across(self, edit: Edit, touched: list[Stretch]) -> Edit:
        """An edit over a value between two literals: what is left of the two becomes one literal."""
        first, last = touched[0], touched[-1]
        if first is last:
            return self._alone(edit, first)
        if first.how is None:
            raise _unable()
        start = self._place(first, edit.span.start)
        end = self._place(last, edit.span.end)
        if last.how is None:
            behind = next((s for s in self.stretches if s.start == last.end and s.how is not None), None)
            if behind is None:
                return Edit(Span(start, end), with_values(edit.text, first.how) + first.how.quote)
            last, end = behind, behind.places[0]
        if last.how != first.how:
            raise _unable()
        return Edit(Span(start, end), with_values(edit.text, first.how))

    def _alone(self, edit: Edit, value: Stretch) -> Edit:
        """A value between literals goes, with the `+` beside it, or becomes a literal."""
        at = self.stretches.index(value)
        before = next((s for s in reversed(self.stretches[:at]) if s.how is not None), None)
        behind = next((s for s in self.stretches[at + 1 :] if s.how is not None), None)
        near = before or behind
        if near is None or near.how is None or (edit.span.start, edit.span.end) != (value.start, value.end):
            raise _unable()
        if edit.text:
            return Edit(Span(*value.places), f"{near.how.quote}{with_values(edit.text, near.how)}{near.how.quote}")
        if near is before:
            span = Span(near.places[-1] + len(near.how.quote), value.places[-1])
            gap = self.file[span.start : value.places[0]]
        else:
            span = Span(value.places[0], near.places[0] - len(near.how.quote) - len(near.how.prefix))
            gap = self.file[value.places[-1] : span.end]
        if gap.strip() != "+":
            raise _unable()
        return Edit(span, "")


def _unable() -> Refusal:
    return Refusal("host-text", "The Python text around the command cannot hold the rewritten call; edit it by hand.")


def with_values(text: str, how: Quoting) -> str:
    """Inner text between the quotes of a literal, values as fields of an f-string or between two literals."""
    return encoded(text, how.write, lambda code: _value(code, how))


def _value(code: str, how: Quoting) -> str:
    """A value in a literal: as the field that it was, or the literal ends before it and begins again behind it."""
    is_formatted, is_field = "f" in how.prefix.lower(), code.startswith("{")
    if is_formatted and is_field:
        return code
    inner = code.removeprefix("{").removesuffix("}")
    if is_formatted and not any(char in inner for char in "'\"\\\n"):
        return f"{{{inner}}}"
    return f"{how.quote} + {inner} + {how.prefix}{how.quote}"


def python_text(shape: Shape) -> PythonText | None:
    """The region of an expression that is literals and values only; None for any other."""
    units = _units(shape)
    if units is None:
        return None
    text: list[str] = []
    stretches: list[Stretch] = []
    at = 0
    for literal, unit in enumerate(units):
        for piece, places, how, code in _pieces(unit):
            if piece:
                stretches.append(Stretch(at, at + len(piece), places, how, literal, code))
                text.append(piece)
                at += len(piece)
    if not any(s.code is None for s in stretches) or any(_MARK.search(s.code or "") for s in stretches):
        return None
    return PythonText("".join(text), tuple(stretches), shape.operand.module.text, tuple(_holes(units)))


def _holes(units: Iterable[Str | Reference]) -> Iterator[Operand]:
    for unit in units:
        if isinstance(unit, Reference):
            yield unit.operand
        else:
            yield from (chunk.inner.operand for chunk in unit.chunks if isinstance(chunk, FormatField))


def _units(shape: Shape) -> tuple[Str | Reference, ...] | None:
    match shape:
        case Str():
            return (shape,)
        case Reference(inner=inner, within=True) if inner is not None:
            return _units(inner)
        case Reference():
            return (shape,)
        case Sum(augmented=False, units=units):
            inner_units = [_units(unit) for unit in units]
            return None if None in inner_units else tuple(u for found in inner_units if found for u in found)
    return None


def _pieces(unit: Str | Reference) -> Iterator[tuple[str, tuple[int, ...], Quoting | None, str | None]]:
    module = unit.operand.module
    if isinstance(unit, Reference):
        span = module.outer(unit.operand.node)
        code = module.text[span.start : span.end]
        yield guarded(code, plain_value(unit)), (span.start, span.end), None, code
        return
    node = unit.operand.node
    assert isinstance(node, cst.SimpleString | cst.FormattedString)
    how = quoting(node)
    for chunk in unit.chunks:
        if isinstance(chunk, TextRun):
            yield chunk.text, chunk.places, how, None
        elif isinstance(chunk, FormatField):
            code = module.text[chunk.span.start : chunk.span.end]
            yield guarded(code, plain_value(chunk.inner)), (chunk.span.start, chunk.span.end), how, code


def plain_value(shape: Shape) -> str | None:
    """What a value surely becomes, where that means itself to a shell."""
    known = static(shape.template)
    return known if known is not None and _PLAIN.match(known) else None


_BY_PLACE = frozenset({"%s", "%d", "{}", "{!s}"})


@dataclass(frozen=True, slots=True)
class _Char:
    """A character of the format: where it stands in the file, and the literal that it is in."""

    start: int
    end: int
    literal: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of the region's text in one literal: characters, or the mark of a value and the `field` for it."""

    start: int
    end: int
    places: tuple[int, ...]
    literal: int
    field: str = ""

    def place(self, index: int) -> int:
        """Where a character stands in the file. Raises Refusal inside of a mark."""
        if not self.field:
            return self.places[index - self.start]
        if index not in {self.start, self.end}:
            raise _unable()
        return self.places[0 if index == self.start else -1]


@dataclass(frozen=True, slots=True)
class _Values:
    """The values that are given by their place: their codes, and where all of them stand; None where they must stay.

    `lone`: it is one value, without a tuple around it; `steady` are those that may be evaluated twice.
    """

    codes: tuple[str, ...]
    span: Span | None
    lone: bool
    steady: frozenset[str]


@dataclass(frozen=True, slots=True)
class FormatText:
    """A region made of a format. `fields` says how each value is written in it, by its code.

    `holes` are the values, in the order of their marks.
    """

    text: str
    pieces: tuple[_Piece, ...]
    quotings: tuple[Quoting, ...]
    fields: tuple[tuple[str, str], ...]
    values: _Values | None
    percent: bool
    file: str
    holes: tuple[Operand, ...] = ()

    def locate(self, index: int) -> int:
        """Where the character stands; inside a value, where its field begins."""
        found = next((p for p in self.pieces if p.start <= index < p.end), self.pieces[-1])
        return found.places[0] if found.field else found.places[min(index, found.end) - found.start]

    def edits(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """The edits in the literal, and the values in their new order. Raises Refusal where they cannot be made."""
        once = tuple(dict.fromkeys(edits))
        made = [each for edit in once for each in self._edit(edit)]
        new = marked_in(apply_edits(self.text, once))
        return (*made, *self._reordered(new))

    def _edit(self, edit: Edit) -> Iterator[Edit]:
        touched = [p for p in self.pieces if p.start < edit.span.end and edit.span.start < p.end]
        if not touched:
            touched = [p for p in self.pieces if edit.span.start in {p.start, p.end}][:1]
        text = edit.text
        for piece in touched:
            first = piece.place(max(edit.span.start, piece.start))
            last = piece.place(min(edit.span.end, piece.end))
            yield Edit(Span(first, last), self._written(text, self.quotings[piece.literal]))
            text = ""

    def _written(self, text: str, how: Quoting) -> str:
        """New text of the region as the format has it. Raises Refusal for a value that it has no field for."""
        fields = dict(self.fields)
        if not fields.keys() >= {*marked_in(text)}:
            raise _unable()
        return encoded(text, lambda plain: how.write(_doubled(plain, percent=self.percent)), fields.__getitem__)

    def _reordered(self, new: tuple[str, ...]) -> Iterator[Edit]:
        """The values that are given by their place, where others are wanted or in another order."""
        values = self.values
        if values is None:
            if any(field in _BY_PLACE for _, field in self.fields):
                raise _unable()
            return
        if new == values.codes:
            return
        more = Counter(new) - Counter(values.codes)
        if values.span is None or not new or not more.keys() <= values.steady:
            raise _unable()
        if "#" in self.file[values.span.start : values.span.end]:
            raise _unable()
        listed = ", ".join(code.removeprefix("{").removesuffix("}") for code in new)
        is_followed = self.file[values.span.end :].lstrip().startswith(",")
        comma = "," if self.percent and len(new) == 1 and not is_followed else ""
        yield Edit(values.span, f"({listed})" if values.lone else listed + comma)


def _doubled(text: str, *, percent: bool) -> str:
    return text.replace("%", "%%") if percent else text.replace("{", "{{").replace("}", "}}")


def format_text(shape: Fmt) -> FormatText | None:
    """The region of a format whose literals are plain ones; None for any other."""
    module = shape.operand.module
    nodes = _literals(shape.base)
    if nodes is None or _MARK.search(module.text):
        return None
    chars = [char for index, unit in enumerate(nodes) for char in _chars(unit, index)]
    raw = static(shape.base.template) or ""
    if len(chars) != len(raw):
        return None
    text: list[str] = []
    pieces: list[_Piece] = []
    fields: dict[str, str] = {}
    at = 0
    for piece in shape.pieces:
        stretch = chars[piece.start : piece.end]
        if piece.value is None:
            made = tuple(_of_text(piece.text or "", stretch, at))
            text.append(piece.text or "")
        else:
            field, code = raw[piece.start : piece.end], f"{{{piece.value.operand.code}}}"
            if len({char.literal for char in stretch}) != 1 or fields.setdefault(code, field) != field:
                return None
            mark = guarded(code, plain_value(piece.value))
            made = (_Piece(at, at + len(mark), (stretch[0].start, stretch[-1].end), stretch[0].literal, field),)
            text.append(mark)
        pieces += made
        at += len(text[-1])
    quotings = tuple(quoting(unit.operand.node) for unit in nodes)  # type: ignore[arg-type]
    percent = isinstance(shape.operand.node, cst.BinaryOperation)
    values = _values(shape, fields)
    holes = tuple(piece.value.operand for piece in shape.pieces if piece.value is not None)
    file = module.text
    return FormatText("".join(text), tuple(pieces), quotings, tuple(fields.items()), values, percent, file, holes)


def _literals(base: Shape) -> tuple[Str, ...] | None:
    """The literals that a format is written in, without values of their own."""
    match base:
        case Str(chunks=chunks) if all(isinstance(chunk, TextRun) for chunk in chunks):
            return (base,) if isinstance(base.operand.node, cst.SimpleString) else None
        case Sum(augmented=False, units=units):
            found = [_literals(unit) for unit in units]
            return None if None in found else tuple(one for several in found for one in several or ())
        case Reference(inner=inner) if inner is not None:
            return _literals(inner)
    return None


def _chars(unit: Str, index: int) -> Iterator[_Char]:
    for run in unit.chunks:
        if isinstance(run, TextRun):
            yield from (_Char(run.places[i], run.places[i + 1], index) for i in range(len(run.text)))


def _of_text(text: str, stretch: Sequence[_Char], at: int) -> Iterator[_Piece]:
    """Text as the pieces of it in each literal; what is doubled in the format is one character of the text."""
    if len(text) != len(stretch):
        stretch = [_Char(stretch[0].start, stretch[-1].end, stretch[0].literal)]
    for literal, chars in groupby(stretch, key=lambda char: char.literal):
        mine = tuple(chars)
        yield _Piece(at, at + len(mine), (*(char.start for char in mine), mine[-1].end), literal)
        at += len(mine)


def _values(shape: Fmt, fields: Mapping[str, str]) -> _Values | None:
    """The values that are given by their place; None where all are named, or they are no plain list."""
    if not all(field in _BY_PLACE for field in fields.values()):
        return None
    given = [piece.value.operand for piece in shape.pieces if piece.value is not None]
    match shape.operand.node:
        case cst.BinaryOperation(right=cst.Tuple(elements=elements)):
            nodes, lone = [element.value for element in elements], False
        case cst.BinaryOperation(right=right):
            nodes, lone = [right], True
        case cst.Call(args=args) if all(arg.keyword is None and not arg.star for arg in args):
            nodes, lone = [arg.value for arg in args], False
        case _:
            return None
    if [operand.node for operand in given] != nodes:
        return None
    module = shape.operand.module
    may_be_tuple = lone and types(given[0]) != STR
    span = None if may_be_tuple else Span(module.outer(nodes[0]).start, module.outer(nodes[-1]).end)
    codes = tuple(f"{{{operand.code}}}" for operand in given)
    return _Values(codes, span, lone, _steady(given))


def _steady(given: Iterable[Operand]) -> frozenset[str]:
    """The codes that may be evaluated twice."""
    return frozenset(f"{{{operand.code}}}" for operand in given if is_stable(operand))
