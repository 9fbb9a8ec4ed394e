"""Find v1/v1.1 triggers in shell text: curl and wget commands, whatever shape they come in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from codemods.found import Found
from codemods.shell_rewrite import remarks, rewrite
from codemods.shell_sighting import Scene, Sighting, sight
from migrator.model import Call, Span
from migrator.syntax.shell import parse

if TYPE_CHECKING:
    from migrator.syntax.shell import Script
    from migrator.syntax.source import Region, Source

_HINTS = ("api/v1", "build_parameters", "CIRCLE_JOB")


def find(source: Source, region: Region, *, templated: bool) -> tuple[Found, ...]:
    """Every trigger in one shell text. `templated`: `<< … >>` is CircleCI 2.1 template syntax.

    What looks like a trigger and cannot be analysed is found too, with an `error` note.
    """
    if not any(hint in region.text for hint in _HINTS):
        return ()
    script = parse(region.text, templated=templated)
    sightings = tuple(sighting for command in script.commands if (sighting := sight(script, command)) is not None)
    scene = Scene(script, sightings, tuple(_place(region, script, sighting) for sighting in sightings))
    return tuple(_found(source, region, scene, sighting) for sighting in sightings)


def _place(region: Region, script: Script, sighting: Sighting) -> Span:
    span = script.view.back(Span(sighting.start, sighting.command.span.end))
    return Span(region.locate(span.start), region.locate(span.end - 1) + 1)


def _found(source: Source, region: Region, scene: Scene, sighting: Sighting) -> Found:
    placed = scene.placed(sighting)
    line, column = source.position(placed.start)
    call = Call(
        path=source.path,
        span=placed,
        line=line,
        column=column,
        end_line=source.position(placed.end - 1)[0],
        codemod="shell",
        trigger=sighting.trigger,
        notes=sighting.notes,
        reply_fields=sighting.reply_fields,
    )
    return Found(call, region, partial(rewrite, scene, sighting), partial(remarks, scene, sighting))
