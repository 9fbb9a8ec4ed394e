"""Find what starts v2 pipelines or reruns jobs in a Python program: its requests and commands, and their JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.argv import argv_of, changed_slug, changed_value, handed_to_shell, restored
from codemods.python.clients import PYCIRCLECI, library_of
from codemods.python.commands import region_of, run_of
from codemods.python.libraries.request import RequestPart, arguments
from codemods.python.read.body import unwrapped
from codemods.python.read.headers import headers_of
from codemods.python.read.wire import as_sent, constant, is_json_text
from codemods.python.scan import frame_of, request_of
from codemods.python.sighting import method_of
from codemods.python.wrappers import sight_through
from codemods.v2.reruns import V2Rerun, is_rerun, named, project_of
from codemods.v2.shell import UnreadableBodyError, V2Caller, in_script, read_json
from codemods.v2.shell import request_with_body as v2_request
from migrator.circleci.api.v2_request import Bare, V2Request
from migrator.circleci.api.v2_url import pipeline_url
from migrator.errors import Refusal
from migrator.model import Expansion, Slug, Value, literal, static, values
from migrator.syntax.json import JsonArray, JsonBare, JsonError, JsonObject, JsonScalar, JsonString, parse_json
from migrator.syntax.python.program import Operand
from migrator.syntax.python.records import record
from migrator.syntax.python.resolve import qualified
from migrator.syntax.python.text import text
from migrator.syntax.python.types import STR, types
from migrator.syntax.shell.script import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from codemods.python.argv import Argv
    from codemods.python.commands import CommandRun
    from codemods.python.libraries.request import Argument, Request
    from migrator.circleci.api.v2_request import Parameter
    from migrator.circleci.api.v2_url import PipelineUrl
    from migrator.model import Template
    from migrator.syntax.json import Json
    from migrator.syntax.python.program import PythonFrame
    from migrator.syntax.python.records import Record, RecordEntry
    from migrator.syntax.shell.curl import Option
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command
    from migrator.syntax.text.source import Source


_JSON_TYPES = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "dict": "object",
    "list": "array",
}


@dataclass(slots=True)
class JsonReader:
    """Reads one body; `optional` are the names of what it holds only sometimes."""

    optional: set[str] = field(default_factory=set)

    def argument(self, argument: Argument, part: RequestPart) -> Json:
        """What an argument of a request sends. Raises UnreadableError."""
        if part is RequestPart.JSON:
            return self.value(argument.operand, is_outer=True)
        operand = unwrapped(argument.operand)
        if part is RequestPart.MULTIPART or (part is RequestPart.DATA and _mapping(operand) is not None):
            raise UnreadableBodyError("the body is a form, and v2 reads JSON only")
        return self.text(operand)

    def text(self, operand: Operand) -> Json:
        """What text says that is JSON, or will be. Raises UnreadableError."""
        match operand.node:
            case cst.Call(func=func, args=[cst.Arg(value=value), *_]) if "json.dumps" in qualified(operand.of(func)):
                return self.value(operand.of(value), is_outer=True)
        try:
            return parse_json(text(operand))
        except JsonError as error:
            raise UnreadableBodyError(f"the body is not JSON that can be read here: {error.message}") from error

    def value(self, operand: Operand, *, is_outer: bool = False) -> Json:
        """What the value of an expression is as JSON. Raises UnreadableError."""
        known, plain = constant(operand)
        if known:
            return JsonScalar(json.dumps(plain))
        if isinstance(operand.node, cst.List | cst.Tuple):
            return JsonArray(())  # no field of v2's takes one, whatever is in it
        found = _mapping(operand)
        if found is not None:
            return self._object([*found.entries], found.inner, is_outer=is_outer)
        if types(operand) == STR or is_json_text(operand):
            return JsonString(as_sent(operand), exact=True)
        return JsonBare(text(operand), _types(operand))

    def _object(
        self, entries: Sequence[RecordEntry], inner: Sequence[tuple[str, RecordEntry]] = (), *, is_outer: bool = False
    ) -> JsonObject:
        items: list[tuple[Template, Json]] = []
        paths = dict.fromkeys(path for path, _ in inner)
        for name in dict.fromkeys((*(entry.name for entry in entries), *paths)):
            same = [entry for entry in entries if entry.name == name]
            added = [entry for path, entry in inner if path == name]
            if name is None:
                raise UnreadableBodyError("a name in the body is known only at run time")
            if not any(entry.sure for entry in (*same, *added)):
                self._only_sometimes(name, is_outer=is_outer)
            items.append((literal(name), self._added(same, added) if added else self._one(same)))
        return JsonObject(tuple(items))

    def _added(self, same: Sequence[RecordEntry], added: Sequence[RecordEntry]) -> Json:
        """A map that statements add to."""
        start = _mapping(same[-1].value) if len(same) == 1 else None
        if start is None or start.inner:
            raise UnreadableBodyError("a part of the body is put together in a way that cannot be read here")
        return self._object([*start.entries, *added])

    def _one(self, same: Sequence[RecordEntry]) -> Json:
        """The value of a field: of several places that set it, any from the last certain one on may count."""
        certain = [index for index, entry in enumerate(same) if entry.sure]
        reaching = same[certain[-1] :] if certain else same
        last = reaching[-1].value
        if len(reaching) == 1:
            return self.value(last)
        texts = [values(text(entry.value)) for entry in reaching]
        known = tuple(dict.fromkeys(each for found in texts for each in found or ()))
        return JsonString((Expansion(last.code, values=known if None not in texts else None, origin=last),), exact=True)

    def _only_sometimes(self, name: str, *, is_outer: bool) -> None:
        if is_outer:
            raise UnreadableBodyError(f"`{name}` is added to the body only under a condition")
        self.optional.add(name)


def _mapping(operand: Operand) -> Record | None:
    try:
        return record(operand)
    except Refusal as refusal:
        raise UnreadableBodyError(f"the body cannot be followed: {refusal.message.partition('. ')[0]}") from refusal


def _types(operand: Operand) -> frozenset[str]:
    found = types(operand)
    return frozenset(_JSON_TYPES.get(name, "null") for name in found) if found is not None else frozenset()


def is_json(request: Request, part: RequestPart | None) -> bool | None:
    """Whether the request declares its body to be JSON; None when a header is known only at run time."""
    headers = headers_of(request)
    declared = headers.get("content-type")
    if declared is not None:
        known = static(text(declared.value))
        return None if known is None else "application/json" in known.lower()
    if part is RequestPart.JSON:
        return True
    return False if headers.complete else None


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


def _assigned(frame: PythonFrame) -> dict[str, tuple[str, ...]]:
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
        if part in {RequestPart.JSON, RequestPart.DATA, RequestPart.RAW, RequestPart.MULTIPART}
        and constant(argument.operand) != (True, None)
    ]
    if not carriers:
        return V2Request(url.slug)
    part, argument = carriers[0]
    declared = is_json(request, part)
    if len(carriers) > 1:
        return V2Request(url.slug, is_json=declared, problem="the call is given two bodies", is_read=False)
    reader = JsonReader()
    try:
        body = reader.argument(argument, part)
    except UnreadableBodyError as error:
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
    reader = JsonReader()
    refs = {name: Value(text(given[name].operand), exact=True) for name in ("branch", "tag") if _is_given(given, name)}
    try:
        params = reader.value(given["params"].operand, is_outer=False) if _is_given(given, "params") else JsonObject(())
    except UnreadableBodyError as error:
        return V2Request(slug, problem=str(error), is_read=False)
    read = v2_request(slug, JsonObject(((literal("parameters"), params),)), run=False, is_json=True)
    branch = refs.get("branch")
    return replace(
        read, branch=branch, tag=refs.get("tag") if branch is None else None, optional=frozenset(reader.optional)
    )


def _is_given(given: Mapping[str, Argument], name: str) -> bool:
    return name in given and constant(given[name].operand) != (True, None)


def _commands(run: CommandRun) -> Iterator[V2Request]:
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
            return JsonReader().text(inner)
        if inner is not element:
            try:
                return parse_json(text(inner))
            except JsonError as error:
                raise UnreadableBodyError(f"the body is not JSON that can be read here: {error.message}") from error
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


def reruns_in_python(source: Source) -> Iterator[V2Rerun]:
    """Every rerun in one program, with the project of the job that was looked up before it. Raises ParseError."""
    frame = frame_of(source)
    looked_up: Template = ()
    for node in frame.module.calls():
        request = request_of(Operand(frame, node))
        if request is None:
            continue
        url = (*request.base, *text(request.url.operand))
        looked_up = project_of(url) or looked_up
        if is_rerun(url) and method_of(request) in {"POST", None}:
            span = frame.module.span(node)
            line, column = source.position(span.start)
            project, fixed = named(looked_up)
            yield V2Rerun(source.path, span, line, column, project, *_meant_by_request(request), fixed)


def _meant_by_request(request: Request) -> tuple[bool | None, bool | None]:
    """Whether the body names jobs, and whether it asks for SSH."""
    given = request.all(RequestPart.JSON, RequestPart.DATA, RequestPart.RAW, RequestPart.MULTIPART)
    if not given:
        return False, False
    try:
        body = record(given[0].operand) if len(given) == 1 else None
    except Refusal:
        body = None
    if body is None:
        return None, None
    jobs, ssh = body.get("jobs"), body.get("enable_ssh")
    empty = jobs is None or (isinstance(jobs.value.node, cst.List) and not jobs.value.node.elements)
    return not empty, ssh is not None and constant(ssh.value) == (True, True)
