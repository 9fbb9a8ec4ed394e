"""Variables that get one of several known texts: in every branch of an `if` or `case`, or over a text given before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrator.syntax.shell.script import Command, Script, Use
    from migrator.syntax.shell.tree import Block
    from migrator.syntax.shell.writes import Write

_LEAVING = frozenset({"exit", "return"})
_EMPTY_ITEM = re.compile(r"\)\s*;;")
_ANYTHING = re.compile(r"\(?\s*\*\s*\)")


def one_of(script: Script, name: str, use: Use) -> Sequence[Write] | None:
    """All assignments of the variable when one of them has surely been made at the use, else None."""
    writes = sorted(script.writes.get(name, ()), key=lambda write: write.span)
    functions = _functions(use.blocks)
    if any(w.value is None or w.document or w.choices or _functions(w.blocks) != functions for w in writes):
        return None
    before = [write for write in writes if write.span.end <= use.index]
    if any(_within(write.blocks, use.blocks) for write in before):
        return writes
    parents = {write.blocks[:depth] for write in before for depth in range(len(write.blocks))}
    sure = any(_in_each(script, parent, before) for parent in parents if _within(parent, use.blocks))
    return writes if sure else None


def _functions(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    return tuple(block for block in blocks if block.kind == "function_definition")


def _within(outer: tuple[Block, ...], inner: tuple[Block, ...]) -> bool:
    return all(block in inner for block in outer)


def _in_each(script: Script, parent: tuple[Block, ...], writes: Sequence[Write]) -> bool:
    """Whether some `if` or `case` below the parent assigns in each of its branches, or leaves."""
    depth = len(parent)
    inside = [c for c in script.commands if c.blocks[:depth] == parent and len(c.blocks) > depth]
    assigned = {
        write.blocks[depth] for write in writes if write.blocks[:depth] == parent and len(write.blocks) == depth + 1
    }
    left = {c.blocks[depth] for c in inside if len(c.blocks) == depth + 1 and _leaves(c)}
    return any(
        set(branches) <= assigned | left for branches in _choices(script, parent, {c.blocks[depth] for c in inside})
    )


def _leaves(command: Command) -> bool:
    return bool(command.words) and command.words[0].static in _LEAVING


def _choices(script: Script, parent: tuple[Block, ...], blocks: set[Block]) -> Iterator[list[Block]]:
    """The branches of each construct that always takes one of them."""
    for then in blocks:
        if then.kind == "then":
            others = [b for b in blocks if b.kind in {"elif_clause", "else_clause"} and _inside(b, then)]
            if any(block.kind == "else_clause" for block in others):
                yield [then, *others]
    for command in script.commands:
        if command.tests and command.blocks == parent and script.text.startswith("case", command.span.start):
            text = script.text[command.span.start : command.span.end]
            items = [
                b for b in blocks if b.kind == "case_item" and command.span.start <= b.span.start < command.span.end
            ]
            if not _EMPTY_ITEM.search(text) and any(_ANYTHING.match(script.text, b.span.start) for b in items):
                yield items


def _inside(inner: Block, outer: Block) -> bool:
    return outer.span.start <= inner.span.start and inner.span.end <= outer.span.end
