"""Find v1/v1.1 triggers in Python programs, whatever HTTP library they go through."""

from __future__ import annotations

import re
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.found import Found
from migrator.model import Call
from migrator.syntax.source import VerbatimRegion

if TYPE_CHECKING:
    from codemods.python_libraries import LibraryCall
    from codemods.python_sighting import Sighting
    from migrator.model import Note, V1Trigger
    from migrator.syntax.python_program import Operand
    from migrator.syntax.source import Source

_SUFFIXES = frozenset({".py", ".pyw"})
_SHEBANG = re.compile(r"#!\s*\S*(?:/env\s+(?:-\S+\s+)*)?(?:\S*/)?python[\d.]*\b")
# A trigger's path, its payload, a client library's call: one of them stands in every file that is worth parsing.
_HINTS = ("api/v1", "build_parameters", "trigger_build", "build.trigger", "retry_build", "build.retry")
_PATHS = ("/tree/", "/build", "/retry", "/ssh", "v1.1", "/v1", "/project", "project/")


def is_python(source: Source) -> bool:
    """Whether the whole file is Python: by its shebang, or by its extension when it has none."""
    if source.text.startswith("#!"):
        return _SHEBANG.match(source.text.split("\n", 1)[0]) is not None
    return PurePosixPath(source.path).suffix.lower() in _SUFFIXES


def is_plausible(source: Source) -> bool:
    """Whether the file says enough of CircleCI's API to be parsed."""
    text = source.text
    if any(hint in text for hint in _HINTS):
        return True
    return "circle" in text.lower() and any(path in text for path in _PATHS)


def find(source: Source) -> tuple[Found, ...]:
    """Every trigger in one Python file. Raises ParseError.

    What looks like a trigger and cannot be analysed is found too, with an `error` note. What the file imports is read
    through its siblings.
    """
    if not is_plausible(source):
        return ()
    from codemods.python_scan import commands, frame_of, library_calls, sightings

    frame = frame_of(source)
    found = [_of_library(source, each) for each in library_calls(frame)]
    found += [_of_request(source, each) for each in sightings(frame)]
    found += commands(source, frame)
    once = {each.call.span: each for each in reversed(found)}
    return tuple(once[span] for span in sorted(once))


def _of_request(source: Source, sighting: Sighting) -> Found:
    from codemods.python_rewrite import rewrite

    call = _call(source, sighting.site, sighting.trigger, sighting.notes, sighting.reply_fields)
    return Found(call, VerbatimRegion(source.text), partial(rewrite, sighting))


def _of_library(source: Source, found: LibraryCall) -> Found:
    from codemods.python_rewrite_library import rewrite_library

    call = _call(source, found.call, found.trigger, found.notes, found.reply_fields)
    return Found(call, VerbatimRegion(source.text), partial(rewrite_library, found))


def _call(
    source: Source, site: Operand, trigger: V1Trigger, notes: tuple[Note, ...], reply_fields: tuple[str, ...]
) -> Call:
    span = site.module.span(site.node)
    line, column = source.position(span.start)
    end_line = source.position(span.end - 1)[0]
    return Call(source.path, span, line, column, end_line, "python", trigger, notes, reply_fields)
