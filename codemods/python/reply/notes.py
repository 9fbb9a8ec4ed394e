"""What is said of the places that read a reply: its fields, its status, and builds that are asked for by its number."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.reply.status import accept_created
from codemods.replies import field_note, list_note, poll_note, status_note
from migrator.circleci.api.v1_url import lists_builds
from migrator.model import Expansion, Note, Severity, flatten
from migrator.syntax.python.program import Operand
from migrator.syntax.python.text import text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.python.libraries.request import Request
    from codemods.python.reply.reply import PythonReply, ReplyUse

NO_WAIT = "A wait is only written for requests, httpx and urllib."
"""Why a call cannot wait for its build."""


def use_notes(
    reply: PythonReply, adapted: frozenset[cst.CSTNode], *, adapts_status: bool = False, why: str = ""
) -> tuple[Note, ...]:
    """The notes. `adapted` are the nodes of the fields that the rewrite changes; `adapts_status`: checks as well.

    `why` says why the call cannot wait for its build.
    """
    notes = []
    for use in reply.uses:
        line = use.operand.module.line(use.operand.node)
        if use.operand.node in adapted:
            message = f"Line {line} shows the address of the build; it becomes the address of the pipeline."
            notes.append(Note("build-url-adapted", Severity.INFO, message, line))
        else:
            what = f"reads `{use.field}` of the reply"
            notes.append(field_note(f"Line {line}", what, line, rerun=reply.rerun, why=why))
    others = (replace(n, message=f"{n.message} {why}") if why and n.code == "reply-field" else n for n in reply.notes)
    return tuple(dict.fromkeys((*notes, *status_notes(reply, adapts=adapts_status), *others)))


def status_notes(reply: PythonReply, *, adapts: bool) -> Iterator[Note]:
    """The notes on checks of the status; `adapts`: the rewrite changes those that it can."""
    for check in reply.checks:
        line = check.status.module.line(check.status.node)
        yield status_note(line, adapted=adapts and accept_created(check) is not None, rerun=reply.rerun)


def poll_notes(reply: PythonReply, recognise: Callable[[Operand], Request | None]) -> tuple[Note, ...]:
    """A note for every request that asks v1 about the build whose number the reply gave."""
    numbers = [use for use in reply.uses if use.field in {"build_num", "build_url"} and not use.shown]
    lines = ((use, poll) for use in numbers for poll in polls(use, recognise))
    notes = (poll_note(poll.call.module.line(poll.call.node), _line(use)) for use, poll in lines)
    return tuple(dict.fromkeys(notes))


def list_notes(site: Operand, recognise: Callable[[Operand], Request | None]) -> tuple[Note, ...]:
    """A note for every request for the latest builds of a project, behind a call or in another function."""
    module, start = site.module, site.module.span(site.node).start
    if not site.frame.at_root or "/api/v1" not in module.text:
        return ()
    own = module.function(site.node)
    later = (
        node for node in module.calls() if module.span(node).start > start or module.function(node) not in {None, own}
    )
    requests = (recognise(Operand(site.frame.plain(), node)) for node in later)
    gets = (request for request in requests if request is not None and request.method == "GET")
    lists = (request for request in gets if lists_builds((*request.base, *text(request.url.operand))))
    return tuple(dict.fromkeys(list_note(module.line(request.call.node)) for request in lists))


def _line(use: ReplyUse) -> int:
    return use.operand.module.line(use.operand.node)


def polls(use: ReplyUse, recognise: Callable[[Operand], Request | None]) -> Iterator[Request]:
    """The GETs whose address holds what a field of the reply gave."""
    module = use.operand.module
    if not use.operand.frame.at_root:
        return
    names, code = _names_for(use), use.operand.code
    for node in module.calls():
        request = recognise(Operand(use.operand.frame.plain(), node))
        if request is None or request.method not in {"GET", None}:
            continue
        parts = [part for part in flatten(text(request.url.operand)) if isinstance(part, Expansion)]
        if any(code in part.source or names & _names(part.source) for part in parts):
            yield request


def _names_for(use: ReplyUse) -> set[str]:
    """The variable that gets the field, by itself or in a longer expression."""
    module = use.operand.module
    statement = module.statement(use.operand.node)
    targets = [target.target for node in module.all(cst.Assign, statement) for target in node.targets]
    return {target.value for target in targets if isinstance(target, cst.Name)}


def _names(code: str) -> set[str]:
    try:
        tree = ast.parse(code.strip(), mode="eval")
    except SyntaxError:
        return set()
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
