"""Whether a place in a function can be reached when it is entered with known arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from migrator.model import static
from migrator.syntax.python.text import text

if TYPE_CHECKING:
    from migrator.syntax.python.program import Operand

_LEAVING = cst.Return | cst.Raise | cst.Continue | cst.Break


def may_run(operand: Operand) -> bool:
    """Whether no `if verb == "POST"` around or before the place is known to keep it from running."""
    module = operand.module
    inside: cst.CSTNode = operand.node
    for above in module.ancestors(operand.node):
        if isinstance(above, cst.FunctionDef | cst.Lambda):
            break
        if isinstance(above, cst.If):
            truth = _truth(operand, above.test)
            if (truth is False and inside is above.body) or (truth is True and inside is above.orelse):
                return False
        if isinstance(above, cst.IndentedBlock) and _is_left_before(operand, above, inside):
            return False
        inside = above
    return True


def _is_left_before(operand: Operand, block: cst.IndentedBlock, inside: cst.CSTNode) -> bool:
    """Whether an earlier `if` of the block surely leaves it."""
    for statement in block.body:
        if statement is inside:
            return False
        if isinstance(statement, cst.If) and _leaves(statement.body) and _truth(operand, statement.test) is True:
            return True
    return False


def _leaves(body: cst.BaseSuite) -> bool:
    last = body.body[-1] if body.body else None
    parts = last.body if isinstance(last, cst.SimpleStatementLine) else ()
    return bool(parts) and isinstance(parts[-1], _LEAVING)


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
