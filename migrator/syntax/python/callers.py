"""Who calls a function of the edited file, and with what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from migrator.syntax.memo import Question
from migrator.syntax.python.program import DEPTH, Operand, PythonFrame
from migrator.syntax.python.resolve import enter

if TYPE_CHECKING:
    from migrator.syntax.python.module import Module


_HARMLESS = frozenset({"staticmethod", "classmethod"})


_CALLERS: Question[tuple[Operand, ...] | None] = Question("callers", None)
_ARGUMENTS: Question[tuple[Operand, ...]] = Question("arguments", ())


def callers(frame: PythonFrame, function: cst.FunctionDef) -> tuple[Operand, ...] | None:
    """Every call of the function; None when it may be called from elsewhere, or is handed around as a value."""
    return frame.program.memo.answer(_CALLERS, function, lambda: _callers(frame.plain(), function))


def _callers(frame: PythonFrame, function: cst.FunctionDef) -> tuple[Operand, ...] | None:
    if not frame.at_root or frame.program.is_used_elsewhere(function.name.value):
        return None
    module = frame.module
    uses = _uses(module, function)
    calls = [module.parent(use) for use in uses]
    if any(not isinstance(call, cst.Call) or call.func is not use for call, use in zip(calls, uses, strict=True)):
        return None
    return tuple(Operand(frame.plain(), call) for call in calls if isinstance(call, cst.Call))


def _uses(module: Module, function: cst.FunctionDef) -> list[cst.CSTNode]:
    """Every place that can mean the function: its bare name, or for a method any attribute of that name."""
    name = function.name.value
    if module.class_of(function) is not None and module.function(function) is None:
        return [node for node in module.all(cst.Attribute) if node.attr.value == name]
    others: set[cst.CSTNode | None] = {function.name, *(node.attr for node in module.all(cst.Attribute))}
    others |= {arg.keyword for arg in module.all(cst.Arg)}
    return [node for node in module.all(cst.Name) if node.value == name and node not in others]


def arguments_for(operand: Operand, param: cst.Param) -> tuple[Operand, ...]:
    """What all callers give for a parameter; empty when they are not known, or one of them cannot be understood."""
    function = operand.module.function(param)
    if function is None or operand.frame.depth > DEPTH:
        return ()
    with operand.frame.program.memo.asking(_ARGUMENTS, function) as is_first:
        return tuple(_given(operand, function, param)) if is_first else ()


def _given(operand: Operand, function: cst.FunctionDef, param: cst.Param) -> list[Operand]:
    given: list[Operand] = []
    if any(not isinstance(d.decorator, cst.Name) or d.decorator.value not in _HARMLESS for d in function.decorators):
        return []  # a command line or a task runner may call it
    for call in callers(operand.frame, function) or ():
        inner = enter(Operand(operand.frame.plain().deeper(), call.node))
        value = inner.arguments.get(param.name.value) if inner is not None and inner.function is function else None
        if value is None:
            return []
        given.append(value)
    return given
