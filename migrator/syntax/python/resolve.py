"""Follow a name, an attribute or a call to what it stands for: values, functions, classes and objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst
from libcst import matchers

from migrator.syntax.python.binding import bind, is_static
from migrator.syntax.python.program import DEPTH, Operand, PythonFrame
from migrator.syntax.python.rebinding import (
    given_field,
    is_field,
    is_made_unseen,
    is_set_elsewhere,
    is_set_from_outside,
    may_be_set,
    targets_of,
)
from migrator.syntax.python.scope import (
    DefinitionKind,
    NameDefinition,
    bound_name,
    definitions,
    dotted_text,
    top_level,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.python.module import Module


Callee = tuple[PythonFrame, cst.FunctionDef, Operand | None]
"""A function: the frame of the module that it stands in, its definition, the object that it is a method of."""


def enter(call: Operand) -> PythonFrame | None:
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
                frame = PythonFrame(operand.frame.program, module, depth=operand.frame.depth + 1)
                return _function(frame, attr.value, found[0]) if len(found) == 1 else None
            return _method(operand.of(value), attr.value)
    return None


def _function(frame: PythonFrame, name: str, definition: NameDefinition) -> Callee | None:
    match definition.kind, definition.target:
        case DefinitionKind.FUNCTION, cst.FunctionDef() as function:
            return frame_of(frame, function), function, None
        case DefinitionKind.IMPORT, _:
            found = imported(frame, name, definition)
            if found is None or found[1] is None:
                return None
            there = top_level(found[0], found[1])
            inner = PythonFrame(frame.program, found[0], depth=frame.depth + 1)
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


Meaning = Operand | None
"""An expression that can have given a name its value; None for a value that cannot be seen."""


def meanings(operand: Operand) -> tuple[Meaning, ...]:
    """All that a name or an attribute can stand for; empty for any other expression and for unknown names."""
    if operand.frame.depth > DEPTH:
        return ()
    match operand.node:
        case cst.Name() as name:
            found = definitions(operand.module, name)
            if not found:
                return tuple(_starred(operand.frame, name.value))
            given = tuple(_meaning(operand.frame, name.value, definition) for definition in found)
            return (*given, None) if may_be_set(operand, name, found) else given
        case cst.Attribute() as attribute:
            return tuple(_attribute(operand, attribute))
    return ()


def _starred(frame: PythonFrame, name: str) -> Iterator[Meaning]:
    """What a name that is bound nowhere can be from `from module import *`; the last such module counts."""
    lines = [line for line in frame.module.all(cst.ImportFrom) if isinstance(line.names, cst.ImportStar)]
    for line in reversed(lines):
        module = frame.program.imported(frame.module, dotted_text(line.module), len(line.relative))
        if module is not None and top_level(module, name):
            yield in_module(PythonFrame(frame.program, module, depth=frame.depth + 1), name)
            return


def meaning(operand: Operand) -> Meaning:
    """The one expression that gave the name or attribute its value, when there is exactly one."""
    found = meanings(operand)
    return found[0] if len(found) == 1 else None


def _meaning(frame: PythonFrame, name: str, definition: NameDefinition) -> Meaning:
    match definition.kind:
        case DefinitionKind.VALUE:
            assert definition.value is not None
            return Operand(frame_of(frame, definition.target), definition.value)
        case DefinitionKind.PARAMETER if frame.module.function(definition.target) is frame.function:
            return frame.arguments.get(name)
        case DefinitionKind.IMPORT:
            found = imported(frame, name, definition)
            if found is None or found[1] is None:
                return None
            return in_module(PythonFrame(frame.program, found[0], depth=frame.depth + 1), found[1])
    return None


def frame_of(frame: PythonFrame, node: cst.CSTNode) -> PythonFrame:
    """The frame itself for what stands in its function, the module around for everything else."""
    return (frame if frame.module.function(node) is frame.function else frame.plain()).deeper()


def in_module(frame: PythonFrame, name: str) -> Meaning:
    """The one value of a name at the top level of the frame's module."""
    found = top_level(frame.module, name) if frame.depth <= DEPTH else ()
    return _meaning(frame, name, found[0]) if len(found) == 1 else None


def _attribute(operand: Operand, attribute: cst.Attribute) -> Iterator[Meaning]:
    """`settings.URL`, `Config.URL`, `self.url`, `client.url`."""
    module = module_of(operand.of(attribute.value))
    if module is not None:
        yield in_module(PythonFrame(operand.frame.program, module, depth=operand.frame.depth + 1), attribute.attr.value)
    else:
        yield from attribute_values(operand.of(attribute.value), attribute.attr.value)


def module_of(operand: Operand) -> Module | None:
    """The module of the repository that the expression is."""
    match operand.node:
        case cst.Name(value=name) as node:
            found = definitions(operand.module, node)
            if len(found) == 1 and found[0].kind is DefinitionKind.IMPORT:
                target = imported(operand.frame, name, found[0])
                return target[0] if target is not None and target[1] is None else None
        case cst.Attribute():
            path = dotted_text(operand.node)
            outermost = operand.node
            while isinstance(outermost, cst.Attribute):
                outermost = outermost.value  # type: ignore[assignment]
            found = definitions(operand.module, outermost) if isinstance(outermost, cst.Name) else ()
            if path and len(found) == 1 and isinstance(found[0].target, cst.Import):
                return operand.frame.program.imported(operand.module, path)
    return None


def imported(frame: PythonFrame, name: str, definition: NameDefinition) -> tuple[Module, str | None] | None:
    """The module of the repository that an import binds a name to, or the module and the name inside it."""
    match definition.target:
        case cst.ImportFrom(relative=dots):
            path, original = _imported_name(definition.target, name)
            whole = ".".join(filter(None, (path, original)))
            inner = frame.program.imported(frame.module, whole, len(dots))
            if inner is not None:
                return inner, None
            outer = frame.program.imported(frame.module, path, len(dots))
            return None if outer is None else (outer, original)
        case cst.Import():
            path = _imported_name(definition.target, name)[0]
            module = frame.program.imported(frame.module, path)
            return None if module is None else (module, None)
    return None


def _imported_name(node: cst.Import | cst.ImportFrom, name: str) -> tuple[str, str]:
    """The module behind a name that the statement binds, and the name in that module; empty for the module itself."""
    if isinstance(node.names, cst.ImportStar):
        return "", ""
    alias = next((alias for alias in node.names if bound_name(alias) == name), None)
    if alias is None:
        return "", ""
    if isinstance(node, cst.ImportFrom):
        return dotted_text(node.module), dotted_text(alias.name)
    whole = dotted_text(alias.name)
    return (whole if alias.asname is not None else whole.partition(".")[0]), ""


def qualified(operand: Operand) -> tuple[str, ...]:
    """The dotted names under which a library knows the expression (`requests.post`): several after `try: import`."""
    if operand.frame.depth > DEPTH:
        return ()
    match operand.node:
        case cst.Name() as name:
            return tuple(dict.fromkeys(_qualified_name(operand.frame, name)))
        case cst.Attribute(value=value, attr=attr):
            return tuple(f"{before}.{attr.value}" for before in qualified(operand.of(value)))
    return ()


def _qualified_name(frame: PythonFrame, name: cst.Name) -> Iterator[str]:
    found = definitions(frame.module, name)
    if not found and frame.module.scope(name) is not None:
        yield name.value
        for line in frame.module.all(cst.ImportFrom):
            if isinstance(line.names, cst.ImportStar):
                yield f"{dotted_text(line.module)}.{name.value}"
    for definition in found:
        if isinstance(definition.target, cst.Import | cst.ImportFrom):
            parts = _imported_name(definition.target, name.value)
            yield ".".join(filter(None, parts))
        elif (
            definition.kind is DefinitionKind.VALUE
            and len(found) == 1
            and isinstance(definition.value, cst.Name | cst.Attribute)
        ):
            yield from qualified(Operand(frame_of(frame, definition.target), definition.value))


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """An object of a class of the repository. `made` is the call that made it, None when that is not known.

    `is_self`: it is whatever object a method is called on, which may be of a class derived from this one.
    """

    frame: PythonFrame
    node: cst.ClassDef
    made: Operand | None = None
    is_self: bool = False


def class_named(operand: Operand) -> tuple[PythonFrame, cst.ClassDef] | None:
    """The class of the repository that an expression names."""
    if operand.frame.depth > DEPTH:
        return None
    frame, name = operand.frame, ""
    found: tuple[NameDefinition, ...] = ()
    match operand.node:
        case cst.Name(value=name) as node:
            found = definitions(operand.module, node)
        case cst.Attribute(value=value, attr=cst.Name(value=name)):
            module = module_of(operand.of(value))
            if module is not None:
                found, frame = top_level(module, name), PythonFrame(frame.program, module, depth=frame.depth + 1)
    return _class(frame, name, found[0]) if len(found) == 1 else None


def _class(frame: PythonFrame, name: str, definition: NameDefinition) -> tuple[PythonFrame, cst.ClassDef] | None:
    match definition.kind, definition.target:
        case DefinitionKind.CLASS, cst.ClassDef() as node:
            return frame.plain().deeper(), node
        case DefinitionKind.IMPORT, _:
            found = imported(frame, name, definition)
            there = top_level(found[0], found[1]) if found is not None and found[1] is not None else ()
            if found is None or len(there) != 1 or frame.depth > DEPTH:
                return None
            return _class(PythonFrame(frame.program, found[0], depth=frame.depth + 1), found[1] or "", there[0])
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


def _sole_construction(frame: PythonFrame, owner: cst.ClassDef) -> Operand | None:
    """The one call in the file that makes an object of the class."""
    module = frame.module
    if frame.program.is_used_elsewhere(owner.name.value):
        return None
    func = matchers.Name(owner.name.value)
    made = [call for call in module.calls() if matchers.matches(call.func, func)]
    return Operand(frame, made[0]) if len(made) == 1 else None


def lineage(frame: PythonFrame, node: cst.ClassDef) -> Iterator[tuple[PythonFrame, cst.ClassDef]]:
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
    above = list(lineage(owner.frame, owner.node)) if owner is not None else []
    for frame, node in above:
        found = tuple(_assigned(frame, node, owner, name))
        if found and owner is not None:
            return _with_others(operand, owner, above, name, found)
    return ()


def _with_others(
    operand: Operand,
    owner: Instance,
    above: list[tuple[PythonFrame, cst.ClassDef]],
    name: str,
    found: tuple[Meaning, ...],
) -> tuple[Meaning, ...]:
    """What the class gives the attribute, and what objects get when made or later; None for what is unknown."""
    if all(value is None or isinstance(value.node, cst.Call) for value in found):
        return found
    classes = [(frame.module, node) for frame, node in above]
    modules = dict.fromkeys((owner.frame.module, operand.module, operand.frame.program.root))
    if is_set_elsewhere(operand.frame.program, modules, [node for _, node in classes], name):
        return (*found, None)
    made = owner.made
    if not is_field(classes, name, given=made is not None and isinstance(made.node, cst.Call) and bool(made.node.args)):
        return found
    if is_set_from_outside(classes):
        return (*found, None)
    if made is None:
        return (*found, None) if owner.is_self or not isinstance(operand.node, cst.Name) else found
    assert isinstance(made.node, cst.Call)
    given, is_known = given_field(made.node, owner.node, name)
    if not is_known or (owner.is_self and is_made_unseen(owner.frame.module, owner.node)):
        return (*found, None)
    return found if given is None else (Operand(made.frame.deeper(), given), *found[1:])


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


def _defines(frame: PythonFrame, node: cst.ClassDef, name: str) -> bool:
    methods = (item for item in node.body.body if isinstance(item, cst.FunctionDef))
    return any(item.name.value == name for item in methods) or any(True for _ in _assigned(frame, node, None, name))


def _assigned(frame: PythonFrame, node: cst.ClassDef, owner: Instance | None, name: str) -> Iterator[Meaning]:
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


def _computed(frame: PythonFrame, node: cst.ClassDef, name: str) -> Iterator[Meaning]:
    """What a property of the class returns, where it does so in one place."""
    for method in node.body.body:
        if not isinstance(method, cst.FunctionDef) or method.name.value != name:
            continue
        kinds = [frame.module.code(decorator.decorator).rpartition(".")[2] for decorator in method.decorators]
        if kinds in (["property"], ["cached_property"]):
            found = [item.value for item in frame.module.all(cst.Return, method.body)]
            yield frame.of(found[0]) if len(found) == 1 and found[0] is not None else None


def _assigned_in_methods(
    frame: PythonFrame, node: cst.ClassDef, owner: Instance | None, name: str
) -> Iterator[Meaning]:
    for method in node.body.body:
        if not isinstance(method, cst.FunctionDef) or not method.params.params:
            continue
        target = matchers.Attribute(matchers.Name(method.params.params[0].name.value), matchers.Name(name))
        module = frame.module
        kinds = (cst.Assign, cst.AnnAssign, cst.AugAssign)
        for found in (node for kind in kinds for node in module.all(kind, method)):
            if any(matchers.matches(item, target) for item in targets_of(found)):
                value = found.value if isinstance(found, cst.Assign | cst.AnnAssign) else None
                yield _initial(frame, method, owner).of(value) if value is not None else None


def _initial(frame: PythonFrame, method: cst.FunctionDef, owner: Instance | None) -> PythonFrame:
    """The frame of a method that sets attributes: of `__init__`, with the arguments the object was made with."""
    if method.name.value == "__init__" and owner is not None and owner.made is not None:
        made = bind(frame, method, owner.made, owner.made)
        if made is not None:
            return made
    return frame
