"""Find v1/v1.1 triggers in shell text: curl and wget commands, whatever shape they come in."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from codemods.found import Found
from codemods.shell_hidden import HINTS
from codemods.shell_lost import lost
from codemods.shell_reply import readers, status_checks
from codemods.shell_rerun import rewrite_rerun
from codemods.shell_rewrite import remarks, rewrite
from codemods.shell_sighting import Scene, Sighting, sight
from migrator.circleci.endpoints import RERUNS
from migrator.circleci.reruns import ANSWERED as RERUN_ANSWERED
from migrator.model import Call, Note, Severity, Span
from migrator.syntax.shell import parse
from migrator.syntax.source import VerbatimRegion

if TYPE_CHECKING:
    from migrator.syntax.shell import Script
    from migrator.syntax.source import Region, Source


def find(source: Source, region: Region, *, templated: bool) -> tuple[Found, ...]:
    """Every trigger in one shell text. `templated`: `<< … >>` is CircleCI 2.1 template syntax.

    What looks like a trigger and cannot be analysed is found too, with an `error` note.
    """
    if not any(hint in region.text for hint in HINTS):
        return ()
    script = parse(region.text, templated=templated)
    seen = [sighting for command in script.commands for sighting in sight(script, command)]
    sightings = (*seen, *lost(script, seen))
    scene = Scene(script, sightings, tuple(_place(region, script, sighting) for sighting in sightings))
    return tuple(_found(source, region, scene, sighting) for sighting in sightings)


def _place(region: Region, script: Script, sighting: Sighting) -> Span:
    span = script.view.back(sighting.place)
    return Span(region.locate(span.start), region.locate(span.end - 1) + 1)


def _found(source: Source, region: Region, scene: Scene, sighting: Sighting) -> Found:
    placed = scene.placed(sighting)
    line, column = source.position(placed.start)
    fields, notes = _reply(source, region, scene.script, sighting)
    call = Call(
        path=source.path,
        span=placed,
        line=line,
        column=column,
        end_line=source.position(placed.end - 1)[0],
        codemod="shell",
        trigger=sighting.trigger,
        notes=(*sighting.notes, *notes),
        reply_fields=fields,
    )
    found = Found(call, region, partial(rewrite, scene, sighting), partial(remarks, scene, sighting), runs=True)
    if sighting.trigger.endpoint not in RERUNS:
        return found
    return replace(found, rerun=partial(rewrite_rerun, scene, sighting, region, lines=_has_lines(source, region)))


def _has_lines(source: Source, region: Region) -> bool:
    """Whether text of several lines is at home in the region: in YAML, the scalar can become a block."""
    return "\n" in region.text or isinstance(region, VerbatimRegion) or source.path.endswith((".yml", ".yaml"))


def _reply(
    source: Source, region: Region, script: Script, sighting: Sighting
) -> tuple[tuple[str, ...], tuple[Note, ...]]:
    """The fields of the reply that are read, and a warning for each place that reads what v2 does not give."""

    def line(index: int) -> int:
        start = script.view.back(Span(index, index + 1)).start
        return source.position(region.locate(start))[0]

    notes: list[Note] = []
    is_rerun = sighting.trigger.endpoint in RERUNS
    answered = RERUN_ANSWERED if is_rerun else "`id`, `number`, `state` and `created_at`"
    found = readers(script, sighting.command, sighting.invocation)
    for reader in found:
        what = f"reads `{reader.field}` of the reply" if reader.field else f"hands the reply to `{reader.program}`"
        message = f"Line {line(reader.index)} {what}; v2 gives {answered} only."
        notes.append(Note("reply-field", Severity.WARNING, message, line(reader.index)))
    for index in status_checks(script, sighting.command, sighting.invocation):
        message = (
            f"Line {line(index)} compares the status of the reply with 200; v2 answers {202 if is_rerun else 201}."
        )
        notes.append(Note("status-code", Severity.WARNING, message, line(index)))
    return tuple(dict.fromkeys(reader.field for reader in found if reader.field)), tuple(dict.fromkeys(notes))
