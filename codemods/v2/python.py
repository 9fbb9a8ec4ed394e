"""Find the requests and commands of a Python program that start v2 pipelines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.clients.libraries import PYCIRCLECI, library_of
from codemods.python.commands.argv import argv_of, changed_slug, changed_value, handed_to_shell, restored
from codemods.python.commands.commands import run_of
from codemods.python.commands.shell import region_of
from codemods.python.find.sighting import method_of
from codemods.python.find.wrappers import sight_through
from codemods.python.libraries.request import Part, arguments
from codemods.python.read.body import unwrapped
from codemods.python.read.wire import constant
from codemods.python.scan import frame_of, request_of
from codemods.v2.body import UnreadableError, read_json
from codemods.v2.body import request_of as v2_request
from codemods.v2.callers import V2Caller, in_script
from codemods.v2.python_body import Reader, is_json
from migrator.circleci.api.v2_request import Bare, V2Request
from migrator.circleci.api.v2_url import pipeline_url
from migrator.model import Slug, Value, literal
from migrator.syntax.json.template import JsonError, JsonObject, parse_json
from migrator.syntax.python.program import Operand
from migrator.syntax.python.text import text
from migrator.syntax.shell.script import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.python.commands.argv import Argv
    from codemods.python.commands.commands import Run
    from codemods.python.libraries.request import Argument, Request
    from migrator.circleci.api.v2_request import Parameter
    from migrator.circleci.api.v2_url import PipelineUrl
    from migrator.syntax.json.template import Json
    from migrator.syntax.python.program import Frame
    from migrator.syntax.shell.curl import Option
    from migrator.syntax.shell.script import Command, Script
    from migrator.syntax.text.source import Source


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
            yield _placed(source, sent.site, sent.request, assigned)
        library = _library(call)
        if library is not None:
            yield _placed(source, call, library, assigned)
        run = run_of(call)
        if run is not None:
            yield from (_placed(source, call, request, assigned) for request in _commands(run))


def _placed(source: Source, site: Operand, request: V2Request, assigned: Mapping[str, tuple[str, ...]]) -> V2Caller:
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
    return _Sent(site, _read(request, url))


def _read(request: Request, url: PipelineUrl) -> V2Request:
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
