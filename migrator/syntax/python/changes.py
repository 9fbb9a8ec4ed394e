"""Whether what an expression reads of an object may change between two places: attributes, items, the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from migrator.syntax.python.containers import may_change_in_call
from migrator.syntax.python.types import TEXT_METHODS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.python.module import Module
    from migrator.syntax.python.program import Operand

_ENVIRONMENT = "os.environ"
_READING = frozenset({"os.getenv", "os.environ.get", "getenv", "environ.get"})
_SETTING = frozenset(
    {"os.putenv", "os.unsetenv", "putenv", "load_dotenv", "dotenv.load_dotenv", "read_env", "env.read_env"}
)
_LOOKING = frozenset({"get", "items", "keys", "values", "copy", "count", "index", "read_text", "exists"}) | TEXT_METHODS


def may_change_between(operand: Operand, at: Operand) -> bool:
    """Whether the program may change what the expression reads between where it stands and `at`."""
    owners = frozenset(_owners(operand))
    if not owners:
        return False
    module = operand.module
    same = module.function(operand.node) is module.function(at.node)
    first, last = sorted((module.span(operand.node), module.span(at.node)))
    for node, code in _changes(operand, owners):
        place = module.span(node).start
        is_between = first.end <= place < last.start
        # Another function may run at any time later; the lines of the module run once, in order.
        may_come = is_between if same else module.function(node) is not None or place >= module.span(operand.node).end
        if may_come and code in owners:
            return True
    return False


def _owners(operand: Operand) -> Iterator[str]:
    """The objects of which the expression reads an attribute or an item, as they are written."""
    module = operand.module
    called = {call.func for call in module.all(cst.Call, operand.node)}
    read: tuple[cst.Attribute | cst.Subscript, ...] = (
        *module.all(cst.Attribute, operand.node),
        *module.all(cst.Subscript, operand.node),
    )
    for access in read:
        if access not in called:
            yield _named(module.code(access.value))
    for call in module.all(cst.Call, operand.node):
        if module.code(call.func) in _READING:
            yield _ENVIRONMENT


def _named(code: str) -> str:
    return _ENVIRONMENT if code in {"os.environ", "environ"} else code


def _changes(operand: Operand, owners: frozenset[str]) -> Iterator[tuple[cst.CSTNode, str]]:
    """Where the program may change one of the objects, and which."""
    module = operand.module
    for node in _targets(module):
        if isinstance(node, cst.Attribute | cst.Subscript):
            yield node, _named(module.code(node.value))
    for call in module.calls():
        yield from ((call, owner) for owner in _changed_by(operand, call, owners))


def _targets(module: Module) -> Iterator[cst.BaseExpression]:
    for target in module.all(cst.AssignTarget):
        yield target.target
    yield from (node.target for node in module.all(cst.AugAssign))
    yield from (node.target for node in module.all(cst.AnnAssign))
    yield from (node.target for node in module.all(cst.Del))
    yield from (node.target for node in module.all(cst.For))


def _changed_by(operand: Operand, call: cst.Call, owners: frozenset[str]) -> Iterator[str]:
    module = operand.module
    name = module.code(call.func)
    if _ENVIRONMENT in owners and name in _SETTING:
        yield _ENVIRONMENT
    match call.func:
        case cst.Attribute(value=value, attr=cst.Name(value=method)) if method not in _LOOKING:
            yield _named(module.code(value))
    for arg in call.args:
        code = _named(module.code(arg.value))
        if code in owners and may_change_in_call(operand.of(arg.value), call):
            yield code
