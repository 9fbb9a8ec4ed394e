"""Triggers in text that no shell could parse: no broken script must pass for a clean one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.shell.find.obstacles import SYNTAX
from codemods.shell.find.sighting import Sighting, looks_like_trigger, unknown_trigger
from migrator.model import Note, Severity, Span
from migrator.syntax.shell.script import Command
from migrator.syntax.shell.word import SimpleCommand

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from migrator.syntax.shell.script import Script

_CALL = re.compile(r"(?<![\w./-])(?:curl|wget)[ \t](?:[^\n\\]|\\\n|\\[^\n])*")
_SPOKEN = re.compile(r"^[^\n]*(?:#|\becho\b|\bprintf\b)[^\n]*\Z")


def lost(script: Script, seen: Iterable[Sighting]) -> Iterator[Sighting]:
    """The commands that look like triggers in a text with errors, and were not seen as commands."""
    if not script.errors:
        return
    taken = [sighting.place for sighting in seen] + [c.span for c in script.commands if c.words and not c.broken]
    for found in _CALL.finditer(script.text):
        span = Span(found.start(), found.end())
        line = script.text[script.text.rfind("\n", 0, span.start) + 1 : span.start]
        if looks_like_trigger(found[0]) and not _SPOKEN.match(line) and not any(span.overlaps(t) for t in taken):
            command = Command(SimpleCommand(span, ()), (), broken=True)
            yield Sighting(command, span, unknown_trigger(), (Note("shell-syntax", Severity.ERROR, SYNTAX),))
