"""Who reads the reply of a call, what v2 gives them in its place, and what it does not give.

v2 answers 201 with `id`, `number`, `state` and `created_at` (CircleCI API v2 reference, "Trigger a new pipeline");
v1.1 answered with the whole build.

Readers that the shell text of the call does not show are reported and not edited. A reply that was written into a file
is read by the other shell texts of the same file: steps, recipes, commands. Each of them is a shell of its own, but
they share the working directory. What a function prints, or leaves in a variable, is read by the files that read the
function's file.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods.replies import field_note, poll_note, status_note
from codemods.shell.find.other_files import files_calling
from codemods.shell.find.sight import SAYING
from codemods.shell.reply.fields import fields_named, fields_read
from codemods.shell.reply.poll import questions
from codemods.shell.reply.status import CommandStatusCheck, checks_of
from migrator.circleci.api.v1_url import RERUNS
from migrator.model import Endpoint, Note, Severity
from migrator.syntax.shell.flow import downstream
from migrator.syntax.shell.output import arguments_of, output_files, program_of, raw, takers, takers_of_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from codemods.shell.find.sighting import ShellSighting
    from codemods.shell.reply.jq import Adaptation
    from migrator.model import Edit, Slug, Span, V1Trigger
    from migrator.syntax.shell.curl import Invocation
    from migrator.syntax.shell.output import Taken
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command
    from migrator.syntax.text.source import Region, Source

    Line = Callable[[int], int]


def notes_of(reply: ShellReply, trigger: V1Trigger, line: Line) -> tuple[Note, ...]:
    """The notes about one call's reply. `line` gives the line of a character of the script."""
    rerun = trigger.endpoint in RERUNS
    readers = (note for reader in reply.readers for note in _about(reader, trigger, line))
    checks = (status_note(line(check.index), adapted=bool(check.edits), rerun=rerun) for check in reply.checks)
    return tuple(dict.fromkeys((*readers, *checks)))


def _about(reader: ReplyReader, trigger: V1Trigger, line: Line) -> Iterator[Note]:
    at = line(reader.index)
    if reader.adaptation is not None:
        yield from _about_adapted(reader, reader.adaptation, trigger.slug, line)
        return
    for name in reader.fields:
        what = f"reads `{name}` of the reply" if name else f"hands the reply to `{reader.program}`"
        if not name and not reader.program:
            what = "looks for something in the reply"
        yield field_note(f"Line {at}", what, at, rerun=trigger.endpoint in RERUNS)
    yield from (poll_note(line(index), at, sure=not reader.unsure) for index in reader.polls)


def _about_adapted(reader: ReplyReader, adaptation: Adaptation, slug: Slug, line: Line) -> Iterator[Note]:
    from codemods.shell.reply.address import shown_address
    from codemods.shell.reply.use import Ending

    at = line(reader.index)
    names = " and ".join(f"`{name}`" for name in reader.fields)
    if adaptation.number:
        message = f"Line {at} reads `build_num` of the reply to show it: it becomes the number of the pipeline."
        yield Note("reply-number", Severity.WARNING, message, at)
    if (
        "build_url" in reader.fields
        or any(use.ending is Ending.PAGE for use in adaptation.uses)
        or not adaptation.number
    ):
        message = (
            f"Line {at} reads {names} of the reply for a web address: it becomes the page of the pipeline, "
            f"{shown_address(slug)}, not that of a job."
        )
        yield Note("reply-adapted", Severity.INFO, message, at)
    for index in dict.fromkeys(use.index for use in adaptation.uses if use.ending is Ending.SENT):
        message = f"Line {line(index)} hands on what line {at} reads of the reply; from now on that is the pipeline's."
        yield Note("reply-sent", Severity.WARNING, message, line(index))


_READING = re.compile(r"(?<![\w./-])(?:jq|yq|grep|egrep|sed|awk|python[0-9.]*|node|ruby|perl|php)(?![\w-])")


def notes_elsewhere(source: Source, region: Region, reply: ShellReply) -> Iterator[Note]:
    """A warning for each line outside of the region that reads a file which the reply was written into."""
    if len(region.text) == len(source.text) or not reply.files:
        return
    start, end = region.locate(0), region.locate(len(region.text) - 1)
    for name in reply.files:
        named = re.compile(r"(?<![\w./-])" + re.escape(name) + r"(?![\w./-])")
        for found in named.finditer(source.text):
            line = _line_at(source.text, found.start())
            if start <= found.start() <= end or line.lstrip().startswith(("#", "//")) or not _READING.search(line):
                continue
            at = source.position(found.start())[0]
            fields = fields_named(line)
            what = f"`{fields[0]}` of the reply" if fields else "the reply"
            yield field_note(f"Line {at}", f"reads {what} from `{name}`", at)


def notes_of_callers(source: Source, script: Script, sighting: ShellSighting) -> Iterator[Note]:
    """A warning for each line that reads fields of a reply, in a file that calls the function around the call."""
    at = sighting.command.span.start
    inside = [(span.end - span.start, name) for name, span in script.functions.items() if at in span]
    if source.siblings is None or sighting.wrapper is not None or not inside:
        return
    name = min(inside)[1]
    for path in files_calling(source, name):
        for number, line in enumerate((source.siblings.read(path) or "").splitlines(), 1):
            fields = fields_named(line) if _READING.search(line) and not line.lstrip().startswith("#") else ()
            if fields:
                where = f"Line {number} of `{path}`, which calls `{name}`,"
                yield field_note(where, f"reads `{fields[0]}`, maybe of the reply", None)


def _line_at(text: str, index: int) -> str:
    end = text.find("\n", index)
    return text[text.rfind("\n", 0, index) + 1 : end if end >= 0 else len(text)]


@dataclass(frozen=True, slots=True)
class ReplyReader:
    """A command that reads the reply: the fields (an empty one where it cannot be told), where, and by which program.

    `polls` are the places where v1 is asked about the build whose number it reads; `unsure`: or about another one.
    """

    fields: tuple[str, ...]
    index: int
    program: str
    adaptation: Adaptation | None = None
    polls: tuple[int, ...] = ()
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class ShellReply:
    """What is done with the reply of one call. `files` are those that it is written into."""

    readers: tuple[ReplyReader, ...] = ()
    checks: tuple[CommandStatusCheck, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that are read, each once, in order."""
        return tuple(dict.fromkeys(name for reader in self.readers for name in reader.fields if name))

    @property
    def edits(self) -> tuple[Edit, ...]:
        """What adapts readers and checks, in the region's text."""
        adapted = [edit for reader in self.readers if reader.adaptation for edit in reader.adaptation.edits]
        return tuple(dict.fromkeys((*adapted, *(edit for check in self.checks for edit in check.edits))))


def replies(script: Script, sightings: Sequence[ShellSighting]) -> tuple[ShellReply, ...]:
    """The reply of each call. What serves several calls at once is not adapted: one of them may stay."""
    calls = [script.view.back(sighting.place) for sighting in sightings]
    made = [_outside(_reply(sighting.script or script, sighting), calls) for sighting in sightings]
    places = Counter(reader.index for reply in made for reader in reply.readers)
    places += Counter(check.index for reply in made for check in reply.checks)
    return tuple(
        ShellReply(
            tuple(replace(r, adaptation=None) if places[r.index] > 1 else r for r in reply.readers),
            tuple(replace(c, edits=()) if places[c.index] > 1 else c for c in reply.checks),
            reply.files,
        )
        for reply in made
    )


def _outside(reply: ShellReply, calls: Sequence[Span]) -> ShellReply:
    """The reply without adaptations that reach into a call, whose text becomes another one."""

    def reaches(edits: Iterable[Edit]) -> bool:
        return any(edit.span.overlaps(call) for edit in edits for call in calls)

    readers = (
        replace(r, adaptation=None) if r.adaptation and reaches(r.adaptation.edits) else r for r in reply.readers
    )
    checks = (replace(check, edits=()) if reaches(check.edits) else check for check in reply.checks)
    return ShellReply(tuple(readers), tuple(checks), reply.files)


def _reply(script: Script, sighting: ShellSighting) -> ShellReply:
    command, invocation = sighting.command, sighting.invocation
    if invocation is None and program_of(command) in SAYING:  # what it prints is the call, not its reply
        return ShellReply()
    body = tuple(takers_of_body(script, command, invocation))
    alone = invocation is not None and not prints_body(script, invocation)
    checks = checks_of(script, command, invocation, body, alone=alone)
    if sighting.trigger.endpoint in RERUNS:  # which answer 202, and are lookups and calls
        checks = tuple(replace(check, edits=()) for check in checks)
    checked = {check.index for check in checks}
    best: dict[int, ReplyReader] = {}
    for taken in sorted(body, key=lambda each: each.stdin):
        reader = _reader(script, sighting, taken)
        if reader is not None and taken.command.span.start not in checked:
            best[reader.index] = reader
    return ShellReply(tuple(best[index] for index in sorted(best)), checks, _files(script, command, invocation))


def _files(script: Script, command: Command, invocation: Invocation | None) -> tuple[str, ...]:
    """The files with a plain name that the body is written into, by the call itself or by `tee` behind it."""
    option = _output_file(script, invocation)
    names = [option] if option is not None else []
    for each in (command, *downstream(script, command)) if option is None else ():
        names += output_files(script, each) if each is command else ()
        names += [raw(script, w).strip("\"'") for w in arguments_of(each)] if program_of(each) == "tee" else ()
    return tuple(name for name in names if len(name) > 2 and not name.startswith("-") and "$" not in name)


def takers_of_body(script: Script, command: Command, invocation: Invocation | None) -> Iterator[Taken]:
    """Every command that gets the body of the reply."""
    name = _output_file(script, invocation)
    if name is not None:
        yield from takers_of_file(script, command, name)
    if invocation is None or prints_body(script, invocation):
        yield from takers(script, command)


def _output_file(script: Script, invocation: Invocation | None) -> str | None:
    option = invocation.last("output", "output-document") if invocation is not None else None
    name = raw(script, option.value).strip("\"'") if option is not None and option.value is not None else None
    return None if name in {None, "-", "/dev/null", "/dev/stdout", "/dev/stderr"} else name


def prints_body(script: Script, invocation: Invocation) -> bool:
    """Whether the body goes to standard output."""
    option = invocation.last("output", "output-document", "remote-name")
    if option is None:
        return not invocation.wget
    return option.value is not None and raw(script, option.value).strip("\"'") in {"-", "/dev/stdout"}


def _reader(script: Script, sighting: ShellSighting, taken: Taken) -> ReplyReader | None:
    fields = fields_read(script, taken, sighting.command)
    if not fields:
        return None
    from codemods.shell.reply.jq import adapted  # most replies are read by nobody
    from codemods.shell.reply.use import Carried, Ending, uses_of

    slug, index = sighting.trigger.slug, taken.command.span.start
    adaptation = adapted(script, taken, slug) if _is_adaptable(sighting) else None
    program = program_of(taken.command) or ""
    if not {"build_num", ""} & set(fields) or (adaptation is not None and not adaptation.number):
        return ReplyReader(fields, index, program, adaptation)
    uses = uses_of(script, taken.command, slug, Carried.NUMBER)
    polls = tuple(dict.fromkeys(use.index for use in uses if use.ending is Ending.POLLED))
    leaves = any(use.what is Carried.NUMBER and use.ending in {Ending.LEFT, Ending.SHOWN} for use in uses)
    asked = questions(script) if not polls and leaves and "build_num" in fields else ()
    return ReplyReader(fields, index, program, None if asked else adaptation, polls or asked, unsure=bool(asked))


def _is_adaptable(sighting: ShellSighting) -> bool:
    """Whether the call starts one job at circleci.com: then v1.1 answered with its build, and the pages are known."""
    from codemods.shell.reply.address import is_cloud

    if sighting.url is None or sighting.trigger.endpoint is not Endpoint.JOB:
        return False
    return is_cloud(sighting.url) and all(note.severity != "error" for note in sighting.notes)
