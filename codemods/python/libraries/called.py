"""What a call calls, where that is looked up: `getattr(requests, verb)(…)`, `VERBS[verb](…)`, or a name for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from migrator.model import static
from migrator.syntax.python.containers import may_be_changed
from migrator.syntax.python.program import DEPTH, Operand
from migrator.syntax.python.resolve import meaning, qualified
from migrator.syntax.python.scope import definitions
from migrator.syntax.python.text import text

if TYPE_CHECKING:
    from migrator.syntax.python.module import Module

Called = tuple[tuple[str, ...], Operand | None, str]
"""The names under which libraries know the function; the object that it is a method of, and what it is called there."""


def called(func: Operand) -> Called:
    """What is called."""
    if func.frame.depth > DEPTH:
        return (), None, ""
    match func.node:
        case cst.Attribute(value=value, attr=cst.Name(value=name)):
            return qualified(func), func.of(value), name
        case cst.Call(func=cst.Name(value="getattr"), args=[cst.Arg(value=owner), cst.Arg(value=name), *_]):
            known = static(text(func.of(name)))
            names = tuple(f"{before}.{known}" for before in qualified(func.of(owner))) if known is not None else ()
            return names, func.of(owner), known or ""
        case cst.Call(func=cst.Attribute(value=table, attr=cst.Name(value="get")), args=[cst.Arg(value=key), *_]):
            member = _member(func.of(table), func.of(key))
            return called(member) if member is not None else ((), None, "")
        case cst.Subscript(value=table, slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
            member = _member(func.of(table), func.of(key))
            return called(member) if member is not None else ((), None, "")
        case cst.Name() as name:
            found = definitions(func.module, name)
            is_looked_up = len(found) == 1 and isinstance(found[0].value, cst.Call | cst.Subscript)
            behind = meaning(func) if is_looked_up else None
            return called(behind) if behind is not None else (qualified(func), None, "")
    return (), None, ""


def _member(table: Operand, key: Operand) -> Operand | None:
    """The value of a key of a dict that nothing changes."""
    known = static(text(key))
    if isinstance(table.node, cst.Name | cst.Attribute):
        behind = meaning(table)
        return _member(behind, key) if behind is not None and not may_be_changed(table) else None
    if known is None or not isinstance(table.node, cst.Dict):
        return None
    pairs = [(each.key, each.value) for each in table.node.elements if isinstance(each, cst.DictElement)]
    found = [value for name, value in pairs if static(text(table.of(name))) == known]
    return table.of(found[-1]) if found and len(pairs) == len(table.node.elements) else None


def is_looked_up(module: Module, call: cst.Call) -> bool:
    """Whether what is called may be one of several functions, as far as the call itself shows."""
    match call.func:
        case cst.Call(func=cst.Name(value="getattr")) | cst.Subscript():
            return True
        case cst.Attribute(value=cst.Call(func=cst.Name(value="super"))):
            return True
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="get"))):
            return True
        case cst.Name(value=name):
            return any(
                isinstance(assign.value, cst.Subscript | cst.Call)
                and any(isinstance(t.target, cst.Name) and t.target.value == name for t in assign.targets)
                and is_looked_up(module, cst.Call(assign.value))
                for assign in module.all(cst.Assign, module.function(call) or module.tree)
            )
    return False
