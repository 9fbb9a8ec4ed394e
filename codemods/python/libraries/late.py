"""What a program sets on a request after it has described it: `request.data = …`, `prepared.headers[…] = …`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.libraries.request import Argument

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.python.module import Module
    from migrator.syntax.python.program import Operand

_PREPARING = frozenset({"prepare", "prepare_request"})


@dataclass(frozen=True, slots=True, eq=False)
class LateSetting:
    """An attribute of a request that a statement sets. `value` is None where a part of it is changed.

    `sure`: it is set once, whenever the request is described. `prepared`: on what is ready to be sent.
    """

    name: str
    target: cst.BaseExpression
    value: Operand | None
    statement: cst.CSTNode
    sure: bool
    prepared: bool = False

    def argument(self, call: Operand) -> Argument:
        """The value as an argument of the call that describes the request, with the attribute for its keyword."""
        assert self.value is not None
        keyword = self.target.attr if isinstance(self.target, cst.Attribute) else None
        return Argument(self.value, cst.Arg(value=self.value.node, keyword=keyword), call, later=True)

    def given(self, call: Operand) -> Operand | None:
        """What is set, or added: the value, the entry of a mapping, or the mapping that `update` gets."""
        match self.statement, self.target:
            case cst.Assign(), cst.Subscript():
                return call.of(self.target)
            case cst.Call(args=[cst.Arg(value=value), *_]), _:
                return call.of(value)
        return self.value


def late_settings(call: Operand) -> tuple[LateSetting, ...]:
    """Everything that is set on the request that a call describes, in the function that does."""
    holder = holder_of(call)
    if holder is None:
        return ()
    module = call.module
    found = tuple(_settings(call, module.code(holder), prepared=_is_preparing(module, call.node, holder)))
    for name in _prepared(call, module.code(holder)):
        found += tuple(_settings(call, name, prepared=True))
    return found


def holder_of(call: Operand) -> cst.BaseExpression | None:
    """The variable that the request is put into, by itself or prepared."""
    module = call.module
    node: cst.CSTNode = call.node
    above = module.parent(node)
    while isinstance(above, cst.Attribute) and above.attr.value == "prepare":
        node, above = _outer(module, above), module.parent(_outer(module, above))
    match above:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name() | cst.Attribute() as target)]):
            return target
        case cst.AnnAssign(target=cst.Name() | cst.Attribute() as target):
            return target
        case cst.NamedExpr(target=cst.Name() as target):
            return target
    return None


def _outer(module: Module, node: cst.CSTNode) -> cst.CSTNode:
    above = module.parent(node)
    return above if isinstance(above, cst.Call) else node


def _is_preparing(module: Module, node: cst.CSTNode, holder: cst.CSTNode) -> bool:
    statement = module.statement(holder)
    return any(above in module.ancestors(node) for above in module.all(cst.Attribute, statement) if _prepares(above))


def _prepares(node: cst.Attribute) -> bool:
    return node.attr.value in _PREPARING


def _prepared(call: Operand, holder: str) -> Iterator[str]:
    """The variables that get what is made ready of the request: `request.prepare()`, `s.prepare_request(request)`."""
    module = call.module
    for assign in module.all(cst.Assign, module.function(call.node)):
        match assign:
            case cst.Assign(
                targets=[cst.AssignTarget(target=target)], value=cst.Call(func=cst.Attribute() as func) as made
            ):
                pass
            case _:
                continue
        given = {module.code(func.value), *(module.code(arg.value) for arg in made.args)}
        if _prepares(func) and holder in given:
            yield module.code(target)


def _settings(call: Operand, holder: str, *, prepared: bool) -> Iterator[LateSetting]:
    module = call.module
    around = module.function(call.node)
    own = module.statement(call.node)
    found: list[tuple[cst.BaseExpression, cst.BaseExpression | None, cst.CSTNode]] = []
    for assign in module.all(cst.Assign, around):
        found += [(target.target, assign.value, assign) for target in assign.targets]
    found += [(added.target, None, added) for added in module.all(cst.AugAssign, around)]
    found += [(changed, None, changed) for changed in module.all(cst.Call, around)]
    names = [_attribute(module, target, holder) for target, _, _ in found]
    for name, (target, value, statement) in zip(names, found, strict=True):
        if not name:
            continue
        line = module.statement(statement)
        sure = names.count(name) == 1 and module.parent(line) is module.parent(own)
        whole = isinstance(target, cst.Attribute) and value is not None
        yield LateSetting(name, target, call.of(value) if whole and value else None, statement, sure, prepared)


def _attribute(module: Module, target: cst.BaseExpression, holder: str) -> str:
    """Which attribute of the holder is set, added to or changed by a method; empty for none."""
    match target:
        case cst.Attribute(value=value, attr=cst.Name(value=name)) if module.code(value) == holder:
            return name
        case cst.Subscript(value=cst.Attribute(value=value, attr=cst.Name(value=name))) if module.code(value) == holder:
            return name
        case cst.Call(func=cst.Attribute(value=cst.Attribute(value=value, attr=cst.Name(value=name)), attr=method)):
            if module.code(value) == holder and method.value in {"update", "setdefault", "pop", "add", "extend"}:
                return name
        case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(value=name))) if module.code(value) == holder:
            return "data" if name == "add_data" else name if name.startswith("prepare_") else ""
    return ""
