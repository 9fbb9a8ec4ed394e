"""Find the calls that rerun jobs through v2, with the lookups around them, to tell what became of a call of v1.1."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.libraries.request import Part
from codemods.python.read.wire import constant
from codemods.python.scan import frame_of, request_of
from codemods.python.sighting import method_of
from codemods.shell.body import data_options
from codemods.shell.find.program import find_program
from codemods.v2.body import UnreadableError, read_json
from migrator.errors import Refusal
from migrator.model import Span, source, static
from migrator.syntax.json import JsonArray, JsonObject, JsonScalar
from migrator.syntax.python.program import Operand
from migrator.syntax.python.records import record
from migrator.syntax.python.text import text
from migrator.syntax.shell.resolve import template, use_of
from migrator.syntax.shell.script import parse
from migrator.syntax.text.templates import Marked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from codemods.python.libraries.request import Request
    from migrator.model import Template
    from migrator.syntax.json import Json
    from migrator.syntax.shell.curl import Invocation
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command
    from migrator.syntax.text.source import Source


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
    given = request.all(Part.JSON, Part.DATA, Part.RAW, Part.MULTIPART)
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


_HINT = "/rerun"
_RERUN = re.compile(r"/api/v2/workflow/[^/?#]+/rerun/?(?:[?#]|\Z)")
_JOB = re.compile(r"/api/v2/project/(.+)/job/[^/?#]+\Z")


@dataclass(frozen=True, slots=True)
class V2Rerun:
    """A rerun and where it stands, with the subshell that looks its job up, if there is one.

    `span` is in characters of the text, lines and columns count from 1. `project` is the project of the job as written,
    `?` where that is not seen, and `fixed` says that it is the same in every run; `jobs`: it names the jobs; `ssh`:
    with SSH. Both are None for a body that is not clear.
    """

    path: str
    span: Span
    line: int
    column: int
    project: str
    jobs: bool | None
    ssh: bool | None
    fixed: bool = False


def find_v2_reruns(file: Source) -> tuple[V2Rerun, ...]:
    """Every rerun in the shell text of one file, in order. Raises ParseError when the file cannot be parsed."""
    from codemods.places import kinds as hosts
    from codemods.python.caller import is_python

    if _HINT not in file.text:
        return ()
    if is_python(file):
        return tuple(reruns_in_python(file))
    found: dict[Span, V2Rerun] = {}
    for host in hosts.regions(file):
        if _HINT in host.region.text:
            script = parse(host.region.text, templated=host.templated)
            for inner, project, said in _reruns(script):
                span = Span(host.region.locate(inner.start), host.region.locate(inner.end - 1) + 1)
                name, fixed = named(project)
                found[span] = V2Rerun(file.path, span, *file.position(span.start), name, *_meant(said), fixed)
    return tuple(found[span] for span in sorted(found))


def rerun_spans(text: str) -> frozenset[Span]:
    """Where reruns stand in a shell text, with their lookups and redirections."""
    return frozenset(span for span, _, _ in _reruns(parse(text, templated=False))) if _HINT in text else frozenset()


def _reruns(script: Script) -> Iterator[tuple[Span, Template, Mapping[str, Json] | None]]:
    """The place of each in the region's text, the project of its job, and the members of its body."""
    for command in script.commands:
        invocation = _invocation(script, command)
        if invocation is None or not any(_RERUN.search(url) for url in _urls(script, command, invocation)):
            continue
        around = next((block.span for block in reversed(command.blocks) if block.kind == "subshell"), None)
        lookups = [] if around is None else [_project(script, other) for other in script.within(around)]
        project = next((name for name in lookups if name is not None), None)
        span = Span(invocation.program.span.start, command.span.end)
        if project is not None and around is not None:
            span = Span(around.start, _redirected(script, around.end))
        yield script.view.back(span), project or (), _members(script, command, invocation)


def _invocation(script: Script, command: Command) -> Invocation | None:
    program = find_program(script, command)
    return program.invocation if program is not None else None


def _urls(script: Script, command: Command, invocation: Invocation) -> Iterator[str]:
    for option in invocation.all("url"):
        if option.value is not None:
            yield Marked.of(template(script, option.value, use_of(command))).text


def _project(script: Script, command: Command) -> Template | None:
    """The project of the job that the command looks up."""
    invocation = _invocation(script, command)
    for option in invocation.all("url") if invocation is not None else ():
        project = project_of(template(script, option.value, use_of(command)) if option.value is not None else ())
        if project:
            return project
    return None


def is_rerun(url: Template) -> bool:
    """Whether the URL is one that reruns a workflow."""
    return _RERUN.search(Marked.of(url).text) is not None


def project_of(url: Template) -> Template:
    """The project whose job the URL describes; empty for any other URL."""
    found = _JOB.search(Marked.of(url).text)
    return Marked.of(url).slice(found.start(1), found.end(1)) if found else ()


def named(project: Template) -> tuple[str, bool]:
    """The project as written, and whether it is the same in every run."""
    known = static(project)
    return (known or source(project) or "?"), bool(known)


def _redirected(script: Script, end: int) -> int:
    """The end of the redirections behind a subshell."""
    behind = script.lexer.command(end)
    only = behind.redirects and not behind.words and not behind.assignments
    return behind.span.end if only else end


def _members(script: Script, command: Command, invocation: Invocation) -> Mapping[str, Json] | None:
    options = data_options(invocation)
    try:
        body = read_json(script, command, options[0]) if len(options) == 1 else None
    except UnreadableError:
        return None
    if not options:
        return {}
    return {source(name): value for name, value in body.items} if isinstance(body, JsonObject) else None


def _meant(members: Mapping[str, Json] | None) -> tuple[bool | None, bool | None]:
    if members is None:
        return None, None
    jobs, ssh = members.get("jobs"), members.get("enable_ssh")
    return isinstance(jobs, JsonArray) and bool(jobs.items), isinstance(ssh, JsonScalar) and ssh.text == "true"


def new_reruns(reruns: Iterable[V2Rerun], known: Iterable[V2Rerun]) -> list[V2Rerun]:
    """The reruns without those that were there before, each of which counts once."""
    rest = [(rerun.path, rerun.project, rerun.ssh) for rerun in known]
    fresh = []
    for rerun in reruns:
        same = (rerun.path, rerun.project, rerun.ssh)
        if same in rest:
            rest.remove(same)
        else:
            fresh.append(rerun)
    return fresh
