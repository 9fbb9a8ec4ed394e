"""Readers of a reply that was written into a file, in the other shell texts of the same file: steps, recipes, commands.

Each of them is a shell of its own, but they share the working directory. They are reported and not edited.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.shell_reply_fields import fields_named
from migrator.model import Note, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.shell_reply import Reply
    from migrator.syntax.source import Region, Source

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


def _line_at(text: str, index: int) -> str:
    end = text.find("\n", index)
    return text[text.rfind("\n", 0, index) + 1 : end if end >= 0 else len(text)]
