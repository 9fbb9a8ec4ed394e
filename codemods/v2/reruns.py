"""Find the calls that rerun jobs through v2, with the lookups around them, to tell what became of a call of v1.1."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.shell.body import data_options
from codemods.shell.find.program import find_program
from codemods.v2.shell import UnreadableBodyError, read_json
from migrator.model import Span, source, static
from migrator.syntax.json import JsonArray, JsonObject, JsonScalar
from migrator.syntax.shell.resolve import template, use_of
from migrator.syntax.shell.script import parse
from migrator.syntax.text.templates import Marked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.places.place import Host
    from migrator.model import Template
    from migrator.syntax.json import Json
    from migrator.syntax.shell.curl import Invocation
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command
    from migrator.syntax.text.source import Source


RERUN_HINT = "/rerun"
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


def reruns_in_shell(source: Source, host: Host) -> Iterator[V2Rerun]:
    """Every rerun in one stretch of shell text."""
    if RERUN_HINT not in host.region.text:
        return
    for inner, project, said in _reruns(parse(host.region.text, templated=host.templated)):
        span = Span(host.region.locate(inner.start), host.region.locate(inner.end - 1) + 1)
        name, fixed = named(project)
        yield V2Rerun(source.path, span, *source.position(span.start), name, *_meant(said), fixed)


def rerun_spans(text: str) -> frozenset[Span]:
    """Where reruns stand in a shell text, with their lookups and redirections."""
    return (
        frozenset(span for span, _, _ in _reruns(parse(text, templated=False))) if RERUN_HINT in text else frozenset()
    )


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
    except UnreadableBodyError:
        return None
    if not options:
        return {}
    return {source(name): value for name, value in body.items} if isinstance(body, JsonObject) else None


def _meant(members: Mapping[str, Json] | None) -> tuple[bool | None, bool | None]:
    if members is None:
        return None, None
    jobs, ssh = members.get("jobs"), members.get("enable_ssh")
    return isinstance(jobs, JsonArray) and bool(jobs.items), isinstance(ssh, JsonScalar) and ssh.text == "true"
