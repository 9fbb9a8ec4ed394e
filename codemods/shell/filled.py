"""Expansions that are never empty where a call sends them: the script gives a default, or has left before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migrator.circleci.runs.events import identity
from migrator.model import Expansion, flatten
from migrator.syntax.shell.calls import positional
from migrator.syntax.shell.guards import checked_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import V1Trigger
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command

# `${X:?message}` ends the script; the other two give a text, which must not begin with an expansion.
_NEVER_EMPTY = re.compile(r"\$\{\w+:(?:\?|[-=][^}$`\"'])")


def filled(script: Script, command: Command, trigger: V1Trigger) -> frozenset[str]:
    """What the call sends that is never empty, by its identity."""
    parts = list(_open(trigger))
    if not parts:
        return frozenset()
    names = _checked(script, command)
    return frozenset(identity(part) for part in parts if _NEVER_EMPTY.match(part.source) or part.name in names)


def _open(trigger: V1Trigger) -> Iterator[Expansion]:
    for _, value in trigger.parameters:
        yield from (part for part in flatten(value.template) if isinstance(part, Expansion))


def _checked(script: Script, command: Command) -> frozenset[str]:
    """The variables that hold something when the command runs, and keep what they hold."""
    at = command.span.start
    moves = bool(positional(script, at)) or any(at in span for span in script.functions.values())
    return frozenset(
        name
        for name in checked_names(script.text, at)
        if (not moves if name.isdecimal() else not script.writes.get(name) and not script.unnamed)
    )
