"""Find the requests of a Python program that rerun jobs through v2, to tell what became of a call of v1.1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.find.sighting import method_of
from codemods.python.libraries.request import Part
from codemods.python.read.wire import constant
from codemods.python.scan import frame_of, request_of
from codemods.v2.reruns import V2Rerun, is_rerun, named, project_of
from migrator.errors import Refusal
from migrator.syntax.python.program import Operand
from migrator.syntax.python.records import record
from migrator.syntax.python.text import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.python.libraries.request import Request
    from migrator.model import Template
    from migrator.syntax.text.source import Source


def reruns_in_python(source: Source) -> Iterator[V2Rerun]:
    """Every rerun in one program, with the project of the job that was looked up before it. Raises ParseError."""
    frame = frame_of(source)
    looked_up: Template = ()
    for node in frame.module.calls():
        request = request_of(Operand(frame, node))
        if request is None:
            continue
        url = (*request.base, *text(request.url.operand))
        looked_up = project_of(url) or looked_up
        if is_rerun(url) and method_of(request) in {"POST", None}:
            span = frame.module.span(node)
            line, column = source.position(span.start)
            project, fixed = named(looked_up)
            yield V2Rerun(source.path, span, line, column, project, *_meant(request), fixed)


def _meant(request: Request) -> tuple[bool | None, bool | None]:
    """Whether the body names jobs, and whether it asks for SSH."""
    given = request.all(Part.JSON, Part.DATA, Part.RAW, Part.MULTIPART)
    if not given:
        return False, False
    try:
        body = record(given[0].operand) if len(given) == 1 else None
    except Refusal:
        body = None
    if body is None:
        return None, None
    jobs, ssh = body.get("jobs"), body.get("enable_ssh")
    empty = jobs is None or (isinstance(jobs.value.node, cst.List) and not jobs.value.node.elements)
    return not empty, ssh is not None and constant(ssh.value) == (True, True)
