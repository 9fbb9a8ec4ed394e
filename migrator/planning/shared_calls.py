"""Calls that share a fate: they go through one stretch of text, or one call starts something in several projects.

All of them are rewritten by one text, so the configs must give what the call sends the same names; what keeps calls
from being rewritten together is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.plan.plan import request_for
from migrator.model import Note, Severity, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from migrator.errors import WaitingRefusal
    from migrator.model import ConfigPlan, Span
    from migrator.planning.project import FileKey, Goal, Project, Site


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


DIFFERENT_NAMES = Note(
    "other-project",
    Severity.ERROR,
    "The configs of the projects that the call starts jobs in have different names for what it sends. Write a call for "
    "each of them.",
)


def twins(project: Project, index: int) -> list[int]:
    """The sites of the same call, itself included."""
    call = _call(project.sites[index])
    return [other for other, site in enumerate(project.sites) if _call(site) == call]


def firsts(project: Project, indexes: Iterable[int]) -> list[int]:
    """One site for each call, in order."""
    once = {_call(project.sites[index]): index for index in reversed(list(indexes))}
    return sorted(once.values())


def _call(site: Site) -> tuple[FileKey, Span, int, int]:
    """What tells one call from another: its place; in a report of another repository, where its file is not here."""
    call = site.found.call
    return site.key, call.span, call.line, call.column


def at_odds(project: Project, chosen: Sequence[int], plans: Mapping[Goal, ConfigPlan]) -> list[int]:
    """The first call whose projects would need different requests, as its sites."""
    for index in firsts(project, chosen):
        together = [other for other in twins(project, index) if other in chosen]
        if len(together) > 1 and len({_names(project, other, plans) for other in together}) > 1:
            return together
    return []


def _names(project: Project, index: int, plans: Mapping[Goal, ConfigPlan]) -> tuple[str, ...]:
    site = project.sites[index]
    request = request_for(site.decision, plans.get(site.goal))
    return tuple(name for name, _ in request.parameters)
