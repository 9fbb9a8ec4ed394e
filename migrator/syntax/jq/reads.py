"""Which fields of its input a jq program reads, and what it does with each of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import Span
    from migrator.syntax.jq.filter import Filter

_PASSING = frozenset({"tostring", "values", "scalars", "debug"})
_WHOLE = frozenset(
    {"keys", "keys_unsorted", "to_entries", "with_entries", "map_values", "paths", "leaf_paths", "flatten", "tojson"}
)


@dataclass(frozen=True, slots=True)
class Read:
    """A field of the input that is read: its name, or nothing where only the run shows which, and where.

    `plain`: the value goes to the output as it is, or as a part of text (`in_text`), between `before` and `after`.
    `guarded`: what the program gives depends on whether it is null.
    """

    name: str
    span: Span
    plain: bool = False
    before: str = ""
    after: str = ""
    guarded: bool = False
    in_text: bool = False


def reads(program: Filter) -> tuple[Read, ...]:
    """All reads of the program's input, in the order of the text."""
    found = _Walk().walk(program, _Place(root=True, plain=True))
    return tuple(sorted(dict.fromkeys(found), key=lambda read: (read.span.start, read.span.end)))


@dataclass(frozen=True, slots=True)
class _Place:
    """What a filter's input is and where its output goes."""

    root: bool
    plain: bool
    before: str = ""
    after: str = ""
    guarded: bool = False
    in_text: bool = False

    def used(self) -> _Place:
        """The same input, with an output that is worked on."""
        return _Place(self.root, plain=False)


class _Walk:
    """Follows the input through the filters."""

    def walk(self, node: Filter, at: _Place) -> Iterator[Read]:
        """The reads of one filter."""
        match node.kind:
            case "member" if at.root:
                yield Read(node.name, node.span)
            case "identity" | "recurse" | "iterate" | "index" | "slice":
                yield from self._access(node, at)
            case "group" | "comma":
                for part in node.inside:
                    yield from self.walk(part, at)
            case "optional":
                yield from self.walk(node.inside[0], replace(at, guarded=True))
            case "string" | "format":
                yield from self._text(node, at)
            case "field" | "pipe" | "binary" | "call":
                own = {"field": self._field, "pipe": self._pipe, "binary": self._binary, "call": self._call}
                yield from own[node.kind](node, at)
            case _:
                for part in node.inside:
                    if at.root and node.kind in {"bind", "array", "object"} and _bare(part).kind == "identity":
                        yield Read("", part.span)  # what is looked for in it is looked for under another name
                    yield from self.walk(part, at.used())

    def _field(self, node: Filter, at: _Place) -> Iterator[Read]:
        base = _bare(node.inside[0])
        if base.kind == "identity":
            if at.root:
                yield Read(node.name, node.span, at.plain, at.before, at.after, at.guarded, at.in_text)
            return
        yield from self.walk(base, at.used())

    def _access(self, node: Filter, at: _Place) -> Iterator[Read]:
        """The whole input is shown as it is, or some part of it is looked for."""
        if node.kind == "identity":
            return
        base = _bare(node.inside[0]) if node.inside else None
        if at.root and (base is None or base.kind == "identity"):
            yield Read("", node.span)
        for part in node.inside:
            yield from self.walk(part, at.used())

    def _text(self, node: Filter, at: _Place) -> Iterator[Read]:
        """A string: what is put into it comes out as text between the pieces around it."""
        if node.kind == "format" and node.name != "@text":
            for part in node.inside:
                yield from self.walk(part, at.used())
            return
        for index, part in enumerate(node.inside):
            if part.kind == "literal":
                continue
            before = node.inside[index - 1] if index else None
            after = node.inside[index + 1] if index + 1 < len(node.inside) else None
            around = (_literal(before), _literal(after))
            yield from self.walk(part, replace(at, before=around[0], after=around[1], in_text=True))

    def _pipe(self, node: Filter, at: _Place) -> Iterator[Read]:
        first, second = node.inside
        if first.kind == "identity" or (first.kind == "call" and first.name in {"select", "debug"}):
            yield from self.walk(first, at.used())
            yield from self.walk(second, at)
            return
        yield from self.walk(first, at if _passes(second) else at.used())
        yield from self.walk(second, _Place(root=False, plain=False))

    def _binary(self, node: Filter, at: _Place) -> Iterator[Read]:
        parts = list(_summed(node))
        if node.name == "//":
            for part in node.inside:
                yield from self.walk(part, replace(at, guarded=True))
        elif any(part.kind == "string" for part in parts):  # text put together: of numbers, `+` would be a sum
            for index, part in enumerate(parts):
                before = _tail(parts[index - 1]) if index else ""
                after = _head(parts[index + 1]) if index + 1 < len(parts) else ""
                yield from self.walk(part, replace(at, before=before, after=after, in_text=True))
        else:
            for part in node.inside:
                yield from self.walk(part, at.used())

    def _call(self, node: Filter, at: _Place) -> Iterator[Read]:
        if at.root and node.name in {"has", "getpath", "del", "path", "delpaths", "pick"}:
            yield from _named(node)
        elif at.root and node.name in _WHOLE:
            yield Read("", node.span)
        for part in node.inside:
            yield from self.walk(part, at.used())


def _bare(node: Filter) -> Filter:
    """The filter without parentheses around it."""
    while node.kind == "group":
        node = node.inside[0]
    return node


def _passes(node: Filter) -> bool:
    if node.kind == "pipe":
        return all(_passes(part) for part in node.inside)
    return node.kind == "call" and node.name in _PASSING and not node.inside


def _summed(node: Filter) -> Iterator[Filter]:
    if node.kind == "binary" and node.name == "+":
        for part in node.inside:
            yield from _summed(part)
    else:
        yield node


def _tail(node: Filter) -> str:
    """The text that the filter's output surely ends in."""
    return _literal(node.inside[-1]) if node.kind == "string" and node.inside else ""


def _head(node: Filter) -> str:
    return _literal(node.inside[0]) if node.kind == "string" and node.inside else ""


def _literal(node: Filter | None) -> str:
    return node.name if node is not None and node.kind == "literal" else ""


def _named(node: Filter) -> Iterator[Read]:
    """The fields that stand as strings among the arguments."""
    for part in node.inside:
        for piece in part.inside:
            if piece.kind == "literal":
                yield Read(piece.name, node.span)
        yield from _named(part)
