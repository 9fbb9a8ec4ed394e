"""Expansions that are never empty where a call sends them: the script gives a default, or has left before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migrator.circleci.runs.events import identity
from migrator.model import Expansion, flatten
from migrator.syntax.shell.calls import positional
from migrator.syntax.shell.guards import checked_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from migrator.model import Template
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command

# `${X:?message}` ends the script; the other two give a text, which must not begin with an expansion.
_NEVER_EMPTY = re.compile(r"\$\{\w+:(?:\?|[-=][^}$`\"'])")


def filled(script: Script, command: Command, texts: Iterable[Template]) -> frozenset[str]:
    """What stands in the texts that a call sends and is never empty, by its identity."""
    sent = [part for text in texts for part in _read(text)]
    open_parts = [part for part in sent if part.resolved is None]
    if not open_parts:
        return frozenset()
    names = _checked(script, command)
    moved = bool(positional(script, command.span.start))
    kept = {identity(part) for part in open_parts if _NEVER_EMPTY.match(part.source) or part.name in names}
    for part in sent:
        behind = flatten((part,))
        if part.name in names and len(behind) == 1 and isinstance(behind[0], Expansion):
            kept |= {identity(behind[0])} if not moved or part.resolved is None else set()
    return frozenset(kept)


def _read(template: Template) -> Iterator[Expansion]:
    """The expansions of a text, and those behind them."""
    for part in template:
        if isinstance(part, Expansion):
            yield part
            yield from _read(part.resolved or ())


def _checked(script: Script, command: Command) -> frozenset[str]:
    """The variables that hold something when the command runs, and keep what they hold."""
    at = command.span.start
    moves = bool(positional(script, at)) or any(at in span for span in script.functions.values())
    return frozenset(
        name
        for name in checked_names(script.text, at)
        if (not moves if name.isdecimal() else not script.unnamed and _is_kept(script, name, at))
    )


def _is_kept(script: Script, name: str, at: int) -> bool:
    """Whether a variable that is checked before the character `at` gets what it holds before the check only."""
    starts = [write.span.start for write in script.writes.get(name, ())]
    if not starts:
        return True
    apart = [span for span in script.functions.values() if at not in span]
    if max(starts) >= at or any(start in span for start in starts for span in apart):
        return False
    return name not in checked_names(script.text, max(starts))
