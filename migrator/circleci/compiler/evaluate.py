"""Evaluate trees as far as the known values reach: the result is a constant, or the tree that is left over.

`value` keeps the exact value; `truth` keeps only whether it is truthy, so it can decide more (`false and x`).
CircleCI docs: configuration-reference, "Logic statements" (what is falsy) and "Operators" (expressions).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

from migrator.circleci.compiler.compare import compared, equal, matches
from migrator.circleci.compiler.expr import (
    All,
    And,
    AnyOf,
    Compare,
    Const,
    Equal,
    Expr,
    Matches,
    Not,
    Or,
    Ref,
    Section,
    Template,
    Unclear,
    text_of,
)
from migrator.circleci.compiler.faults import EvaluationError

Lookup: TypeAlias = Callable[[str], Expr]


def truthy(value: object) -> bool | None:
    """Whether a known value is truthy; None for an empty list or map, about which the docs are silent."""
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
            return joined(tuple(value(part, lookup) for part in parts))
        case Section():
            return _section(expr, lookup)
        case And(left, right):
            return _chosen(value(left, lookup), right, lookup, stops_at=False)
        case Or(left, right):
            return _chosen(value(left, lookup), right, lookup, stops_at=True)
        case Compare(operator, left, right):
            return compared(operator, value(left, lookup), value(right, lookup))
        case Equal(operands):
            return equal(tuple(value(operand, lookup) for operand in operands))
        case Matches(text, pattern):
            return matches(value(text, lookup), value(pattern, lookup))
    return _boolean(expr, lookup)


def truth(expr: Expr, lookup: Lookup) -> Expr:
    """Whether the tree is truthy: `Const(True)`, `Const(False)`, or the condition that is left over."""
    match expr:
        case And(left, right) | Or(left, right):
            return _folded((left, right), lookup, absorbing=isinstance(expr, Or))
        case All(operands) | AnyOf(operands):
            return _folded(operands, lookup, absorbing=isinstance(expr, AnyOf))
        case Not(operand):
            return negated(truth(operand, lookup))
    left_over = value(expr, lookup)
    if isinstance(left_over, Const):
        decided = truthy(left_over.value)
        return left_over if decided is None else Const(decided)
    if isinstance(left_over, Template) and any(isinstance(part, Const) for part in left_over.parts):
        return Const(True)  # some text is certain, so the whole is not empty
    return left_over


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
    return condition if isinstance(condition, Not | All | AnyOf) else All((condition,))


def _chosen(left: Expr, right: Expr, lookup: Lookup, *, stops_at: bool) -> Expr:
    known = truthy(left.value) if isinstance(left, Const) else None
    if known is None:
        tree = Or if stops_at else And
        return tree(left, _guarded(right, lookup, value))
    return left if known is stops_at else value(right, lookup)


def _guarded(expr: Expr, lookup: Lookup, evaluate: Callable[[Expr, Lookup], Expr]) -> Expr:
    """An operand that may never be reached: a type error in it is not (yet) an error."""
    try:
        return evaluate(expr, lookup)
    except EvaluationError:
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
