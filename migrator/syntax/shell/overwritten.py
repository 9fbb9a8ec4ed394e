"""Whether a command that names no variable, such as `. ./.env`, may give one another value before it is used."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migrator.syntax.shell.functions import runs
from migrator.syntax.shell.types import function_around
from migrator.syntax.shell.unnamed import APART

if TYPE_CHECKING:
    from migrator.model import Span
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Unnamed, Use, Write

_LAST_IN_SHELL = re.compile(r"\blastpipe\b|\A#![^\n]*\b(?:zsh|ksh|mksh)\b")
"""Scripts that run the last command of a pipe in their own shell."""


def may_be_overwritten(script: Script, write: Write, use: Use) -> bool:
    """Whether the variable may have got another value, from a command that does not name it, before the use."""
    if write.fixed or not script.unnamed:
        return False
    apart = APART if _LAST_IN_SHELL.search(script.text) else APART | {"pipeline"}
    places = [place for place in script.unnamed if all(b in use.blocks for b in place.blocks if b.kind in apart)]
    here, there = function_around(use.blocks), function_around(write.blocks)
    if here == there:
        return any(function_around(p.blocks) == here and _is_between(p, write, use) for p in places)
    if there is not None or here is None:
        return bool(places)
    return any(_is_before_call(script, place, write, use, here) for place in places)


def _is_between(place: Unnamed, write: Write, use: Use) -> bool:
    if write.span.start < place.span.start < use.index:
        return True
    shared = [block for block in place.blocks if block.kind == "loop" and block in use.blocks]
    return place.span.start > use.index and any(block not in write.blocks for block in shared)


def _is_before_call(script: Script, place: Unnamed, write: Write, use: Use, function: Span) -> bool:
    """Whether the place may come between an assignment at the top and a use in a function."""
    around = function_around(place.blocks)
    if around == function:
        loops = any(block.kind == "loop" and block in use.blocks for block in place.blocks)
        return place.span.start < use.index or loops
    names = {name for name, span in script.functions.items() if function in runs(script, span)}
    if around is None:
        calls = (c.span.start for c in script.commands if c.words and c.words[0].static in names)
        return write.span.start < place.span.start and any(place.span.start < start for start in calls)
    return any(script.functions[name] == around for name in names)
