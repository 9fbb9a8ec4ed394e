"""What is to be said about the uses of a reply in a Python program."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.reply.status import accept_created
from migrator.model import Expansion, Note, Severity, flatten
from migrator.syntax.python.program import Operand
from migrator.syntax.python.text import text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.python.libraries.request import Request
    from codemods.python.reply.reply import Reply, Use


def use_notes(reply: Reply, adapted: frozenset[int], *, adapts_status: bool = False) -> tuple[Note, ...]:
    """The notes. `adapted` are the nodes of the fields that the rewrite changes; `adapts_status`: checks as well."""
    notes = []
    for use in reply.uses:
        line = use.operand.module.line(use.operand.node)
        if id(use.operand.node) in adapted:
            message = f"Line {line} shows the address of the build; it becomes the address of the pipeline."
            notes.append(Note("build-url-adapted", Severity.INFO, message, line))
        else:
            message = f"Line {line} reads `{use.field}` of the reply; v2 gives {reply.given} only."
            notes.append(Note("reply-field", Severity.WARNING, message, line))
    for check in reply.checks:
        line = check.status.module.line(check.status.node)
        if adapts_status and accept_created(check) is not None:
            message = f"Line {line} compares the status of the reply with 200: with 201 from now on, as v2 answers."
            notes.append(Note("status-adapted", Severity.INFO, message, line))
        else:
            message = (
                f"Line {line} compares the status of the reply with 200; v2 answers {202 if reply.rerun else 201}."
            )
            notes.append(Note("status-code", Severity.WARNING, message, line))
    return tuple(dict.fromkeys((*notes, *reply.notes)))


def poll_notes(reply: Reply, recognise: Callable[[Operand], Request | None]) -> tuple[Note, ...]:
    """A note for every request that asks v1 about the build whose number the reply gave."""
    numbers = [use for use in reply.uses if use.field in {"build_num", "build_url"} and not use.shown]
    return tuple(dict.fromkeys(note for use in numbers for note in _polls(use, recognise)))


def _polls(use: Use, recognise: Callable[[Operand], Request | None]) -> Iterator[Note]:
    module = use.operand.module
    if not use.operand.frame.at_root:
        return
    names, code = _names_for(use), use.operand.code
    at = module.line(use.operand.node)
    for node in module.calls():
        request = recognise(Operand(use.operand.frame.plain(), node))
        if request is None or request.method not in {"GET", None}:
            continue
        parts = [part for part in flatten(text(request.url.operand)) if isinstance(part, Expansion)]
        if any(code in part.source or names & _names(part.source) for part in parts):
            line = module.line(node)
            message = (
                f"Line {line} asks v1 about the build whose number line {at} reads; in v2 the way leads from the "
                "pipeline to its workflows and their jobs: `migrator explain reply-polled`."
            )
            yield Note("reply-polled", Severity.WARNING, message, line)


def _names_for(use: Use) -> set[str]:
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
