"""Evaluate trees as far as the known values reach: the result is a constant, or the tree that is left over.

`value` keeps the exact value; `truth` keeps only whether it is truthy, so it can decide more (`false and x`).

What counts as true is not the same everywhere. In a logic statement `0` and `""` are falsy (CircleCI docs:
configuration-reference, "Logic statements"); in an expression only `false` and null are (docs: contexts, "Evaluation";
`CircleCI-Public/expr`). There a pipeline value that the pipeline does not have, such as the branch of a tag, is null;
put into text it is empty.

A comparison is decided when both operands are known. Operands of different types are not equal; `starts-with` and
`matches` take strings, the order comparisons numbers (same reference, "Operators"). A comparison with null is
null, for `==` and `!=` alike; `contains` takes strings (`CircleCI-Public/expr`).
"""

from __future__ import annotations

import math
import operator as order
from collections.abc import Callable
from typing import TypeAlias

from migrator.circleci.compiler.expr import (
    ORDERS,
    All,
    And,
    AnyOf,
    Compare,
    Const,
    Equal,
    Expr,
    Holds,
    Matches,
    Not,
    Or,
    Pattern,
    Ref,
    Section,
    Template,
    Unclear,
    render,
    text_of,
)
from migrator.circleci.compiler.model import CompileError, EvaluationError
from migrator.circleci.compiler.patterns import matches_everything, matches_expression, matches_whole

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
    if operator in ("==", "!=") and right == Const("") and _is_filled(left):
        return Const(operator == "!=")
    if not isinstance(left, Const) or not isinstance(right, Const):
        return Compare(operator, left, right)
    answer = _compare(operator, left.value, right.value)
    return Compare(operator, left, right) if answer is None else Const(answer)


def equal(operands: tuple[Expr, ...]) -> Expr:
    """Whether all operands are one value: False as soon as two known ones differ."""
    known = [operand.value for operand in operands if isinstance(operand, Const)]
    if any(not same(known[0], other) for other in known[1:]):
        return Const(False)
    if known and known[0] == "" and any(map(_is_filled, operands)):
        return Const(False)
    unknown = list({repr(operand): operand for operand in operands if not isinstance(operand, Const)}.values())
    rest: list[Expr] = [*unknown, *([Const(known[0])] if known else [])]
    return Const(True) if len(rest) < 2 else Equal(tuple(rest))


def _is_filled(operand: Expr) -> bool:
    """Whether text with unknowns in it is never empty: something that is known stands in it."""
    if not isinstance(operand, Template):
        return False
    return any(isinstance(part, Const) and text_of(part.value) != "" for part in operand.parts)


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


Lookup: TypeAlias = Callable[[str], Expr]


def truthy(value: object) -> bool | None:
    """Whether a logic statement takes a known value as true; None for an empty list or map: the docs are silent."""
    match value:
        case None | False | "":
            return False
        case bool():
            return True
        case int() | float():
            return value != 0 and not math.isnan(value)
        case list() | tuple() | dict():
            return True if value else None
    return True


def value(expr: Expr, lookup: Lookup) -> Expr:
    """The value of the tree: a Const when it is known. Raises what `lookup` raises, and EvaluationError."""
    match expr:
        case Const() | Unclear():
            return expr
        case Ref(name):
            return lookup(name)
        case Template(parts):
            return joined(tuple(shown_value(part, lookup) for part in parts))
        case Section():
            return _section(expr, lookup)
        case And(left, right) | Or(left, right):
            return _chosen(isinstance(expr, Or), left, right, lookup)
        case Compare(operator, left, right):
            return compared(operator, operand(left, lookup), operand(right, lookup))
        case Equal(operands):
            return equal(tuple(shown_value(part, lookup) for part in operands))
        case Matches(text, pattern):
            return matches(shown_value(text, lookup), shown_value(pattern, lookup))
    return _boolean(expr, lookup)


def shown_value(expr: Expr, lookup: Lookup) -> Expr:
    """The value of the tree outside the expression: what null becomes there is not documented."""
    found = value(expr, lookup)
    is_null = isinstance(expr, And | Or | Compare) and found == Const(None)
    return Unclear(f"null: {render(expr)}") if is_null else found


def operand(expr: Expr, lookup: Lookup) -> Expr:
    """The value of the tree as an operator of an expression sees it: null for a pipeline value that is not there."""
    found = value(expr, lookup)
    absent = isinstance(expr, Ref) and found == Const("") and _may_be_absent(expr.name)
    return Const(None) if absent else found


def _may_be_absent(name: str) -> bool:
    return name.startswith("pipeline.") and not name.startswith("pipeline.parameters.")


def truth(expr: Expr, lookup: Lookup) -> Expr:
    """Whether the tree is truthy: `Const(True)`, `Const(False)`, or the condition that is left over."""
    match expr:
        case And(left, right):
            return _folded((Holds(left), right), lookup, absorbing=False)
        case Or(left, right):
            return _either(left, right, lookup)
        case All(operands) | AnyOf(operands):
            return _folded(operands, lookup, absorbing=isinstance(expr, AnyOf))
        case Not(negative):
            return negated(truth(negative, lookup))
        case Holds(positive):
            return _holds(positive, lookup)
    left_over = value(expr, lookup)
    if isinstance(left_over, Const):
        decided = truthy(left_over.value)
        return left_over if decided is None else Const(decided)
    if isinstance(left_over, Template) and any(isinstance(part, Const) for part in left_over.parts):
        return Const(True)  # some text is certain, so the whole is not empty
    return left_over


def _holds(expr: Expr, lookup: Lookup) -> Expr:
    match expr:
        case And(left, right) | Or(left, right):
            return _folded((Holds(left), Holds(right)), lookup, absorbing=isinstance(expr, Or))
        case _ if _is_boolean(expr):
            return truth(expr, lookup)
    match operand(expr, lookup):
        case Const(known):
            return Const(known is not None and known is not False)
        case Template():
            return Const(True)
        case left_over:
            return left_over if _is_boolean(left_over) else Holds(left_over)


def _is_boolean(expr: Expr) -> bool:
    """Whether the value can be nothing but true, false or null."""
    return isinstance(expr, Compare | Holds | Not | All | AnyOf | Equal | Matches)


def _either(left: Expr, right: Expr, lookup: Lookup) -> Expr:
    """Whether the value of `left or right` is truthy: the left one may be `""`, which holds and is falsy."""
    first = truth(Holds(left), lookup)
    if decided(first) is not None:
        return truth(left if decided(first) else right, lookup)
    second = _guarded(right, lookup, truth)
    if _is_boolean(first) and not isinstance(first, Holds):
        return _folded((first, second), lookup, absorbing=True)
    return truth(left, lookup) if decided(second) is False else Or(value(left, lookup), second)


def negated(condition: Expr) -> Expr:
    """The opposite of a condition that `truth` returned."""
    match condition:
        case Const(bool() as known):
            return Const(not known)
        case Not(operand):
            return operand
    return Not(condition)


def decided(condition: Expr) -> bool | None:
    """What `truth` found: True, False, or None when it depends on something that is not known."""
    return condition.value if isinstance(condition, Const) and isinstance(condition.value, bool) else None


def joined(parts: tuple[Expr, ...]) -> Expr:
    """The text of evaluated parts: a Const when all are known; neighbouring known texts become one."""
    merged: list[Expr] = []
    for part in parts:
        for piece in part.parts if isinstance(part, Template) else (part,):
            if isinstance(piece, Const) and merged and isinstance(merged[-1], Const):
                merged[-1] = Const(text_of(merged[-1].value) + text_of(piece.value))
            elif not (isinstance(piece, Const) and text_of(piece.value) == ""):
                merged.append(piece)
    if all(isinstance(part, Const) for part in merged):
        return Const("".join(text_of(part.value) for part in merged if isinstance(part, Const)))
    return Template(tuple(merged))


def _boolean(expr: Expr, lookup: Lookup) -> Expr:
    condition = truth(expr, lookup)
    if decided(condition) is not None:
        return condition
    # Not a bare `x`: a logic statement is a boolean, whatever `x` is.
    return condition if isinstance(condition, Holds | Not | All | AnyOf) else All((condition,))


def _chosen(stops_at: bool, left: Expr, right: Expr, lookup: Lookup) -> Expr:
    """The value of `left or right` (`stops_at` True) or `left and right`."""
    known = decided(truth(Holds(left), lookup))
    if known is None:
        return (Or if stops_at else And)(operand(left, lookup), _guarded(right, lookup, operand))
    return operand(left if known is stops_at else right, lookup)


def _guarded(expr: Expr, lookup: Lookup, evaluate: Callable[[Expr, Lookup], Expr]) -> Expr:
    """An operand that may never be reached: an error in it is not (yet) one."""
    try:
        return evaluate(expr, lookup)
    except CompileError:
        return expr


def _folded(operands: tuple[Expr, ...], lookup: Lookup, *, absorbing: bool) -> Expr:
    """`or` (absorbing True) or `and` (absorbing False) over three values, short-circuiting on what is known."""
    left_over: list[Expr] = []
    for operand in operands:
        condition = _guarded(operand, lookup, truth) if left_over else truth(operand, lookup)
        known = decided(condition)
        if known is absorbing:
            return Const(absorbing)
        if known is None:
            same_kind = AnyOf if absorbing else All
            pieces = condition.operands if isinstance(condition, same_kind) else (condition,)
            left_over.extend(piece for piece in pieces if piece not in left_over)
    if not left_over:
        return Const(not absorbing)
    return left_over[0] if len(left_over) == 1 else (AnyOf if absorbing else All)(tuple(left_over))


def _section(section: Section, lookup: Lookup) -> Expr:
    condition = truth(section.condition, lookup)
    known = decided(condition)
    if known is None:
        return Section(condition, value(section.body, lookup), section.inverted)
    return Const("") if known is section.inverted else value(section.body, lookup)
