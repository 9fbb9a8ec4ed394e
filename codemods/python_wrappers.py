"""Calls of functions of the repository that put a request together from their arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from codemods.python_sighting import sight
from migrator.model import static
from migrator.syntax.python_calls import enter
from migrator.syntax.python_program import Operand
from migrator.syntax.python_text import text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.python_request import Request
    from codemods.python_sighting import Sighting
    from migrator.syntax.python_program import Frame

_LEVELS = 3
"""How many functions a request is followed through."""

Recognise = "Callable[[Operand], Request | None]"


def sight_through(call: Operand, recognise: Callable[[Operand], Request | None]) -> tuple[Sighting, ...]:
    """The triggers that a call makes through functions, and that only its arguments make triggers."""
    return tuple(_through(call, call, recognise, _LEVELS))


def _through(
    site: Operand, call: Operand, recognise: Callable[[Operand], Request | None], levels: int
) -> Iterator[Sighting]:
    frame = enter(call)
    if frame is None or frame.function is None or levels == 0:
        return
    for node in frame.module.calls(frame.function.body):
        inner = Operand(frame, node)
        if frame.module.function(node) is not frame.function or not _may_run(inner):
            continue
        request = recognise(inner)
        if request is None:
            own = Operand(frame.plain(), node)
            if not any(_through(own, own, recognise, levels - 1)):  # else that call is the one
                yield from _through(site, inner, recognise, levels - 1)
            continue
        sighting = sight(request, site)
        if sighting is not None and not _stands_alone(frame, inner, recognise):
            yield sighting


def _stands_alone(frame: Frame, inner: Operand, recognise: Callable[[Operand], Request | None]) -> bool:
    """Whether the function's request is a trigger whatever its arguments are: then that is the call."""
    own = Operand(frame.plain(), inner.node)
    request = recognise(own)
    return request is not None and sight(request, own) is not None


def _may_run(operand: Operand) -> bool:
    """Whether no `if verb == "POST"` around the call is known to be false with these arguments."""
    module = operand.module
    inside: cst.CSTNode = operand.node
    for above in module.ancestors(operand.node):
        if isinstance(above, cst.FunctionDef):
            break
        if isinstance(above, cst.If):
            truth = _truth(operand, above.test)
            if truth is False and inside is above.body:
                return False
            if truth is True and inside is above.orelse:
                return False
        inside = above
    return True


def _truth(operand: Operand, test: cst.BaseExpression) -> bool | None:
    """What a comparison of two known texts says; None for anything else."""
    match test:
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=operator, comparator=right)]):
            first, second = static(text(operand.of(left))), static(text(operand.of(right)))
            if first is None or second is None:
                return None
            match operator:
                case cst.Equal():
                    return first == second
                case cst.NotEqual():
                    return first != second
    return None
