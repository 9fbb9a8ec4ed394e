"""Find v1/v1.1 triggers in Python programs, whatever HTTP library they go through."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.found import Found
from codemods.run_sites import given_projects, of_an_orb
from codemods.shell.reply.elsewhere import notes_of_runners
from migrator.errors import ParseError
from migrator.model import Call
from migrator.repository.needles import may_hold_call
from migrator.syntax.python.modules import reached
from migrator.syntax.text.source import VerbatimRegion

if TYPE_CHECKING:
    from codemods.python.clients import LibraryCall
    from codemods.python.sighting import PythonSighting
    from migrator.model import Expansion, Note, V1Trigger
    from migrator.syntax.python.program import Operand
    from migrator.syntax.text.source import Source

_SUFFIXES = frozenset({".py", ".pyw"})
_SHEBANG = re.compile(r"#!\s*\S*(?:/env\s+(?:-\S+\s+)*)?(?:\S*/)?python[\d.]*\b")
_NAMING = ("circle", "v1.1", "api/v1", "build_parameters")
# What makes a file worth an alarm when it cannot be parsed.
_HINTS = ("api/v1", "build_parameters", "trigger_build", "build.trigger", "retry_build", "build.retry")


def is_python(source: Source) -> bool:
    """Whether the whole file is Python: by its shebang, or by its extension when it has none."""
    if source.text.startswith("#!"):
        return _SHEBANG.match(source.text.split("\n", 1)[0]) is not None
    return PurePosixPath(source.path).suffix.lower() in _SUFFIXES


def is_plausible(source: Source) -> bool:
    """Whether the file, with what it imports, says enough of CircleCI's API to be parsed.

    No call is one without any of the `_NAMING`: in its URL, in the name of a variable of its URL, or in its data.
    """
    if not may_hold_call(source.text.encode()):
        return False
    texts = reached(source.path, source.text, source.siblings) if source.siblings else (source.text,)
    return any(naming in text for text in map(str.lower, texts) for naming in _NAMING)


def is_telling(source: Source) -> bool:
    """Whether the file most likely holds a call: then it matters when it cannot be parsed."""
    return any(hint in source.text for hint in _HINTS)


def find(source: Source) -> tuple[Found, ...]:
    """Every trigger in one Python file. Raises ParseError.

    What looks like a trigger and cannot be analysed is found too, with an `error` note. What the file imports is read
    through its siblings.
    """
    if not is_plausible(source):
        return ()
    from codemods.python import starts, strings
    from codemods.python.scan import commands, frame_of, library_calls, sightings

    try:
        frame = frame_of(source)
    except ParseError:
        if is_telling(source):
            raise
        return ()
    found = [_of_library(source, each) for each in library_calls(frame)]
    found += [_of_request(source, each) for each in sightings(frame)]
    found += commands(source, frame)
    found += starts.broken_in(source, frame)
    found += strings.find(source, frame, [each.call.span for each in found])
    once = {each.call.span: each for each in reversed(found)}
    return tuple(once[span] for span in sorted(once))


def _of_request(source: Source, sighting: PythonSighting) -> Found:
    from codemods.python.write.rewrite import RequestWriter

    told = notes_of_runners(source, [PurePosixPath(source.path).name]) if _PRINTS.search(source.text) else ()
    notes = (*sighting.notes, *tuple(dict.fromkeys(told))[:3])
    call = _call(source, sighting.site, sighting.trigger, notes, sighting.reply_fields)
    return Found(call, VerbatimRegion(source.text), RequestWriter(sighting))


def _of_library(source: Source, found: LibraryCall) -> Found:
    from codemods.python.clients import LibraryWriter

    call = _call(source, found.call, found.trigger, found.notes, found.reply_fields)
    return Found(call, VerbatimRegion(source.text), LibraryWriter(found))


def _call(
    source: Source, site: Operand, trigger: V1Trigger, notes: tuple[Note, ...], reply_fields: tuple[str, ...]
) -> Call:
    span = site.module.span(site.node)
    line, column = source.position(span.start)
    end_line = source.position(span.end - 1)[0]
    given = given_projects(source, trigger.slug, _argument)
    notes = (*notes, *of_an_orb(source, trigger.slug))
    return Call(source.path, span, line, column, end_line, "python", trigger, notes, reply_fields, given)


_PRINTS = re.compile(r"\bprint\(|\bsys\.stdout\b|\becho\(")
_ARGUMENT = re.compile(r"\{?sys\.argv\[([1-9]\d*)\]\}?\Z")


def _argument(part: Expansion) -> int | None:
    """Which argument of the program an expansion is."""
    found = _ARGUMENT.match(part.source)
    return int(found[1]) if found else None
