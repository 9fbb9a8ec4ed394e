"""Find the calls that start v2 pipelines, as data, to check them against the config they aim at."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from codemods.shell.find.obstacles import is_list, unseen_arguments
from codemods.shell.find.program import find_program
from codemods.shell.find.sourced import offset_of, with_sourced
from codemods.shell.find.wrappers import read_by_callers, with_known_calls
from codemods.shell.read.body import data_options, header_text, is_json_type
from codemods.v2.body import UnreadableError, read_json, request_of
from migrator.circleci.api.v2_request import V2Request
from migrator.circleci.api.v2_url import pipeline_url
from migrator.model import Span, static, values
from migrator.syntax.shell.positional import positional
from migrator.syntax.shell.resolve import template, use_of
from migrator.syntax.shell.script import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from codemods.places.kinds import Host
    from migrator.circleci.api.v2_url import PipelineUrl
    from migrator.syntax.json.template import Json
    from migrator.syntax.shell.curl import Invocation, Option
    from migrator.syntax.shell.script import Command, Script
    from migrator.syntax.shell.writes import Write
    from migrator.syntax.text.source import Source

    ReadBody = Callable[[Script, Command, Option], Json]

_HINT = "pipeline"


@dataclass(frozen=True, slots=True)
class V2Caller:
    """A call and where it stands: lines and columns count from 1, the span is in characters of the file's text.

    `assigned` are all assignments of the script around it, by variable, as they are written.
    """

    path: str
    span: Span
    line: int
    column: int
    end_line: int
    request: V2Request
    assigned: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)


def find_v2_callers(source: Source) -> tuple[V2Caller, ...]:
    """Every such call in one file, in order. Raises ParseError when the file cannot be parsed."""
    from codemods.places import kinds as hosts
    from codemods.python.caller import is_python

    if _HINT not in source.text:
        return ()
    found: Iterable[V2Caller] = (caller for host in hosts.regions(source) for caller in _in_host(source, host))
    if is_python(source):
        from codemods.v2.python import find_in_python

        found = find_in_python(source)
    once = {caller.span: caller for caller in found}  # aliases put one text into several scripts
    return tuple(once[span] for span in sorted(once))


def _in_host(source: Source, host: Host) -> Iterator[V2Caller]:
    if _HINT not in host.region.text:
        return
    region = with_sourced(source, host.region, templated=host.templated)
    script = parse(region.text, templated=host.templated)
    script = with_known_calls(script, source, whole=host.region.text == source.text)
    host = replace(host, region=region)
    for span, request in in_script(script):
        if span.start < offset_of(region):  # in another file
            continue
        assigned = assigned_in(script, span.start)
        yield replace(_placed(source, host, script.view.back(span), request), assigned=assigned)


def in_script(script: Script, read: ReadBody = read_json) -> Iterator[tuple[Span, V2Request]]:
    """The requests of a script that start pipelines, each with its place; `read` reads what an option sends.

    Where only the callers of a function show what it sends, each of them makes one.
    """
    found = dict(_spelled_out(script, read))
    for function, calls in read_by_callers(script, partial(_is_known, found)):
        made = {place: made for place, requests in calls for made in _made(requests, read)}
        if made:
            found = {place: request for place, request in found.items() if place.start not in function} | made
    yield from found.items()


def _spelled_out(script: Script, read: ReadBody) -> Iterator[tuple[Span, V2Request]]:
    for command in script.commands:
        program = find_program(script, command)
        if program is None or program.invocation is None:
            continue
        request = _request(script, command, program.invocation, read)
        if request is not None:
            yield Span(program.invocation.program.span.start, command.span.end), request


def _made(requests: Iterable[tuple[Script, Command, Invocation]], read: ReadBody) -> list[V2Request]:
    """The request that a call of a function makes: at most one, as long as it is known which."""
    return [found for each in requests if (found := _request(*each, read)) is not None][:1]


def _is_known(found: Mapping[Span, V2Request], function: Span) -> bool:
    """Whether a request of the function is understood without its callers."""
    return any(place.start in function and not request.problem for place, request in found.items())


def assigned_in(script: Script, at: int | None) -> dict[str, tuple[str, ...]]:
    """All assignments of a script by variable, as they are written, in order.

    Under `@` stands what decides on the positional parameters at the character `at` of the script.
    """
    found = {
        name: tuple(_given(script, write) for write in sorted(writes, key=lambda write: write.span))
        for name, writes in script.writes.items()
    }
    return found if at is None else {**found, "@": positional(script, at)}


def _given(script: Script, write: Write) -> str:
    """The text that gives the value; of a loop the words behind `in`, without what stands in its body."""
    if write.choices is None:
        return script.view.source(write.span)
    return " ".join(script.view.source(word.span) for word in write.choices)


def _placed(source: Source, host: Host, inner: Span, request: V2Request) -> V2Caller:
    span = Span(host.region.locate(inner.start), host.region.locate(inner.end - 1) + 1)
    line, column = source.position(span.start)
    return V2Caller(source.path, span, line, column, source.position(span.end - 1)[0], request)


def _request(script: Script, command: Command, invocation: Invocation, read: ReadBody) -> V2Request | None:
    options = invocation.all("url")
    urls = [pipeline_url(template(script, o.value, use_of(command))) if o.value else None for o in options]
    url = next((found for found in urls if found is not None), None)
    if url is None or not (url.sure or "circle" in script.text[command.span.start : command.span.end].lower()):
        return None
    if _method(script, command, invocation) not in {"POST", None}:
        return None
    unseen = [o for o in unseen_arguments(script, command, invocation) if not is_list(_written(script, o))]
    others = [option for option, found in zip(options, urls, strict=True) if found is not url or url is None]
    if any(option not in unseen for option in others):
        return V2Request(
            url.slug,
            is_json=None,
            problem="the call sends more than one request, or options from a variable",
            is_read=False,
        )
    return _read(script, command, invocation, url, read)


def _written(script: Script, option: Option) -> str:
    return script.text[option.span.start : option.span.end]


def _read(script: Script, command: Command, invocation: Invocation, url: PipelineUrl, read: ReadBody) -> V2Request:
    options = data_options(invocation)
    is_json = _is_json(script, command, invocation)
    if not options:
        return V2Request(url.slug)
    if len(options) > 1:
        return V2Request(
            url.slug, is_json=is_json, problem="the body is put together from several options", is_read=False
        )
    try:
        body = read(script, command, options[0])
    except UnreadableError as error:
        return V2Request(url.slug, is_json=is_json, problem=str(error), is_read=False)
    return request_of(url.slug, body, run=url.run, is_json=is_json)


def _is_json(script: Script, command: Command, invocation: Invocation) -> bool | None:
    """Whether the request declares its body to be JSON; None when a header is known only at run time."""
    headers = [(option, header_text(script, command, option)) for option in invocation.all("header")]
    if invocation.all("json") or any(is_json_type(text) for _, text in headers):
        return True
    is_open = any(_is_open(script, command, option, text) for option, text in headers)
    return None if is_open or invocation.all("config") else False


def _is_open(script: Script, command: Command, header: Option, text: str) -> bool:
    """Whether a header, known as far as `text`, may turn out to be the one that says JSON."""
    name, colon, _ = text.partition(":")
    known = header.value is not None and static(template(script, header.value, use_of(command))) is not None
    return not known and (not colon or name.strip().lower() == "content-type")


def _method(script: Script, command: Command, invocation: Invocation) -> str | None:
    """The request's method; None when only the run shows it."""
    explicit = invocation.last("request", "method")
    if explicit is not None and explicit.value is not None:
        known = values(template(script, explicit.value, use_of(command)))
        return known[0].upper() if known is not None and len(known) == 1 else None
    if invocation.all("head", "upload-file"):
        return "GET"
    return "POST" if data_options(invocation) and not invocation.all("get") else "GET"
