"""Expansions that are never empty where a call sends them, or one of a few texts: else the script has left before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migrator.circleci.runs.events import identity
from migrator.model import Expansion, flatten
from migrator.syntax.shell.calls import positional
from migrator.syntax.shell.guards import checked_names, limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

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
    held = _held(script, command, sent, checked_names)
    return frozenset(held) | {identity(part) for part in open_parts if _NEVER_EMPTY.match(part.source)}


def limited(script: Script, command: Command, texts: Iterable[Template]) -> dict[str, tuple[str, ...]]:
    """What stands in the texts that a call sends and is one of a few texts, by its identity, with these."""
    sent = [part for text in texts for part in _read(text)]
    if all(part.resolved is not None or part.values is not None for part in sent):
        return {}
    known = limits(script.text, command.span.start)
    return {what: known[name] for what, name in _held(script, command, sent, limits).items() if name in known}


def _held(
    script: Script, command: Command, sent: Iterable[Expansion], check: Callable[[str, int], Iterable[str]]
) -> dict[str, str]:
    """What is sent, by identity, with the variable that `check` says something of where the command runs."""
    names = _checked(script, command, check)
    moved = bool(positional(script, command.span.start))
    kept: dict[str, str] = {}
    for part in sent:
        if part.name is None or part.name not in names:
            continue
        behind = flatten((part,))
        if part.resolved is None:
            kept[identity(part)] = part.name
        if len(behind) == 1 and isinstance(behind[0], Expansion) and (not moved or part.resolved is None):
            kept[identity(behind[0])] = part.name
    return kept


def _read(template: Template) -> Iterator[Expansion]:
    """The expansions of a text, and those behind them."""
    for part in template:
        if isinstance(part, Expansion):
            yield part
            yield from _read(part.resolved or ())


def _checked(script: Script, command: Command, check: Callable[[str, int], Iterable[str]]) -> frozenset[str]:
    """The variables that are checked when the command runs, and keep what they hold."""
    at = command.span.start
    moves = bool(positional(script, at)) or any(at in span for span in script.functions.values())
    return frozenset(
        name
        for name in check(script.text, at)
        if (not moves if name.isdecimal() else not script.unnamed and _is_kept(script, name, at, check))
    )


def _is_kept(script: Script, name: str, at: int, check: Callable[[str, int], Iterable[str]]) -> bool:
    """Whether a variable that is checked before the character `at` gets what it holds before the check only."""
    starts = [write.span.start for write in script.writes.get(name, ())]
    if not starts:
        return True
    apart = [span for span in script.functions.values() if at not in span]
    if max(starts) >= at or any(start in span for start in starts for span in apart):
        return False
    return name not in check(script.text, max(starts))
