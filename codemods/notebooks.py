"""Calls in the cells of notebooks: Python, `!` lines, and cells that begin with `%%bash`. They are reported only.

Sources: nbformat 4 (cells, source), IPython docs (`!`, `%%bash`, `%%sh`, `%%script`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from codemods.found import Found, Unwritten
from codemods.places.place import behind
from codemods.python import caller as python
from codemods.shell import caller as shell
from migrator.errors import ParseError
from migrator.model import Note, Severity, Span
from migrator.syntax.json import JsonEscapes, json_strings
from migrator.syntax.text.regions import Joined
from migrator.syntax.text.source import Source, VerbatimRegion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.text.source import Region

_MESSAGE = "The call stands in a cell of a notebook. Rewrite it by hand."
_SHELL_CELL = re.compile(r"%%(?:bash|sh|zsh|script[ \t]+\S*sh)\b[^\n]*\n")
_BANG = re.compile(r"^[ \t]*!(?P<command>(?:[^\n\\]|\\\n|\\.)*)", re.MULTILINE)
_MAGIC = re.compile(r"^[ \t]*[%!?][^\n]*(?<!\\)$|^[ \t]*!(?:[^\n\\]|\\\n|\\.)*", re.MULTILINE)


def is_notebook(path: str) -> bool:
    """Whether a file is a notebook by its name."""
    return path.lower().endswith(".ipynb")


def find(source: Source) -> tuple[Found, ...]:
    """Every trigger in the cells. Raises ParseError for what is no JSON."""
    return tuple(found for cell in _cells(source.text) for found in _in_cell(source, cell))


def _cells(text: str) -> Iterator[Region]:
    """The source of each cell as one text."""
    cells: dict[tuple[str | int, ...], list[Region]] = {}
    for string in json_strings(text):
        if "source" in string.path[-2:]:
            cell = string.path[: string.path.index("source")]
            outer = VerbatimRegion(text[string.start : string.end], string.start)
            cells.setdefault(cell, []).append(behind(outer, JsonEscapes()))
    yield from (Joined(tuple(parts), "") for parts in cells.values())


def _in_cell(source: Source, cell: Region) -> Iterator[Found]:
    if header := _SHELL_CELL.match(cell.text):
        yield from _in_shell(source, cell, Span(header.end(), len(cell.text)))
        return
    for found in _BANG.finditer(cell.text):
        yield from _in_shell(source, cell, Span(*found.span("command")))
    plain = _MAGIC.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), cell.text)
    try:
        calls = python.find(Source("cell.py", plain))
    except ParseError:
        return
    yield from (_placed(source, cell, found, 0) for found in calls)


def _in_shell(source: Source, cell: Region, span: Span) -> Iterator[Found]:
    text = cell.text[span.start : span.end]
    region = VerbatimRegion(text)
    for found in shell.find(Source("cell.sh", text), region, templated=False):
        yield _placed(source, cell, found, span.start)


def _placed(source: Source, cell: Region, found: Found, shift: int) -> Found:
    """The call where the notebook has it, for a person."""
    call = found.call
    start = cell.locate(call.span.start + shift)
    span = Span(start, max(cell.locate(call.span.end - 1 + shift) + 1, start + 1))
    line, column = source.position(span.start)
    notes = (*call.notes, Note("program-string", Severity.ERROR, _MESSAGE))
    end_line = source.position(span.end - 1)[0]
    call = replace(call, path=source.path, span=span, line=line, column=column, end_line=end_line, notes=notes)
    return Found(call, VerbatimRegion(source.text), Unwritten("program-string", _MESSAGE))
