"""The token of a call that stood in its URL or its form data, as the value of a `Circle-Token` header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.shell.write import emit as shell_emit
from migrator.circleci.api.v1_request import TOKEN_FIELDS
from migrator.errors import Refusal
from migrator.model import Auth, Literal, source
from migrator.syntax.text.templates import Marked, percent_decoded

if TYPE_CHECKING:
    from codemods.shell.find.sighting import Sighting
    from migrator.model import Template
    from migrator.syntax.shell.script import Script, Use


def token_of(script: Script, sighting: Sighting, use: Use) -> str:
    """The header as a shell word, to stand at `use`. Raises Refusal."""
    token = _userinfo(sighting) if sighting.trigger.auth is Auth.USERINFO else _field(sighting)
    return shell_emit.word((Literal("Circle-Token: "), *token), script, use)


def _userinfo(sighting: Sighting) -> Template:
    """The user name: the token. A password behind it has no meaning."""
    assert sighting.url is not None
    marked = Marked.of(sighting.url.userinfo or ())
    colon = marked.text.find(":")
    return _decoded(marked.slice(0, colon if colon >= 0 else None))


def _field(sighting: Sighting) -> Template:
    assert sighting.url is not None
    for parameter in sighting.url.query:
        if source(parameter.name) in TOKEN_FIELDS:
            return _decoded(parameter.value)
    for field in sighting.body.fields:
        if field.name in TOKEN_FIELDS:
            return field.value.template
    raise Refusal("no-token", "The token of the call was not found again. Rewrite the call by hand.")


def _decoded(token: Template) -> Template:
    return percent_decoded(token, plus=False)
