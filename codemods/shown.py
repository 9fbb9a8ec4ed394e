"""Calls that text only shows: in comments, help texts and messages of scripts and programs. Nobody makes them here.

They are no work of the file's owner, and still wrong for whoever copies them.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.places.documents import is_document, is_history
from codemods.places.html import HTML, shown_text
from codemods.programs.languages import is_test
from codemods.shell import caller as shell
from migrator.model import Span
from migrator.syntax.text.source import Source, VerbatimRegion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrator.model import V1Trigger

_COMMAND = re.compile(r"(?<![\w./-])(?:curl|wget)(?=[ \t])")
# What may stand at the start of a line of a comment, of a string or of a list of lines.
_LEAD = re.compile(
    r"\A[ \t]*(?:(?:#+|//+|\*|--|;+|::|%|@?REM\b|@?echo\b|echo\b|println\b|>|\|)[ \t]*)?[\"'`]?", re.IGNORECASE
)
_CLOSING = re.compile(r"(?:-->|\*/|[\"'`]{1,3}\)?[;,]?|`[.,;:]?)[ \t]*\Z")
_ADDRESS = ("/v1", "project/")
_DATA = frozenset({".json", ".ipynb", ".xml", ".csv", ".svg", ".lock", ".min.js", ".map"})
_QUOTED = {'\\"': '"', "\\'": "'", "\\$": "$", "\\`": "`"}
_LONGEST = 40  # lines


def shown_in(source: Source, known: Sequence[Span]) -> Iterator[tuple[int, V1Trigger]]:
    """Each call that a text shows, with its line; `known` are the calls that the file makes."""
    text, path = source.text, source.path
    if not all(sign in text for sign in _ADDRESS) or PurePosixPath(path).suffix.lower() in _DATA:
        return
    if PurePosixPath(path).suffix.lower() in HTML:
        text = shown_text(text)
    if is_document(path) or is_history(path) or is_test(path):
        return
    for found in _COMMAND.finditer(text):
        if any(found.start() in span for span in known):
            continue
        command, end = _command(text, found.start())
        if all(sign in command for sign in _ADDRESS) and not any(Span(found.start(), end).overlaps(s) for s in known):
            trigger = _trigger(command)
            if trigger is not None:
                yield text.count("\n", 0, found.start()) + 1, trigger


def _command(text: str, start: int) -> tuple[str, int]:
    """A command as it is shown, without what the lines begin with, and where it ends."""
    lines: list[str] = []
    at = start
    while len(lines) < _LONGEST:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end].rstrip()
        lines.append(_LEAD.sub("", line, count=1) if lines else line)
        if not lines[-1].endswith("\\") or end == len(text):
            break
        at = end + 1
    return "\n".join(lines), end


def _trigger(command: str) -> V1Trigger | None:
    """What a command asks for, when a shell could read it, with or without what closes the text around it."""
    plain = command
    for written, meaning in _QUOTED.items():
        plain = plain.replace(written, meaning)
    for text in dict.fromkeys((command, _CLOSING.sub("", command), plain, _CLOSING.sub("", plain))):
        found = shell.find(Source("shown.sh", text), VerbatimRegion(text), templated=False)
        read = [each.call.trigger for each in found if str(each.call.trigger.slug) != "?"]
        if read:
            return read[0]
    return None
