"""What is said about the readers of a reply, in whatever language they are: v2 answers less, and with another status.

Sources: CircleCI API v2 reference, "Trigger a new pipeline" and "Rerun a workflow" (2026).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.api import reruns
from migrator.circleci.api.half_made import half_made
from migrator.circleci.api.recognise import unknown_trigger
from migrator.circleci.api.v2_request import ANSWERED, ANSWERED_TEXT, REFUSED
from migrator.model import Call, Endpoint, Note, Severity, V1Trigger

if TYPE_CHECKING:
    from migrator.circleci.api.v2_request import V2Request
    from migrator.model import Span
    from migrator.syntax.request import HttpRequest
    from migrator.syntax.text.source import Source


def given(*, rerun: bool) -> frozenset[str]:
    """The fields of a reply of v2."""
    return frozenset({*(reruns.ANSWERED if rerun else ANSWERED), *REFUSED})


def field_note(where: str, what: str, line: int | None, *, rerun: bool = False, why: str = "") -> Note:
    """`where` does `what` with the reply, and v2 gives less; `why`: no wait for the build can give the rest."""
    fields = reruns.ANSWERED_TEXT if rerun else ANSWERED_TEXT
    message = f"{where} {what}; v2 gives {fields} only."
    return Note("reply-field", Severity.WARNING, f"{message} {why}".rstrip(), line)


LATER = frozenset(
    {"status", "lifecycle", "outcome", "start_time", "stop_time", "build_time_millis", "steps", "canceled", "failed"}
    | {"timedout", "infrastructure_fail", "has_artifacts"}
)
"""Fields of a build that change while it waits and runs."""

UNLIKE = frozenset({"previous", "previous_successful_build", "retry_of", "why", "build_parameters", "workflows"})
"""Fields of a build that v1.1 fills in otherwise when a pipeline has started it."""


_OF_COMMIT = frozenset(
    {"vcs_revision", "subject", "body", "committer_name", "committer_email", "committer_date", "author_name"}
    | {"author_email", "author_date", "all_commit_details"}
)


def unlike_fields(*, revised: bool) -> frozenset[str]:
    """The fields of a build without counterpart. `revised`: the job, not its pipeline, moves to a commit."""
    return UNLIKE | _OF_COMMIT if revised else UNLIKE


def waits_note(job: str, line: int | None) -> Note:
    """The call becomes one that waits until its build has a number; what reads the reply stays as it is."""
    what = f"The call waits until job {job} has its number, and gives what v1.1 says of that build"
    return Note("reply-waits", Severity.INFO, f"{what}: what reads the reply stays as it is.", line)


def later_note(where: str, name: str, line: int | None) -> Note:
    """`where` reads a field whose value may have changed by the time that the wait is over."""
    what = f"{where} reads `{name}` of the reply: by then the build may be further than a reply of v1.1 said."
    return Note("reply-later", Severity.WARNING, what, line)


def handed_note(where: str, line: int | None) -> Note:
    """`where` hands the whole reply of a call that waits on to something that is not seen."""
    fields = ", ".join(f"`{name}`" for name in sorted(UNLIKE))
    what = f"{where} hands the reply on: it tells the build as v1.1 does, but for {fields}, and it may be running."
    return Note("reply-later", Severity.WARNING, what, line)


def unlike_note(where: str, name: str, line: int | None) -> Note:
    """`where` reads a field that has another meaning in a build that a pipeline started."""
    what = f"{where} reads `{name}` of the reply, which has no counterpart for a build that a pipeline starts."
    return Note("reply-unlike", Severity.ERROR, f"{what} Take that out, then run this again.", line)


def poll_note(line: int, reader: int, *, sure: bool = True) -> Note:
    """A line asks v1 about the build whose number another line reads."""
    build = f"the build whose number line {reader} reads" if sure else f"a build, maybe that of line {reader}"
    way = "in v2 the way leads from the pipeline to its workflows and their jobs: `migrator explain reply-polled`."
    return Note("reply-polled", Severity.WARNING, f"Line {line} asks v1 about {build}; {way}", line)


def list_note(line: int) -> Note:
    """A line asks v1 for the latest builds, among which the one of v1.1's call was at once."""
    what = f"Line {line} asks v1 for the latest builds: the one that this call starts is among them only some seconds "
    return Note("builds-listed", Severity.WARNING, f"{what}after v2 has answered.", line)


def status_elsewhere_note(where: str) -> Note:
    """A line of another file compares what may be the status with 200."""
    what = f"{where} compares with 200 what may be the status of the reply; v2 answers 201."
    return Note("status-code", Severity.WARNING, what)


def status_note(line: int, *, adapted: bool, rerun: bool = False) -> Note:
    """A line compares the status with 200. `adapted`: the rewrite makes that 201."""
    what = f"Line {line} compares the status of the reply with 200"
    if adapted:
        return Note("status-adapted", Severity.INFO, f"{what}: with 201 from now on, as v2 answers.", line)
    return Note("status-code", Severity.WARNING, f"{what}; v2 answers {202 if rerun else 201}.", line)


def broken_note(line: int, name: str) -> Note:
    """A line reads a field of a reply of v2 that only v1 had."""
    what = f"Line {line} reads `{name}` of a reply of v2, which gives {ANSWERED_TEXT} only. Read what v2 gives."
    return Note("reply-broken", Severity.ERROR, what, line)


def broken_status_note(line: int) -> Note:
    """A line takes 200 alone for success of a call of v2."""
    what = f"Line {line} compares the status of a reply of v2 with 200, and v2 answers 201. Compare it with 201."
    return Note("reply-broken", Severity.ERROR, what, line)


POLLED = ("number", "id")
"""What v2 answers with that scripts may take for the number of a build."""


def broken_poll_note(line: int, reader: int, name: str) -> Note:
    """A line asks v1 about the number or the id of a pipeline, which is none of a build."""
    what = f"Line {line} asks v1 about the {name} that line {reader} reads, which is a pipeline's and no build's."
    return Note("reply-broken", Severity.ERROR, f"{what} Follow the pipeline to its workflows and jobs.", line)


def may_be_half_made(text: str) -> bool:
    """Whether a text may hold a request that is half moved to v2."""
    return "project/" in text and ("/pipeline" in text or "/v2/project" in text)


def half_made_notes(request: HttpRequest) -> tuple[Note, ...]:
    """What is said of a request that is half moved to v2."""
    message = half_made(request)
    return (Note("half-made", Severity.ERROR, message),) if message is not None else ()


def broken_call(source: Source, span: Span, codemod: str, start: V2Request | None, notes: tuple[Note, ...]) -> Call:
    """The call of v2 whose reply is read as one of v1, or that is only half one of v2, as a finding."""
    line, column = source.position(span.start)
    end_line = source.position(span.end - 1)[0]
    known = start or unknown_trigger()
    trigger = V1Trigger(Endpoint.PIPELINE, "v2", known.slug, known.branch, known.tag)
    return Call(source.path, span, line, column, end_line, codemod, trigger, notes)
