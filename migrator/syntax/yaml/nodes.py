"""A YAML document as a tree of nodes with exact spans, built from ruamel.yaml's event stream.

Events keep what composing loses: where an alias stands, duplicate keys, what is an anchor and what is content.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import Span


class NodeKind(StrEnum):
    """What a node is."""

    MAP = "map"
    SEQ = "seq"
    SCALAR = "scalar"
    ALIAS = "alias"


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One node of a document. Spans count characters; two nodes are the same only when they are the same object.

    `span` is the content alone and `start` where the node starts with its `&anchor` and `!tag`; `line` (from 1) and
    `column` (from 0) say where the content starts. A block collection ends with its last leaf; an empty scalar stands
    behind its key or dash. `value` is the decoded text of a scalar or the name of an alias; `style` is one of `'`, `"`,
    `|`, `>` or empty, and a collection written in brackets is `flow`.
    `target` is the node that an alias names, None when no such anchor stands before it.
    """

    kind: NodeKind
    span: Span
    start: int
    line: int
    column: int
    anchor: str | None = None
    tag: str | None = None
    style: str = ""
    value: str = ""
    flow: bool = False
    pairs: tuple[tuple[Node, Node], ...] = ()
    nodes: tuple[Node, ...] = ()
    target: Node | None = None

    @property
    def items(self) -> tuple[Any, ...]:
        """The pairs of a map or the nodes of a sequence."""
        return self.pairs or self.nodes

    @property
    def plain(self) -> bool:
        """Whether the node is a scalar without quotes, block header and tag: the kind that YAML types by its look."""
        return self.kind is NodeKind.SCALAR and not self.style and self.tag is None

    def resolved(self) -> Node:
        """The node itself, or what it names when it is an alias with a known target."""
        return self.target.resolved() if self.target is not None else self

    def walk(self) -> Iterator[Node]:
        """The node and all below it, in the order of the text; aliases are not followed."""
        yield self
        for key, value in self.pairs:
            yield from key.walk()
            yield from value.walk()
        for node in self.nodes:
            yield from node.walk()


def is_key(node: Node, name: str) -> bool:
    """Whether a key reads `name`, however it is quoted."""
    return node.kind is NodeKind.SCALAR and node.value == name


def is_merge(key: Node) -> bool:
    """Whether a key is YAML 1.1's merge key, which only a plain `<<` is."""
    return key.plain and key.value == "<<"


def own(node: Node, name: str) -> tuple[Node, Node] | None:
    """The pair with the key `name` that stands in the map itself; of duplicates the last, as loaders see it."""
    return next((pair for pair in reversed(node.pairs) if is_key(pair[0], name)), None)


def merged(node: Node) -> Iterator[Node]:
    """Everything that `<<` keys bring into `node`, strongest first, each once: through as many merges as there are."""
    waiting, seen = list(_merges(node)), set[Node]()
    while waiting:
        source = waiting.pop(0)
        if source in seen:
            continue
        seen.add(source)
        yield source
        waiting[:0] = _merges(source)


def _merges(node: Node) -> Iterator[Node]:
    for key, value in node.pairs:
        if is_merge(key):
            target = value.resolved()
            yield from (source.resolved() for source in (target.nodes if target.kind is NodeKind.SEQ else (target,)))


def get(node: Node | None, *path: str) -> Node | None:
    """What a loader would find below `node` along the keys of `path`, through aliases and merge keys, or None."""
    for name in path:
        if node is None:
            return None
        node = _entry(node.resolved(), name)
    return node.resolved() if node is not None else None


def _entry(node: Node, name: str) -> Node | None:
    pairs = (own(source, name) for source in chain((node,), merged(node)))
    return next((pair[1] for pair in pairs if pair is not None), None)


def _is_named(key: Node) -> bool:
    return key.kind is NodeKind.SCALAR and not is_merge(key)


def entries(node: Node) -> dict[str, tuple[Node, Node]]:
    """The pairs of a map by key as a loader would see them: own ones first, then what `<<` adds."""
    found: dict[str, tuple[Node, Node]] = {}
    for source in chain((node,), merged(node)):
        own_pairs = {key.value: (key, value) for key, value in source.pairs if _is_named(key)}
        found.update({name: pair for name, pair in own_pairs.items() if name not in found})
    return found


def path_of(root: Node, node: Node) -> str:
    """Where a node stands, for messages: `jobs.build.steps[2].run`; empty for the root. A key counts as its value."""
    for key, value in root.pairs:
        if node is key or node is value:
            return key.value
        if below := path_of(value, node):
            return f"{key.value}{'' if below.startswith('[') else '.'}{below}"
    for position, item in enumerate(root.nodes):
        if item is node:
            return f"[{position}]"
        if below := path_of(item, node):
            return f"[{position}]{'' if below.startswith('[') else '.'}{below}"
    return ""


def column_of(text: str, index: int) -> int:
    """How many characters stand before a character on its line."""
    return index - 1 - max(text.rfind("\n", 0, index), text.rfind("\r", 0, index))
