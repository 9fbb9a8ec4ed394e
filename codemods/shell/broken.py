"""Find what reads a reply of v2 for something that only v1 answered: such a script dies, whoever migrated it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.found import Found, Unwritten
from codemods.replies import broken_call, broken_note, broken_poll_note
from codemods.shell.find.other_files import offset_of
from codemods.shell.find.program import find_program
from codemods.shell.find.wrappers import read_script
from codemods.shell.reply.fields import FIELDS, fields_read, is_reader
from codemods.shell.reply.reply import takers_of_body
from codemods.shell.reply.use import Carried, Ending, uses_of
from codemods.shell.request import request_of
from migrator.circleci.api.recognise import PIPELINE_HINT, start_of
from migrator.model import Span
from migrator.syntax.shell.output import own_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.places.place import Host
    from migrator.circleci.api.v2_request import V2Request
    from migrator.model import Note
    from migrator.syntax.shell.curl import Invocation
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command
    from migrator.syntax.text.source import Region, Source


def broken_in(source: Source, host: Host) -> Iterator[Found]:
    """Every call in one stretch of shell text that starts a pipeline and whose reply is read as one of v1."""
    text = host.region.text
    if PIPELINE_HINT not in text or not ("/api/v1" in text or any(name in text for name in FIELDS)):
        return
    script, region = read_script(source, host.region, templated=host.templated)
    for command in script.commands:
        program = find_program(script, command)
        if program is None or program.invocation is None or command.span.start < offset_of(region):
            continue
        start = start_of(request_of(script, command, program.invocation))
        notes = tuple(_notes(source, region, script, command, program.invocation, start)) if start else ()
        if start is not None and notes:
            inner = script.view.back(Span(program.invocation.program.span.start, command.span.end))
            span = Span(region.locate(inner.start), region.locate(inner.end - 1) + 1)
            call = broken_call(source, span, "shell", start, notes)
            yield Found(call, region, Unwritten("reply-broken", notes[0].message))


def _notes(
    source: Source, region: Region, script: Script, command: Command, invocation: Invocation, start: V2Request
) -> Iterator[Note]:
    def line(index: int) -> int:
        at = script.view.back(Span(index, index + 1)).start
        return source.position(region.locate(at))[0]

    for taken in takers_of_body(script, command, invocation):
        if not is_reader(taken.command):
            continue
        at = line(taken.command.span.start)
        for name in fields_read(script, taken, command):
            if name in FIELDS:
                yield broken_note(at, name)
        if "number" in own_text(script, taken.command):
            uses = uses_of(script, taken.command, start.slug, Carried.NUMBER)
            asked = dict.fromkeys(use.index for use in uses if use.ending is Ending.POLLED)
            yield from (broken_poll_note(line(index), at) for index in asked)
