"""What can be told of an expression whose text only the run shows: the variable that it reads, all texts it can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from migrator.model import static
from migrator.model import values as template_values
from migrator.syntax.python.arguments import option_choices
from migrator.syntax.python.callers import arguments_for
from migrator.syntax.python.names import frame_of, meaning, meanings, qualified
from migrator.syntax.python.program import DEPTH, Operand
from migrator.syntax.python.scope import Kind, definitions
from migrator.syntax.python.text import text

if TYPE_CHECKING:
    from collections.abc import Iterable

_CHANGING = frozenset(
    {"append", "extend", "update", "pop", "remove", "insert", "clear", "setdefault", "popitem", "add"}
)
MANY = 100
"""More texts than this are as good as any text."""


def environment_variable(operand: Operand) -> str | None:
    """The environment variable that the expression reads, with or without a default."""
    match operand.node:
        case cst.Subscript(value=value, slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
            if "os.environ" in qualified(operand.of(value)):
                return static(text(operand.of(key)))
        case cst.Call(func=func, args=[cst.Arg(keyword=None, star="", value=key), *_]):
            if not {"os.environ.get", "os.getenv"}.isdisjoint(qualified(operand.of(func))):
                return static(text(operand.of(key)))
    return None


def possible(operand: Operand) -> tuple[str, ...] | None:
    """Every text that the expression can be, or None when that is not known."""
    if operand.frame.depth > DEPTH:
        return None
    match operand.node:
        case cst.IfExp(body=body, orelse=orelse):
            return _all([operand.of(body), operand.of(orelse)])
        case cst.Name() as name:
            return _of_name(operand, name)
        case cst.Attribute():
            return _of_attribute(operand)
        case cst.Subscript(value=value, slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
            return _member(operand.of(value), operand.of(key))
        case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(value="get")), args=[cst.Arg(value=key), *rest]):
            found = _member(operand.of(value), operand.of(key))
            others = _all([operand.of(arg.value) for arg in rest]) if rest else None
            return _unique((*found, *others)) if found is not None and others is not None else None
    return None


def _all(operands: Iterable[Operand | None]) -> tuple[str, ...] | None:
    texts: list[str] = []
    for operand in operands:
        if operand is None or operand.frame.depth > DEPTH or not _is_text(operand):
            return None
        known = template_values(text(operand))
        if known is None:
            return None
        texts += known
    return _unique(texts)


def _unique(texts: Iterable[str]) -> tuple[str, ...] | None:
    found = tuple(dict.fromkeys(texts))
    return found if 0 < len(found) <= MANY else None


def _is_text(operand: Operand) -> bool:
    """Whether the expression cannot be `None` or a container that `str()` would spell."""
    match operand.node:
        case cst.Name(value="None" | "True" | "False") | cst.List() | cst.Dict() | cst.Tuple() | cst.Set():
            return False
    return True


def _of_name(operand: Operand, name: cst.Name) -> tuple[str, ...] | None:
    found = definitions(operand.module, name)
    if len(found) == 1 and found[0].kind is Kind.LOOP and found[0].value is not None:
        frame = frame_of(operand.frame, found[0].target)
        return _items(Operand(frame, found[0].value))
    if len(found) == 1 and isinstance(found[0].target, cst.Param):
        return _all(arguments_for(operand, found[0].target))
    several = meanings(operand)
    return _all(several) if len(several) > 1 else None


def _of_attribute(operand: Operand) -> tuple[str, ...] | None:
    choices = option_choices(operand)
    if choices is not None:
        return _items(choices)
    several = meanings(operand)
    return _all(several) if len(several) > 1 else None


def _items(operand: Operand) -> tuple[str, ...] | None:
    """The texts in a literal list, tuple or set, or the keys of a literal dict."""
    if operand.frame.depth > DEPTH:
        return None
    match operand.node:
        case cst.List(elements=elements) | cst.Tuple(elements=elements) | cst.Set(elements=elements):
            if any(isinstance(element, cst.StarredElement) for element in elements):
                return None
            return _all([operand.of(element.value) for element in elements])
        case cst.Dict(elements=elements):
            keys = [element.key for element in elements if isinstance(element, cst.DictElement)]
            return _all([operand.of(key) for key in keys]) if len(keys) == len(elements) else None
        case cst.Name() | cst.Attribute():
            value = meaning(operand)
            return _items(value) if value is not None and not _is_changed(operand) else None
        case cst.Call(func=func, args=[cst.Arg(value=value)]) if qualified(operand.of(func)) in {
            ("sorted",),
            ("list",),
        }:
            return _items(operand.of(value))
    return None


def _member(container: Operand, key: Operand) -> tuple[str, ...] | None:
    """The value behind a key of a literal dict, or all its values when the key is not known."""
    node = container.node
    if isinstance(node, cst.Name | cst.Attribute):
        value = meaning(container)
        return _member(value, key) if value is not None and not _is_changed(container) else None
    if not isinstance(node, cst.Dict) or not all(isinstance(element, cst.DictElement) for element in node.elements):
        return None
    known = static(text(key))
    pairs = [(element.key, element.value) for element in node.elements if isinstance(element, cst.DictElement)]
    chosen = [value for name, value in pairs if known is None or static(text(container.of(name))) == known]
    return _all([container.of(value) for value in chosen])


def _is_changed(operand: Operand) -> bool:
    """Whether the file may change the container: by a subscript, a method that changes, or `+=`."""
    name = operand.module.code(operand.node)
    for call in operand.module.calls():
        match call.func:
            case cst.Attribute(value=value, attr=cst.Name(value=method)) if method in _CHANGING:
                if operand.module.code(value) == name:
                    return True
    targets = (target.target for target in operand.module.all(cst.AssignTarget))
    return any(isinstance(t, cst.Subscript) and operand.module.code(t.value) == name for t in targets)
