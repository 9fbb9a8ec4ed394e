"""Comparisons of evaluated operands: decided when both are known.

CircleCI docs: configuration-reference, "Operators" (operands of different types are not equal; `starts-with` and
`matches` take strings, the order comparisons numbers) and "Logic statements" (`equal`, `matches`). A comparison with
null is null, for `==` and `!=` alike; `contains` takes strings (`CircleCI-Public/expr`).
"""

from __future__ import annotations

import operator as order
from typing import TYPE_CHECKING

from migrator.circleci.compiler.expr import ORDERS, Compare, Const, Equal, Expr, Matches, Pattern, text_of
from migrator.circleci.compiler.faults import EvaluationError
from migrator.circleci.compiler.patterns import matches_everything, matches_expression, matches_whole

if TYPE_CHECKING:
    from collections.abc import Callable

_ORDER: dict[str, Callable[[int, int], bool]] = {
    ">=": order.ge,
    ">": order.gt,
    "<=": order.le,
    "<": order.lt,
}


def compared(operator: str, left: Expr, right: Expr) -> Expr:
    """`left operator right` as a Const, or as the Compare that is left over. Raises EvaluationError for wrong types."""
    if Const(None) in (left, right):
        return Const(None)
    if operator in ("==", "!=") and isinstance(left, Const):
        left, right = right, left  # one canonical order for what is left over
    if not isinstance(left, Const) or not isinstance(right, Const):
        return Compare(operator, left, right)
    answer = _compare(operator, left.value, right.value)
    return Compare(operator, left, right) if answer is None else Const(answer)


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
    if not isinstance(text, Const) or not isinstance(pattern, Const):
        return Matches(text, pattern)
    answer = matches_whole(text_of(pattern.value), text_of(text.value))
    return Matches(text, pattern) if answer is None else Const(answer)


def same(left: object, right: object) -> bool:
    """Equality as CircleCI's: `1` is `1.0`, but `true` is not `1` and `"1"` is neither."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return left == right


def _compare(operator: str, left: object, right: object) -> bool | None:
    if operator in ("==", "!="):
        return _equality(operator, left, right)
    if operator in ORDERS:
        return _ordered(operator, left, right)
    if operator == "matches" and not isinstance(right, Pattern):
        raise EvaluationError(f"The right operand of 'matches' must be a pattern, not {_typed(right)}")
    match left, right:
        case str(), Pattern(source) if operator == "matches":
            return matches_expression(source, left)
        case str(), str():
            return right in left if operator == "contains" else left.startswith(right)
    raise _wrong_types(operator, left, right)


def _equality(operator: str, left: object, right: object) -> bool | None:
    # Expressions have neither fractions nor patterns that are compared, as far as the documentation goes.
    if isinstance(left, float | Pattern) or isinstance(right, float | Pattern):
        return None
    return same(left, right) is (operator == "==")


def _ordered(operator: str, left: object, right: object) -> bool | None:
    for number in (left, right):
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise _wrong_types(operator, left, right)
    if not isinstance(left, int) or not isinstance(right, int):
        return None
    return _ORDER[operator](left, right)


def _wrong_types(operator: str, left: object, right: object) -> EvaluationError:
    return EvaluationError(f"Operator '{operator}' cannot be applied to {_typed(left)} and {_typed(right)}")


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
        case Pattern():
            return "pattern"
        case dict():
            return "map"
    return "list"
