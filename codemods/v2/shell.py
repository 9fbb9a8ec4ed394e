"""Find the commands of shell text that start v2 pipelines, and read their JSON bodies.

A body is written out, in a variable or here-document, or made by `jq`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from codemods.shell.body import data_options, file_of, header_text, is_json_type, takes_stdin
from codemods.shell.find.judge import is_list, unseen_arguments
from codemods.shell.find.other_files import offset_of, with_sourced
from codemods.shell.find.program import find_program, method_of
from codemods.shell.find.wrappers import read_by_callers, with_known_calls
from migrator.circleci.api.v2_request import Bare, Parameter, V2Request
from migrator.circleci.api.v2_url import pipeline_url
from migrator.model import Literal, Span, Template, Value, source, static
from migrator.syntax.jq.program import read_jq
from migrator.syntax.json import Json, JsonArray, JsonBare, JsonError, JsonObject, JsonScalar, JsonString, parse_json
from migrator.syntax.shell.calls import positional
from migrator.syntax.shell.curl import is_program
from migrator.syntax.shell.flow import feeding, grouped_feeding
from migrator.syntax.shell.output import writer_of
from migrator.syntax.shell.resolve import printed_by, reaching, template, use_of
from migrator.syntax.shell.script import parse
from migrator.syntax.shell.types import Use

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from codemods.places.place import Host
    from migrator.circleci.api.v2_url import PipelineUrl
    from migrator.model import Slug
    from migrator.syntax.shell.curl import Invocation, Option
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command, Word, Write
    from migrator.syntax.text.source import Source

    ReadBody = Callable[[Script, Command, Option], Json]


_KEYS = frozenset({"branch", "tag", "parameters"})


class UnreadableBodyError(Exception):
    """What the request says cannot be told from the script; the message says why."""


def read_json(script: Script, command: Command, option: Option) -> Json:
    """The JSON that the option sends. Raises UnreadableError."""
    try:
        maker = _jq_command(script, command, option)
        if maker is not None:
            words = maker.words[1:]
            return read_jq([template(script, w, use_of(maker)) for w in words], [word.static for word in words])
        return parse_json(_text(script, command, option))
    except JsonError as error:
        raise UnreadableBodyError(f"the body is not JSON that can be read here: {error.message}") from error


def _jq_command(script: Script, command: Command, option: Option) -> Command | None:
    if takes_stdin(option):
        made = feeding(script, command)
        return made if made is not None and _is_jq(made) else _one_of(script, grouped_feeding(script, command))
    return None if option.value is None else _substituted_jq(script, option.value, use_of(command))


def _substituted_jq(script: Script, word: Word, use: Use) -> Command | None:
    """The jq command in `$(jq …)` or `$(jq … || …)` that is all of the word, or of the variable that the word reads."""
    piece = word.lone
    if piece is None:
        return None
    if piece.name is not None:
        write = reaching(script, piece.name, use)
        if write is None or write.value is None:
            return None
        return _substituted_jq(script, write.value, Use(write.span.start, write.blocks, use.depth + 1))
    return _one_of(script, list(script.within(Span(piece.span.start + 1, piece.span.end))))


def _one_of(script: Script, commands: Sequence[Command]) -> Command | None:
    """The jq command of `jq …` or `jq … || …`."""
    inside = sorted(commands, key=lambda found: found.span)
    if not inside or not _is_jq(inside[0]):
        return None
    between = script.text[inside[0].span.end : inside[1].span.start] if len(inside) == 2 else "||"
    return inside[0] if len(inside) <= 2 and between.strip() == "||" else None


def _is_jq(command: Command) -> bool:
    return bool(command.words) and is_program(command.words[0], "jq") and not command.simple.redirects


def _text(script: Script, command: Command, option: Option) -> Template:
    if option.value is None:
        return ()
    if takes_stdin(option):
        return _stdin(script, command)
    path = file_of(option)
    if path is not None:
        writer = writer_of(script, path, use_of(command))
        text = printed_by(script, writer, filed=True) if writer is not None else None
        if text is None:
            raise UnreadableBodyError("the body is read from a file")
        return text
    return template(script, option.value, use_of(command))


def _stdin(script: Script, command: Command) -> Template:
    for redirect in command.simple.redirects:
        if redirect.heredoc is not None:
            return template(script, redirect.heredoc.body, use_of(command))
        if redirect.operator == "<<<":
            return (*template(script, redirect.target, use_of(command)), Literal("\n"))
    feeder = feeding(script, command)
    text = printed_by(script, feeder) if feeder is not None else None
    if text is None:
        raise UnreadableBodyError("the body comes from standard input")
    return text


def request_with_body(slug: Slug, body: Json, *, run: bool, is_json: bool | None) -> V2Request:
    """The request that a body makes. `run`: it goes to `/pipeline/run`, whose body has another shape."""
    try:
        members = _members(body)
        if run:
            members = _of_run(members)
        unknown = sorted(members.keys() - _KEYS)
        if unknown:
            return V2Request(slug, is_json=is_json, problem=f"v2 has no field `{unknown[0]}` in the body")
        branch, tag = (_ref(members.get(name)) for name in ("branch", "tag"))
        given = _members(members["parameters"]) if "parameters" in members else {}
        parameters = tuple((name, _parameter(name, value)) for name, value in given.items())
    except UnreadableBodyError as error:
        return V2Request(slug, is_json=is_json, problem=str(error), is_read=False)
    return V2Request(slug, branch, tag, parameters, is_json)


def _members(body: Json) -> Mapping[str, Json]:
    if not isinstance(body, JsonObject):
        raise UnreadableBodyError("the body, or its `parameters`, is not a map that can be read here")
    names = [static(key) for key, _ in body.items]
    if None in names:
        raise UnreadableBodyError("a name in the body is known only at run time")
    return {str(name): value for name, (_, value) in zip(names, body.items, strict=True)}


def _of_run(members: Mapping[str, Json]) -> dict[str, Json]:
    """The fields of `/pipeline/run` as those of `/pipeline`: config and checkout have to name one ref."""
    rest = {name: members[name] for name in members if name not in {"definition_id", "config", "checkout"}}
    config, checkout = members.get("config"), members.get("checkout")
    if _said(config) != _said(checkout):
        raise UnreadableBodyError("the config and the checkout may be of different refs")
    return {**rest, **(_members(config) if config is not None else {})}


def _said(body: Json | None) -> object:
    """What a part of the body says, wherever it stands."""
    match body:
        case JsonObject(items):
            return {source(key): _said(value) for key, value in items}
        case JsonString(text) | JsonBare(text):
            return type(body), source(text)
    return body


def _ref(value: Json | None) -> Value | None:
    match value:
        case None | JsonScalar("null"):
            return None
        case JsonString(text, exact):
            return Value(text, exact)
        case JsonBare(text):
            return Value(text)  # a branch or a tag can only be a string: its quotes are in the value
    raise UnreadableBodyError("the branch or tag is not a string that can be read here")


def _parameter(name: str, value: Json) -> Parameter:
    match value:
        case JsonString(text, exact):
            return Value(text, exact)
        case JsonScalar("true" | "false" as word):
            return word == "true"
        case JsonScalar(number) if number.lstrip("-").isdecimal():
            return int(number)
        case JsonScalar() | JsonArray() | JsonObject():
            raise UnreadableBodyError(f"v2 takes strings, booleans and whole numbers, and `{name}` is something else")
        case JsonBare(text, types):
            return Bare(text, types)


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


PIPELINE_HINT = "pipeline"


def find_in_shell(source: Source, host: Host) -> Iterator[V2Caller]:
    """Every call in one stretch of shell text that starts a pipeline."""
    if PIPELINE_HINT not in host.region.text:
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
    if method_of(script, command, invocation) not in {"POST", None}:
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
    except UnreadableBodyError as error:
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
