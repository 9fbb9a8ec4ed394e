"""Write a payload where the old one stood outside of the call: a here-document, a variable, a printing command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.shell.write import emit as shell_emit
from codemods.shell.write import payload as shell_payload
from codemods.shell.write.json import layout_of
from migrator.model import Expansion, Span
from migrator.syntax.shell.functions import is_positional

if TYPE_CHECKING:
    from codemods.shell.write.carrier import Carrier
    from codemods.shell.write.payload import Payload
    from migrator.syntax.shell.script import Script

    Replaced = list[tuple[Span, str]]


def carried(script: Script, carrier: Carrier, payload: Payload) -> Replaced | None:
    """What stands in which span of the view afterwards, or None when the carrier cannot hold it. Raises Refusal."""
    if carrier.function and any(is_positional(value.template) for _, value in payload.values()):
        return None
    if carrier.command:
        return [(carrier.span, _printed(script, carrier, payload))]
    if carrier.heredoc:
        return None if payload.jq else _document(script, carrier, payload)
    if payload.jq:
        return None if carrier.echoed else [(carrier.span, shell_payload.as_word(payload, script, carrier.use))]
    template = payload.template(script, layout_of(_before(script, carrier)))
    text = shell_emit.single_quoted(template, script, carrier.use)
    return None if carrier.echoed and "\\" in text else [(carrier.span, text)]


def _before(script: Script, carrier: Carrier) -> str:
    return script.text[carrier.span.start : carrier.span.end]


def _printed(script: Script, carrier: Carrier, payload: Payload) -> str:
    """A command that prints the payload."""
    if payload.jq:
        return f"{{ {shell_payload.jq_command(payload.request, script, carrier.use)}; }}"
    return f"printf '%s' {shell_payload.as_word(payload, script, carrier.use)}"


def _document(script: Script, carrier: Carrier, payload: Payload) -> Replaced:
    """The text of a here-document; a quoted delimiter loses its quotes when something has to expand."""
    before = _before(script, carrier)
    template = payload.template(script, layout_of(before))
    indent = before[: len(before) - len(before.lstrip(" \t"))]
    if carrier.delimiter is None:
        return [(carrier.span, indent + shell_emit.heredoc(template, script, carrier.use) + "\n")]
    if not any(isinstance(part, Expansion) for part in template):
        return [(carrier.span, indent + shell_emit.verbatim(template) + "\n")]
    text = indent + shell_emit.heredoc(template, script, carrier.use) + "\n"
    return [(carrier.span, text), (carrier.delimiter.span, carrier.delimiter.static or "")]
