"""Changes of a YAML file as operations on nodes, made as splices of its text and checked by parsing the result.

Each operation says both how the text changes and how the parsed tree must change; a text whose tree is anything else is
never returned. Every byte outside the splices stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from migrator.errors import ParseError, Refusal
from migrator.syntax.text.source import OverlapError, apply_edits, newline_of
from migrator.syntax.yaml.data import resolve_plain
from migrator.syntax.yaml.nodes import Node, NodeKind, is_merge, path_of
from migrator.syntax.yaml.parse import parse
from migrator.syntax.yaml.write import Alias, Commented, Copy, Flow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from migrator.model import Edit
    from migrator.syntax.yaml.write import Value


Shape: TypeAlias = "tuple[object, ...]"
_NO_CHANGES: Mapping[Node, Callable[[Shape], Shape]] = {}


def shape(node: Node, changes: Mapping[Node, Callable[[Shape], Shape]] = _NO_CHANGES) -> Shape:
    """Kind, anchor, tag and content of a node and all below it; `changes` maps a node to what is done to its shape.

    Order, duplicate keys and aliases count. A scalar counts by its value and type, not by its quotes.
    """
    match node.kind:
        case NodeKind.ALIAS:
            result: Shape = ("alias", node.value)
        case NodeKind.SCALAR:
            result = ("scalar", node.anchor, _content(node))
        case NodeKind.SEQ:
            result = ("seq", node.anchor, node.tag, *(shape(item, changes) for item in node.nodes))
        case NodeKind.MAP:
            pairs = ((shape(key, changes), shape(value, changes)) for key, value in node.pairs)
            result = ("map", node.anchor, node.tag, *pairs)
    return changes[node](result) if node in changes else result


def shape_of(value: Value) -> Shape:
    """The shape that a new value must have once it is written and parsed again."""
    match value:
        case dict():
            return ("map", None, None, *((_key_shape(key), shape_of(item)) for key, item in value.items()))
        case list() | tuple():
            return ("seq", None, None, *(shape_of(item) for item in value))
        case Flow(inner) | Commented(inner):
            return shape_of(inner)
        case Alias(name):
            return ("alias", name)
        case Copy():
            return _bare(shape(value.node))
    return ("scalar", None, _typed(value))


def _key_shape(key: str) -> Shape:
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


class Operation(Protocol):
    """One change of one node of a parsed text."""

    @property
    def node(self) -> Node:
        """The node whose shape changes."""

    def edits(self, text: str) -> Iterable[Edit]:
        """The splices that make the change in the text which the node was parsed from."""

    def reshape(self, before: Shape) -> Shape:
        """What the shape of the node must become."""


def patch(text: str, *operations: Operation) -> str:
    """The text with the operations made, each on a node of its own of `parse(text)`. Raises Refusal."""
    if not operations:
        return text
    changes = {operation.node: operation.reshape for operation in operations}
    assert len(changes) == len(operations), "two operations on one node need two patches"
    try:
        after = apply_edits(text, [edit for operation in operations for edit in operation.edits(text)])
        for candidate in (after, after + newline_of(text)):  # a new block scalar at the end needs its line end
            if shape(parse(candidate)) == shape(parse(text), changes) and _dangling(candidate) == _dangling(text):
                return candidate
    except (ParseError, OverlapError):
        pass  # refused below: the text is laid out in a way that the splice does not understand
    where = path_of(parse(text), operations[0].node) or "the top level"
    raise Refusal("config-layout", f"The YAML of `{where}` is laid out in a way that cannot be edited safely.")


def _dangling(text: str) -> int:
    return sum(node.kind is NodeKind.ALIAS and node.target is None for node in parse(text).walk())
