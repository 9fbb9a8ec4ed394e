"""What a script adds to a variable only where another one holds something: `[ -n "$V" ] && ARGS+=(-d "v=$V")`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from migrator.syntax.shell.guards import NOT_EMPTY, SEQUENCES, guards
from migrator.syntax.shell.tree import root_of, spans_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from migrator.model import Span
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Use, Write

_STOPPING = re.compile(r"\bset\s+-\w*u|\bnounset\b")
_DEFAULT = re.compile(r":?-(?=\}\"?(?: \]\]?)?\Z)")


@dataclass(frozen=True, slots=True)
class Sometimes:
    """`name` is the variable that must hold something; `statement` is all that the check and what it decides on are."""

    name: str
    statement: Span


def sometimes(script: Script, write: Write, use: Use) -> Sometimes | None:
    """When an assignment is made that is not always made before the use; None where that is not so simple."""
    apart = [block for block in write.blocks if block not in use.blocks]
    if len(apart) != 1 or apart[0].kind not in {"then", "list"} or write.span.end > use.index:
        return None
    always = guards(script.text, use.index)
    found = [each for each in guards(script.text, write.span.start) if each not in always]
    text = found[0].text.strip().removesuffix(";").rstrip() if len(found) == 1 else ""
    plain = _DEFAULT.sub("", text, count=1)
    match = NOT_EMPTY.fullmatch(plain)
    if match is None or found[0].never or found[0].holds is (match["empty"] == "-z "):
        return None
    if plain == text and _STOPPING.search(script.text):
        return None  # the check itself ends the script where the variable is not set
    statement = _statement(script.text, write.span, use.index)
    return Sometimes(match["name"], statement) if statement is not None else None


def _statement(text: str, at: Span, other: int) -> Span | None:
    """The `if` or the list around an assignment, which does nothing else and does not hold the character `other`."""
    span = spans_of(text)
    path: list[Node] = [root_of(text)]
    while inner := next((child for child in path[-1].children if at.start in span(child)), None):
        path.append(inner)
    for parent, child in pairwise(path):
        if child.type not in {"if_statement", "list"} or other in span(child):
            continue
        then = next((each for each in child.children if each.type == "then"), None)
        behind = child.children[1].start_byte if child.type == "list" else then.start_byte if then is not None else 0
        inside = [each for each in child.named_children if each.start_byte > behind]
        is_own = parent.type in SEQUENCES or _is_in_branch(parent, child)
        return span(child) if is_own and len(inside) == 1 and span(inside[0]) == at else None
    return None


def _is_in_branch(parent: Node, child: Node) -> bool:
    """Whether a statement stands in an `if` behind its `then`."""
    then = next((each for each in parent.children if each.type == "then"), None)
    return parent.type in {"if_statement", "elif_clause"} and then is not None and child.start_byte > then.start_byte
