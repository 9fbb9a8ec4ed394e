"""Whether a value ends up in front of a person, printed or logged, and nowhere else."""

from __future__ import annotations

import libcst as cst

from migrator.syntax.python.callers import callers
from migrator.syntax.python.program import DEPTH, Operand
from migrator.syntax.python.records import shows
from migrator.syntax.python.scope import DefinitionKind, NameDefinition, definitions, references


def is_shown(operand: Operand) -> bool:
    """Whether the expression ends up in what is printed or logged, and nowhere else."""
    module = operand.module
    for above in module.ancestors(operand.node):
        match above:
            case cst.Call(func=cst.Name(value="str" | "repr" | "len")):
                continue
            case cst.Call() if shows(module, above):
                return True
            case cst.Raise():
                return True
            case cst.Call() if isinstance(module.parent(above), cst.Raise):
                return True
            case cst.Call(func=cst.Attribute(attr=cst.Name(value="format" | "join"))):
                continue
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name() as name)], value=value):
                return value is operand.node and _is_only_shown(operand, name)
            case cst.Return(value=value):
                return _is_text(operand, value) and _is_shown_by_callers(operand)
            case cst.Call() | cst.BaseSmallStatement() | cst.BaseCompoundStatement() | cst.Lambda():
                return False
    return False


def _is_text(operand: Operand, value: cst.BaseExpression | None) -> bool:
    """Whether the expression is the whole value, or a part of a text."""
    between = (cst.BinaryOperation, cst.FormattedString, cst.FormattedStringExpression)
    module, node = operand.module, operand.node
    if node is value:
        return True
    inside = [
        above
        for above in module.ancestors(node)
        if value is not None and module.span(above).overlaps(module.span(value))
    ]
    return all(isinstance(above, between) for above in inside[: inside.index(value) + 1]) if value in inside else False


def _is_shown_by_callers(operand: Operand) -> bool:
    """Whether everything that calls the function around the expression shows what it returns."""
    function = operand.module.function(operand.node)
    if function is None or function.decorators or function.asynchronous is not None or operand.frame.depth > DEPTH:
        return False
    found = callers(operand.frame.plain(), function)
    return bool(found) and all(is_shown(Operand(call.frame.deeper(), call.node)) for call in found or ())


def _is_only_shown(operand: Operand, name: cst.Name) -> bool:
    """Whether every place that reads the variable shows it."""
    module = operand.module
    reads = references(module, NameDefinition(DefinitionKind.OTHER, name), name.value)
    mine = [node for node in reads if any(d.target is name for d in definitions(module, node))]
    certain = all(len(definitions(module, node)) == 1 for node in mine)
    return bool(mine) and certain and all(is_shown(operand.of(node)) for node in mine)
