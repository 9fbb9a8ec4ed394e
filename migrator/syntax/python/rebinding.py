"""What may give a name or an attribute another value without naming it, from outside, or from another file.

Fields of records are set by whoever makes an object, and by the environment. Source: Python docs, `dataclasses`,
`typing.NamedTuple`; attrs, "Overview"; pydantic, "Fields" and "Settings".
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import libcst as cst

from migrator.syntax.memo import Question
from migrator.syntax.python.scope import DefinitionKind, definitions, dotted_text, top_level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from migrator.syntax.python.module import Module
    from migrator.syntax.python.program import Operand, PythonFrame, PythonProgram
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
_LOOKING = frozenset({"print", "len", "sorted", "list", "dict", "set", "eval", "str", "repr"})
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
            changes |= code not in _LOOKING and any(module.code(arg.value) == "globals()" for arg in call.args)
            if code in {"exec", "globals().update", "vars().update", "locals().update"} or changes:
                yield call
        for assign in module.all(cst.Assign):
            if any(module.code(each.target).startswith(("globals()[", "vars()[")) for each in assign.targets):
                yield assign


def _may_bind(frame: PythonFrame, node: cst.CSTNode, name: str) -> bool:
    match node:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Subscript(slice=[cst.SubscriptElement() as element]))]):
            key = element.slice.value if isinstance(element.slice, cst.Index) else None
            return not isinstance(key, cst.SimpleString) or key.evaluated_value == name
    if not isinstance(node, cst.ImportFrom):
        return True
    path = dotted_text(node.module)
    module = frame.program.imported(frame.module, path, len(node.relative))
    if module is not None:
        return bool(top_level(module, name))
    return bool(node.relative) or path.partition(".")[0] not in sys.stdlib_module_names


def targets_of(node: cst.CSTNode) -> tuple[cst.CSTNode, ...]:
    """What an assignment of any kind assigns to."""
    match node:
        case cst.Assign(targets=targets):
            return tuple(target.target for target in targets)
        case cst.AnnAssign(target=target) | cst.AugAssign(target=target):
            return (target,)
    return ()


_DECORATORS = frozenset({"dataclass", "define", "frozen", "mutable", "attrs", "s", "attributes", "dataclass_json"})
_BASES = frozenset({"NamedTuple", "BaseModel", "Struct", "SQLModel"})
_PLAIN_NAMES = """
    object ABC Protocol Generic Exception BaseException Enum IntEnum StrEnum str int dict list Thread TestCase
    BaseCommand
"""
_PLAIN = frozenset(_PLAIN_NAMES.split())
"""Bases that do nothing with the attributes of a class."""


def is_field(classes: Sequence[tuple[Module, cst.ClassDef]], name: str, *, given: bool) -> bool:
    """Whether the class, with the bases of the repository, has a field of that name.

    `given`: a call gives it arguments, which something must take.
    """
    if not any(_annotated(node, name) for _, node in classes):
        return False
    if given and not any(_is_method(node, "__init__") or _is_method(node, "__new__") for _, node in classes):
        return True
    return any(_has_fields(module, node) for module, node in classes) or is_set_from_outside(classes)


def is_set_from_outside(classes: Sequence[tuple[Module, cst.ClassDef]]) -> bool:
    """Whether a base that is not known may set fields from the environment or a file (`BaseSettings`)."""
    names = {node.name.value for _, node in classes}
    bases = (_last(module, base.value) for module, node in classes for base in node.bases)
    return any(base not in names | _PLAIN | _BASES for base in bases)


def constant(node: cst.BaseExpression) -> str | None:
    """The text of a string literal."""
    value = node.evaluated_value if isinstance(node, cst.SimpleString) else None
    return value if isinstance(value, str) else None


def _annotated(node: cst.ClassDef, name: str) -> bool:
    return name in names_of(node)


def names_of(node: cst.ClassDef) -> tuple[str, ...]:
    """The fields of a class in order."""
    lines = [line for line in node.body.body if isinstance(line, cst.SimpleStatementLine)]
    items = [item for line in lines for item in line.body if isinstance(item, cst.AnnAssign)]
    kept = [item for item in items if not _is_of_class(item.annotation.annotation)]
    return tuple(item.target.value for item in kept if isinstance(item.target, cst.Name))


def _is_of_class(node: cst.BaseExpression) -> bool:
    inner = node.value if isinstance(node, cst.Subscript) else node
    inner = inner.attr if isinstance(inner, cst.Attribute) else inner
    return isinstance(inner, cst.Name) and inner.value == "ClassVar"


def _has_fields(module: Module, node: cst.ClassDef) -> bool:
    names = {_last(module, decorator.decorator) for decorator in node.decorators}
    return not names.isdisjoint(_DECORATORS) or any(_last(module, base.value) in _BASES for base in node.bases)


def _last(module: Module, node: cst.BaseExpression) -> str:
    while isinstance(node, cst.Call | cst.Subscript):
        node = node.func if isinstance(node, cst.Call) else node.value
    return module.code(node).rpartition(".")[2]


def given_field(call: cst.Call, node: cst.ClassDef, name: str) -> tuple[cst.BaseExpression | None, bool]:
    """What a call that makes an object gives for a field, if anything, and whether that can be told."""
    if any(arg.star for arg in call.args):
        return None, False
    named = next((arg.value for arg in call.args if arg.keyword is not None and arg.keyword.value == name), None)
    placed = [arg.value for arg in call.args if arg.keyword is None]
    if named is not None or not placed:
        return named, True
    if node.bases and not all(isinstance(base.value, cst.Name | cst.Attribute) for base in node.bases):
        return None, False
    names = names_of(node)
    at = names.index(name) if name in names else len(placed)
    return (placed[at] if at < len(placed) else None), name in names


def is_made_unseen(module: Module, node: cst.ClassDef) -> bool:
    """Whether something other than a plain call of the class may make objects of it: `cls(…)`, `from_dict(Class)`."""
    for name in module.all(cst.Name):
        if name.value == "cls" and module.class_of(name) is node and isinstance(module.parent(name), cst.Call):
            return True
        if name.value != node.name.value or name is node.name:
            continue
        above = module.parent(name)
        called = isinstance(above, cst.Call) and above.func is name
        if not called and not any(isinstance(outer, cst.Annotation) for outer in module.ancestors(name)):
            return True
    return False


def is_set_elsewhere(
    program: PythonProgram, modules: Iterable[Module], classes: Sequence[cst.ClassDef], name: str
) -> bool:
    """Whether the attribute of an object of the class is given a value outside of the methods of the class."""
    for module in modules:
        if module is program.root and program.is_assigned_elsewhere(name):
            return True
        if any(_may_be_of(module, receiver, classes) for receiver in _receivers(module, name)):
            return True
    return any(_is_method(node, "__getattribute__") for node in classes)


def _is_method(node: cst.ClassDef, name: str) -> bool:
    return any(isinstance(item, cst.FunctionDef) and item.name.value == name for item in node.body.body)


def _receivers(module: Module, name: str) -> Iterator[cst.BaseExpression]:
    """Every expression whose attribute of that name is given a value, or may be."""
    for target in _targets(module):
        match target:
            case cst.Attribute(value=value, attr=cst.Name(value=attribute)) if attribute == name:
                if not _is_own(module, value):
                    yield value
            case cst.Subscript(value=value, slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
                space = _space(value)
                if space is not None and constant(key) in {None, name}:
                    yield space
    for call in module.calls():
        yield from _receivers_of(call, name)


def _receivers_of(call: cst.Call, name: str) -> Iterator[cst.BaseExpression]:
    """`setattr(it, "name", …)`, `vars(it).update(…)`, `object.__setattr__(it, …)`."""
    match call:
        case cst.Call(func=cst.Name(value="setattr"), args=[cst.Arg(value=value), cst.Arg(value=key), *_]):
            if constant(key) in {None, name}:
                yield value
        case cst.Call(func=cst.Attribute(value=cst.Name(value="object"), attr=cst.Name(value="__setattr__"))):
            if len(call.args) > 1 and constant(call.args[1].value) in {None, name}:
                yield call.args[0].value
        case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(value="update"))):
            space = _space(value)
            if space is not None:
                yield space


def _targets(module: Module) -> Iterator[cst.BaseExpression]:
    yield from (target.target for target in module.all(cst.AssignTarget))
    yield from (node.target for node in module.all(cst.AugAssign))
    yield from (node.target for node in module.all(cst.AnnAssign))
    yield from (node.target for node in module.all(cst.For))
    yield from (node.name for node in module.all(cst.AsName))
    pairs: tuple[cst.Tuple | cst.List, ...] = (*module.all(cst.Tuple), *module.all(cst.List))
    yield from (element.value for pair in pairs if _is_target(module, pair) for element in pair.elements)


def _is_target(module: Module, node: cst.CSTNode) -> bool:
    above = module.parent(node)
    return isinstance(above, cst.AssignTarget) or (isinstance(above, cst.For) and above.target is node)


def _space(node: cst.BaseExpression) -> cst.BaseExpression | None:
    """The object whose attributes a mapping holds: `vars(it)`, `it.__dict__`."""
    match node:
        case cst.Call(func=cst.Name(value="vars"), args=[cst.Arg(value=value)]):
            return value
        case cst.Attribute(value=value, attr=cst.Name(value="__dict__")):
            return value
    return None


def _is_own(module: Module, node: cst.BaseExpression) -> bool:
    """Whether the expression is the object that the method around it is called on."""
    function = module.function(node)
    if function is None or module.class_of(function) is None or not function.params.params:
        return False
    return isinstance(node, cst.Name) and node.value == function.params.params[0].name.value


def _may_be_of(module: Module, node: cst.BaseExpression, classes: Sequence[cst.ClassDef]) -> bool:
    """Whether the expression may be an object of one of the classes, or such a class."""
    if _is_own(module, node):
        return module.class_of(node) in classes
    if not isinstance(node, cst.Name):
        return True
    found = definitions(module, node)
    if len(found) != 1:
        return True
    match found[0].kind, found[0].value, found[0].target:
        case DefinitionKind.VALUE, cst.Call(func=cst.Name() as func), _:
            made = definitions(module, func)
            others = [each.target for each in made if each.kind is DefinitionKind.CLASS]
            return len(others) != 1 or others[0] in classes
        case DefinitionKind.CLASS, _, target:
            return target in classes
    return found[0].kind is not DefinitionKind.FUNCTION
