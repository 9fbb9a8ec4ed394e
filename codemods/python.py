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
    from codemods.python_sighting import Sighting
    from migrator.syntax.python_program import Repository
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


def find(source: Source, repository: Repository | None = None) -> tuple[Found, ...]:
    """Every trigger in one Python file. Raises ParseError.

    What looks like a trigger and cannot be analysed is found too, with an `error` note. `repository` gives the other
    files, so that what is imported from them is understood; without it, they are not looked at.
    """
    if not is_plausible(source):
        return ()
    from codemods.python_scan import commands, frame_of, sightings

    frame = frame_of(source, repository)
    found = [_found(source, sighting) for sighting in sightings(frame)]
    found += commands(source, frame)
    return tuple(sorted(found, key=lambda each: each.call.span))


def _found(source: Source, sighting: Sighting) -> Found:
    from codemods.python_rewrite import rewrite

    span = sighting.site.module.span(sighting.site.node)
    line, column = source.position(span.start)
    call = Call(
        path=source.path,
        span=span,
        line=line,
        column=column,
        end_line=source.position(span.end - 1)[0],
        codemod="python",
        trigger=sighting.trigger,
        notes=sighting.notes,
        reply_fields=sighting.reply_fields,
    )
    return Found(call, VerbatimRegion(source.text), partial(rewrite, sighting))
