"""Find v1/v1.1 triggers in shell text, curl and wget commands whatever shape they come in, and what is left of v1.

What reads a reply of v2 for something that only v1 answered dies, whoever migrated the call.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.found import Found, Rewrite, Unwritten, refuse_rerun
from codemods.replies import (
    POLLED,
    broken_call,
    broken_note,
    broken_poll_note,
    broken_status_note,
    half_made_notes,
    list_note,
    may_be_half_made,
)
from codemods.run_sites import given_projects, of_an_orb
from codemods.shell.find.judge import judge
from codemods.shell.find.option_files import with_option_files
from codemods.shell.find.other_files import offset_of, with_sourced
from codemods.shell.find.program import find_program
from codemods.shell.find.sight import lost, may_call, sight
from codemods.shell.find.sighting import Scene, ShellSighting
from codemods.shell.find.wrappers import made_elsewhere, read_script, read_sourced, through_functions
from codemods.shell.reply.awaits import unwaiting_note, waiting_notes, waits_for
from codemods.shell.reply.elsewhere import DOCUMENTS, notes_of_file_name, notes_of_readers, notes_of_statuses
from codemods.shell.reply.fields import FIELDS, fields_read, is_reader
from codemods.shell.reply.form import notes_of_form
from codemods.shell.reply.poll import lists_behind
from codemods.shell.reply.reply import notes_elsewhere, notes_of, notes_of_callers, prints_body, replies, takers_of_body
from codemods.shell.reply.status import checks_of
from codemods.shell.request import request_of
from codemods.shell.write.awaited import awaited, helper_span, is_awaited
from codemods.shell.write.payload import uses_jq
from codemods.shell.write.rerun import rerun_notes, rewrite_rerun
from codemods.shell.write.rewrite import rewrite
from codemods.shell.write.shared import check_shared, shared_notes
from codemods.shell.write.unset import stops_at_unset
from migrator.circleci.api.recognise import PIPELINE_HINT, start_of
from migrator.errors import Refusal
from migrator.model import Call, Span
from migrator.syntax.shell.output import own_text
from migrator.syntax.shell.script import parse
from migrator.syntax.shell.types import function_around
from migrator.syntax.text.source import VerbatimRegion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemods.found import RewriteOptions
    from codemods.places.place import Host
    from codemods.shell.reply.reply import ShellReply
    from codemods.shell.write.awaited import Awaited
    from codemods.shell.write.helper import Helper
    from migrator.circleci.api.v2_request import V2Request
    from migrator.model import Expansion, Note, PipelineRequest, RerunRequest
    from migrator.syntax.shell.curl import Invocation
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command
    from migrator.syntax.text.source import Region, Source


def find(source: Source, region: Region, *, templated: bool) -> tuple[Found, ...]:
    """Every trigger in one shell text. `templated`: `<< … >>` is CircleCI 2.1 template syntax.

    What looks like a trigger and cannot be analysed is found too, with an `error` note.
    """
    whole = region.text == source.text
    region = with_sourced(source, region, templated=templated)
    if not may_call(region.text):
        return ()
    script = read_sourced(source, region, templated=templated, whole=whole)
    plain = [sighting for command in script.commands for sighting in sight(script, command)]
    seen = through_functions(script, source, plain, judge, whole=whole)
    if whole:
        seen = (*seen, *made_elsewhere(script, source, seen, _find_in))
    seen = with_option_files(script, source, seen)
    own, waiting = offset_of(region), helper_span(script)
    found_in_text = (each for each in (*seen, *lost(script, seen)) if each.place.start >= own)
    sightings = tuple(each for each in found_in_text if each.place.start not in waiting)
    places = tuple(_place(region, script, sighting) for sighting in sightings)
    unset = bool(sightings) and stops_at_unset(script, source.text)
    scene = Scene(script, sightings, places, partial(_line, source, region, script), unset)
    answers = replies(script, sightings)
    found: list[Found] = []
    helper: Helper | None = None
    for sighting, answer in zip(sightings, answers, strict=True):
        each, helper = _found(source, region, scene, sighting, answer, helper)
        found.append(replace(each, templated=templated))
    return tuple(found)


def arrays_of(region: Region, calls: Sequence[Span], *, templated: bool) -> Iterator[Span]:
    """Where the arrays are filled that hold the arguments of calls, in the file's text."""
    if "=(" not in region.text or not calls:
        return
    script = parse(region.text, templated=templated)
    for name, writes in script.writes.items():
        reads = re.finditer(rf"\$\{{{re.escape(name)}\[[@*]\]", region.text)
        if any(region.locate(read.start()) in span for read in reads for span in calls):
            spans = (script.view.back(write.span) for write in writes)
            yield from (Span(region.locate(span.start), region.locate(span.end - 1) + 1) for span in spans)


def _find_in(source: Source, host: Host) -> tuple[Found, ...]:
    return find(source, host.region, templated=host.templated)


def _place(region: Region, script: Script, sighting: ShellSighting) -> Span:
    span = script.view.back(sighting.place)
    return Span(region.locate(span.start), region.locate(span.end - 1) + 1)


def _found(
    source: Source, region: Region, scene: Scene, sighting: ShellSighting, reply: ShellReply, helper: Helper | None
) -> tuple[Found, Helper | None]:
    """One call, and the function that calls of the text wait for their builds with, when there is one by now."""
    scene = replace(scene, script=scene.script_of(sighting))
    placed = scene.placed(sighting)
    line, column = source.position(placed.start)

    line_of = partial(_line, source, region, scene.script)
    callers = tuple(notes_of_callers(source, scene.script, sighting))
    told: tuple[Note, ...] = (
        *notes_of(reply, sighting.trigger, line_of),
        *notes_elsewhere(source, region, reply),
        *(list_note(line_of(at)) for at in lists_behind(scene.script, sighting.command)),
        *(callers or notes_of_readers(source, region, scene.script, sighting, reply)),
        *notes_of_statuses(source, region, scene.script, sighting, reply),
        *notes_of_file_name(sighting),
        *notes_of_form(scene.script, sighting, reply, line_of),
        *of_an_orb(source, sighting.trigger.slug),
    )
    lines = _has_lines(source, region)
    waits = None
    if waits_for(sighting, told):
        try:
            room = lines and PurePosixPath(source.path).suffix not in DOCUMENTS
            readers = [reader.program for reader in reply.readers]
            waits = awaited(scene, sighting, region, readers, helper, lines=room)
            helper = waits.helper
            told = waiting_notes(reply, sighting.trigger, told, line_of, jq=uses_jq(scene.script))
        except Refusal as refusal:
            told = (*told, unwaiting_note(refusal))
    call = Call(
        path=source.path,
        span=placed,
        line=line,
        column=column,
        end_line=source.position(placed.end - 1)[0],
        codemod="shell",
        trigger=sighting.trigger,
        notes=(*sighting.notes, *told, *rerun_notes(sighting)),
        reply_fields=reply.fields,
        given=given_projects(source, sighting.trigger.slug, partial(_argument, scene.script, sighting)),
    )
    wrapper = sighting.wrapper
    shared = None if wrapper is None else scene.script.view.back(wrapper.function)
    writer = CommandInScript(scene, sighting, reply, region, lines=lines, waits=waits)
    return Found(call, region, writer, shared), helper


def _argument(script: Script, sighting: ShellSighting, part: Expansion) -> int | None:
    """Which argument of the whole script an expansion is where the call is made."""
    within = script.frame is None and function_around(sighting.command.blocks) is not None
    moved = any(command.words and command.words[0].static in {"shift", "set"} for command in script.commands)
    return int(part.name) if part.name and part.name.isdecimal() and not within and not moved else None


def _has_lines(source: Source, region: Region) -> bool:
    """Whether text of several lines is at home in the region: in YAML, the scalar can become a block."""
    return "\n" in region.text or isinstance(region, VerbatimRegion) or source.path.endswith((".yml", ".yaml"))


@dataclass(frozen=True, slots=True)
class CommandInScript:
    """Writes what replaces a command of a shell text, and adapts what reads its reply.

    `lines`: text of several lines is at home in the region. `waits`: the call answers with its build, for readers that
    stay as they are.
    """

    scene: Scene
    sighting: ShellSighting
    reply: ShellReply
    region: Region
    lines: bool
    waits: Awaited | None = None
    runs: bool = True

    def post(self, new: PipelineRequest, options: RewriteOptions) -> Rewrite:
        """Make the command start a pipeline. Raises Refusal."""
        made = rewrite(self.scene, self.sighting, new, options)
        readers = self.reply.edits if self.waits is None else self.waits.edits
        edits, wrapper = (*made.edits, *readers), self.sighting.wrapper
        if wrapper is None:
            return Rewrite(edits, made.notes)
        check_shared(self.scene, wrapper, edits, options)
        return Rewrite(edits, (*made.notes, *shared_notes(self.scene, wrapper, edits)))

    def rerun(self, new: RerunRequest, options: RewriteOptions) -> Rewrite:
        """Make the command look a job up and rerun it. Raises Refusal."""
        if self.sighting.wrapper is not None:
            refuse_rerun()
        return Rewrite(rewrite_rerun(self.scene, self.sighting, self.region, new, options, lines=self.lines))


def _line(source: Source, region: Region, script: Script, index: int) -> int:
    start = script.view.back(Span(index, index + 1)).start
    return source.position(region.locate(start))[0]


def broken_in(source: Source, host: Host) -> Iterator[Found]:
    """Every call in one stretch of shell text that starts a pipeline and whose reply is read as one of v1.

    A call that only looks like one, because it is half moved to v2, is among them.
    """
    text = host.region.text
    is_read = PIPELINE_HINT in text and any(name in text for name in ("/api/v1", "200", *FIELDS))
    if not is_read and not may_be_half_made(source.text):
        return
    script, region = read_script(source, host.region, templated=host.templated)
    for command in script.commands:
        program = find_program(script, command)
        if program is None or program.invocation is None or command.span.start < offset_of(region):
            continue
        request = request_of(script, command, program.invocation)
        start = start_of(request)
        if start is not None:
            notes = tuple(_broken(source, region, script, command, program.invocation, start))
        else:
            notes = half_made_notes(request)
        if notes:
            inner = script.view.back(Span(program.invocation.program.span.start, command.span.end))
            span = Span(region.locate(inner.start), region.locate(inner.end - 1) + 1)
            call = broken_call(source, span, "shell", start, notes)
            yield Found(call, region, Unwritten(notes[0].code, notes[0].message))


def _broken(
    source: Source, region: Region, script: Script, command: Command, invocation: Invocation, start: V2Request
) -> Iterator[Note]:
    def line(index: int) -> int:
        at = script.view.back(Span(index, index + 1)).start
        return source.position(region.locate(at))[0]

    if is_awaited(script, command):
        return
    body = tuple(takers_of_body(script, command, invocation))
    for check in checks_of(script, command, invocation, body, alone=not prints_body(script, invocation)):
        if check.edits:  # it is certain that this status is compared
            yield broken_status_note(line(check.index))
    for taken in body:
        if not is_reader(taken.command):
            continue
        at = line(taken.command.span.start)
        for name in fields_read(script, taken, command):
            if name in FIELDS:
                yield broken_note(at, name)
        text = own_text(script, taken.command)
        answered = next((each for each in POLLED if re.search(rf"\b{each}\b", text)), None)
        if answered is not None:
            from codemods.shell.reply.use import Carried, Ending, uses_of  # most replies are read by nobody

            uses = uses_of(script, taken.command, start.slug, Carried.NUMBER)
            asked = dict.fromkeys(use.index for use in uses if use.ending is Ending.POLLED)
            yield from (broken_poll_note(line(index), at, answered) for index in asked)
