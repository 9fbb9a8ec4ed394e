"""Judge one shell command: is it a trigger, what does it ask for, and what about it cannot be told."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods.shell_body import NO_BODY, Body, data_options, is_json_type, read_body
from codemods.shell_branch import decoded_branch
from codemods.shell_fields import form_fields
from codemods.shell_hidden import hidden
from codemods.shell_program import find_program, splitting_word
from migrator.circleci.endpoints import VCS, TriggerUrl, trigger_url
from migrator.circleci.v1_request import TOKEN_FIELDS, Field, read_request
from migrator.errors import Refusal
from migrator.model import (
    Auth,
    Endpoint,
    Expansion,
    Literal,
    Note,
    Severity,
    Slug,
    Span,
    V1Trigger,
    Value,
    static,
    values,
)
from migrator.syntax.shell_resolve import template, use_of
from migrator.syntax.templates import Marked, is_mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import Template
    from migrator.syntax.curl import Invocation, Option
    from migrator.syntax.shell import Command, Script

_TELLING = re.compile(r"(?<![A-Za-z0-9])build_parameters|CIRCLE_JOB")
_SYNTAX = "The shell text around the call cannot be parsed. Correct it, or change the call by hand."
_RERUN = (
    "v2 reruns workflows, not builds: `GET /project/{slug}/job/{number}` names the workflow, "
    "`POST /workflow/{id}/rerun` reruns it. Write the two calls by hand."
)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A trigger that a command makes, and where its own text stands: from the `curl` word to the end of the command.

    `url_option`, `url` and `invocation` are None when the command cannot be analysed.
    """

    command: Command
    place: Span
    trigger: V1Trigger
    notes: tuple[Note, ...] = ()
    invocation: Invocation | None = None
    url: TriggerUrl | None = None
    url_option: Option | None = None
    body: Body = NO_BODY


@dataclass(frozen=True, slots=True)
class Scene:
    """A region's script with all its sightings, and where each of them lies in the file."""

    script: Script
    sightings: tuple[Sighting, ...]
    places: tuple[Span, ...]

    def placed(self, sighting: Sighting) -> Span:
        """The span of a sighting in the file's text."""
        return self.places[self.sightings.index(sighting)]


def sight(script: Script, command: Command) -> tuple[Sighting, ...]:
    """The triggers that the command makes: one at most, unless it runs or writes a script of several."""
    program = find_program(script, command)
    if program is not None and program.invocation is not None:
        seen = _judge(script, command, program.invocation)
        if seen is not None:
            return (seen,)
    if program is not None and program.unreadable and _looks_like_one(script, command):
        draft = Sighting(command, Span(program.word.span.start, command.span.end), _unknown())
        return (_failed(draft, "shell-syntax", _SYNTAX),)
    return tuple(_hidden(script, command))


def _hidden(script: Script, command: Command) -> Iterator[Sighting]:
    """Triggers in text that the command runs later or elsewhere."""
    for how, inner in hidden(script, command, sight):
        place = inner.place if how.start is None else Span(inner.place.start + how.start, inner.place.end + how.start)
        note = Note(how.code, Severity.ERROR, how.message)
        yield Sighting(command, command.span if how.start is None else place, inner.trigger, (note,))


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
    draft = Sighting(command, _place(command, invocation), _bare(url), (), invocation, url, option)
    return _read(script, _with_obstacles(script, draft, method, len(targets)))


def _place(command: Command, invocation: Invocation) -> Span:
    return Span(invocation.program.span.start, command.span.end)


def _unknown() -> V1Trigger:
    """A trigger of which nothing can be told."""
    return V1Trigger(Endpoint.JOB, "v1.1", Slug((Expansion("?"),), (), ()))


def _looks_like_one(script: Script, command: Command) -> bool:
    """Whether a command that cannot be read holds the address of a trigger and something that posts."""
    end = script.text.find("\n", command.span.end)
    text = script.text[command.span.start : end if end >= 0 else len(script.text)]
    posting = any(word in text for word in ("POST", " -d", " --data", " -F", " --form"))
    return (posting or bool(_TELLING.search(text))) and "/api/v1" in text and "/project/" in text


def _with_obstacles(script: Script, draft: Sighting, method: str | None, urls: int) -> Sighting:
    """What keeps the command from being rewritten, whatever it sends."""
    assert draft.invocation is not None
    assert draft.url is not None
    for code, message in _obstacles(script, draft, draft.invocation, draft.url):
        draft = _failed(draft, code, message)
    if method is None:
        draft = _failed(draft, "dynamic-method", "The method of the request is known only at run time. Write it out.")
    if urls > 1 or (draft.invocation is not None and draft.invocation.all("next")):
        draft = _failed(draft, "two-urls", "The command sends more than one request. Give each a command of its own.")
    return draft


def _obstacles(script: Script, draft: Sighting, invocation: Invocation, url: TriggerUrl) -> Iterator[tuple[str, str]]:
    command = draft.command
    if command.broken or command.simple.failure:
        yield "shell-syntax", _SYNTAX
    if invocation.unknown:
        listed = ", ".join(f"`{name}`" for name in invocation.unknown)
        yield "unknown-option", f"{listed} is no option of curl that is known here. Change the call by hand."
    if not url.api_version:
        yield "unresolved-url", "The base of the URL is known only at run time. Write out /api/v1.1/."
    vcs = static(url.slug.vcs)
    if vcs is not None and url.slug.vcs and vcs not in VCS:
        yield "unknown-vcs", f"`{vcs}` in the URL is neither `github` nor `bitbucket`. Put in what is meant."
    if draft.trigger.endpoint in {Endpoint.RETRY, Endpoint.SSH}:
        yield "rerun", _RERUN
    split = splitting_word(script, command, invocation)
    if split is not None:
        yield "unquoted-variable", f"`{split}` becomes several words here. Put it in double quotes."


def _read(script: Script, draft: Sighting) -> Sighting:
    """Read what the request carries; what cannot be read becomes an error note."""
    assert draft.invocation is not None
    assert draft.url is not None
    try:
        body = read_body(script, draft.command, draft.invocation)
        branch = draft.url.branch
        url = draft.url if branch is None else replace(draft.url, branch=decoded_branch(script, branch))
        reading = read_request(url, (*_query(url), *body.fields), _auth(draft, body))
    except Refusal as refusal:
        return _failed(draft, refusal.code, refusal.message)
    notes = (*draft.notes, *reading.notes, *_doubts(draft.invocation, body))
    return replace(draft, trigger=reading.trigger, notes=notes, body=body)


def _doubts(invocation: Invocation, body: Body) -> Iterator[Note]:
    """What v1.1 may have read differently from how it looks."""
    if body.is_json and not invocation.all("json") and not any(is_json_type(h) for h in invocation.all("header")):
        text = "The call sends JSON without saying so, which v1.1 may have ignored; it is taken for what it says."
        yield Note("json-without-type", Severity.WARNING, text)
    if body.bare:
        listed = ", ".join(f"`{name}`" for name in body.bare)
        text = f"The value of {listed} stands in the JSON without quotes; it is taken for a number or a truth value."
        yield Note("bare-value", Severity.WARNING, text)
    if invocation.all("config"):
        text = "curl reads more options from a file (`-K`), which is not looked at."
        yield Note("curl-config", Severity.WARNING, text)


def _failed(draft: Sighting, code: str, message: str) -> Sighting:
    return replace(draft, notes=(*draft.notes, Note(code, Severity.ERROR, message)))


def _bare(url: TriggerUrl) -> V1Trigger:
    branch = Value(url.branch) if url.branch is not None else None
    return V1Trigger(url.endpoint, url.api_version or "v1.1", url.slug, branch, build_num=url.build_num)


def _url(script: Script, command: Command, option: Option) -> Template:
    return template(script, option.value, use_of(command)) if option.value is not None else ()


def _mentions_circleci(script: Script, command: Command) -> bool:
    text = script.text[command.span.start : command.span.end]
    return "circle" in text.lower() or _TELLING.search(text) is not None


def _without_url(script: Script, command: Command, invocation: Invocation, urls: list[Template]) -> Sighting | None:
    """A command whose data can only be a trigger's, and whose URL is not known or not one of a trigger."""
    text = script.text[command.span.start : command.span.end]
    if not data_options(invocation) or not _TELLING.search(text):
        return None
    draft = Sighting(command, _place(command, invocation), _unknown())
    targets = [Marked.of(url).text for url in urls]
    if any("/api/v2/" in target for target in targets):
        return None
    if any("/api/v1" in target and "/project" in target for target in targets):
        return _failed(draft, "url-shape", "The URL is not one that starts builds. Write it out, then run this again.")
    if any(is_mark(char) for target in targets for char in target):
        return _failed(draft, "unresolved-url", "The URL is known only at run time. Write it out, then run this again.")
    return None


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
