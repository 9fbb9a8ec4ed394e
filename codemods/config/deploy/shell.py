"""A deploy script as tree-sitter sees it: all its nodes, and the commands among them with their arguments."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import tree_sitter_bash
from tree_sitter import Language, Parser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_bash.language()))


def parse_shell(script: str) -> Node:
    """The root of the script's syntax tree."""
    return _parser().parse(script.encode()).root_node


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    for child in node.children:
        yield from walk(child)


def commands(root: Node) -> Iterator[tuple[str, list[str]]]:
    """The name and the arguments of every command, without the quotes around a whole argument."""
    for node in walk(root):
        if node.type != "command":
            continue
        name = node.child_by_field_name("name")
        arguments = [_unquoted(part) for part in node.children_by_field_name("argument")]
        yield (_unquoted(name) if name is not None else ":"), arguments


def _unquoted(node: Node) -> str:
    text = (node.text or b"").decode()
    is_quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if is_quoted else text
