"""Classes of the repository: which object an expression is, and what its attributes hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst
from libcst import matchers

from migrator.syntax.python.binding import bind, is_static
from migrator.syntax.python.names import Meaning, imported, meaning, module_of
from migrator.syntax.python.program import DEPTH, Frame, Operand
from migrator.syntax.python.scope import Definition, Kind, definitions, top_level

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """An object of a class of the repository. `made` is the call that made it, None when that is not known.

    `is_self`: it is whatever object a method is called on, which may be of a class derived from this one.
    """

    frame: Frame
    node: cst.ClassDef
    made: Operand | None = None
    is_self: bool = False


def class_named(operand: Operand) -> tuple[Frame, cst.ClassDef] | None:
    """The class of the repository that an expression names."""
    if operand.frame.depth > DEPTH:
        return None
    frame, name = operand.frame, ""
    found: tuple[Definition, ...] = ()
    match operand.node:
        case cst.Name(value=name) as node:
            found = definitions(operand.module, node)
        case cst.Attribute(value=value, attr=cst.Name(value=name)):
            module = module_of(operand.of(value))
            if module is not None:
                found, frame = top_level(module, name), Frame(frame.program, module, depth=frame.depth + 1)
    return _class(frame, name, found[0]) if len(found) == 1 else None


def _class(frame: Frame, name: str, definition: Definition) -> tuple[Frame, cst.ClassDef] | None:
    match definition.kind, definition.target:
        case Kind.CLASS, cst.ClassDef() as node:
            return frame.plain().deeper(), node
        case Kind.IMPORT, _:
            found = imported(frame, name, definition)
            there = top_level(found[0], found[1]) if found is not None and found[1] is not None else ()
            if found is None or len(there) != 1 or frame.depth > DEPTH:
                return None
            return _class(Frame(frame.program, found[0], depth=frame.depth + 1), found[1] or "", there[0])
    return None


def instance(operand: Operand) -> Instance | None:
    """The object that an expression is: `self` in a method, a class itself, or what calling a class made."""
    match operand.node:
        case cst.Call(func=func):
            found = class_named(operand.of(func))
            return Instance(*found, operand) if found is not None else _instance_returned(operand)
        case cst.Name(value=name) as node:
            own = _own_class(operand, name)
            if own is not None:
                bound = operand.frame.arguments.get(name)
                return (instance(bound) if bound is not None else None) or own
            found = class_named(operand)
            if found is not None:
                return Instance(*found)
            return _instance_behind(operand, node)
        case cst.Attribute():
            found = class_named(operand)
            return Instance(*found) if found is not None else _instance_behind(operand, operand.node)
    return None


def _instance_returned(operand: Operand) -> Instance | None:
    """What a function of the repository makes and returns."""
    from migrator.syntax.python.calls import returned  # functions are found through objects in turn

    value = returned(operand) if operand.frame.depth <= DEPTH else None
    return instance(value) if value is not None else None


def _instance_behind(operand: Operand, node: cst.BaseExpression) -> Instance | None:
    value = meaning(operand.of(node))
    return instance(value) if value is not None and value.frame.depth <= DEPTH else None


def _own_class(operand: Operand, name: str) -> Instance | None:
    """The class around a method whose first parameter is `name`, made by the one call of the file that makes it."""
    function = operand.module.function(operand.node)
    owner = operand.module.class_of(function) if function is not None else None
    if function is None or owner is None:
        return None
    params = (*function.params.posonly_params, *function.params.params)
    if not params or params[0].name.value != name or is_static(function):
        return None
    frame = operand.frame.plain().deeper()
    return Instance(frame, owner, _sole_construction(frame, owner), is_self=True)


def _sole_construction(frame: Frame, owner: cst.ClassDef) -> Operand | None:
    """The one call in the file that makes an object of the class."""
    module = frame.module
    if frame.program.is_used_elsewhere(owner.name.value):
        return None
    func = matchers.Name(owner.name.value)
    made = [call for call in module.calls() if matchers.matches(call.func, func)]
    return Operand(frame, made[0]) if len(made) == 1 else None


def lineage(frame: Frame, node: cst.ClassDef) -> Iterator[tuple[Frame, cst.ClassDef]]:
    """The class and the classes of the repository that it is derived from."""
    yield frame, node
    for base in node.bases:
        found = class_named(Operand(frame, base.value))
        if found is not None:
            yield from lineage(*found)


def attribute_values(operand: Operand, name: str) -> tuple[Meaning, ...]:
    """All that the attribute of an object or a class can hold; empty when nothing is known about it."""
    owner = instance(operand)
    if owner is not None and is_overridden(owner, name):
        return (None,)
    for frame, node in lineage(owner.frame, owner.node) if owner is not None else ():
        found = tuple(_assigned(frame, node, owner, name))
        if found:
            return found
    return ()


def is_overridden(owner: Instance, name: str) -> bool:
    """Whether a class that is derived from that of `self` has something else under the name, or one elsewhere may."""
    module, program = owner.frame.module, owner.frame.program
    if not owner.is_self:
        return False
    if owner.frame.at_root and program.is_derived_elsewhere(owner.node.name.value, name):
        return True
    for node in module.all(cst.ClassDef):
        if node is owner.node:
            continue
        above = list(lineage(owner.frame, node))
        if any(base is owner.node for _, base in above) and _defines(owner.frame, node, name):
            return True
    return False


def _defines(frame: Frame, node: cst.ClassDef, name: str) -> bool:
    methods = (item for item in node.body.body if isinstance(item, cst.FunctionDef))
    return any(item.name.value == name for item in methods) or any(True for _ in _assigned(frame, node, None, name))


def _assigned(frame: Frame, node: cst.ClassDef, owner: Instance | None, name: str) -> Iterator[Meaning]:
    own = [item for line in node.body.body if isinstance(line, cst.SimpleStatementLine) for item in line.body]
    for item in own:
        match item:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=target))], value=value):
                if target == name:
                    yield frame.of(value)
            case cst.AnnAssign(target=cst.Name(value=target), value=value) if value is not None and target == name:
                yield frame.of(value)
    yield from _computed(frame, node, name)
    yield from _assigned_in_methods(frame, node, owner, name)


def _computed(frame: Frame, node: cst.ClassDef, name: str) -> Iterator[Meaning]:
    """What a property of the class returns, where it does so in one place."""
    for method in node.body.body:
        if not isinstance(method, cst.FunctionDef) or method.name.value != name:
            continue
        kinds = [frame.module.code(decorator.decorator).rpartition(".")[2] for decorator in method.decorators]
        if kinds in (["property"], ["cached_property"]):
            found = [item.value for item in frame.module.all(cst.Return, method.body)]
            yield frame.of(found[0]) if len(found) == 1 and found[0] is not None else None


def _assigned_in_methods(frame: Frame, node: cst.ClassDef, owner: Instance | None, name: str) -> Iterator[Meaning]:
    for method in node.body.body:
        if not isinstance(method, cst.FunctionDef) or not method.params.params:
            continue
        target = matchers.Attribute(matchers.Name(method.params.params[0].name.value), matchers.Name(name))
        module = frame.module
        kinds = (cst.Assign, cst.AnnAssign, cst.AugAssign)
        for found in (node for kind in kinds for node in module.all(kind, method)):
            if any(matchers.matches(item, target) for item in _targets(found)):
                value = found.value if isinstance(found, cst.Assign | cst.AnnAssign) else None
                yield _initial(frame, method, owner).of(value) if value is not None else None


def _targets(node: cst.CSTNode) -> tuple[cst.CSTNode, ...]:
    match node:
        case cst.Assign(targets=targets):
            return tuple(target.target for target in targets)
        case cst.AnnAssign(target=target) | cst.AugAssign(target=target):
            return (target,)
    return ()


def _initial(frame: Frame, method: cst.FunctionDef, owner: Instance | None) -> Frame:
    """The frame of a method that sets attributes: of `__init__`, with the arguments the object was made with."""
    if method.name.value == "__init__" and owner is not None and owner.made is not None:
        made = bind(frame, method, owner.made, owner.made)
        if made is not None:
            return made
    return frame
