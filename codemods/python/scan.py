"""Look at every call of a Python file: requests of each library, and calls of functions that send requests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.argv import find_in_list
from codemods.python.clients import library_call
from codemods.python.commands import find_in_command, is_understood
from codemods.python.libraries import aiohttp, http_client, httpx, requests, urllib, urllib3
from codemods.python.libraries.called import is_looked_up
from codemods.python.read.address import address_notes
from codemods.python.reply.notes import list_notes, poll_notes, use_notes
from codemods.python.reply.reply import follow
from codemods.python.reply.url import is_adaptable
from codemods.python.reply.wait import needs_wait, wait_for, waiting_notes
from codemods.python.runners import runs_of
from codemods.python.sighting import sight, unknown_sender
from codemods.python.wrappers import SENDING, given_by_callers, sight_through
from migrator.circleci.api.v1_url import RERUNS
from migrator.errors import Refusal
from migrator.model import Endpoint
from migrator.syntax.python.callers import callers
from migrator.syntax.python.module import read_module
from migrator.syntax.python.program import Operand, PythonFrame, PythonProgram
from migrator.syntax.python.resolve import enter
from migrator.syntax.text.templates import Marked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemods.found import Found
    from codemods.python.clients import LibraryCall
    from codemods.python.helper import Wait
    from codemods.python.libraries.request import Request
    from codemods.python.reply.reply import PythonReply, ReplyUse
    from codemods.python.runners import CommandRun
    from codemods.python.sighting import PythonSighting
    from migrator.syntax.text.source import Source

LIBRARIES = (
    requests.request,
    httpx.request,
    aiohttp.request,
    urllib.request,
    urllib3.request,
    http_client.request,
)
"""What recognises the requests of each library."""

_READING = frozenset({"get", "put", "delete", "patch", "head"})


def frame_of(source: Source) -> PythonFrame:
    """The file, read. Raises ParseError."""
    module = read_module(source.path, source.text)
    return PythonFrame(PythonProgram(module, source.siblings), module)


def commands(source: Source, frame: PythonFrame) -> Iterator[Found]:
    """Every trigger in the commands that the file runs."""
    runs = [run for node in frame.module.calls() for run in runs_of(Operand(frame, node))]
    yield from _told_once([(run, each) for run in runs for each in _find_in(source, run)])


def _find_in(source: Source, run: CommandRun) -> tuple[Found, ...]:
    return find_in_list(source, run) if run.words is not None else find_in_command(source, run)


def _told_once(found: Sequence[tuple[CommandRun, Found]]) -> Iterator[Found]:
    """A command that only its callers show is told of where these are, if all of them are understood; else there."""
    gone: set[int] = set()
    for index, (run, each) in enumerate(found):
        outer = [i for i, (other, _) in enumerate(found) if run.at.node in other.between]
        function = run.at.module.function(run.at.node)
        sites = callers(run.at.frame, function) if outer and function is not None else None
        understood = {found[i][0].at.node for i in outer if is_understood(found[i][1])}
        is_shown = bool(sites) and all(site.node in understood for site in sites or ())
        gone |= {index} if is_shown and not is_understood(each) else {*outer}
    yield from (each for index, (_, each) in enumerate(found) if index not in gone)


def library_calls(frame: PythonFrame) -> Iterator[LibraryCall]:
    """Every trigger that goes through a client library."""
    for node in frame.module.calls():
        found = library_call(Operand(frame, node))
        if found is not None:
            yield found


def request_of(call: Operand) -> Request | None:
    """The request that a call sends through one of the libraries."""
    func = call.node.func if isinstance(call.node, cst.Call) else None
    if isinstance(func, cst.Attribute) and func.attr.value not in SENDING | _READING:
        return None
    return next((found for recognise in LIBRARIES if (found := recognise(call)) is not None), None)


def sightings(frame: PythonFrame) -> tuple[PythonSighting, ...]:
    """Every trigger among the requests that the file sends."""
    found = [sighting for node in frame.module.calls() for sighting in _sightings(Operand(frame, node))]
    # What only its body gives away may have been understood where the function around it is called.
    found = list(given_by_callers(found))
    understood = {each.request.call.node for each in found if not each.hidden}
    return tuple(_with_reply(s) for s in found if not s.hidden or s.request.call.node not in understood)


def _sightings(call: Operand) -> tuple[PythonSighting, ...]:
    request = request_of(call)
    if request is not None:
        sighting = sight(request, call)
        return (sighting,) if sighting is not None else ()
    through = sight_through(call, request_of, sight)
    unknown = unknown_sender(call) if not through and _is_unknown(call) else None
    return through or ((unknown,) if unknown is not None else ())


def _is_unknown(call: Operand) -> bool:
    """Whether what is called is no function of the repository, or one that looks up what it calls in turn."""
    frame = enter(call)
    if frame is None or frame.function is None:
        return True
    return any(is_looked_up(frame.module, inner) for inner in frame.module.calls(frame.function.body))


def _with_reply(sighting: PythonSighting) -> PythonSighting:
    """The sighting with what the program does with the reply."""
    rerun = sighting.trigger.endpoint in RERUNS
    reply = follow(sighting.request, rerun=rerun)
    starts = not (rerun or sighting.is_refused)
    adapted = _adapted(sighting, reply) if starts else ()
    polled = poll_notes(reply, request_of)
    wait, why = None, ""
    if starts and needs_wait(reply, len(adapted), polled=bool(polled)):
        wait, why = _wait(sighting, reply)
    if wait is not None:
        adapted, notes = (), waiting_notes(sighting, reply)
    else:
        shown = frozenset(use.operand.node for use in adapted)
        notes = use_notes(reply, shown, adapts_status=starts, why=why) + polled
    if starts and sighting.trigger.endpoint is Endpoint.JOB:
        notes += list_notes(sighting.site, request_of)
    notes += address_notes(sighting.request, sighting.url) if not sighting.is_refused else ()
    return replace(
        sighting,
        notes=(*sighting.notes, *notes),
        reply_fields=tuple(dict.fromkeys(use.field for use in reply.uses)),
        adapted=adapted,
        checks=tuple(reply.checks) if starts else (),
        wait=wait,
    )


def _adapted(sighting: PythonSighting, reply: PythonReply) -> tuple[ReplyUse, ...]:
    """The uses of the reply that show an address, which can be the pipeline's."""
    host = Marked.of(sighting.url.url.whole).text.partition("://")[2].partition("/")[0].rpartition("@")[2]
    return tuple(use for use in reply.uses if is_adaptable(use, host, sighting.trigger.slug))


def _wait(sighting: PythonSighting, reply: PythonReply) -> tuple[Wait | None, str]:
    """How the call waits for its build, or why it cannot."""
    try:
        return wait_for(sighting, reply), ""
    except Refusal as refusal:
        return None, refusal.message
