"""Triggers that other files make through a function of this one, and that nothing in those files shows.

Files are looked at for what a call has in its text. One that reads a library and calls `post tree/main` has nothing of
it, so the call is reported where the function sends it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from codemods.shell.find.callers import files_calling
from codemods.shell.find.reading import failed
from codemods.shell.find.sighting import Sighting, unknown_trigger
from codemods.shell.find.wrappers import requests_of
from migrator.errors import ParseError
from migrator.model import Span
from migrator.repository.needles import may_hold_call
from migrator.syntax.text.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from codemods.found import Found
    from codemods.places.place import Host
    from migrator.syntax.shell.script import Script

    Find = Callable[[Source, Host], tuple[Found, ...]]


def made_elsewhere(script: Script, source: Source, seen: Iterable[Sighting], find: Find) -> Iterator[Sighting]:
    """A sighting for each function that files start builds through which are not looked at otherwise."""
    if source.siblings is None or not may_hold_call(source.text.encode()):
        return
    places = [sighting.command.span.start for sighting in seen]
    for name, span in script.functions.items():
        sending = next(iter(requests_of(script, span)), None)
        if sending is None or any(place in span for place in places):
            continue
        found = next(_calls(source, name, find), None)
        if found is not None:
            command, invocation = sending
            draft = Sighting(command, Span(invocation.program.span.start, command.span.end), unknown_trigger())
            where = f"`{found.call.path}` (line {found.call.line})"
            text = f"{where} starts builds through the function `{name}`. Change both by hand."
            yield failed(replace(draft, trigger=found.call.trigger), "wrapper-elsewhere", text)


def _calls(source: Source, name: str, find: Find) -> Iterator[Found]:
    from codemods.places import kinds as hosts

    for path in files_calling(source, name):
        text = source.siblings.read(path) if source.siblings is not None else None
        if text is None or may_hold_call(text.encode()):
            continue
        other = Source(path, text, siblings=source.siblings)
        try:
            yield from (found for host in hosts.regions(other) for found in find(other, host) if found.shared)
        except ParseError:
            continue
