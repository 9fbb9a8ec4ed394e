"""One call that starts something in several projects, as in a loop over them: a site for each, which share a fate.

All of them are rewritten by one text, so the configs must give what the call sends the same names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.plan.plan import request_for
from migrator.model import Note, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from migrator.model import ConfigPlan
    from migrator.planning.project import Project

DIFFERENT_NAMES = Note(
    "other-project",
    Severity.ERROR,
    "The configs of the projects that the call starts jobs in have different names for what it sends. Write a call for "
    "each of them.",
)


def twins(project: Project, index: int) -> list[int]:
    """The sites of the same call, itself included."""
    found = project.sites[index].found
    return [other for other, site in enumerate(project.sites) if site.found is found]


def firsts(project: Project, indexes: Iterable[int]) -> list[int]:
    """One site for each call, in order."""
    once = {id(project.sites[index].found): index for index in reversed(list(indexes))}
    return sorted(once.values())


def at_odds(project: Project, chosen: Sequence[int], plans: Mapping[str, ConfigPlan]) -> list[int]:
    """The first call whose projects would need different requests, as its sites."""
    for index in firsts(project, chosen):
        together = [other for other in twins(project, index) if other in chosen]
        if len(together) > 1 and len({_names(project, other, plans) for other in together}) > 1:
            return together
    return []


def _names(project: Project, index: int, plans: Mapping[str, ConfigPlan]) -> tuple[str, ...]:
    site = project.sites[index]
    request = request_for(site.decision, plans.get(site.goal) if site.goal is not None else None)
    return tuple(name for name, _ in request.parameters)
