"""Judge one shell command: is it a trigger, what does it ask for, and what about it cannot be told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods.shell_body import Body, data_options, form_fields, read_body
from codemods.shell_program import Program, find_program
from migrator.circleci.endpoints import TriggerUrl, trigger_url
from migrator.circleci.v1_request import TOKEN_FIELDS, Field, read_request
from migrator.errors import Refusal
from migrator.model import Auth, Endpoint, Expansion, Literal, Note, Severity, Slug, V1Trigger, Value, values
from migrator.syntax.shell_resolve import template, use_of
from migrator.syntax.templates import Marked, is_mark

if TYPE_CHECKING:
    from migrator.model import Span, Template
    from migrator.syntax.curl import Invocation, Option
    from migrator.syntax.shell import Command, Script

_TELLING = ("build_parameters", "CIRCLE_JOB")


@dataclass(frozen=True, slots=True)
class Sighting:
    """A trigger that a command makes. `url_option` and `invocation` are None when the command cannot be analysed."""

    command: Command
    start: int
    trigger: V1Trigger
    notes: tuple[Note, ...] = ()
    reply_fields: tuple[str, ...] = ()
    invocation: Invocation | None = None
    url: TriggerUrl | None = None
    url_option: Option | None = None
    body: Body = Body()


@dataclass(frozen=True, slots=True)
class Scene:
    """A region's script with all its sightings, and where each of them lies in the file."""

    script: Script
    sightings: tuple[Sighting, ...]
    places: tuple[Span, ...]

    def placed(self, sighting: Sighting) -> Span:
        """The span of a sighting in the file's text."""
        return self.places[self.sightings.index(sighting)]


def sight(script: Script, command: Command) -> Sighting | None:
    """The trigger that the command makes, or None when it makes none."""
    program = find_program(script, command)
    if program is None:
        return None
    if program.invocation is None:
        return _opaque(script, command, program)
    return _judge(script, command, program.invocation)


def _opaque(script: Script, command: Command, program: Program) -> Sighting | None:
    """A command that hides a trigger in text that is not analysed."""
    return None


def _judge(script: Script, command: Command, invocation: Invocation) -> Sighting | None:
    targets = [(option, _url(script, command, option)) for option in invocation.all("url")]
    hits = [(option, hit) for option, url in targets if (hit := trigger_url(url)) is not None]
    if not hits:
        return _without_url(script, command, invocation, [url for _, url in targets])
    option, url = hits[0]
    if not url.sure and not _mentions_circleci(script, command):
        return None
    method = _method(script, command, invocation)
    if method not in {"POST", None}:
        return None
    draft = Sighting(command, invocation.program.span.start, _bare(url), (), (), invocation, url, option)
    if command.broken or command.simple.failure:
        return _failed(draft, "shell-syntax", "The shell text around the call cannot be parsed. Change it by hand.")
    if method is None:
        return _failed(draft, "dynamic-method", "The method of the request is known only at run time. Write it out.")
    if len(targets) > 1 or invocation.all("next"):
        return _failed(draft, "two-urls", "The command sends more than one request. Give each a command of its own.")
    return _read(script, draft)


def _read(script: Script, draft: Sighting) -> Sighting:
    """Read what the request carries; what cannot be read becomes an error note."""
    assert draft.invocation is not None
    assert draft.url is not None
    try:
        if not draft.url.api_version:
            raise Refusal(
                "unresolved-url", "The base of the URL is known only at run time. Write it out as /api/v1.1/."
            )
        body = read_body(script, draft.command, draft.invocation)
        reading = read_request(draft.url, (*_query(draft.url), *body.fields), _auth(draft, body))
    except Refusal as refusal:
        return _failed(draft, refusal.code, refusal.message)
    return replace(draft, trigger=reading.trigger, notes=reading.notes, body=body)


def _failed(draft: Sighting, code: str, message: str) -> Sighting:
    return replace(draft, notes=(*draft.notes, Note(code, Severity.ERROR, message)))


def _bare(url: TriggerUrl) -> V1Trigger:
    branch = Value(url.branch) if url.branch is not None else None
    return V1Trigger(url.endpoint, url.api_version or "v1.1", url.slug, branch, build_num=url.build_num)


def _url(script: Script, command: Command, option: Option) -> Template:
    return template(script, option.value, use_of(command)) if option.value is not None else ()


def _mentions_circleci(script: Script, command: Command) -> bool:
    text = script.text[command.span.start : command.span.end].lower()
    return "circle" in text or "build_parameters" in text


def _without_url(script: Script, command: Command, invocation: Invocation, urls: list[Template]) -> Sighting | None:
    """A command whose data can only be a trigger's, and whose URL is not known."""
    hidden = [url for url in urls if any(is_mark(char) for char in Marked.of(url).text)]
    text = script.text[command.span.start : command.span.end]
    if not hidden or not any(word in text for word in _TELLING) or not data_options(invocation):
        return None
    if "/api/v2/" in Marked.of(hidden[0]).text:
        return None
    slug = Slug((Expansion("?"),), (), ())
    draft = Sighting(command, invocation.program.span.start, V1Trigger(Endpoint.JOB, "v1.1", slug))
    return _failed(draft, "unresolved-url", "The URL is known only at run time. Write it out, then run this again.")


def _method(script: Script, command: Command, invocation: Invocation) -> str | None:
    """The request's method; None when only the run shows it."""
    explicit = invocation.last("request", "method")
    if explicit is not None and explicit.value is not None:
        known = values(template(script, explicit.value, use_of(command)))
        return known[0].upper() if known is not None and len(known) == 1 else None
    if invocation.all("head"):
        return "HEAD"
    if invocation.all("upload-file"):
        return "PUT"
    return "POST" if data_options(invocation) and not invocation.all("get") else "GET"


def _query(url: TriggerUrl) -> tuple[Field, ...]:
    fields: list[Field] = []
    for parameter in url.query:
        fields += form_fields((*parameter.name, Literal("="), *parameter.value))
    return tuple(fields)


def _auth(draft: Sighting, body: Body) -> Auth:
    assert draft.invocation is not None
    assert draft.url is not None
    for header in draft.invocation.all("header"):
        name = (header.value.lead if header.value is not None else "").partition(":")[0].strip().lower()
        if name in {"circle-token", "authorization"}:
            return Auth.HEADER
    if draft.invocation.all("oauth2-bearer"):
        return Auth.HEADER
    if draft.invocation.all("user", "http-user", "netrc", "netrc-file", "netrc-optional"):
        return Auth.BASIC
    if draft.url.userinfo is not None:
        return Auth.USERINFO
    fields = (*_query(draft.url), *body.fields)
    return Auth.QUERY if any(field.name in TOKEN_FIELDS for field in fields) else Auth.NONE
