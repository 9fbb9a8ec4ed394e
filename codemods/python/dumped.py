"""JSON that a Python program makes with `json.dumps` and puts into the text of a command.

The command is read with the JSON written out, as `json.dumps` will write it. It is rewritten in two places: the text of
the command, and the mapping, where that stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.joined import JoinedWords
from codemods.python.read.body import encoded_text
from codemods.python.read.json_body import json_text
from codemods.python.read.wire import put_into_text
from codemods.python.runners import behind
from migrator.circleci.api.v1_request import BodyKind
from migrator.model import Expansion, Literal, flatten
from migrator.syntax.python.program import operand_of
from migrator.syntax.python.region import FormatText, PythonText
from migrator.syntax.python.resolve import qualified
from migrator.syntax.python.text import text
from migrator.syntax.text.layers import guarded, marked_in, marks_in
from migrator.syntax.text.regions import Filled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from migrator.model import Part, Span, Template
    from migrator.syntax.python.program import Operand
    from migrator.syntax.text.source import Region


_QUOTES = frozenset({"shlex.quote", "pipes.quote"})


@dataclass(frozen=True, slots=True, eq=False)
class DumpedText:
    """The text of a command with the JSON written out that the program puts into it.

    `json` is the text that `json.dumps` makes, and `held` are names through which the command gets it quoted, each
    with what it holds. `values` are the program's expressions, by the marks that stand for them.
    """

    region: Filled
    json: Operand
    held: tuple[tuple[Operand, Operand], ...]
    values: Mapping[str, Template]

    def restored(self, template: Template) -> Template:
        """The template with the program's own expressions in the place of the marks."""
        return put_into_text(self.restored_alone(template))

    def restored_alone(self, template: Template) -> Template:
        """The same for a template that is no text of the command, but a value that stands in JSON as it is."""
        return tuple(part for each in template for part in self._own(each))

    def _own(self, part: Part) -> Template:
        marks = marked_in(part.source) if isinstance(part, Expansion) else ()
        return self.values.get(marks[0], (part,)) if len(marks) == 1 else (part,)


def dumped_in(command: Operand | None, region: Region | None) -> DumpedText | None:
    """The text of a command that gets one piece of JSON from `json.dumps`; None for any other."""
    inner: object = region
    while inner is not None and not isinstance(inner, PythonText | FormatText | JoinedWords):
        inner = getattr(inner, "inner", None)
    if command is None or region is None or inner is None:
        return None
    places = marks_in(region.text)
    if len(places) != len(inner.holes):
        return None
    found = [(hole, place, each) for hole, place in zip(inner.holes, places, strict=True) if (each := _dumped(hole))]
    if len(found) != 1 or _code(region, found[0][1]) != found[0][0].code:
        return None
    (hole, place, (json, template, held)) = found[0]
    values = {
        mark: _alone(other)
        for other, at in zip(inner.holes, places, strict=True)
        for mark in marked_in(region.text[at.start : at.end])
    }
    filling, inside = _written(template, values, quoted=_is_quoted(behind(hole)))
    return DumpedText(Filled(region, place, filling), json, held, values | inside)


def _code(region: Region, place: Span) -> str:
    """The expression that a mark stands for."""
    (mark,) = marked_in(region.text[place.start : place.end])
    return mark.removeprefix("{").removesuffix("}").strip()


def _alone(operand: Operand) -> Template:
    """The value that is put into the text, as one part."""
    parts = text(operand)
    return parts if len(parts) == 1 else (Expansion(operand.code, resolved=parts, origin=operand),)


def _is_quoted(operand: Operand) -> bool:
    return isinstance(operand.node, cst.Call) and bool(_QUOTES & {*qualified(operand.of(operand.node.func))})


def _dumped(operand: Operand) -> tuple[Operand, Template, tuple[tuple[Operand, Operand], ...]] | None:
    """The text that `json.dumps` makes, what it says, and the names that hold it quoted; None for anything else."""
    inner = behind(operand)
    held = ((operand, inner),) if inner is not operand and _is_quoted(inner) else ()
    match inner.node:
        case cst.Call(args=[cst.Arg(keyword=None, star="", value=value)]) if _is_quoted(inner):
            operand = inner.of(value)
    if encoded_text(operand)[1] is not BodyKind.JSON:
        return None
    template = json_text(operand)
    return (operand, template, held) if template is not None else None


def _written(template: Template, taken: Mapping[str, Template], *, quoted: bool) -> tuple[str, dict[str, Template]]:
    """JSON as the command has it, with a mark for each value that only the run shows, and the values by these."""
    values: dict[str, Template] = {}
    pieces: list[str] = []
    for part in flatten(template):
        if isinstance(part, Literal):
            pieces.append(part.text.replace("'", "'\"'\"'") if quoted else part.text)
        else:
            name = part.source
            while name in taken or (name in values and not _is_same(values[name][0], part)):
                name += " "
            values[name] = (part,)
            pieces.append(guarded(name))
    written = "".join(pieces)
    return (f"'{written}'" if quoted else written), values


def _is_same(known: Part, part: Expansion) -> bool:
    """Whether two parts are one expression of one function."""
    first, second = (operand_of(each) if isinstance(each, Expansion) else None for each in (known, part))
    is_one = isinstance(known, Expansion) and known.source == part.source
    return is_one and first is not None and second is not None and first.frame is second.frame
