"""What gives the variables, attributes and options of a Python program their values, as far as its text shows."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from codemods.python.helper import REPLYING, START, is_written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OPTIONS = frozenset({"add_argument", "add_option", "option", "argument", "Option", "Argument"})
"""What declares an option: argparse, optparse, click, typer."""
_FOR_PEOPLE = frozenset({"help", "metavar", "show_default"})
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def assigned_in(text: str) -> dict[str, tuple[str, ...]]:
    """All assignments by variable, or by `.NAME` for attributes and options, as code, in the order of the text.

    Those in a helper that was put into the program do not count. Empty for what is no program.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return {}
    tree.body = [node for node in tree.body if not is_written(node, *REPLYING, START)]
    found: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    functions = {node.name: node.args for node in ast.walk(tree) if isinstance(node, _Function)}
    for node in ast.walk(tree):
        for name, code in (*_given_by(node), *_arguments(node, functions)):
            found[name].append((getattr(node, "lineno", 0), code))
    return {name: tuple(code for _, code in sorted(codes)) for name, codes in found.items()}


def names_in(code: str) -> set[str]:
    """The variables that an expression reads, and its attributes as `.NAME`."""
    try:
        tree = ast.parse(code.strip().removeprefix("given: ").removeprefix("for: "), mode="eval")
    except SyntaxError:
        return set()
    nodes = list(ast.walk(tree))
    attributes = {f".{node.attr}" for node in nodes if isinstance(node, ast.Attribute)}
    return attributes | {node.id for node in nodes if isinstance(node, ast.Name)}


def _given_by(node: ast.AST) -> Iterator[tuple[str, str]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from ((name, ast.unparse(value)) for target in targets for name in _targets(target))
        case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
            yield from ((name, ast.unparse(value)) for name in _targets(target))
        case ast.AugAssign(target=target):
            yield from ((name, ast.unparse(node)) for name in _targets(target))
        case ast.For(target=target, iter=values) | ast.AsyncFor(target=target, iter=values):
            yield from ((name, f"for: {ast.unparse(values)}") for name in _targets(target))
        case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
            yield from ((name, ast.unparse(value)) for name in _targets(target))
        case ast.FunctionDef(args=given) | ast.AsyncFunctionDef(args=given):
            yield from _defaults(given)
        case ast.Call():
            yield from _option(node)


def _targets(target: ast.expr) -> Iterator[str]:
    match target:
        case ast.Name(id=name):
            yield name
        case ast.Attribute(attr=name):
            yield f".{name}"
        case ast.Tuple(elts=several) | ast.List(elts=several):
            for each in several:
                yield from _targets(each)


def _defaults(given: ast.arguments) -> Iterator[tuple[str, str]]:
    positional = [*given.posonlyargs, *given.args]
    pairs = [
        *zip(reversed(positional), reversed(given.defaults), strict=False),
        *zip(given.kwonlyargs, given.kw_defaults, strict=True),
    ]
    yield from ((arg.arg, f"default: {ast.unparse(value)}") for arg, value in pairs if value is not None)


def _arguments(node: ast.AST, functions: Mapping[str, ast.arguments]) -> Iterator[tuple[str, str]]:
    """What a call of one of the file's functions gives to its parameters."""
    if not isinstance(node, ast.Call):
        return
    given = functions.get(getattr(node.func, "attr", getattr(node.func, "id", "")))
    if given is None:
        return
    names = [each.arg for each in (*given.posonlyargs, *given.args)]
    names = names[1:] if names[:1] in (["self"], ["cls"]) else names
    yield from ((name, f"given: {ast.unparse(value)}") for name, value in zip(names, node.args, strict=False))
    yield from ((keyword.arg, f"given: {ast.unparse(keyword.value)}") for keyword in node.keywords if keyword.arg)


def _option(call: ast.Call) -> Iterator[tuple[str, str]]:
    if getattr(call.func, "attr", getattr(call.func, "id", "")) not in _OPTIONS:
        return
    names = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    kept = [keyword for keyword in call.keywords if keyword.arg not in _FOR_PEOPLE]
    said = ", ".join([*map(repr, names), *sorted(map(ast.unparse, kept))])
    own = next((each.value.value for each in kept if each.arg == "dest" and isinstance(each.value, ast.Constant)), None)
    long = next((name for name in names if name.startswith("--")), names[0] if names else "")
    dest = str(own or long).lstrip("-").partition("/")[0].replace("-", "_")
    if dest:
        yield from ((name, f"option: {said}") for name in (dest, f".{dest}"))
