"""Triggers in lists of arguments that a Python program hands to curl: no shell reads them, only curl does.

Each argument is rewritten where it stands.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from codemods.found import Found
from codemods.python.arguments import Argv, argv_of, handed_to_shell, restored, with_values
from codemods.python.commands import find_in_command, is_understood
from codemods.python.notes import about_branch, about_file, about_json
from codemods.python.read.encoded import encoded_part
from codemods.python.reply.notes import NO_WAIT, use_notes
from codemods.python.reply.reply import PythonReply
from codemods.python.write.arguments import CommandWriter
from codemods.shell.find.sight import sight
from codemods.shell.find.sighting import form_kind
from migrator.circleci.api.v1_request import BodyKind, assumed_of_values
from migrator.model import (
    Call,
    Literal,
    Note,
    Severity,
    static,
    values,
)
from migrator.syntax.python.text import text
from migrator.syntax.shell.script import parse
from migrator.syntax.text.source import VerbatimRegion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.python.runners import CommandRun
    from codemods.shell.find.sighting import ShellSighting
    from migrator.model import V1Trigger
    from migrator.syntax.shell.types import Word
    from migrator.syntax.text.source import Source


def find_in_list(source: Source, run: CommandRun) -> tuple[Found, ...]:
    """The triggers in a list of arguments."""
    inner = handed_to_shell(run)
    if inner is not None:
        return find_in_command(source, inner)
    argv = argv_of(run)
    listed = [each for each in run.alone if each.words is not None]
    if argv is None or any(is_understood(found) for each in listed for found in find_in_list(source, each)):
        return ()
    script = parse(argv.script, templated=False)
    sightings = [found for command in script.commands[:1] for found in sight(script, command)]
    return tuple(_found(source, argv, found) for found in sightings)


def _found(source: Source, argv: Argv, sighting: ShellSighting) -> Found:
    span = argv.run.at.module.span(argv.run.at.node)
    line, column = source.position(span.start)
    reply = PythonReply()
    reply.follow(argv.run.call, argv.run.reply)
    trigger = with_values(sighting.trigger, partial(restored, argv))
    call = Call(
        path=source.path,
        span=span,
        line=line,
        column=column,
        end_line=source.position(span.end - 1)[0],
        codemod="python",
        trigger=trigger,
        notes=(
            *sighting.notes,
            *about_branch(trigger),
            *_about_values(argv),
            *about_json(trigger),
            *_assumed(sighting, trigger),
            *about_file(sighting, partial(_name_of, argv), source.text),
            *use_notes(reply, frozenset(), why=NO_WAIT),
        ),
        reply_fields=tuple(dict.fromkeys(use.field for use in reply.uses)),
    )
    return Found(call, VerbatimRegion(source.text), CommandWriter(argv, sighting, trigger))


def _name_of(argv: Argv, word: Word) -> str | None:
    held = argv.values.get(word.lone.name or "") if word.lone is not None else None
    return held.source if held is not None else word.static


def _assumed(sighting: ShellSighting, trigger: V1Trigger) -> Iterator[Note]:
    """What the rewrite assumes of values that stand unencoded in a form, and that only the run shows."""
    kind = form_kind(sighting)
    sent = {"revision": trigger.revision, "tag": trigger.tag, "job": trigger.job, **dict(trigger.parameters)}
    given = [(name, value) for name, value in sent.items() if value is not None and values(value.template) is None]
    raw = [name for name, value in given if kind is BodyKind.MULTIPART or not value.exact]
    return assumed_of_values(kind, raw) if kind is not None else iter(())


_FORMS = frozenset({"-d", "--data", "--data-ascii", "--data-raw", "--data-binary"})


def _about_values(argv: Argv) -> Iterator[Note]:
    """Values of a form that the program percent-encodes: v1.1 decoded them."""
    for flag, element in pairwise(word.operand for word in argv.words):
        parts = text(element)
        lead = parts[0].text if parts and isinstance(parts[0], Literal) else ""
        encoded = encoded_part(parts) if static(text(flag)) in _FORMS and not lead.lstrip().startswith("{") else None
        if encoded is not None and "=" in lead:
            message = f"`{encoded}` may be percent-encoded, which v1.1 took off. Use `--data-urlencode` with the value."
            yield Note("encoded-value", Severity.ERROR, message)
