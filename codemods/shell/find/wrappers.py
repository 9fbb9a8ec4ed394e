"""Triggers that a function makes of its callers' arguments: each is found at the caller, in this file or another.

A request that the function spells out but for values (the job, the branch) is one call, found at its `curl`. Where the
URL or the data come from the callers, the function is read once for each of them, with its arguments put in.

A file that reads a library and calls `post tree/main` has nothing of a call in its own text, so such a call is reported
where the function sends it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from codemods.shell.find.other_files import (
    called_elsewhere,
    called_otherwise,
    files_calling,
    with_assigned,
    with_readers,
    with_sourced,
)
from codemods.shell.find.program import find_program
from codemods.shell.find.sighting import ShellSighting, Wrapper, failed
from migrator.circleci.api.recognise import unknown_trigger
from migrator.errors import ParseError
from migrator.model import Note, Severity, Span, worst
from migrator.repository.needles import may_hold_call
from migrator.syntax.shell.calls import calls_of_function, enter
from migrator.syntax.shell.script import parse
from migrator.syntax.shell.types import function_around
from migrator.syntax.text.source import Region, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from codemods.found import Found
    from codemods.places.place import Host
    from migrator.syntax.shell.curl import Invocation
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command

    Judge = Callable[[Script, Command, Invocation], ShellSighting | None]
    Find = Callable[[Source, Host], tuple[Found, ...]]


_AMBIGUOUS = "The function `{}` makes one request or another. Change it by hand."


def read_script(source: Source, region: Region, *, templated: bool) -> tuple[Script, Region]:
    """One shell text with what other files say of it: those that it reads, and those that read it.

    The region is that of the text, behind the files whose functions it calls.
    """
    whole = region.text == source.text
    region = with_sourced(source, region, templated=templated)
    return read_sourced(source, region, templated=templated, whole=whole), region


def read_sourced(source: Source, region: Region, *, templated: bool, whole: bool) -> Script:
    """The same for a region that stands behind the files it reads already. `whole`: it is all of a file."""
    script = with_assigned(parse(region.text, templated=templated), source, region)
    script = with_readers(script, source) if whole else script
    return with_known_calls(script, source, whole=whole)


def with_known_calls(script: Script, source: Source, *, whole: bool) -> Script:
    """The script with the calls of each function that nothing else can call. `whole`: it is all of a file."""
    names = [name for name, span in script.functions.items() if _is_followable(script, name, span)]
    names += [name for name in script.functions if name not in names and _calls_one(script, name, names)]
    closed = [name for name in names if who_else(script, source, name, whole=whole) is None]
    calls = {script.functions[name]: tuple(_entered(script, name)) for name in closed}
    return replace(script, known_calls=calls) if calls else script


def who_else(script: Script, source: Source, name: str, *, whole: bool) -> str | None:
    """Who may call the function besides the commands that name it, as part of a sentence, or None."""
    inside = called_otherwise(script, name)
    if inside is not None or not whole:
        return inside
    path = called_elsewhere(source, name)
    return None if path is None else f"`{path}` may call it"


def _calls_one(script: Script, name: str, sending: list[str]) -> bool:
    """Whether a function hands what it gets to one that sends requests."""
    calls = [call for other in sending for call in calls_of_function(script, other)]
    span = script.functions[name]
    return _is_settled(script, name, span) and any(function_around(call.blocks) == span for call in calls)


def _is_followable(script: Script, name: str, span: Span) -> bool:
    """Whether the function sends requests, and has this one text whenever it is called."""
    return _is_settled(script, name, span) and any(True for _ in requests_of(script, span))


def _is_settled(script: Script, name: str, span: Span) -> bool:
    """Whether the function has this one text whenever it is called, and is."""
    if name in script.redefined or any(_forgets(command, name) for command in script.commands):
        return False
    calls = list(calls_of_function(script, name))
    late = all(function_around(call.blocks) is not None or call.span.start > span.end for call in calls)
    return late and bool(calls)


def _forgets(command: Command, name: str) -> bool:
    texts = [word.static for word in command.words]
    return texts[:1] in (["unset"], ["alias"]) and any((text or "").partition("=")[0] == name for text in texts[1:])


def requests_of(script: Script, function: Span) -> Iterator[tuple[Command, Invocation]]:
    """The curl and wget commands of a function's own text."""
    for command in script.within(function):
        if function_around(command.blocks) != function:
            continue
        program = find_program(script, command)
        if program is not None and program.invocation is not None:
            yield command, program.invocation


def _entered(script: Script, name: str) -> Iterator[Script]:
    yield from (enter(script, name, call) for call in calls_of_function(script, name))


def through_functions(
    script: Script, source: Source, seen: Iterable[ShellSighting], judge: Judge, *, whole: bool
) -> tuple[ShellSighting, ...]:
    """The sightings with those in functions replaced by one for each caller, where only the callers show them."""
    found = list(seen)
    for name, span in script.functions.items():
        if _is_followable(script, name, span):
            found = _through(script, source, name, found, judge, whole=whole)
    return tuple(found)


def _through(
    script: Script, source: Source, name: str, seen: list[ShellSighting], judge: Judge, *, whole: bool
) -> list[ShellSighting]:
    span = script.functions[name]
    inside = [sighting for sighting in seen if sighting.command.span.start in span and sighting.wrapper is None]
    if any(worst(sighting.notes) is not Severity.ERROR for sighting in inside):
        return seen  # what the function sends is known without its callers
    frames = tuple(_entered(script, name))
    read = [tuple(_judged(frame, span, judge)) for frame in frames]
    if not any(read) or (inside and not all(read)):
        return seen
    if inside and all(worst(sighting.notes) is Severity.ERROR for one in read for sighting in one):
        return seen
    calls = [frame.frame.call for frame in frames if frame.frame is not None]
    partners = tuple(place_of(call) for call, one in zip(calls, read, strict=True) if one)
    others = tuple(call.span.start for call, one in zip(calls, read, strict=True) if not one)
    reason = who_else(script, source, name, whole=whole)
    as_text = {sighting.place: sighting for sighting in seen if sighting not in inside}
    made = [
        replace(
            _one(name, one, as_text.get(place_of(call))),
            place=place_of(call),
            wrapper=Wrapper(name, span, call, partners, others, reason),
        )
        for call, one in zip(calls, read, strict=True)
        if one
    ]
    return [other for other in seen if other not in inside and other.place not in partners] + made


def read_by_callers(
    script: Script, known: Callable[[Span], bool]
) -> Iterator[tuple[Span, tuple[tuple[Span, tuple[tuple[Script, Command, Invocation], ...]], ...]]]:
    """Each function that sends requests and is not `known`: where it stands, and for each call of it its place, and
    what it sends as the function reads it then."""
    for name, span in script.functions.items():
        if _is_followable(script, name, span) and not known(span):
            frames = ((frame, frame.frame) for frame in _entered(script, name))
            calls = (
                (place_of(inner.call), tuple((frame, *request) for request in requests_of(frame, span)))
                for frame, inner in frames
                if inner is not None
            )
            yield span, tuple(calls)


def place_of(call: Command) -> Span:
    """Where the call of a function stands."""
    return Span(call.words[0].span.start, call.span.end)


def _judged(frame: Script, function: Span, judge: Judge) -> Iterator[ShellSighting]:
    for command, invocation in requests_of(frame, function):
        sighting = judge(frame, command, invocation)
        if sighting is not None:
            yield replace(sighting, script=frame)


def _one(name: str, sightings: tuple[ShellSighting, ...], as_text: ShellSighting | None) -> ShellSighting:
    """The one trigger of a call; of several it is known only at run time which is made.

    `as_text` is what was seen with the arguments put into the function's text: it stands for a request that the words
    of the function do not show.
    """
    if as_text is not None and any(note.code == "two-urls" for sighting in sightings for note in sighting.notes):
        return as_text
    if len(sightings) == 1:
        return sightings[0]
    note = Note("wrapper-function", Severity.ERROR, _AMBIGUOUS.format(name))
    return replace(sightings[0], notes=(*sightings[0].notes, note))


def made_elsewhere(
    script: Script, source: Source, seen: Iterable[ShellSighting], find: Find
) -> Iterator[ShellSighting]:
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
            draft = ShellSighting(command, Span(invocation.program.span.start, command.span.end), unknown_trigger())
            where = f"`{found.call.path}` (line {found.call.line})"
            text = f"{where} starts builds through the function `{name}`. Change both by hand."
            yield failed(replace(draft, trigger=found.call.trigger), "wrapper-elsewhere", text)


def _calls(source: Source, name: str, find: Find) -> Iterator[Found]:
    from codemods.places import kinds

    for path in files_calling(source, name):
        text = source.siblings.read(path) if source.siblings is not None else None
        if text is None or may_hold_call(text.encode()):
            continue
        other = Source(path, text, siblings=source.siblings)
        try:
            yield from (found for host in kinds.regions(other) for found in find(other, host) if found.shared)
        except ParseError:
            continue
