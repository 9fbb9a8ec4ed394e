"""Find what starts v2 pipelines or reruns jobs in a Python program: its requests, client libraries and commands.

What reads their reply for something that only v1 answered is found too: such a program dies, whoever migrated it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import libcst as cst

from codemods.found import Found, Unwritten, V2Caller, V2Rerun
from codemods.python.arguments import argv_of, changed_slug, changed_value, handed_to_shell, restored, restored_alone
from codemods.python.assigned import assigned_in
from codemods.python.clients import PYCIRCLECI, library_of
from codemods.python.commands import region_of
from codemods.python.dumped import dumped_in
from codemods.python.guards import guards
from codemods.python.libraries.request import arguments
from codemods.python.read.body import encoded_text
from codemods.python.read.http import http_request
from codemods.python.read.json_body import JsonReader
from codemods.python.read.wire import constant
from codemods.python.reply.notes import polls
from codemods.python.reply.reply import follow
from codemods.python.runners import runs_of
from codemods.python.scan import frame_of, request_of
from codemods.python.wrappers import given_by_callers, may_be_open, sight_through
from codemods.replies import (
    POLLED,
    broken_call,
    broken_note,
    broken_poll_note,
    broken_status_note,
    half_made_notes,
    may_be_half_made,
)
from codemods.shell.content import data_options
from codemods.shell.reply.fields import FIELDS
from codemods.shell.request import read_json
from codemods.shell.starts import starts_in_script
from migrator.circleci.api.recognise import PIPELINE_HINT, looked_up, named, pipeline_request, rerun_of, start_of
from migrator.circleci.api.v1_url import is_about_v1
from migrator.circleci.api.v2_request import Bare, V2Request
from migrator.errors import Refusal
from migrator.model import Slug, Value, literal
from migrator.syntax.json import JsonObject
from migrator.syntax.python.program import Operand
from migrator.syntax.python.text import text
from migrator.syntax.request import JsonBody
from migrator.syntax.shell.script import parse
from migrator.syntax.text.source import VerbatimRegion
from migrator.syntax.text.templates import Marked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from codemods.python.arguments import Argv
    from codemods.python.libraries.request import Argument, Request
    from codemods.python.runners import CommandRun
    from migrator.circleci.api.v2_request import Parameter
    from migrator.model import Note, Template
    from migrator.syntax.python.program import PythonFrame
    from migrator.syntax.shell.curl import Invocation
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command
    from migrator.syntax.text.source import Source


_TRIGGER_PIPELINE = ("username", "project", "branch", "tag", "params", "vcs_type")


@dataclass(frozen=True, slots=True, eq=False)
class _Start:
    """A request, and the call that it is reported at."""

    site: Operand
    sender: Operand
    request: V2Request
    open: bool = False
    doubt: str = ""

    @property
    def hidden(self) -> bool:
        """Whether only what is given to the function around it tells what it carries."""
        return self.open

    @property
    def is_refused(self) -> bool:
        """Whether what it carries is not known."""
        return bool(self.request.problem)


def starts_in(source: Source) -> Iterator[V2Caller]:
    """Every call in one program that starts a v2 pipeline. Raises ParseError."""
    frame = frame_of(source)
    assigned = assigned_in(source.text)
    found = [start for node in frame.module.calls() for start in _starts(Operand(frame, node))]
    for start in given_by_callers(found):
        span = frame.module.span(start.site.node)
        line, column = source.position(span.start)
        last = source.position(span.end - 1)[0]
        own = guards(source.text, line, column)
        yield V2Caller(source.path, span, line, column, last, start.request, assigned, own, start.doubt)


def _starts(call: Operand) -> Iterator[_Start]:
    request = request_of(call)
    if request is None:
        yield from sight_through(call, request_of, _judge)
    elif (found := _judge(request, call)) is not None:
        yield found
    library = _library(call)
    if library is not None:
        yield _Start(call, call, library)
    for run in runs_of(call):
        if not any(True for each in run.alone for _ in _of_commands(each)):
            yield from (_Start(call, call, made) for made in _of_commands(run))


def _judge(request: Request, site: Operand) -> _Start | None:
    """What a request says, if it starts a pipeline."""
    found = start_of(http_request(request, site))
    if found is None:
        return None
    is_open = bool(found.problem) and may_be_open(request.call, site)
    return _Start(site, request.call, found, is_open, _doubt(request))


_SENDERS = frozenset({"urlopen", "open", "send", "urlretrieve", "prepare_request"})


def _doubt(request: Request) -> str:
    """Why a request may never be sent: it is only described, and nothing in its file sends such an object."""
    module = request.call.module
    if not request.describes and (request.dialect.name != "urllib" or request.reply is not None):
        return ""
    names = (node.func for node in module.calls())
    sends = any(isinstance(f, cst.Attribute) and f.attr.value in _SENDERS for f in names) or any(
        isinstance(node.func, cst.Name) and "urlopen" in module.code(node.func) for node in module.calls()
    )
    return "" if sends else "the request is only made here, and nothing in this file sends it"


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
    except Refusal as refusal:
        return V2Request(slug, problem=refusal.reason, is_read=False)
    read = pipeline_request(slug, JsonObject(((literal("parameters"), params),)), run=False, is_json=True)
    branch = refs.get("branch")
    return replace(
        read, branch=branch, tag=refs.get("tag") if branch is None else None, optional=frozenset(reader.optional)
    )


def _is_given(given: Mapping[str, Argument], name: str) -> bool:
    return name in given and constant(given[name].operand) != (True, None)


def _of_commands(run: CommandRun) -> Iterator[V2Request]:
    """The requests of the commands that a call runs."""
    run = handed_to_shell(run) or run
    if run.words is None:
        yield from _of_text(run)
        return
    argv = argv_of(run)
    if argv is not None:
        script = parse(argv.script, templated=False)
        change, alone = partial(restored, argv), partial(restored_alone, argv)
        made = (request for _, request in starts_in_script(script, partial(_sent_by, argv)))
        yield from (_restored(request, change, alone) for request in made)


def _of_text(run: CommandRun) -> Iterator[V2Request]:
    """The requests of the commands in a text."""
    region = region_of(run)
    dumped = dumped_in(run.command, region) if not run.blanks else None
    if region is None:
        return
    if dumped is None:
        yield from (request for _, request in starts_in_script(parse(region.text, templated=False)))
        return
    script = parse(dumped.region.text, templated=False)
    for _, request in starts_in_script(script):
        yield _restored(request, dumped.restored, dumped.restored_alone)


def _sent_by(argv: Argv, script: Script, command: Command, invocation: Invocation) -> JsonBody | None:
    """The JSON of a command that is a list of arguments. Raises Refusal."""
    options = data_options(invocation)
    option = options[0] if len(options) == 1 else None
    if option is None or option.value is None or option.clustered:
        return read_json(script, command, invocation)
    element = argv.words[argv.index_of(option.span.end - 1)].operand
    operand, kind, _ = encoded_text(element)
    if operand is element and not isinstance(element.node, cst.Call):
        return read_json(script, command, invocation)
    return JsonBody(JsonReader().content(operand, kind))


def _restored(
    request: V2Request, change: Callable[[Template], Template], alone: Callable[[Template], Template]
) -> V2Request:
    """The request with the program's own expressions in the place of the variables of the command."""

    def parameter(given: Parameter) -> Parameter:
        match given:
            case Bare(template=template):
                return replace(given, template=alone(template))
            case Value(template=template):
                return replace(given, template=change(template))
            case _:
                return given

    return replace(
        request,
        slug=changed_slug(change, request.slug),
        branch=changed_value(change, request.branch),
        tag=changed_value(change, request.tag),
        parameters=tuple((name, parameter(given)) for name, given in request.parameters),
        token=replace(request.token, template=change(request.token.template)),
    )


def reruns_in(source: Source) -> Iterator[V2Rerun]:
    """Every rerun in one program, with the project of the job that was looked up before it. Raises ParseError."""
    frame = frame_of(source)
    project: Template = ()
    for node in frame.module.calls():
        call = Operand(frame, node)
        found = request_of(call)
        if found is None:
            continue
        request = http_request(found, call)
        project = looked_up(request.urls[0]) or project
        body = rerun_of(request)
        if body is not None:
            span = frame.module.span(node)
            line, column = source.position(span.start)
            name, fixed = named(project)
            yield V2Rerun(source.path, span, line, column, name, body.jobs, body.ssh, fixed)


def _broken(request: Request) -> Iterator[Note]:
    """What reads the reply of a start for something that only v1 answered, or asks v1 about its number."""
    reply = follow(request, known=frozenset())
    for check in reply.checks:
        if check.sure:
            yield broken_status_note(check.status.module.line(check.status.node))
    for use in reply.uses:
        at = use.operand.module.line(use.operand.node)
        if use.field in FIELDS and use.sure:
            yield broken_note(at, use.field)
        for poll in polls(use, request_of) if use.field in POLLED else ():
            if is_about_v1(Marked.of((*poll.base, *text(poll.url.operand))).text):
                yield broken_poll_note(poll.call.module.line(poll.call.node), at, use.field)


_READ = ("/v1", "200", "OK", ".ok")
"""What stands in a program that asks v1, or that compares a status with 200."""


def broken_in(source: Source, frame: PythonFrame) -> Iterator[Found]:
    """Every call of a program that starts a pipeline and whose reply is read as one of v1, or is half moved to v2."""
    is_read = PIPELINE_HINT in source.text and any(name in source.text for name in (*_READ, *FIELDS))
    if not is_read and not may_be_half_made(source.text):
        return
    for node in frame.module.calls():
        call = Operand(frame, node)
        request = request_of(call)
        if request is None:
            continue
        sent = http_request(request, call)
        start = start_of(sent)
        notes = tuple(dict.fromkeys(_broken(request))) if start is not None else half_made_notes(sent)
        if notes:
            found = broken_call(source, frame.module.span(node), "python", start, notes)
            yield Found(found, VerbatimRegion(source.text), Unwritten(notes[0].code, notes[0].message))
