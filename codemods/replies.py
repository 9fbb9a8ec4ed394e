"""What is said about the readers of a reply, in whatever language they are: v2 answers less, and with another status.

Sources: CircleCI API v2 reference, "Trigger a new pipeline" and "Rerun a workflow" (2026).
"""

from __future__ import annotations

from migrator.circleci.api import reruns
from migrator.circleci.api.v2_request import ANSWERED, ANSWERED_TEXT, REFUSED
from migrator.model import Note, Severity


def given(*, rerun: bool) -> frozenset[str]:
    """The fields of a reply of v2."""
    return frozenset({*(reruns.ANSWERED if rerun else ANSWERED), *REFUSED})


def field_note(where: str, what: str, line: int | None, *, rerun: bool = False) -> Note:
    """`where` does `what` with the reply, and v2 gives less."""
    fields = reruns.ANSWERED_TEXT if rerun else ANSWERED_TEXT
    return Note("reply-field", Severity.WARNING, f"{where} {what}; v2 gives {fields} only.", line)


def poll_note(line: int, reader: int, *, sure: bool = True) -> Note:
    """A line asks v1 about the build whose number another line reads."""
    build = f"the build whose number line {reader} reads" if sure else f"a build, maybe that of line {reader}"
    way = "in v2 the way leads from the pipeline to its workflows and their jobs: `migrator explain reply-polled`."
    return Note("reply-polled", Severity.WARNING, f"Line {line} asks v1 about {build}; {way}", line)


def status_note(line: int, *, adapted: bool, rerun: bool = False) -> Note:
    """A line compares the status with 200. `adapted`: the rewrite makes that 201."""
    what = f"Line {line} compares the status of the reply with 200"
    if adapted:
        return Note("status-adapted", Severity.INFO, f"{what}: with 201 from now on, as v2 answers.", line)
    return Note("status-code", Severity.WARNING, f"{what}; v2 answers {202 if rerun else 201}.", line)
