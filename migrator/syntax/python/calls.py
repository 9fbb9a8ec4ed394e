"""Which function of the repository a call enters, and with which arguments."""

from __future__ import annotations

import libcst as cst

from migrator.syntax.python.binding import bind
from migrator.syntax.python.names import frame_of, imported, module_of
from migrator.syntax.python.objects import instance, is_overridden, lineage
from migrator.syntax.python.program import DEPTH, Frame, Operand
from migrator.syntax.python.scope import Definition, Kind, definitions, top_level

Callee = tuple[Frame, cst.FunctionDef, Operand | None]
"""A function: the frame of the module that it stands in, its definition, the object that it is a method of."""


def enter(call: Operand) -> Frame | None:
    """The function of the repository that a call enters, with its arguments; None when that cannot be told."""
    if not isinstance(call.node, cst.Call) or call.frame.depth > DEPTH:
        return None
    found = callee(call.of(call.node.func))
    if found is None:
        return None
    frame, function, receiver = found
    return bind(frame, function, call, receiver)


def returned(call: Operand) -> Operand | None:
    """What a function of the repository returns to this call, when it does so in one place."""
    frame = enter(call)
    if frame is None or frame.function is None or frame.depth > DEPTH or frame.function.asynchronous is not None:
        return None
    module, function = frame.module, frame.function
    inside = [node for kind in (cst.Return, cst.Yield) for node in module.all(kind, function.body)]
    own = [node for node in inside if module.function(node) is function]
    match own:
        case [cst.Return(value=value)] if value is not None:
            return Operand(frame, value)
    return None


def callee(operand: Operand) -> Callee | None:
    """The function that an expression is: where it stands, its definition, and the object it is a method of."""
    match operand.node:
        case cst.Name() as name:
            found = definitions(operand.module, name)
            return _function(operand.frame, name.value, found[0]) if len(found) == 1 else None
        case cst.Attribute(value=value, attr=attr):
            module = module_of(operand.of(value))
            if module is not None:
                found = top_level(module, attr.value)
                frame = Frame(operand.frame.program, module, depth=operand.frame.depth + 1)
                return _function(frame, attr.value, found[0]) if len(found) == 1 else None
            return _method(operand.of(value), attr.value)
    return None


def _function(frame: Frame, name: str, definition: Definition) -> Callee | None:
    match definition.kind, definition.target:
        case Kind.FUNCTION, cst.FunctionDef() as function:
            return frame_of(frame, function), function, None
        case Kind.IMPORT, _:
            found = imported(frame, name, definition)
            if found is None or found[1] is None:
                return None
            there = top_level(found[0], found[1])
            inner = Frame(frame.program, found[0], depth=frame.depth + 1)
            return _function(inner, found[1], there[0]) if len(there) == 1 and inner.depth <= DEPTH else None
    return None


def _method(receiver: Operand, name: str) -> Callee | None:
    owner = instance(receiver)
    if owner is not None and is_overridden(owner, name):
        return None
    for frame, node in lineage(owner.frame, owner.node) if owner is not None else ():
        methods = [item for item in node.body.body if isinstance(item, cst.FunctionDef) and item.name.value == name]
        if methods:
            return (frame, methods[0], receiver) if len(methods) == 1 else None
    return None
