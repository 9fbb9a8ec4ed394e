"""Bring what is left over of a condition into one form, so that equal conditions are one text.

Negations go inwards, parts are sorted and stand there once, `!=` is `not ==`. Some forms are equal only where no
operand is null (a comparison with null is false, `!=` too): on a branch event the branch is there, on a tag event the
tag.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.circleci.compiler.evaluate import negated
from migrator.circleci.compiler.expr import (
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
    Unclear,
    render,
)
from migrator.circleci.compiler.patterns import matches_everything, matches_expression

if TYPE_CHECKING:
    from collections.abc import Iterable

BRANCH, TAG = "pipeline.git.branch", "pipeline.git.tag"
_NUMBER = "pipeline.number"
_ALWAYS = frozenset(
    {_NUMBER, "pipeline.id", "pipeline.git.revision", "pipeline.project.git_url", "pipeline.project.type"}
)
_SENT = "pipeline.parameters."
_PLAIN = re.compile(r"[\w/-]+")


def normal(condition: Expr, *, on_tag: bool) -> Expr:
    """The condition of a pipeline on a tag or on a branch in its one form: as true as it was, for every value."""
    return _Normal(_ALWAYS | {TAG if on_tag else BRANCH}).truth(condition)


@dataclass(frozen=True, slots=True)
class _Normal:
    """`present` are the pipeline values that are neither null nor empty."""

    present: frozenset[str]

    def truth(self, expr: Expr) -> Expr:
        """A tree of which only the truth counts."""
        match expr:
            case Holds(Ref(name)) | Ref(name) if name in self.present:
                return Const(True)
            case Holds(Compare() | Not() | All() | AnyOf() | Equal() | Matches() | And() | Or() as inner):
                return self.truth(inner)
            case Not(inner):
                return self._opposite(self.truth(inner))
            case All(operands):
                return _joined(map(self.truth, operands), absorbing=False)
            case AnyOf(operands):
                return _joined(map(self.truth, operands), absorbing=True)
            case And(left, right) | Or(left, right) if _is_boolean(left) and _is_boolean(right):
                return _joined(map(self.truth, (left, right)), absorbing=isinstance(expr, Or))
            case Compare():
                return self._compared(expr)
            case Equal(operands):
                return self._equal(operands)
            case Matches(value, Const(str() as pattern)):
                return _matching(value, pattern)
        return expr

    def _opposite(self, expr: Expr) -> Expr:
        match expr:
            case All(operands):
                return _joined(map(self._opposite, operands), absorbing=True)
            case AnyOf(operands):
                return _joined(map(self._opposite, operands), absorbing=False)
        return negated(expr)

    def _compared(self, expr: Compare) -> Expr:
        left, right = expr.left, expr.right
        if not (self._is_there(left) and self._is_there(right)):
            return expr
        match expr.operator, left, right:
            case "==", _, _:
                return self._equal((left, right))
            case "!=", _, _:
                return self._opposite(self._equal((left, right)))
            case "matches", _, Const(Pattern(source)) if matches_expression(source, "") is not None:
                return _matching(left, source)
            case "starts-with", _, Const(str() as start) if _PLAIN.fullmatch(start):
                return _matching(left, f"{start}.*")
            case (">=" | ">" | "<=" | "<") as operator, (Ref() | Const(int())), (Ref() | Const(int())):
                return _ordered(operator, left, right)
        return expr

    def _equal(self, operands: tuple[Expr, ...]) -> Expr:
        refs = {operand.name for operand in operands if isinstance(operand, Ref)}
        if Const("") in operands and refs & self.present:
            return Const(False)
        known = [operand for operand in operands if isinstance(operand, Const)]
        return Equal((*sorted((operand for operand in operands if operand not in known), key=render), *known))

    def _is_there(self, operand: Expr) -> bool:
        """Whether the operand is certainly not null."""
        match operand:
            case Const(value):
                return value is not None
            case Ref(name):
                return name in self.present
            case Unclear(source):
                return source.startswith(_SENT)
        return False


def _is_boolean(expr: Expr) -> bool:
    return isinstance(expr, Compare | Holds | Not | All | AnyOf | Equal | Matches)


def _ordered(operator: str, left: Expr, right: Expr) -> Expr:
    """An order comparison with `<` alone; both operands are numbers, or the config fails either way."""
    match operator:
        case ">":
            return Compare("<", right, left)
        case ">=":
            return Not(Compare("<", left, right))
        case "<=":
            return Not(Compare("<", right, left))
    return Compare("<", left, right)


def _matching(value: Expr, pattern: str) -> Expr:
    """The whole value is matched, so that anchors around a pattern without alternatives say nothing."""
    if "|" not in pattern:
        pattern = pattern.removeprefix("^")
        pattern = pattern[:-1] if pattern.endswith("$") and not pattern.endswith("\\$") else pattern
    return Const(True) if matches_everything(pattern) else Matches(value, Const(pattern))


def _joined(operands: Iterable[Expr], *, absorbing: bool) -> Expr:
    """`or` (absorbing True) or `and` of parts in normal form."""
    kind = AnyOf if absorbing else All
    parts: dict[str, Expr] = {}
    for operand in operands:
        for piece in operand.operands if isinstance(operand, kind) else (operand,):
            if isinstance(piece, Const) and isinstance(piece.value, bool):
                if piece.value is absorbing:
                    return piece
                continue
            parts[render(piece)] = piece
    if any(render(negated(piece)) in parts for piece in parts.values()):
        return Const(absorbing)
    if not parts:
        return Const(not absorbing)
    pieces = tuple(parts[text] for text in sorted(parts))
    return pieces[0] if len(pieces) == 1 else kind(pieces)
