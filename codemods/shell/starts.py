"""Find the commands of shell text that start v2 pipelines or rerun jobs."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from codemods.found import V2Caller, V2Rerun
from codemods.places.variables import given_at
from codemods.run_sites import runs_elsewhere
from codemods.shell.filled import filled, limited
from codemods.shell.find.other_files import assigned_by_files, offset_of
from codemods.shell.find.program import find_program
from codemods.shell.find.wrappers import read_by_callers, read_script
from codemods.shell.request import read_json, request_of
from migrator.circleci.api.recognise import PIPELINE_HINT, RERUN_HINT, looked_up, named, rerun_of, start_of
from migrator.circleci.api.v2_request import Bare
from migrator.model import Expansion, Span, Value, flatten
from migrator.syntax.shell.calls import positional
from migrator.syntax.shell.guards import guards
from migrator.syntax.shell.script import parse
from migrator.syntax.shell.types import origin_of
from migrator.syntax.text.regions import ReadOnly
from migrator.template import CLOSE, OPEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from codemods.places.place import Host
    from codemods.shell.request import ReadBody
    from migrator.circleci.api.recognise import RerunBody
    from migrator.circleci.api.v2_request import V2Request
    from migrator.model import Template
    from migrator.syntax.request import HttpRequest
    from migrator.syntax.shell.curl import Invocation
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command, Write
    from migrator.syntax.text.guards import Guard
    from migrator.syntax.text.source import Region, Source


def starts_in(source: Source, host: Host) -> Iterator[V2Caller]:
    """Every call in one stretch of shell text that starts a pipeline."""
    if PIPELINE_HINT not in host.region.text:
        return
    script, region = read_script(source, host.region, templated=host.templated)
    for place, request in starts_in_script(script):
        if place.start < offset_of(region):  # in another file
            continue
        span = _in_file(region, script.view.back(place))
        line, column = source.position(span.start)
        last = source.position(span.end - 1)[0]
        slug, refs = request.slug, (request.branch, request.tag)
        parts = open_parts((slug.vcs, slug.organization, slug.repository, *refs, *(v for _, v in request.parameters)))
        sent = tuple(parts)
        given = given_at(source, span.start)
        assigned = with_given(assigned_in(script, place.start, sent), given, source, script)
        inner = script.view.back(place)
        slip = _slip(assigned, [part.name for part in sent if part.name])
        own = guards_at(region, span.start, templated=host.templated)
        inner = script.view.back(place)
        doubt = _doubt(host.region) or _misread_by_make(region.text[inner.start : inner.end])
        yield V2Caller(source.path, span, line, column, last, request, assigned, own, doubt, slip)


def _slip(assigned: Mapping[str, tuple[str, ...]], names: Iterable[str]) -> str:
    """What a call sends that nothing in the script sets, where that sets a variable which is called almost alike."""
    for name in names:
        other = next((each for each in assigned if each != name and each.lower() == name.lower()), None)
        if name in assigned or other is None:
            continue
        if not re.search(rf"\$\{{?{name}\b", " ".join(assigned[other])):
            return f"nothing sets `${name}` here, and the script sets `${other}`"
    return ""


_OF_MAKE = re.compile(rf"{OPEN}\$([A-Za-z]){CLOSE}(\w+)")


def _misread_by_make(text: str) -> str:
    """A variable of the shell with one dollar in a recipe. Source: GNU make manual, "Basics of Variable References"."""
    found = _OF_MAKE.search(text)
    if found is None:
        return ""
    name = f"{found[1]}{found[2]}"
    return f"make reads `${name}` as `$({found[1]}){found[2]}`; write `$${name}` for the shell's variable"


_NOT_KNOWN = frozenset({"unknown-text", "unknown-yaml", "other-shell"})


def _doubt(region: Region) -> str:
    """Why a stretch of text may not be run by a shell as it stands."""
    inner: object = region
    while inner is not None and not (isinstance(inner, ReadOnly) and inner.code in _NOT_KNOWN):
        inner = getattr(inner, "inner", None)
    return inner.message.partition(". ")[0] if isinstance(inner, ReadOnly) else ""


def starts_in_script(script: Script, read: ReadBody = read_json) -> Iterator[tuple[Span, V2Request]]:
    """The requests of a script that start pipelines, each with its place; `read` reads what a command sends.

    Where only the callers of a function show what it sends, each of them makes one.
    """
    found = {
        place: _checked(script, command, start)
        for command, place, request in _requests(script, script.commands, read)
        if (start := start_of(request)) is not None
    }
    for function, calls in read_by_callers(script, partial(_is_known, found)):
        made = {place: start for place, requests in calls for start in _made(requests, read)}
        if made:
            found = {place: request for place, request in found.items() if place.start not in function} | made
    yield from found.items()


def _checked(script: Script, command: Command, start: V2Request) -> V2Request:
    """The request with what the script around it shows of its values."""
    values = [value.template for _, value in start.parameters if isinstance(value, Value)]
    return replace(start, filled=filled(script, command, values), limited=limited(script, command, values))


def _requests(
    script: Script, commands: Iterable[Command], read: ReadBody = read_json
) -> Iterator[tuple[Command, Span, HttpRequest]]:
    """The requests of commands, each with its command, and its place from the `curl` word on."""
    for command in commands:
        program = find_program(script, command)
        if program is not None and program.invocation is not None:
            place = Span(program.invocation.program.span.start, command.span.end)
            yield command, place, request_of(script, command, program.invocation, read)


def _made(requests: Iterable[tuple[Script, Command, Invocation]], read: ReadBody) -> list[V2Request]:
    """The request that a call of a function makes: at most one, as long as it is known which."""
    return [found for each in requests if (found := start_of(request_of(*each, read))) is not None][:1]


def _is_known(found: dict[Span, V2Request], function: Span) -> bool:
    """Whether a request of the function is understood without its callers."""
    return any(place.start in function and not request.problem for place, request in found.items())


def place_at(script: Script, region: Region, at: int) -> int | None:
    """Where the command that stands at a character of the file stands in the script."""
    around = []
    for command in script.commands:
        span = script.view.back(command.span)
        if region.locate(span.start) <= at <= region.locate(max(span.start, span.end - 1)):
            around.append((span.end - span.start, command.span.start))
    return min(around)[1] if around else None


def guards_at(region: Region, at: int, *, templated: bool) -> tuple[Guard, ...]:
    """What has to hold in a stretch of shell text for the command at a character of the file to run."""
    script = parse(region.text, templated=templated)
    place = place_at(script, region, at)
    return guards(script.text, place) if place is not None else ()


def assigned_in(script: Script, at: int, sent: Iterable[Expansion]) -> dict[str, tuple[str, ...]]:
    """All assignments of a script by variable, as they are written, in order, but those in subshells beside the call.

    Under `@` stands what decides on the positional parameters that the call at the character `at` sends, in expansions
    `sent`, under `@NAME` what decides on those that the assignments of a variable read.
    """
    found = {"@": tuple(_deciding(script, at, sent))}
    for name, writes in script.writes.items():
        reaching = [write for write in writes if not _is_apart(write, at)]
        ordered = sorted(reaching, key=lambda write: write.span)
        found[name] = tuple(_given(script, write) for write in ordered)
        reading = [write for write, text in zip(ordered, found[name], strict=True) if _POSITIONAL.search(text)]
        if reading:
            found[f"@{name}"] = tuple(text for write in reading for text in positional(script, write.span.start))
    return found


def _is_apart(write: Write, at: int) -> bool:
    """Whether an assignment is lost with its subshell before a character is reached."""
    return any(block.kind == "subshell" and at not in block.span for block in write.blocks)


def with_given(
    assigned: Mapping[str, tuple[str, ...]], given: Mapping[str, str], source: Source, script: Script
) -> dict[str, tuple[str, ...]]:
    """The assignments of a script behind those that its host makes, and those of the files that it reads.

    Where the script is a file, who runs it from other files stands there as well.
    """
    read = assigned_by_files(source, script)
    if script.text.endswith(source.text):
        read = {**read, RUNS: runs_elsewhere(source)}
    before = {name: (f"given: {value}",) for name, value in given.items()}
    names = {**before, **read, **assigned}
    return {name: (*before.get(name, ()), *read.get(name, ()), *assigned.get(name, ())) for name in names}


RUNS = "@runs"
"""The name, among assignments, of the commands that run the script from other files."""

_POSITIONAL = re.compile(r"\$\{?[#!]?[0-9@*]")


def _deciding(script: Script, at: int, sent: Iterable[Expansion]) -> Iterator[str]:
    """What decides on positional parameters where each of them is read: at the call, or where a variable gets it."""
    origins = [origin_of(part) for part in sent if _POSITIONAL.search(part.source)]
    places = {origin.use.index if origin is not None and origin.use.depth else at for origin in origins}
    for each in sorted({positional(script, place) for place in places}):
        yield from each


def open_parts(values: Iterable[object]) -> Iterator[Expansion]:
    """What stands in values of a request and could not be followed to one text."""
    for value in values:
        template = value.template if isinstance(value, Value | Bare) else value if isinstance(value, tuple) else ()
        yield from (part for part in flatten(template) if isinstance(part, Expansion))


def _given(script: Script, write: Write) -> str:
    """The text that gives the value; of a loop the words behind `in`, without what stands in its body."""
    if write.choices is None:
        return script.view.source(write.span)
    return " ".join(script.view.source(word.span) for word in write.choices)


def _in_file(region: Region, inner: Span) -> Span:
    return Span(region.locate(inner.start), region.locate(inner.end - 1) + 1)


def reruns_in(source: Source, host: Host) -> Iterator[V2Rerun]:
    """Every rerun in one stretch of shell text."""
    if RERUN_HINT not in host.region.text:
        return
    for inner, project, body in _reruns(parse(host.region.text, templated=host.templated)):
        span = _in_file(host.region, inner)
        line, column = source.position(span.start)
        name, fixed = named(project)
        yield V2Rerun(source.path, span, line, column, name, body.jobs, body.ssh, fixed)


def rerun_spans(text: str) -> frozenset[Span]:
    """Where reruns stand in a shell text, with their lookups and redirections."""
    if RERUN_HINT not in text:
        return frozenset()
    return frozenset(span for span, _, _ in _reruns(parse(text, templated=False)))


def _reruns(script: Script) -> Iterator[tuple[Span, Template, RerunBody]]:
    """The place of each in the region's text, the project of its job, and what its body asks for."""
    for command, place, request in _requests(script, script.commands):
        body = rerun_of(request)
        if body is None:
            continue
        around = next((block.span for block in reversed(command.blocks) if block.kind == "subshell"), None)
        others = () if around is None else _requests(script, script.within(around))
        project = next((found for _, _, other in others for url in other.urls if (found := looked_up(url))), ())
        if project and around is not None:
            place = Span(around.start, _redirected(script, around.end))
        yield script.view.back(place), project, body


def _redirected(script: Script, end: int) -> int:
    """The end of the redirections behind a subshell."""
    behind = script.lexer.command(end)
    only = behind.redirects and not behind.words and not behind.assignments
    return behind.span.end if only else end
