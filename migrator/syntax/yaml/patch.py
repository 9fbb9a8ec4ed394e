"""Changes of a YAML file as operations on nodes, made as splices of its text and checked by parsing the result.

Each operation says both how the text changes and how the parsed tree must change; a text whose tree is anything else is
never returned. Every byte outside the splices stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from migrator.errors import ParseError, Refusal
from migrator.syntax.text.edits import OverlapError, apply_edits, newline_of
from migrator.syntax.yaml.nodes import Kind, parse, path_of
from migrator.syntax.yaml.shape import Shape, shape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from migrator.model import Edit
    from migrator.syntax.yaml.nodes import Node


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
    changes = {id(operation.node): operation.reshape for operation in operations}
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
    return sum(node.kind is Kind.ALIAS and node.target is None for node in parse(text).walk())
