"""What may give a name or an attribute another value without naming it, from outside, or from another file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import libcst as cst

from migrator.syntax.memo import Question
from migrator.syntax.python.scope import DefinitionKind, dotted_text, top_level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.python.module import Module
    from migrator.syntax.python.program import Operand, PythonFrame
    from migrator.syntax.python.scope import NameDefinition


def may_be_set(operand: Operand, name: cst.Name, found: tuple[NameDefinition, ...]) -> bool:
    """Whether a constant of a module may get another value in a way that does not name it, or from another file."""
    frame, module = operand.frame, operand.module
    own = [d for d in found if d.kind is DefinitionKind.VALUE and _is_at_top(module, d.target)]
    if not own:
        return False
    start = max(module.span(definition.target).start for definition in own)
    late = module.function(operand.node) is not None
    end = module.span(operand.node).start
    for line in _blind(module):
        at = module.span(line).start
        if (late or at < end) and at > start and _may_bind(frame, line, name.value):
            return True
    return frame.at_root and frame.program.is_assigned_elsewhere(name.value)


def _is_at_top(module: Module, node: cst.CSTNode) -> bool:
    return module.function(node) is None and module.class_of(node) is None


_BLIND: Question[tuple[cst.CSTNode, ...]] = Question("blind", ())
_DYNAMIC = ("exec(", "globals(", "vars()", "locals(", "sys.modules", "__dict__")


def _blind(module: Module) -> tuple[cst.CSTNode, ...]:
    """What may bind any name of a module: `from x import *`, `exec(…)`, `globals().update(…)`."""
    return module.memo.answer(_BLIND, module, lambda: tuple(_blind_in(module)))


def _blind_in(module: Module) -> Iterator[cst.CSTNode]:
    for line in module.all(cst.ImportFrom):
        if isinstance(line.names, cst.ImportStar):
            yield line
    if any(word in module.text for word in _DYNAMIC):
        for call in module.calls():
            code = module.code(call.func)
            changes = code.startswith("setattr") and "sys.modules" in module.code(call)
            if code in {"exec", "globals().update", "vars().update", "locals().update"} or changes:
                yield call
        for assign in module.all(cst.Assign):
            if any(module.code(each.target).startswith(("globals()[", "vars()[")) for each in assign.targets):
                yield assign


def _may_bind(frame: PythonFrame, node: cst.CSTNode, name: str) -> bool:
    if not isinstance(node, cst.ImportFrom):
        return True
    path = dotted_text(node.module)
    module = frame.program.imported(frame.module, path, len(node.relative))
    if module is not None:
        return bool(top_level(module, name))
    return bool(node.relative) or path.partition(".")[0] not in sys.stdlib_module_names


_SET: Question[frozenset[str | None]] = Question("attributes", frozenset())


def is_set_from_outside(operand: Operand, name: str) -> bool:
    """Whether something sets the attribute of an object that is no `self`, or may, without naming it."""
    module = operand.module
    found = module.memo.answer(_SET, module, lambda: frozenset(_set_attributes(module)))
    if name in found or None in found:
        return True
    return operand.frame.at_root and operand.frame.program.is_assigned_elsewhere(name)


def _set_attributes(module: Module) -> Iterator[str | None]:
    """The attributes that the module sets on objects other than `self`; None for one whose name it does not say."""
    for node in (*module.all(cst.Assign), *module.all(cst.AnnAssign), *module.all(cst.AugAssign)):
        for target in targets_of(node):
            match target:
                case cst.Attribute(attr=cst.Name(value=name)) if not _is_self(module, target):
                    yield name
                case cst.Subscript(value=cst.Attribute(attr=cst.Name(value="__dict__"))):
                    yield None
    for call in module.calls():
        match call.func:
            case cst.Name(value="setattr") if len(call.args) == 3:
                given = call.args[1].value
                yield str(given.evaluated_value) if isinstance(given, cst.SimpleString) else None
            case cst.Attribute(value=cst.Call(func=cst.Name(value="vars"), args=[_]), attr=cst.Name(value="update")):
                yield None
            case cst.Attribute(value=cst.Attribute(attr=cst.Name(value="__dict__")), attr=cst.Name(value="update")):
                yield None


def _is_self(module: Module, target: cst.CSTNode) -> bool:
    """Whether the object is the first parameter of the method around."""
    function = module.function(target)
    owner = module.class_of(function) if function is not None else None
    first = function.params.params[0].name.value if function is not None and function.params.params else None
    return owner is not None and isinstance(target, cst.Attribute) and module.code(target.value) == first


def targets_of(node: cst.CSTNode) -> tuple[cst.CSTNode, ...]:
    """What an assignment of any kind assigns to."""
    match node:
        case cst.Assign(targets=targets):
            return tuple(target.target for target in targets)
        case cst.AnnAssign(target=target) | cst.AugAssign(target=target):
            return (target,)
    return ()
