"""What is said about the readers of a reply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.shell.reply.address import shown_address
from codemods.shell.reply.use import Ending
from migrator.circleci.api.reruns import ANSWERED as RERUN_ANSWERED
from migrator.circleci.api.v1_url import RERUNS
from migrator.model import Note, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.shell.reply.jq import Adaptation
    from codemods.shell.reply.reply import Reader, Reply
    from migrator.model import Slug, V1Trigger

    Line = Callable[[int], int]

_ANSWERED = "`id`, `number`, `state` and `created_at`"


def notes_of(reply: Reply, trigger: V1Trigger, line: Line) -> tuple[Note, ...]:
    """The notes about one call's reply. `line` gives the line of a character of the script."""
    rerun = trigger.endpoint in RERUNS
    notes = [note for reader in reply.readers for note in _about(reader, trigger, line)]
    for check in reply.checks:
        at = line(check.index)
        if check.edits:
            message = f"Line {at} compares the status of the reply with 200: with 201 from now on, as v2 answers."
            notes.append(Note("status-adapted", Severity.INFO, message, at))
        else:
            message = f"Line {at} compares the status of the reply with 200; v2 answers {202 if rerun else 201}."
            notes.append(Note("status-code", Severity.WARNING, message, at))
    return tuple(dict.fromkeys(notes))


def _about(reader: Reader, trigger: V1Trigger, line: Line) -> Iterator[Note]:
    at = line(reader.index)
    if reader.adaptation is not None:
        yield from _about_adapted(reader, reader.adaptation, trigger.slug, line)
        return
    given = RERUN_ANSWERED if trigger.endpoint in RERUNS else _ANSWERED
    for name in reader.fields:
        what = f"reads `{name}` of the reply" if name else f"hands the reply to `{reader.program}`"
        if not name and not reader.program:
            what = "looks for something in the reply"
        yield Note("reply-field", Severity.WARNING, f"Line {at} {what}; v2 gives {given} only.", at)
    for index in reader.polls:
        poll = line(index)
        build = f"a build, maybe that of line {at}" if reader.unsure else f"the build whose number line {at} reads"
        way = "in v2 the way leads from the pipeline to its workflows and their jobs: `migrator explain reply-polled`."
        message = f"Line {poll} asks v1 about {build}; {way}"
        yield Note("reply-polled", Severity.WARNING, message, poll)


def _about_adapted(reader: Reader, adaptation: Adaptation, slug: Slug, line: Line) -> Iterator[Note]:
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
