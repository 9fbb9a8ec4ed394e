"""What a YAML tree says, free of how it is laid out: for comparing a text with the one that an edit should give."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from migrator.syntax.yaml.data import resolve_plain
from migrator.syntax.yaml.nodes import Kind, Node, is_merge
from migrator.syntax.yaml.write import Alias, Copy, Flow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from migrator.syntax.yaml.write import Value

Shape: TypeAlias = "tuple[object, ...]"
_NO_CHANGES: Mapping[int, Callable[[Shape], Shape]] = {}


def shape(node: Node, changes: Mapping[int, Callable[[Shape], Shape]] = _NO_CHANGES) -> Shape:
    """Kind, anchor, tag and content of a node and all below it; `changes` maps `id(node)` to what is done to its shape.

    Order, duplicate keys and aliases count. A scalar counts by its value and type, not by its quotes.
    """
    match node.kind:
        case Kind.ALIAS:
            result: Shape = ("alias", node.value)
        case Kind.SCALAR:
            result = ("scalar", node.anchor, _content(node))
        case Kind.SEQ:
            result = ("seq", node.anchor, node.tag, *(shape(item, changes) for item in node.nodes))
        case Kind.MAP:
            pairs = ((shape(key, changes), shape(value, changes)) for key, value in node.pairs)
            result = ("map", node.anchor, node.tag, *pairs)
    return changes[id(node)](result) if id(node) in changes else result


def shape_of(value: Value) -> Shape:
    """The shape that a new value must have once it is written and parsed again."""
    match value:
        case dict():
            return ("map", None, None, *((_key(key), shape_of(item)) for key, item in value.items()))
        case list() | tuple():
            return ("seq", None, None, *(shape_of(item) for item in value))
        case Flow(inner):
            return shape_of(inner)
        case Alias(name):
            return ("alias", name)
        case Copy():
            return _bare(shape(value.node))
    return ("scalar", None, _typed(value))


def _key(key: str) -> Shape:
    return ("scalar", None, ("merge",) if key == "<<" else _typed(key))


def _bare(copied: Shape) -> Shape:
    """A copy leaves the anchor of the outermost node behind."""
    return copied if copied[0] == "alias" else (copied[0], None, *copied[2:])


def _content(node: Node) -> object:
    if is_merge(node):
        return ("merge",)
    if node.tag not in (None, "tag:yaml.org,2002:str", "!"):
        return (node.tag, node.value)
    return _typed(resolve_plain(node.value) if node.plain else node.value)


def _typed(value: object) -> object:
    return (type(value).__name__, repr(value))
