"""What gives a command of a script its positional parameters, to compare two scripts by."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrator.syntax.shell.script import Command, Script

_SETTERS = frozenset({"set", "shift"})


def positional(script: Script, at: int) -> tuple[str, ...]:
    """The commands that decide what `$1` and its like are at a character of the script, as they are written.

    `set` and `shift` around it, each before or behind it; in a function also its calls, and what decides at those.
    """
    return tuple(_deciding(script, at, frozenset()))


def _deciding(script: Script, at: int, seen: frozenset[str]) -> list[str]:
    home = _function(script, at)
    found = []
    for other in script.commands:
        if other.words and other.words[0].static in _SETTERS and _function(script, other.span.start) == home:
            side = "before" if other.span.start < at else "behind"
            found.append(f"{side}: {_text(script, other)}")
    if home is None or home in seen:
        return found
    for call in script.commands:
        if call.words and call.words[0].static == home:
            found += [f"called: {_text(script, call)}", *_deciding(script, call.span.start, seen | {home})]
    return found


def _function(script: Script, at: int) -> str | None:
    """The name of the innermost function around a place."""
    around = [(span.end - span.start, name) for name, span in script.functions.items() if at in span]
    return min(around)[1] if around else None


def _text(script: Script, command: Command) -> str:
    return script.view.source(command.span)
