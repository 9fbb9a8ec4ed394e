"""Every note code that the sources can emit, read off their syntax trees."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tests.test_house_rules import TREES

if TYPE_CHECKING:
    from collections.abc import Iterator

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CATALOGUE = "migrator.rules"


def emitted() -> dict[str, str]:
    """Code → the place that emits it: an argument for a parameter `code`, a pair of code and message, a variable."""
    positions = _positions()
    return {
        code: f"{module}:{node.lineno}"
        for module, tree in TREES.items()
        if not module.startswith((_CATALOGUE, "migrator.report.text"))
        for node in ast.walk(tree)
        for code in _codes(node, positions)
    }


def mentioned() -> set[str]:
    """Every string constant outside of the catalogue."""
    return {
        node.value
        for module, tree in TREES.items()
        if not module.startswith(_CATALOGUE) and module != "migrator.report.explain"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def _positions() -> dict[str, int]:
    """Name of a function or class → which of its arguments is called `code`."""
    found: dict[str, int] = {}
    for tree in TREES.values():
        for node in ast.walk(tree):
            names = _parameters(node)
            if "code" in names:
                found[getattr(node, "name", "")] = names.index("code")
    return found


def _parameters(node: ast.AST) -> list[str]:
    match node:
        case ast.FunctionDef(args=arguments, name=name) if name != "__init__":
            return [argument.arg for argument in arguments.args if argument.arg != "self"]
        case ast.ClassDef(body=body):
            init = next((item for item in body if isinstance(item, ast.FunctionDef) and item.name == "__init__"), None)
            if init is not None:
                return [argument.arg for argument in init.args.args][1:]
            fields = [item.target for item in body if isinstance(item, ast.AnnAssign)]
            return [target.id for target in fields if isinstance(target, ast.Name)]
        case _:
            return []


def _codes(node: ast.AST, positions: dict[str, int]) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=arguments, keywords=keywords):
            if name in positions and len(arguments) > positions[name]:
                yield from _constants(arguments[positions[name]])
            if name in positions:
                yield from (code for word in keywords if word.arg == "code" for code in _constants(word.value))
        case ast.FunctionDef(returns=returns) if returns is not None and "tuple[str, str]" in ast.unparse(returns):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Yield | ast.Return) and isinstance(inner.value, ast.Tuple):
                    yield from _constants(inner.value.elts[0])
        case ast.Assign(
            targets=[ast.Subscript(value=ast.Attribute(attr="unreadable"))], value=ast.Tuple(elts=elements)
        ):
            yield from _constants(elements[0])
        case ast.Assign(targets=[ast.Name(id="code")], value=value):
            yield from _constants(value)


def _constants(node: ast.expr) -> Iterator[str]:
    """The texts that an expression can be."""
    match node:
        case ast.Constant(value=str(text)) if _CODE.fullmatch(text):
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from _constants(body)
            yield from _constants(orelse)
