"""Whether a value ends up in front of a person, printed or logged, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from migrator.syntax.python_records import shows
from migrator.syntax.python_scope import Definition, Kind, definitions, references

if TYPE_CHECKING:
    from migrator.syntax.python_program import Operand


def is_shown(operand: Operand) -> bool:
    """Whether the expression ends up in what is printed or logged, and nowhere else."""
    module = operand.module
    for above in module.ancestors(operand.node):
        match above:
            case cst.Call() if shows(module, above):
                return True
            case cst.Raise():
                return True
            case cst.Call() if isinstance(module.parent(above), cst.Raise):
                return True
            case cst.Call(func=cst.Attribute(attr=cst.Name(value="format"))) | cst.Call(func=cst.Name(value="str")):
                continue
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name() as name)], value=value):
                return value is operand.node and _is_only_shown(operand, name)
            case cst.Call() | cst.BaseSmallStatement() | cst.BaseCompoundStatement() | cst.Lambda():
                return False
    return False


def _is_only_shown(operand: Operand, name: cst.Name) -> bool:
    """Whether every place that reads the variable shows it."""
    module = operand.module
    reads = references(module, Definition(Kind.OTHER, name), name.value)
    mine = [node for node in reads if any(d.target is name for d in definitions(module, node))]
    certain = all(len(definitions(module, node)) == 1 for node in mine)
    return bool(mine) and certain and all(is_shown(operand.of(node)) for node in mine)
