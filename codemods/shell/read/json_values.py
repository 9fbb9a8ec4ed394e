"""What the expansions in a JSON payload hold: plain text, text that was escaped already, or whole JSON values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.shell.read.encoding import is_escaped, json_encoded
from migrator.errors import Refusal
from migrator.model import Expansion, flatten, static, values
from migrator.syntax.json.template import JsonBare, JsonObject, JsonString

if TYPE_CHECKING:
    from migrator.model import Template
    from migrator.syntax.json.template import Json
    from migrator.syntax.shell.script import Script

_SCALAR = re.compile(r"true|false|-?(?:0|[1-9][0-9]*)")
_NUMBERS = frozenset({"CIRCLE_BUILD_NUM", "CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", "RANDOM", "SECONDS", "#", "?", "$"})
_ALWAYS_TEXT = frozenset({"branch", "tag", "revision", "job", "CIRCLE_JOB"})


@dataclass(frozen=True, slots=True)
class Settled:
    """A payload whose encoders are taken off; `bare` names values that stand without quotes and are not understood."""

    json: Json
    bare: tuple[str, ...] = ()


def settled(script: Script, payload: Json) -> Settled:
    """Look at every value of the payload. Raises Refusal for an encoding that is not understood."""
    if not isinstance(payload, JsonObject):
        return Settled(payload)
    items: list[tuple[Template, Json]] = []
    bare: list[str] = []
    for key, value in payload.items:
        name = static(key) or ""
        if name == "build_parameters" and isinstance(value, JsonObject):
            inner = settled(script, value)
            items.append((key, inner.json))
            bare += inner.bare
            continue
        plain = _value(script, value)
        items.append((key, plain))
        if isinstance(plain, JsonBare) and not _is_scalar(plain) and not _is_json_string(script, name, plain):
            bare.append(name)
    return Settled(JsonObject(tuple(items)), tuple(bare))


def _is_scalar(value: JsonBare) -> bool:
    """Whether a value without quotes is known to be a number or a truth value."""
    known = values(value.template)
    if known is not None:
        return all(_SCALAR.fullmatch(text) for text in known)
    part = value.template[0] if len(value.template) == 1 else None
    return isinstance(part, Expansion) and (part.name in _NUMBERS or part.source.startswith("$(("))


def _value(script: Script, value: Json) -> Json:
    match value:
        case JsonBare((Expansion() as part,)):
            plain = json_encoded(script, part)
            if plain is not None:
                return JsonString((plain,), exact=True)
            if is_escaped(script, part):
                raise Refusal(
                    "encoded-value",
                    f"`{part.source}` is made fit for JSON in a way that is not understood. Write the payload by hand.",
                )
        case JsonString(template, False):
            inner = (part for part in flatten(template) if isinstance(part, Expansion) and is_escaped(script, part))
            outer = (part for part in template if isinstance(part, Expansion) and is_escaped(script, part))
            script.escaped.update(part.span for part in (*inner, *outer) if part.span is not None)
    return value


def _is_json_string(script: Script, name: str, value: JsonBare) -> bool:
    """Whether a value without quotes must bring its own: v1.1 took nothing but text there."""
    part = value.template[0] if len(value.template) == 1 else None
    if name not in _ALWAYS_TEXT or not isinstance(part, Expansion) or part.span is None:
        return False
    script.bare.add(part.span)
    return True
