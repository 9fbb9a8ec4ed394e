"""Find the calls that start v2 pipelines, as data, to check them against the config they aim at."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.argv import argv_of, changed_slug, changed_value, handed_to_shell, restored
from codemods.python.clients import PYCIRCLECI, library_of
from codemods.python.commands import region_of, run_of
from codemods.python.libraries.request import Part, arguments
from codemods.python.read.body import unwrapped
from codemods.python.read.wire import constant
from codemods.python.scan import frame_of, request_of
from codemods.python.sighting import method_of
from codemods.python.wrappers import sight_through
from codemods.shell.body import data_options, header_text, is_json_type
from codemods.shell.find.judge import is_list, unseen_arguments
from codemods.shell.find.other_files import offset_of, with_sourced
from codemods.shell.find.program import find_program
from codemods.shell.find.wrappers import read_by_callers, with_known_calls
from codemods.v2.body import UnreadableError, read_json, request_with_body
from codemods.v2.body import request_with_body as v2_request
from codemods.v2.python_body import Reader, is_json
from migrator.circleci.api.v2_request import Bare, V2Request
from migrator.circleci.api.v2_url import pipeline_url
from migrator.model import Slug, Span, Value, literal, static, values
from migrator.syntax.json import JsonError, JsonObject, parse_json
from migrator.syntax.python.program import Operand
from migrator.syntax.python.text import text
from migrator.syntax.shell.calls import positional
from migrator.syntax.shell.resolve import template, use_of
from migrator.syntax.shell.script import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from codemods.places.kinds import Host
    from codemods.python.argv import Argv
    from codemods.python.commands import Run
    from codemods.python.libraries.request import Argument, Request
    from migrator.circleci.api.v2_request import Parameter
    from migrator.circleci.api.v2_url import PipelineUrl
    from migrator.syntax.json import Json
    from migrator.syntax.python.program import Frame
    from migrator.syntax.shell.curl import Invocation, Option
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command, Write
    from migrator.syntax.text.source import Source

    ReadBody = Callable[[Script, Command, Option], Json]


_TRIGGER_PIPELINE = ("username", "project", "branch", "tag", "params", "vcs_type")


@dataclass(frozen=True, slots=True, eq=False)
class _Sent:
    """A request, and the call that it is reported at."""

    site: Operand
    request: V2Request
    hidden: bool = False


def find_in_python(source: Source) -> Iterator[V2Caller]:
    """Every call in one program that starts a v2 pipeline. Raises ParseError."""
    frame = frame_of(source)
    assigned = _assigned(frame)
    for node in frame.module.calls():
        call = Operand(frame, node)
        for sent in _requests(call):
            yield _placed_in_program(source, sent.site, sent.request, assigned)
        library = _library(call)
        if library is not None:
            yield _placed_in_program(source, call, library, assigned)
        run = run_of(call)
        if run is not None:
            yield from (_placed_in_program(source, call, request, assigned) for request in _commands(run))


def _placed_in_program(
    source: Source, site: Operand, request: V2Request, assigned: Mapping[str, tuple[str, ...]]
) -> V2Caller:
    span = site.module.span(site.node)
    line, column = source.position(span.start)
    return V2Caller(source.path, span, line, column, source.position(span.end - 1)[0], request, assigned)


def assigned_in_program(source: Source) -> dict[str, tuple[str, ...]]:
    """The assignments of a program, without a run. Raises ParseError."""
    return _assigned(frame_of(source))


def _assigned(frame: Frame) -> dict[str, tuple[str, ...]]:
    """All assignments of a program by variable, as they are written, in order."""
    found: dict[str, list[str]] = {}
    for node in frame.module.all(cst.Assign):
        for target in node.targets:
            if isinstance(target.target, cst.Name):
                found.setdefault(target.target.value, []).append(frame.module.code(node.value))
    return {name: tuple(codes) for name, codes in found.items()}


def _requests(call: Operand) -> tuple[_Sent, ...]:
    request = request_of(call)
    if request is None:
        return sight_through(call, request_of, _judge)
    found = _judge(request, call)
    return (found,) if found is not None else ()


def _judge(request: Request, site: Operand) -> _Sent | None:
    """What a request says, if it starts a pipeline."""
    url = pipeline_url((*request.base, *text(request.url.operand)))
    if url is None or not (url.sure or "circle" in (site.code + request.call.code).lower()):
        return None
    if method_of(request) not in {"POST", None}:
        return None
    return _Sent(site, _read_arguments(request, url))


def _read_arguments(request: Request, url: PipelineUrl) -> V2Request:
    if request.unseen:
        return V2Request(url.slug, is_json=None, problem="arguments come out of `*` or `**`", is_read=False)
    carriers = [
        (part, argument)
        for part, argument in request.arguments
        if part in {Part.JSON, Part.DATA, Part.RAW, Part.MULTIPART} and constant(argument.operand) != (True, None)
    ]
    if not carriers:
        return V2Request(url.slug)
    part, argument = carriers[0]
    declared = is_json(request, part)
    if len(carriers) > 1:
        return V2Request(url.slug, is_json=declared, problem="the call is given two bodies", is_read=False)
    reader = Reader()
    try:
        body = reader.argument(argument, part)
    except UnreadableError as error:
        return V2Request(url.slug, is_json=declared, problem=str(error), is_read=False)
    read = v2_request(url.slug, body, run=url.run, is_json=declared)
    return replace(read, optional=frozenset(reader.optional))


def _library(call: Operand) -> V2Request | None:
    """`trigger_pipeline` of pycircleci, which sends the branch or else the tag, and the parameters, as JSON."""
    assert isinstance(call.node, cst.Call)
    match call.node.func:
        case cst.Attribute(value=owner, attr=cst.Name(value="trigger_pipeline")):
            if library_of(call.of(owner), (PYCIRCLECI,)) is None:
                return None
        case _:
            return None
    given = arguments(call, _TRIGGER_PIPELINE)
    if given is None or not {"username", "project"} <= given.keys():
        return None
    vcs = text(given["vcs_type"].operand) if "vcs_type" in given else literal("github")
    slug = Slug(vcs, text(given["username"].operand), text(given["project"].operand))
    reader = Reader()
    refs = {name: Value(text(given[name].operand), exact=True) for name in ("branch", "tag") if _is_given(given, name)}
    try:
        params = reader.value(given["params"].operand, is_outer=False) if _is_given(given, "params") else JsonObject(())
    except UnreadableError as error:
        return V2Request(slug, problem=str(error), is_read=False)
    read = v2_request(slug, JsonObject(((literal("parameters"), params),)), run=False, is_json=True)
    branch = refs.get("branch")
    return replace(
        read, branch=branch, tag=refs.get("tag") if branch is None else None, optional=frozenset(reader.optional)
    )


def _is_given(given: Mapping[str, Argument], name: str) -> bool:
    return name in given and constant(given[name].operand) != (True, None)


def _commands(run: Run) -> Iterator[V2Request]:
    """The requests of the commands that a call runs."""
    run = handed_to_shell(run) or run
    if run.words is None:
        region = region_of(run)
        script = parse(region.text, templated=False) if region is not None else None
        yield from (request for _, request in in_script(script)) if script is not None else ()
        return
    argv = argv_of(run)
    if argv is not None:
        script = parse(argv.script, templated=False)
        yield from (_restored(argv, request) for _, request in in_script(script, partial(_body, argv)))


def _body(argv: Argv, script: Script, command: Command, option: Option) -> Json:
    """The body that an option of a list of arguments gives."""
    if option.value is not None and not option.clustered:
        element = argv.elements[argv.index_of(option.span.end - 1)]
        inner = unwrapped(element)
        if isinstance(inner.node, cst.Call):
            return Reader().text(inner)
        if inner is not element:
            try:
                return parse_json(text(inner))
            except JsonError as error:
                raise UnreadableError(f"the body is not JSON that can be read here: {error.message}") from error
    return read_json(script, command, option)


def _restored(argv: Argv, request: V2Request) -> V2Request:
    """The request with the program's own expressions in the place of the variables of the command."""

    change = partial(restored, argv)

    def parameter(given: Parameter) -> Parameter:
        return replace(given, template=change(given.template)) if isinstance(given, Value | Bare) else given

    return replace(
        request,
        slug=changed_slug(change, request.slug),
        branch=changed_value(change, request.branch),
        tag=changed_value(change, request.tag),
        parameters=tuple((name, parameter(given)) for name, given in request.parameters),
    )


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
    return request_with_body(url.slug, body, run=url.run, is_json=is_json)


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
