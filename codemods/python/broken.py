"""Find what reads a reply of v2 for something that only v1 answered: such a program dies, whoever migrated it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.found import Found, Unwritten
from codemods.python.reply.reply import follow
from codemods.python.scan import request_of
from codemods.python.starts import http_request
from codemods.replies import broken_call, broken_note
from codemods.shell.reply.fields import FIELDS
from migrator.circleci.api.recognise import PIPELINE_HINT, start_of
from migrator.syntax.python.program import Operand
from migrator.syntax.text.source import VerbatimRegion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.python.program import PythonFrame
    from migrator.syntax.text.source import Source


def broken_in(source: Source, frame: PythonFrame) -> Iterator[Found]:
    """Every call of a program that starts a pipeline and whose reply is read as one of v1."""
    if PIPELINE_HINT not in source.text or not any(name in source.text for name in FIELDS):
        return
    for node in frame.module.calls():
        call = Operand(frame, node)
        request = request_of(call)
        start = start_of(http_request(request, call)) if request is not None else None
        if request is None or start is None:
            continue
        uses = [use for use in follow(request).uses if use.field in FIELDS and use.sure]
        notes = tuple(dict.fromkeys(broken_note(frame.module.line(use.operand.node), use.field) for use in uses))
        if notes:
            found = broken_call(source, frame.module.span(node), "python", start, notes)
            yield Found(found, VerbatimRegion(source.text), Unwritten("reply-broken", notes[0].message))
