"""Text of another language that a Python expression holds: literals, with a mark for every value that is put in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from migrator.errors import Refusal
from migrator.model import Edit, Span, static
from migrator.syntax.python.shapes import FormatField, Reference, Str, Sum
from migrator.syntax.python.strings import Quoting, TextRun, quoting
from migrator.syntax.text.layers import encoded, guarded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.python.shapes import Shape

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
    """A region made of the literals of one expression."""

    text: str
    stretches: tuple[Stretch, ...]
    file: str

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
            yield Edit(Span(first, last), _written(text, stretch.how) if text and stretch.how else "")
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
                return Edit(Span(start, end), _written(edit.text, first.how) + first.how.quote)
            last, end = behind, behind.places[0]
        if last.how != first.how:
            raise _unable()
        return Edit(Span(start, end), _written(edit.text, first.how))

    def _alone(self, edit: Edit, value: Stretch) -> Edit:
        """A value between literals goes, with the `+` beside it, or becomes a literal."""
        at = self.stretches.index(value)
        before = next((s for s in reversed(self.stretches[:at]) if s.how is not None), None)
        behind = next((s for s in self.stretches[at + 1 :] if s.how is not None), None)
        near = before or behind
        if near is None or near.how is None or (edit.span.start, edit.span.end) != (value.start, value.end):
            raise _unable()
        if edit.text:
            return Edit(Span(*value.places), f"{near.how.quote}{_written(edit.text, near.how)}{near.how.quote}")
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


def _written(text: str, how: Quoting) -> str:
    """Inner text between the quotes of a literal, values as fields of an f-string or between two literals."""
    values = how if "f" in how.prefix else None
    pieces = encoded(text, how.write) if values is not None else None
    if pieces is not None:
        return pieces
    if any(mark in text for mark in "\ue000"):
        return _outside(text, how)
    return how.write(text)


def _outside(text: str, how: Quoting) -> str:
    """Values in a plain literal: the literal ends before them and begins again behind them."""
    opened = f"{how.quote} + "
    closed = f" + {how.prefix}{how.quote}"
    parts = re.split("\ue000([^\ue001\ue002]*)(?:\ue001[^\ue002]*)?\ue002", text)
    codes = [code.removeprefix("{").removesuffix("}") for code in parts[1::2]]
    written = [how.write(part) for part in parts[::2]]
    return written[0] + "".join(f"{opened}{code}{closed}{part}" for code, part in zip(codes, written[1:], strict=True))


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
    return PythonText("".join(text), tuple(stretches), shape.operand.module.text)


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
        yield guarded(code, _known(unit)), (span.start, span.end), None, code
        return
    node = unit.operand.node
    assert isinstance(node, cst.SimpleString | cst.FormattedString)
    how = quoting(node)
    for chunk in unit.chunks:
        if isinstance(chunk, TextRun):
            yield chunk.text, chunk.places, how, None
        elif isinstance(chunk, FormatField):
            code = module.text[chunk.span.start : chunk.span.end]
            yield guarded(code, _known(chunk.inner)), (chunk.span.start, chunk.span.end), how, code


def _known(shape: Shape) -> str | None:
    """What a value surely becomes, where that means itself to a shell."""
    known = static(shape.template)
    return known if known is not None and _PLAIN.match(known) else None
