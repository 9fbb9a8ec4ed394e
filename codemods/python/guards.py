"""What has to hold for a call of a Python program to be made: the conditions around it, and what may leave before it.

An exception that something raises by itself is not looked at, and no check that asks a server.
"""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from typing import TYPE_CHECKING

from migrator.syntax.text.guards import Guard, guard

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ENDS = frozenset({"sys.exit", "exit", "quit", "os._exit"})
_NOT_LOOKED_AT = re.compile(r"\.post\(|\.request\(|urlopen\(|\bcurl\b|__name__")
UNCALLED = Guard("the function that it stands in is called")
"""What has to hold where nothing in the file calls the function around a place."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def guards(text: str, line: int, column: int) -> tuple[Guard, ...]:
    """What has to hold for the call at a line and a column, both from 1, to be made; nothing for what is no program."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return ()
    row = text.split("\n")[line - 1]
    found = _Reader(tree).at(line, len(row[: column - 1].encode()), frozenset())
    return tuple(dict.fromkeys(each for each in found if each.never or not _NOT_LOOKED_AT.search(each.text)))


class _Reader:
    """One program and its calls."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]

    def at(self, line: int, column: int, seen: frozenset[str]) -> list[Guard]:
        found: list[Guard] = []
        for parent, child in pairwise(self.path(line, column)):
            if isinstance(parent, _Function):
                if child in parent.body:
                    found = [*self.of_calls(parent.name, seen), *_before(parent.body, child)]
            else:
                found += _between(parent, child)
        return found

    def path(self, line: int, column: int) -> Iterator[ast.AST]:
        node: ast.AST | None = self.tree
        while node is not None:
            yield node
            node = next((child for child in _children(node) if _holds(child, line, column)), None)

    def of_calls(self, name: str, seen: frozenset[str]) -> list[Guard]:
        """What has to hold for a function to run: where it is called in several ways, one of them."""
        if name in seen:
            return []
        calls = [call for call in self.calls if name == getattr(call.func, "id", getattr(call.func, "attr", None))]
        ways = {tuple(self.at(call.lineno, call.col_offset, seen | {name})) for call in calls}
        if len(ways) == 1:
            return list(ways.pop())
        told = sorted(" and ".join(map(str, way)) for way in ways)
        return [guard(" or ".join(told))] if all(told) and told else [] if told else [UNCALLED]


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below that have a place; what has none is passed through."""
    for child in ast.iter_child_nodes(node):
        if hasattr(child, "lineno") or isinstance(child, ast.match_case):
            yield child
        else:
            yield from _children(child)


def _holds(node: ast.AST, line: int, column: int) -> bool:
    if isinstance(node, ast.match_case):
        return any(_holds(child, line, column) for child in node.body)
    start, end = (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)  # type: ignore[attr-defined]
    return start <= (line, column) < end


def _between(parent: ast.AST, child: ast.AST) -> Iterator[Guard]:
    """What has to hold for a part of a statement or an expression to run once the whole does."""
    yield from _condition(parent, child)
    for name in ("body", "orelse", "finalbody"):
        statements = getattr(parent, name, None)
        if isinstance(statements, list) and child in statements:
            yield from _before(statements, child)


def _condition(parent: ast.AST, child: ast.AST) -> Iterator[Guard]:
    match parent:
        case ast.If(test=test, body=body) | ast.IfExp(test=test, body=body) if child is not test:
            is_body = child in body if isinstance(body, list) else child is body
            yield guard(ast.unparse(test), holds=is_body)
        case ast.While(test=test, body=body) if child in body:
            yield guard(f"while {ast.unparse(test)}")
        case ast.For() | ast.AsyncFor() if child in parent.body:
            yield guard(f"for {ast.unparse(parent.target)} in {ast.unparse(parent.iter)}")
        case ast.BoolOp(op=op, values=[first, *_]) if child is not first:
            yield guard(ast.unparse(first), holds=isinstance(op, ast.And))
        case ast.ExceptHandler() if child in parent.body:
            yield guard(ast.unparse(parent).partition("\n")[0].rstrip(":"))
        case ast.match_case(pattern=pattern):
            yield guard(f"case {ast.unparse(pattern)}")
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
            yield guard(" ".join(ast.unparse(each).strip() for each in parent.generators))


def _before(statements: Sequence[ast.stmt], child: ast.AST) -> Iterator[Guard]:
    for statement in statements:
        if statement is child:
            return
        yield from _passing(statement)


def _passing(statement: ast.stmt) -> Iterator[Guard]:
    """What has to hold for what follows a statement to be reached."""
    if not any(_leaves(node) for node in _inside(statement)):
        return
    if _leaves(statement):
        yield guard(ast.unparse(statement), never=True)
        return
    match statement:
        case ast.If(test=test, body=body, orelse=[]) if _always(body):
            yield guard(ast.unparse(test), holds=False)
        case ast.If(test=test, body=body, orelse=orelse) if _always(orelse) and not _may(body):
            yield guard(ast.unparse(test))
        case ast.With(body=body):
            for each in body:
                yield from _passing(each)
        case _:
            yield guard(ast.unparse(statement))


def _inside(statement: ast.stmt) -> Iterator[ast.AST]:
    """The statement and what stands in it, but for the bodies of functions and classes."""
    if isinstance(statement, (*_Function.__args__, ast.ClassDef)):
        return
    yield statement
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.stmt):
            yield from _inside(child)
        elif isinstance(child, ast.ExceptHandler | ast.match_case):
            for each in child.body:
                yield from _inside(each)


def _leaves(node: ast.AST) -> bool:
    match node:
        case ast.Return() | ast.Raise() | ast.Break() | ast.Continue():
            return True
        case ast.Expr(value=ast.Call(func=func)):
            return ast.unparse(func) in _ENDS
    return False


def _always(body: Sequence[ast.stmt]) -> bool:
    return any(_leaves(each) for each in body)


def _may(body: Sequence[ast.stmt]) -> bool:
    return any(_leaves(node) for each in body for node in _inside(each))
