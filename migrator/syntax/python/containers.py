"""Whether a list or dict may hold something else than its literal does: changed, or handed to what may change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from migrator.syntax.memo import Question
from migrator.syntax.python.program import DEPTH, Operand
from migrator.syntax.python.resolve import enter, meaning
from migrator.syntax.python.scope import definitions, references

if TYPE_CHECKING:
    from migrator.syntax.python.module import Module

_CHANGING = frozenset(
    {
        "append",
        "extend",
        "update",
        "pop",
        "remove",
        "insert",
        "clear",
        "setdefault",
        "popitem",
        "add",
        "sort",
        "reverse",
    }
    | {"discard", "__setitem__", "__delitem__"}
)
_LOOKING = frozenset(
    {"print", "len", "sorted", "list", "set", "tuple", "dict", "enumerate", "any", "all", "str", "repr", "zip", "sum"}
    | {"frozenset", "iter", "reversed", "min", "max", "map", "filter", "bool", "pprint", "isinstance", "random.choice"}
    | {"json.dumps", "itertools.chain", "itertools.product", "range", "next"}
)
_SHOWING = frozenset({"debug", "info", "warning", "error", "join", "format", "add_argument", "option", "echo", "index"})
_CHANGED: Question[bool] = Question("is a container changed", pending=False)


def may_be_changed(operand: Operand) -> bool:
    """Whether the program may change the container that a name or an attribute stands for."""
    if operand.frame.depth > DEPTH:
        return True
    module, code = operand.module, operand.code
    if _is_changed_by_name(module, code):
        return True
    if not isinstance(operand.node, cst.Name):
        return False
    name, program = operand.node, operand.frame.program
    found = definitions(module, name)
    if len(found) != 1:
        return True
    if module is program.root and module.function(found[0].target) is None and program.is_changed_elsewhere(name.value):
        return True
    reads = (node for node in references(module, found[0], name.value) if node is not name)
    return any(_may_change(operand.of(node)) for node in reads)


def parts(operand: Operand, index: int) -> tuple[Operand, ...] | None:
    """What stands at one place of each element of a literal list of tuples, or of `.items()`; None for any other."""
    if operand.frame.depth > DEPTH:
        return None
    match operand.node:
        case cst.List(elements=elements) | cst.Tuple(elements=elements) | cst.Set(elements=elements):
            rows = [each.value for each in elements]
            found = [
                row.elements for row in rows if isinstance(row, cst.Tuple | cst.List) and index < len(row.elements)
            ]
            stars = any(isinstance(each, cst.StarredElement) for row in (elements, *found) for each in row)
            return None if stars or len(found) < len(rows) else tuple(operand.of(row[index].value) for row in found)
        case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(value="items")), args=[]):
            held = unchanged(operand.of(value))
            if held is None or not isinstance(held.node, cst.Dict):
                return None
            pairs = [(e.key, e.value) for e in held.node.elements if isinstance(e, cst.DictElement)]
            return tuple(held.of(pair[index]) for pair in pairs) if len(pairs) == len(held.node.elements) else None
        case cst.Name() | cst.Attribute():
            held = unchanged(operand)
            return parts(held, index) if held is not None else None
    return None


def unchanged(operand: Operand) -> Operand | None:
    """The literal behind a name that nothing changes, or the literal itself."""
    if not isinstance(operand.node, cst.Name | cst.Attribute):
        return operand
    value = meaning(operand)
    return value if value is not None and not may_be_changed(operand) else None


def _is_changed_by_name(module: Module, code: str) -> bool:
    """By a subscript, an attribute, a method that changes, or `+=`."""
    for call in module.calls():
        match call.func:
            case cst.Attribute(value=value, attr=cst.Name(value=method)) if method in _CHANGING:
                if module.code(value) == code:
                    return True
    targets: list[cst.CSTNode] = [target.target for target in module.all(cst.AssignTarget)]
    targets += [node.target for node in module.all(cst.AugAssign)]
    targets += [node.target for node in module.all(cst.Del)]
    if any(isinstance(t, cst.Subscript | cst.Attribute) and module.code(t.value) == code for t in targets):
        return True
    return any(module.code(node.target) == code for node in module.all(cst.AugAssign))


def _may_change(read: Operand) -> bool:
    """Whether one read hands the container to another name, or to a function that may change it."""
    module, node = read.module, read.node
    match module.parent(node):
        case cst.Arg() as arg:
            call = module.parent(arg)
            return not arg.star and isinstance(call, cst.Call) and not _only_looks(read, call, node)
        case cst.Assign() as assign:
            return assign.value is node
        case cst.AnnAssign() | cst.NamedExpr():
            return True
    return False


def may_change_in_call(given: Operand, call: cst.Call) -> bool:
    """Whether a call that gets an object may change it."""
    return not _only_looks(given, call, given.node)


def _only_looks(read: Operand, call: cst.Call, node: cst.BaseExpression) -> bool:
    name = read.module.code(call.func)
    if name in _LOOKING or name.rpartition(".")[2] in _SHOWING:
        return True
    frame = enter(Operand(read.frame.plain().deeper(), call))
    if frame is None or frame.function is None:
        return False
    params = [param for param, given in frame.arguments.items() if given.node is node]
    inside = [each for each in frame.module.all(cst.Name, frame.function.body) if each.value in params]
    memo = frame.program.memo

    def changes() -> bool:
        codes = (_is_changed_by_name(frame.module, param) for param in params)
        return any(codes) or any(_may_change(Operand(frame, each)) for each in inside)

    return bool(params) and not memo.answer(_CHANGED, (frame.function, tuple(params)), changes)
