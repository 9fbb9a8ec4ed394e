"""Findings for people: where a call is, what it starts, what would be done about it and why, with the line itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.plan.decide import named_job
from migrator.model import Endpoint, Severity, Status, source
from migrator.report.console import paint
from migrator.report.excerpt import excerpt, printable
from migrator.report.redact import redact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from migrator.model import Call, Note, Outcome, Problem

_STATUS_STYLES = {
    Status.SAFE: ("green", "bold"),
    Status.UNSAFE: ("yellow", "bold"),
    Status.MANUAL: ("red", "bold"),
    Status.IGNORED: ("dim",),
}
_SEVERITY_STYLES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_VERBS = {
    Endpoint.JOB: "starts the job",
    Endpoint.PIPELINE: "starts a pipeline",
    Endpoint.RETRY: "reruns build",
    Endpoint.SSH: "reruns with SSH build",
}


def findings(
    outcomes: Iterable[Outcome],
    problems: Iterable[Problem],
    files: Mapping[str, bytes],
    *,
    prefix: str = "",
    brief: bool = False,
    color: bool = False,
) -> str:
    """The outcomes and problems of one root in the order of the files, a blank line after each.

    `files` holds the bytes that were searched, for the excerpts; `prefix` goes before each path; `brief` leaves out the
    excerpts and the notes that change nothing.
    """
    excerpts = None if brief else files
    blocks = [(o.call.path, o.call.line, _outcome(o, excerpts, prefix, color=color)) for o in outcomes]
    blocks += ((p.path, p.line, _problem(p, prefix, color=color)) for p in problems)
    return "".join(block + "\n" for _, _, block in sorted(blocks, key=lambda item: item[:2]))


def _outcome(outcome: Outcome, files: Mapping[str, bytes] | None, prefix: str, *, color: bool) -> str:
    call = outcome.call
    place = paint(printable(f"{prefix}{call.path}:{call.line}:{call.column}:"), "bold", on=color)
    status = paint(f"{outcome.status}:", *_STATUS_STYLES[outcome.status], on=color)
    lines = [f"{place} {status} {describe(call)}"]
    if files is not None and call.path in files:
        lines += excerpt(files[call.path], call, color=color)
    told = (note for note in all_notes(outcome) if files is not None or note.severity is not Severity.INFO)
    lines += (_note(note, color=color) for note in told)
    return "".join(line + "\n" for line in lines)


def _problem(problem: Problem, prefix: str, *, color: bool) -> str:
    place = paint(printable(f"{prefix}{problem.path}:{problem.line}:1:"), "bold", on=color)
    label, title = problem_words(problem)
    style = _STATUS_STYLES[_GRAVITY[problem.note.severity]]
    return f"{place} {paint(f'{label}:', *style, on=color)} {title}\n{_note(problem.note, color=color)}\n"


_GRAVITY = {Severity.ERROR: Status.MANUAL, Severity.WARNING: Status.UNSAFE, Severity.INFO: Status.IGNORED}


def problem_words(problem: Problem) -> tuple[str, str]:
    """How a problem is labelled, and what it is in a few words: mostly a file that could not be searched."""
    match problem.note.code:
        case "unused-ignore":
            return "unused", "the comment hides nothing"
        case "stale-baseline":
            return "stale", "is in the baseline, and no longer in the files"
        case "may-post-for-you":
            return "unknown", "the Action may start builds through v1.1"
        case "shown-call":
            return "shown", "the text shows a call of v1.1, which nobody makes here"
        case _:
            return str(Status.MANUAL), "cannot be searched"


def _note(note: Note, *, color: bool) -> str:
    label = paint(f"{note.severity}[{note.code}]:", _SEVERITY_STYLES[note.severity], on=color)
    return f"      = {label} {printable(redact(note.message))}"


def all_notes(outcome: Outcome) -> tuple[Note, ...]:
    """The notes of the decision and those of the finding, each once, the gravest first."""
    order = (Severity.ERROR, Severity.WARNING, Severity.INFO)
    unique = dict.fromkeys((*outcome.notes, *outcome.call.notes))
    return tuple(sorted(unique, key=lambda note: order.index(note.severity)))


def describe(call: Call) -> str:
    """What a trigger starts, in words: `starts the job deploy of github/acme/app on branch main (v1.1)`."""
    return printable(redact(" ".join((*_words(call), f"({call.trigger.api_version})"))))


def _words(call: Call) -> Iterator[str]:
    trigger, job = call.trigger, named_job(call)
    is_unread = trigger.endpoint is Endpoint.JOB and job is None
    yield "starts a job" if is_unread else _VERBS[trigger.endpoint]
    if job is not None:
        yield source(job.template)
    if trigger.build_num is not None:
        yield source(trigger.build_num)
    yield f"of {trigger.slug}"
    places = (("on branch", trigger.branch), ("on tag", trigger.tag), ("at commit", trigger.revision))
    yield from (f"{words} {source(value.template)}" for words, value in places if value is not None)
