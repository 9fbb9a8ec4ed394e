"""Comparisons of evaluated operands: decided when both are known, or when every reading of them agrees.

CircleCI docs: configuration-reference, "Operators" (operands of different types are not equal; `starts-with` and
`matches` take strings, the order comparisons numbers) and "Logic statements" (`equal`, `matches`).
"""

from __future__ import annotations

import operator as order
from itertools import product
from typing import TYPE_CHECKING

from migrator.circleci.compiler.expr import Compare, Const, Equal, Expr, Matches, Unclear, text_of
from migrator.circleci.compiler.faults import EvaluationError
from migrator.circleci.compiler.patterns import matches_everything, matches_somewhere, matches_whole

if TYPE_CHECKING:
    from collections.abc import Callable

_ORDER: dict[str, Callable[[float, float], bool]] = {
    ">=": order.ge,
    ">": order.gt,
    "<=": order.le,
    "<": order.lt,
}


def compared(operator: str, left: Expr, right: Expr) -> Expr:
    """`left operator right` as a Const, or as the Compare that is left over. Raises EvaluationError for wrong types."""
    if operator in ("==", "!=") and _one_unknown(left, right):
        return Const(operator == "==")
    answers = {_compare(operator, *pair) for pair in product(_readings(left), _readings(right))}
    if operator in ("==", "!=") and isinstance(left, Const):
        left, right = right, left  # one canonical order for what is left over
    return _agreed(answers, Compare(operator, left, right))


def equal(operands: tuple[Expr, ...]) -> Expr:
    """Whether all operands are one value: False as soon as two known ones differ."""
    known = [operand.value for operand in operands if isinstance(operand, Const)]
    if any(not same(known[0], other) for other in known[1:]):
        return Const(False)
    unknown = list({repr(operand): operand for operand in operands if not isinstance(operand, Const)}.values())
    rest: list[Expr] = [*unknown, *([Const(known[0])] if known else [])]
    return Const(True) if len(rest) < 2 else Equal(tuple(rest))


def matches(text: Expr, pattern: Expr) -> Expr:
    """Whether the whole text matches the pattern, or the Matches that is left over."""
    if isinstance(pattern, Const) and matches_everything(text_of(pattern.value)):
        return Const(True)
    answers = {
        matches_whole(text_of(regex), text_of(known)) for known, regex in product(_readings(text), _readings(pattern))
    }
    return _agreed(answers, Matches(text, pattern))


def same(left: object, right: object) -> bool:
    """Equality as CircleCI's: `1` is `1.0`, but `true` is not `1` and `"1"` is neither."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return left == right


def _readings(expr: Expr) -> tuple[object, ...]:
    match expr:
        case Const(known):
            return (known,)
        case Unclear(_, choices):
            return choices
    return ()


def _agreed(answers: set[bool | None], left_over: Expr) -> Expr:
    if len(answers) == 1 and (answer := next(iter(answers))) is not None:
        return Const(answer)
    return left_over


def _one_unknown(left: Expr, right: Expr) -> bool:
    return not isinstance(left, Const) and not isinstance(right, Const) and repr(left) == repr(right)


def _compare(operator: str, left: object, right: object) -> bool | None:
    if operator in ("==", "!="):
        return same(left, right) is (operator == "==")
    if operator in _ORDER:
        return _ordered(operator, left, right)
    if not isinstance(left, str) or not isinstance(right, str):
        raise EvaluationError(f"Operator '{operator}' cannot be applied to {_typed(left)} and {_typed(right)}")
    return left.startswith(right) if operator == "starts-with" else _expression_matches(left, right)


def _ordered(operator: str, left: object, right: object) -> bool:
    for operand in (left, right):
        if isinstance(operand, bool) or not isinstance(operand, int | float):
            raise EvaluationError(f"Operator '{operator}' cannot be applied to {_typed(left)} and {_typed(right)}")
    assert isinstance(left, int | float)
    assert isinstance(right, int | float)
    return _ORDER[operator](left, right)


def _expression_matches(text: str, pattern: str) -> bool | None:
    """Whole or partial match is not documented for expressions: they have to agree."""
    whole = matches_whole(pattern, text)
    return whole if whole is matches_somewhere(pattern, text) else None


def _typed(value: object) -> str:
    return f"{text_of(value)!r} (type {type_name(value)})"


def type_name(value: object) -> str:
    """The type of a known value as CircleCI's messages call it."""
    match value:
        case bool():
            return "boolean"
        case str():
            return "string"
        case int():
            return "integer"
        case float():
            return "number"
        case None:
            return "null"
        case dict():
            return "map"
    return "list"
