"""What is said of a call that waits for its build, so that readers of its reply can stay as they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.replies import LATER, handed_note, later_note, unlike_fields, unlike_note, waits_note
from codemods.shell.reply.fields import FIELDS
from migrator.model import Auth, Endpoint, Note, Severity, told

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from codemods.shell.find.sighting import ShellSighting
    from codemods.shell.reply.reply import ShellReply
    from migrator.errors import Refusal
    from migrator.model import V1Trigger

_NEEDS_JQ = "The call that waits for its build needs `jq` where the script runs; the old one did not."
_LEFT = frozenset({"reply-field", "reply-polled"})
_ADAPTED = frozenset({"reply-adapted", "reply-number", "reply-sent"})
_NAMED = re.compile(r"`(\w+)` of the reply|`(\w+)`, maybe of the reply|`(\w+)` of the reply from")


def waits_for(sighting: ShellSighting, notes: Iterable[Note]) -> bool:
    """Whether something reads of the reply what only the build tells, and the call starts one, with a token."""
    refused = any(note.severity is Severity.ERROR for note in sighting.notes)
    starts = sighting.trigger.endpoint is Endpoint.JOB and sighting.trigger.auth is not Auth.NONE
    return starts and not refused and any(note.code in _LEFT for note in notes)


def unwaiting_note(refusal: Refusal) -> Note:
    """Why the call cannot answer with its build, where something reads that."""
    return Note(refusal.code, Severity.WARNING, refusal.message)


def waiting_notes(
    reply: ShellReply, trigger: V1Trigger, notes: tuple[Note, ...], line: Callable[[int], int], *, jq: bool
) -> tuple[Note, ...]:
    """What takes the place of the notes about readers, when the call waits for its build. `jq`: the script runs it."""
    job = f"`{told(trigger.job.template)}`" if trigger.job is not None else "`build`"
    asked = {index for reader in reply.readers for index in reader.polls}  # with a number that another one has read
    readers: list[tuple[str, str, int | None]] = [
        (f"Line {line(reader.index)}", name, line(reader.index))
        for reader in reply.readers
        for name in reader.fields
        if reader.index not in asked
    ]
    own = {line(reader.index) for reader in reply.readers}
    readers += [each for note in notes if note.code == "reply-field" and note.line not in own for each in _named(note)]
    unlike = unlike_fields(revised=trigger.revision is not None)
    needed = () if jq else (Note("needs-jq", Severity.INFO, _NEEDS_JQ),)
    made = (waits_note(job, None), *needed, *(found for reader in readers for found in _about(*reader, unlike)))
    kept = (note for note in notes if note.code not in _LEFT | _ADAPTED)
    return tuple(dict.fromkeys((*made, *kept)))


def _named(note: Note) -> Iterator[tuple[str, str, int | None]]:
    """Where a reader stands that is seen by its line only, and what it names."""
    found = _NAMED.search(note.message)
    name = next((group for group in found.groups() if group in FIELDS), "") if found else ""
    yield note.message.partition(" reads ")[0], name, note.line


def _about(where: str, name: str, line: int | None, unlike: Collection[str]) -> Iterator[Note]:
    if not name:
        yield handed_note(where, line)
    elif name in unlike:
        yield unlike_note(where, name, line)
    elif name in LATER:
        yield later_note(where, name, line)
