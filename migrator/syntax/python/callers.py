"""Who calls a function of the edited file, and with what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from migrator.syntax.memo import Question
from migrator.syntax.python.program import DEPTH, Operand, PythonFrame
from migrator.syntax.python.resolve import enter, qualified

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.syntax.python.module import Module


_HARMLESS = frozenset(
    {"staticmethod", "classmethod", "tenacity.retry", "retrying.retry", "retry.retry", "stamina.retry"}
    | {"backoff.on_exception", "backoff.on_predicate", "functools.lru_cache", "functools.cache", "functools.wraps"}
)
"""Decorators whose function gets what its callers give, and is called by nobody else."""


_CALLERS: Question[tuple[Operand, ...] | None] = Question("callers", None)
_EVERYWHERE: Question[tuple[Operand, ...] | None] = Question("callers everywhere", None)
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


def _is_harmless(operand: Operand, decorator: cst.BaseExpression) -> bool:
    called = decorator.func if isinstance(decorator, cst.Call) else decorator
    return not _HARMLESS.isdisjoint(qualified(Operand(operand.frame.plain(), called)))


def everywhere(frame: PythonFrame, function: cst.FunctionDef) -> tuple[Operand, ...] | None:
    """Every call of the function in the repository; None when something else may call it, or may not be read."""
    return frame.program.memo.answer(_EVERYWHERE, function, lambda: _everywhere(frame.plain(), function))


def _everywhere(frame: PythonFrame, function: cst.FunctionDef) -> tuple[Operand, ...] | None:
    name = function.name.value
    if not frame.at_root or not frame.program.is_used_elsewhere(name):
        return callers(frame, function)
    found = list(_calls(frame, _uses(frame.module, function)) or ())
    for module in frame.program.using(name):
        if module is None or frame.module.class_of(function) is not None or module.path.endswith("__init__.py"):
            return None  # a package may hand it on to anyone
        keywords = {arg.keyword for arg in module.all(cst.Arg)}
        uses = [node for node in module.all(cst.Name) if node.value == name and node not in keywords]
        calls = _calls(PythonFrame(frame.program, module), uses)
        if calls is None or any((inner := enter(call)) is None or inner.function is not function for call in calls):
            return None
        found += calls
    return tuple(found) if _calls(frame, _uses(frame.module, function)) is not None else None


def _calls(frame: PythonFrame, uses: Sequence[cst.CSTNode]) -> tuple[Operand, ...] | None:
    """The calls that the uses of a function are; None when one of them is none."""
    calls: list[Operand] = []
    for use in uses:
        above = frame.module.parent(use)
        if isinstance(above, cst.ImportAlias) and above.asname is None:
            continue
        is_end = isinstance(above, cst.Attribute) and above.attr is use
        func, call = (above, frame.module.parent(above)) if is_end and above is not None else (use, above)
        if not isinstance(call, cst.Call) or call.func is not func:
            return None
        calls.append(Operand(frame, call))
    return tuple(calls)


def _given(operand: Operand, function: cst.FunctionDef, param: cst.Param) -> list[Operand]:
    given: list[Operand] = []
    if not all(_is_harmless(operand, each.decorator) for each in function.decorators):
        return []  # a command line or a task runner may call it
    for call in everywhere(operand.frame, function) or ():
        there = PythonFrame(call.frame.program, call.module, depth=operand.frame.depth + 1)
        inner = enter(Operand(there, call.node))
        value = inner.arguments.get(param.name.value) if inner is not None and inner.function is function else None
        if value is None:
            return []
        given.append(value)
    return given
