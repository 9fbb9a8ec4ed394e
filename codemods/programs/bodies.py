"""Which body goes with which call of a program: the one in its brackets, or the one whose name it is given.

Where that cannot be told, the call is not known to send any of them.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from codemods.programs.fields import bodies, name_of
from codemods.programs.text import CLOSING, OPENING, sum_at
from migrator.model import Endpoint, Value
from migrator.syntax.programs.program import TokenKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from codemods.programs.fields import Body
    from codemods.programs.text import ProgramText
    from migrator.model import Span, V1Trigger

_OPERATORS = frozenset({",", "+", ".", "=", "=>", ":", "?", "||", "&&", "\\", "|", "->", "::", ":="})


def body_of_each(program: ProgramText, calls: Sequence[Span]) -> Mapping[int, Body | None]:
    """The body of each call by where the call starts; None where it is not known which it is."""
    found = bodies(program)
    places = [_extent(program, call) for call in calls]
    owned: dict[int, list[Body]] = {index: [] for index in range(len(calls))}
    for number, body in enumerate(found):
        for index in _owners(program, body, found[number + 1 :], places):
            owned[index].append(body)
    if not any(owned.values()):
        owned = _by_order(found, places)
    return {call.start: owned[index][0] if len(owned[index]) == 1 else None for index, call in enumerate(calls)}


def with_ref(program: ProgramText, call: Span, trigger: V1Trigger) -> V1Trigger:
    """The trigger of a whole pipeline with the branch or tag that an object in its statement names."""
    read, place = program.read, _extent(program, call)
    for index in place[:-2]:
        name = read[index].text.strip(":'\"")
        if name in {"branch", "tag"} and read[index + 1].text in {":", "=>"}:
            value = Value(sum_at(program, index + 2).template)
            return replace(trigger, branch=value) if name == "branch" else replace(trigger, tag=value)
    return trigger


def sent(trigger: V1Trigger, body: Body) -> V1Trigger | None:
    """The trigger with what its body says; None where that is not all known, or contradicts itself."""
    beside = dict(body.beside)
    if body.parameters is None or "config" in beside or len(beside) < len(body.beside):
        return None
    parameters = dict(body.parameters)
    if len(parameters) < len(body.parameters):
        return None
    named = [value for value in (parameters.pop("CIRCLE_JOB", None), beside.get("job")) if value is not None]
    if len({value.template for value in named}) > 1:
        return None
    if trigger.endpoint is not Endpoint.JOB:
        return replace(trigger, branch=beside.get("branch", trigger.branch), tag=beside.get("tag"))
    return replace(
        trigger,
        job=named[0] if named else None,
        tag=beside.get("tag"),
        revision=beside.get("revision"),
        parameters=tuple(parameters.items()),
        optional=body.optional & parameters.keys(),
    )


def _extent(program: ProgramText, call: Span) -> range:
    """The tokens of the statement that a call begins, as far as brackets and line ends tell."""
    read = program.read
    first = next((i for i, token in enumerate(read) if token.end > call.start), len(read))
    depth = 0
    for index in range(first, len(read)):
        if read[index].kind is TokenKind.SIGN:
            depth += (read[index].text in OPENING) - (read[index].text in CLOSING)
        if depth < 0 or (depth == 0 and (read[index].text == ";" or _ends_line(program, index))):
            return range(first, index + 1)
    return range(first, len(read))


def _ends_line(program: ProgramText, index: int) -> bool:
    read = program.read
    if index + 1 >= len(read) or "\n" not in program.text[read[index].end : read[index + 1].start]:
        return False
    return read[index].text not in _OPERATORS and read[index + 1].text not in _OPERATORS


def _owners(program: ProgramText, body: Body, later: Iterable[Body], places: Sequence[range]) -> list[int]:
    """The calls that send a body: the innermost that it stands in, or those that are given its name."""
    inside = _innermost(body.first, places)
    if inside is not None:
        return [inside]
    name = name_of(program.read, body)
    if name is None:
        return []
    again = [other.first for other in later if name_of(program.read, other) == name]
    until = min(again, default=len(program.read))
    words = (i for i in range(body.end, until) if program.read[i].kind is TokenKind.WORD)
    uses = (i for i in words if program.read[i].text == name)
    found = (_innermost(use, places) for use in uses)
    return list(dict.fromkeys(index for index in found if index is not None))


def _innermost(at: int, places: Sequence[range]) -> int | None:
    around = [index for index, place in enumerate(places) if at in place]
    return max(around, key=lambda index: places[index].start, default=None)


def _by_order(found: Sequence[Body], places: Sequence[range]) -> dict[int, list[Body]]:
    """One call with one body, or as many of both that take turns."""
    nothing: dict[int, list[Body]] = {index: [] for index in range(len(places))}
    if len(found) != len(places):
        return nothing
    order = sorted([(place.start, "call") for place in places] + [(body.first, "body") for body in found])
    kinds = [kind for _, kind in order]
    if any(one == other for one, other in pairwise(kinds)):
        return nothing
    by_place = sorted(range(len(places)), key=lambda index: places[index].start)
    return {index: [body] for index, body in zip(by_place, sorted(found, key=lambda b: b.first), strict=True)}
