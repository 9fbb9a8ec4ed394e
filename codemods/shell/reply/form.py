"""Readers of a reply that find another form: v1.1 answers EDN to who does not ask for JSON, v2 always answers JSON.

Source: CircleCI API v1.1 reference, "Accept header" (2026).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.shell.reply.fields import finds_by_form
from codemods.shell.reply.reply import takers_of_body
from migrator.model import Note, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.shell.find.sighting import ShellSighting
    from codemods.shell.reply.reply import ShellReply
    from migrator.syntax.shell.curl import Invocation
    from migrator.syntax.shell.script import Script


def notes_of_form(
    script: Script, sighting: ShellSighting, reply: ShellReply, line: Callable[[int], int]
) -> Iterator[Note]:
    """A remark for each command that looks for something in a reply which was EDN, and is JSON now."""
    if sighting.invocation is None or _may_ask_for_json(sighting.invocation):
        return
    told = {reader.index for reader in reply.readers}
    for taken in takers_of_body(script, sighting.command, sighting.invocation):
        if taken.command.span.start not in told and finds_by_form(taken.command):
            at = line(taken.command.span.start)
            text = f"Line {at} looks into the reply: without `Accept: application/json` v1.1 answered EDN "
            yield Note("reply-form", Severity.INFO, f'{text}(`{{:message "…"}}`), and v2 answers JSON.', at)


def _may_ask_for_json(invocation: Invocation) -> bool:
    if invocation.all("json"):
        return True
    headers = [option.value for option in invocation.all("header") if option.value is not None]
    return any(value.static is None or value.static.lower().startswith("accept:") for value in headers)
