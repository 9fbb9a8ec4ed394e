"""Readers of a reply that the shell text of the call does not show. They are reported and not edited.

A reply that was written into a file is read by the other shell texts of the same file: steps, recipes, commands. Each
of them is a shell of its own, but they share the working directory. What a function prints, or leaves in a variable, is
read by the files that read the function's file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.shell.find.callers import files_calling
from codemods.shell.reply.fields import fields_named
from migrator.model import Note, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.shell.find.sighting import Sighting
    from codemods.shell.reply.reply import Reply
    from migrator.syntax.shell.script import Script
    from migrator.syntax.text.source import Region, Source

_READING = re.compile(r"(?<![\w./-])(?:jq|yq|grep|egrep|sed|awk|python[0-9.]*|node|ruby|perl|php)(?![\w-])")


def notes_elsewhere(source: Source, region: Region, reply: Reply) -> Iterator[Note]:
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
            message = f"Line {at} reads {what} from `{name}`; v2 gives `id`, `number`, `state` and `created_at` only."
            yield Note("reply-field", Severity.WARNING, message, at)


def notes_of_callers(source: Source, script: Script, sighting: Sighting) -> Iterator[Note]:
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
                what = f"Line {number} of `{path}`, which calls `{name}`, reads `{fields[0]}`, maybe of the reply"
                message = f"{what}; v2 gives `id`, `number`, `state` and `created_at` only."
                yield Note("reply-field", Severity.WARNING, message)


def _line_at(text: str, index: int) -> str:
    end = text.find("\n", index)
    return text[text.rfind("\n", 0, index) + 1 : end if end >= 0 else len(text)]
