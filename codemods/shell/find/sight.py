"""Find the triggers that one shell command makes: itself, in text that runs later, or in text that no shell parses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.shell.find.hidden import hidden, is_printing
from codemods.shell.find.judge import SYNTAX, judge
from codemods.shell.find.other_files import sourced_words
from codemods.shell.find.program import find_program
from codemods.shell.find.sighting import ShellSighting, failed, looks_like_trigger
from migrator.circleci.api.recognise import unknown_trigger
from migrator.model import Note, Severity, Span
from migrator.syntax.shell.types import Command, SimpleCommand

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from migrator.syntax.shell.script import Script


_FIELD = re.compile(r"build_parameters(?:\[|%5B)|\{\s*\"build_parameters\"")


def sight(script: Script, command: Command) -> tuple[ShellSighting, ...]:
    """The triggers that the command makes: one at most, unless it runs or writes a script of several."""
    program = find_program(script, command)
    if program is not None and program.invocation is not None:
        seen = judge(script, command, program.invocation)
        if seen is not None:
            return (seen,)
    if program is not None and program.unreadable and _looks_like_one(script, command):
        draft = ShellSighting(command, Span(program.word.span.start, command.span.end), unknown_trigger())
        return (failed(draft, "shell-syntax", SYNTAX),)
    return tuple(_hidden(script, command)) or _handed_over(script, command)


def _hidden(script: Script, command: Command) -> Iterator[ShellSighting]:
    """Triggers in text that the command runs later or elsewhere."""
    for how, inner in hidden(script, command, sight):
        place = inner.place if how.start is None else Span(inner.place.start + how.start, inner.place.end + how.start)
        note = Note(how.code, Severity.ERROR, how.message)
        yield ShellSighting(command, command.span if how.start is None else place, inner.trigger, (note,))


def _handed_over(script: Script, command: Command) -> tuple[ShellSighting, ...]:
    """A call by a function that comes out of another file, which could not be found, going by what it is given."""
    name = command.words[0].static if command.words else None
    if not name or "/" in name or name in script.functions or is_printing(name):
        return ()
    if not any(_FIELD.match(word.lead) for word in command.words[1:]) or not any(sourced_words(script)):
        return ()
    draft = ShellSighting(command, Span(command.words[0].span.start, command.span.end), unknown_trigger())
    message = f"The call is handed to `{name}`, which is not in this file and was not found. Change it by hand."
    return (failed(draft, "wrapped-call", message),)


def _looks_like_one(script: Script, command: Command) -> bool:
    """Whether a command that cannot be read is a trigger, going by its text to the end of the line."""
    end = script.text.find("\n", command.span.end)
    return looks_like_trigger(script.text[command.span.start : end if end >= 0 else len(script.text)])


_CALL = re.compile(r"(?<![\w./-])(?:curl|wget)[ \t](?:[^\n\\]|\\\n|\\[^\n])*")
_SPOKEN = re.compile(r"^[^\n]*(?:#|\becho\b|\bprintf\b)[^\n]*\Z")


def lost(script: Script, seen: Iterable[ShellSighting]) -> Iterator[ShellSighting]:
    """The commands that look like triggers in a text with errors, and were not seen as commands."""
    if not script.errors:
        return
    taken = [sighting.place for sighting in seen] + [c.span for c in script.commands if c.words and not c.broken]
    for found in _CALL.finditer(script.text):
        span = Span(found.start(), found.end())
        line = script.text[script.text.rfind("\n", 0, span.start) + 1 : span.start]
        if looks_like_trigger(found[0]) and not _SPOKEN.match(line) and not any(span.overlaps(t) for t in taken):
            command = Command(SimpleCommand(span, ()), (), broken=True)
            yield ShellSighting(command, span, unknown_trigger(), (Note("shell-syntax", Severity.ERROR, SYNTAX),))
