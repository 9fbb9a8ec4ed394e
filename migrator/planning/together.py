"""Calls that go through one stretch of text: they are rewritten together, or what keeps them from it is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.model import Note, Severity, Status

if TYPE_CHECKING:
    from migrator.errors import WaitingRefusal
    from migrator.planning.project import Project, Site

DIFFERING = Note(
    "wrapper-differs",
    Severity.ERROR,
    "The calls go through one function, which would have to change in another way for each of them. Let the callers "
    "give what differs, or give each a function of its own.",
)


def waiting_note(project: Project, site: Site, refusal: WaitingRefusal) -> Note:
    """A warning while all the others only need to be allowed: with them, the call is rewritten, too."""
    needed = [
        other for _, other in project.asked() if other.key == site.key and other.found.call.span in refusal.needed
    ]
    if len(needed) < len(refusal.needed) or any(other.decision.status is not Status.UNSAFE for other in needed):
        lines = ", ".join(str(other.found.call.line) for other in needed if other.decision.status is not Status.SAFE)
        where = f" (line {lines})" if lines else ""
        text = f"{refusal.message[:-1]}{where}. Rewrite them by hand, or give each call a function of its own."
        return Note(refusal.code, Severity.ERROR, text)
    text = (
        f"{refusal.message[:-1]} unless --unsafe allows it (line {', '.join(str(o.found.call.line) for o in needed)})."
    )
    return Note("wrapper-waits", Severity.WARNING, text)
