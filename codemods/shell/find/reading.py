"""Read what a trigger carries: its fields, its token, and where v1.1 may have read it differently from how it looks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from codemods.shell.read.body import Body, header_text, is_json_type, read_body
from codemods.shell.read.encoding import decoded_branch
from codemods.shell.read.fields import form_fields
from migrator.circleci.api.v1_request import TOKEN_FIELDS, Field, about_query, read_request
from migrator.errors import Refusal
from migrator.model import Auth, Literal, Note, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.shell.find.sighting import Sighting
    from migrator.circleci.api.v1_url import TriggerUrl
    from migrator.syntax.shell.curl import Invocation
    from migrator.syntax.shell.script import Command, Script


def failed(draft: Sighting, code: str, message: str) -> Sighting:
    """The sighting with one more reason why it must be left to a person."""
    return replace(draft, notes=(*draft.notes, Note(code, Severity.ERROR, message)))


def read_carried(script: Script, draft: Sighting) -> Sighting:
    """Read what the request carries; what cannot be read becomes an error note."""
    assert draft.invocation is not None
    assert draft.url is not None
    try:
        body = read_body(script, draft.command, draft.invocation)
        branch = draft.url.branch
        url = draft.url if branch is None else replace(draft.url, branch=decoded_branch(script, branch))
        query = _query(url)
        reading = read_request(url, (*query, *body.fields), _auth(script, draft, body))
    except Refusal as refusal:
        if any(note.code == refusal.code for note in draft.notes):
            return draft
        return failed(draft, refusal.code, refusal.message)
    in_query = (*query, *(body.fields if draft.invocation.all("get", "url-query") else ()))
    notes = (
        *draft.notes,
        *reading.notes,
        *about_query(in_query),
        *_doubts(script, draft.command, draft.invocation, body),
    )
    trigger = replace(reading.trigger, optional=body.optional)
    return replace(draft, trigger=trigger, notes=notes, body=body)


def _doubts(script: Script, command: Command, invocation: Invocation, body: Body) -> Iterator[Note]:
    """What v1.1 may have read differently from how it looks."""
    headers = [header_text(script, command, header) for header in invocation.all("header")]
    if body.is_json and not invocation.all("json") and not any(is_json_type(header) for header in headers):
        text = "The call sends JSON without saying so, which v1.1 may have ignored; it is taken for what it says."
        yield Note("json-without-type", Severity.WARNING, text)
    if body.bare:
        listed = ", ".join(f"`{name}`" for name in body.bare)
        text = f"The value of {listed} stands in the JSON without quotes; it is taken for a number or a truth value."
        yield Note("bare-value", Severity.WARNING, text)
    if invocation.all("config"):
        text = "curl reads more options from a file (`-K`), which is not looked at."
        yield Note("curl-config", Severity.WARNING, text)


def _query(url: TriggerUrl) -> tuple[Field, ...]:
    fields: list[Field] = []
    for parameter in url.query:
        fields += form_fields((*parameter.name, Literal("="), *parameter.value))
    return tuple(fields)


def _auth(script: Script, draft: Sighting, body: Body) -> Auth:
    assert draft.invocation is not None
    assert draft.url is not None
    headers = (header_text(script, draft.command, header) for header in draft.invocation.all("header"))
    names = {header.partition(":")[0].strip().lower() for header in headers}
    if names & {"circle-token", "authorization"} or draft.invocation.all("oauth2-bearer"):
        return Auth.HEADER
    if draft.invocation.all("user", "http-user", "netrc", "netrc-file", "netrc-optional"):
        return Auth.BASIC
    if draft.url.userinfo is not None:
        return Auth.USERINFO
    fields = (*_query(draft.url), *body.fields)
    return Auth.QUERY if any(field.name in TOKEN_FIELDS for field in fields) else Auth.NONE
