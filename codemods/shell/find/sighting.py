"""Judge one shell command: is it a trigger, what does it ask for, and what about it cannot be told."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemods.shell.find.callers import sourced_words
from codemods.shell.find.defaults import assumption, with_defaults
from codemods.shell.find.hidden import hidden, is_printing
from codemods.shell.find.obstacles import SYNTAX, unseen_arguments, with_obstacles
from codemods.shell.find.program import find_program
from codemods.shell.find.reading import failed, read_carried
from codemods.shell.read.body import NO_BODY, Body, data_options
from migrator.circleci.api.v1_request import TOKEN_FIELDS
from migrator.circleci.api.v1_url import TriggerUrl, trigger_url
from migrator.model import (
    Endpoint,
    Expansion,
    Note,
    Severity,
    Slug,
    Span,
    V1Trigger,
    Value,
    flatten,
    source,
    values,
)
from migrator.syntax.shell.flow import downstream
from migrator.syntax.shell.resolve import template, use_of
from migrator.syntax.text.templates import Marked, is_mark
from migrator.template import alternatives

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.shell.find.wrappers import Wrapper
    from migrator.model import Template
    from migrator.syntax.shell.curl import Invocation, Option
    from migrator.syntax.shell.script import Command, Script

_FIELD = re.compile(r"build_parameters(?:\[|%5B)|\{\s*\"build_parameters\"")
# As a name, not the platform's variable: every message to a chat has `$CIRCLE_JOB` in it.
_TELLING = re.compile(r"(?<![A-Za-z0-9])build_parameters|(?<![\w$])(?<!\$\{)CIRCLE_JOB")


@dataclass(frozen=True, slots=True)
class Sighting:
    """A trigger that a command makes, and where its own text stands: from the `curl` word to the end of the command.

    `url_option`, `url` and `invocation` are None when the command cannot be analysed. With a `wrapper`, the command
    stands in a function, which was read in `script`, and the place is that of the command that calls it.
    """

    command: Command
    place: Span
    trigger: V1Trigger
    notes: tuple[Note, ...] = ()
    invocation: Invocation | None = None
    url: TriggerUrl | None = None
    url_option: Option | None = None
    body: Body = NO_BODY
    script: Script | None = None
    wrapper: Wrapper | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """A region's script with all its sightings, and where each of them lies in the file.

    `line` gives the line of the file in which a character of the script stands; `memory` keeps what was found out for
    all of them together.
    """

    script: Script
    sightings: tuple[Sighting, ...]
    places: tuple[Span, ...]
    line: Callable[[int], int] = field(default=lambda index: index, compare=False)
    memory: dict[frozenset[Span], frozenset[Span]] = field(default_factory=dict, compare=False, repr=False)

    def script_of(self, sighting: Sighting) -> Script:
        """The script as it was read for a sighting."""
        return sighting.script or self.script

    def placed(self, sighting: Sighting) -> Span:
        """The span of a sighting in the file's text."""
        return self.places[self.sightings.index(sighting)]


def sight(script: Script, command: Command) -> tuple[Sighting, ...]:
    """The triggers that the command makes: one at most, unless it runs or writes a script of several."""
    program = find_program(script, command)
    if program is not None and program.invocation is not None:
        seen = judge(script, command, program.invocation)
        if seen is not None:
            return (seen,)
    if program is not None and program.unreadable and _looks_like_one(script, command):
        draft = Sighting(command, Span(program.word.span.start, command.span.end), unknown_trigger())
        return (failed(draft, "shell-syntax", SYNTAX),)
    return tuple(_hidden(script, command)) or _handed_over(script, command)


def _hidden(script: Script, command: Command) -> Iterator[Sighting]:
    """Triggers in text that the command runs later or elsewhere."""
    for how, inner in hidden(script, command, sight):
        place = inner.place if how.start is None else Span(inner.place.start + how.start, inner.place.end + how.start)
        note = Note(how.code, Severity.ERROR, how.message)
        yield Sighting(command, command.span if how.start is None else place, inner.trigger, (note,))


def _handed_over(script: Script, command: Command) -> tuple[Sighting, ...]:
    """A call by a function that comes out of another file, which could not be found, going by what it is given."""
    name = command.words[0].static if command.words else None
    if not name or "/" in name or name in script.functions or is_printing(name):
        return ()
    if not any(_FIELD.match(word.lead) for word in command.words[1:]) or not any(sourced_words(script)):
        return ()
    draft = Sighting(command, Span(command.words[0].span.start, command.span.end), unknown_trigger())
    message = f"The call is handed to `{name}`, which is not in this file and was not found. Change it by hand."
    return (failed(draft, "wrapped-call", message),)


def judge(script: Script, command: Command, invocation: Invocation) -> Sighting | None:
    """The trigger that a curl or wget command makes, or None."""
    targets = [(option, with_defaults(script, _url(script, command, option))) for option in invocation.all("url")]
    hits = [(option, hit) for option, url in targets if (hit := trigger_url(url)) is not None]
    if not hits:
        several = _several(script, command, invocation, [url for _, url in targets])
        return several or _without_url(script, command, invocation, [url for _, url in targets])
    option, url = hits[0]
    if not url.sure and not _mentions_circleci(script, command):
        return None
    method = _method(script, command, invocation)
    if method not in {"POST", None} and not (method == "GET" and _may_post(script, command, invocation, url)):
        return None
    assumed = assumption(url.url.whole)
    notes = (assumed,) if assumed is not None else ()
    draft = Sighting(command, _place(command, invocation), _bare(url), notes, invocation, url, option)
    return read_carried(script, with_obstacles(script, draft, method))


def _several(script: Script, command: Command, invocation: Invocation, urls: list[Template]) -> Sighting | None:
    """A command whose URL is that of a trigger for one of the values that a variable in it is known to have.

    What is up to the callers of a function is told where they stand.
    """
    own = [
        url for url in urls if not any(isinstance(p, Expansion) and (p.name or "").isdecimal() for p in flatten(url))
    ]
    found = (trigger_url(other) for url in own for other in alternatives(url))
    url = next((hit for hit in found if hit is not None and hit.sure), None)
    if url is None or _method(script, command, invocation) not in {"POST", None}:
        return None
    draft = Sighting(command, _place(command, invocation), _bare(url))
    return failed(draft, "several-urls", "The URL is one of several. Give each a call of its own.")


def _may_post(script: Script, command: Command, invocation: Invocation, url: TriggerUrl) -> bool:
    """Whether arguments that cannot be seen may make a trigger of what looks like a GET.

    Builds are listed with a query behind the same URL, and a list is read with `.[…]`.
    """
    if invocation.all("get", "request", "method") or not unseen_arguments(script, command, invocation):
        return False
    if any(source(field.name) not in TOKEN_FIELDS for field in url.query):
        return False
    words = (word.static or "" for other in downstream(script, command) for word in other.words[1:])
    return not any(word.lstrip().startswith((".[", "[.[", "map(")) for word in words)


def _place(command: Command, invocation: Invocation) -> Span:
    return Span(invocation.program.span.start, command.span.end)


def unknown_trigger() -> V1Trigger:
    """A trigger of which nothing can be told."""
    return V1Trigger(Endpoint.JOB, "v1.1", Slug((Expansion("?"),), (), ()))


def _looks_like_one(script: Script, command: Command) -> bool:
    """Whether a command that cannot be read is a trigger, going by its text to the end of the line."""
    end = script.text.find("\n", command.span.end)
    return looks_like_trigger(script.text[command.span.start : end if end >= 0 else len(script.text)])


def looks_like_trigger(text: str) -> bool:
    """Whether text holds the address of a trigger and something that posts."""
    posting = any(word in text for word in ("POST", " -d", " --data", " -F", " --form"))
    return (posting or bool(_TELLING.search(text))) and "/api/v1" in text and "/project/" in text


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
    draft = Sighting(command, _place(command, invocation), unknown_trigger())
    targets = [Marked.of(url).text for url in urls]
    if any("/api/v2/" in target for target in targets):
        return None
    if any("/api/v1" in target and "/project" in target for target in targets):
        return failed(draft, "url-shape", "The URL is not one that starts builds. Write it out, then run this again.")
    if any(is_mark(char) for target in targets for char in target):
        return failed(draft, "unresolved-url", "The URL is known only at run time. Write it out, then run this again.")
    return None


def _method(script: Script, command: Command, invocation: Invocation) -> str | None:
    """The request's method; None when only the run shows it."""
    explicit = invocation.last("request", "method")
    data = data_options(invocation)
    deciding = invocation.all("request", "method", "head", "upload-file", "get")
    sometimes = data if explicit is None and all(option.condition is not None for option in data) else ()
    if any(option.condition is not None for option in (*deciding, *sometimes)):
        return None
    if explicit is not None and explicit.value is not None:
        known = values(template(script, explicit.value, use_of(command)))
        return known[0].upper() if known is not None and len(known) == 1 else None
    if invocation.all("head"):
        return "HEAD"
    if invocation.all("upload-file"):
        return "PUT"
    return "POST" if data and not invocation.all("get") else "GET"
