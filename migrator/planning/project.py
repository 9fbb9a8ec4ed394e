"""What a plan rests on: calls, files and configs of one repository, or of several that are planned together.

Some calls share a fate: they go through one stretch of text, or one call starts something in several projects.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from migrator.circleci.plan.plan import request_for
from migrator.model import Note, Severity, Status
from migrator.repository.roots import CONFIG_PATH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from codemods.found import Found, RewriteOptions
    from migrator.circleci.plan.decide import Decision
    from migrator.circleci.runs.config import ConfigView
    from migrator.errors import WaitingRefusal
    from migrator.model import ConfigPlan, Span
    from migrator.syntax.text.source import Source


HERE = ""
"""The home of everything where there is one repository only."""


@dataclass(frozen=True, slots=True, order=True)
class FileKey:
    """A file of one of the repositories of a run: the home of the repository, and the path in it."""

    home: str
    path: str


@dataclass(frozen=True, slots=True)
class Here:
    """The config that serves a call is that of a repository at hand."""

    home: str


@dataclass(frozen=True, slots=True)
class Ready:
    """The config that serves a call is that of a project which is declared migrated."""

    slug: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The config that serves a call is not at hand."""


Goal = Here | Ready | Elsewhere
"""Whose config serves a call."""


@dataclass(frozen=True, slots=True)
class Site:
    """A call with where it was found and what was decided about it; `home` is the repository that holds the call."""

    source: Source
    found: Found
    decision: Decision
    home: str = HERE
    goal: Goal = Here(HERE)

    @property
    def key(self) -> FileKey:
        """The key of its file."""
        return FileKey(self.home, self.source.path)


@dataclass(frozen=True, slots=True)
class Project:
    """All that a plan rests on.

    A home is a short name of one repository: `options` go by it. `context` are files that count for the plan but were
    not asked about, `ready` the projects that are declared migrated, `guests` the homes of calls whose files are not
    here: they are planned for and not touched.
    """

    sites: tuple[Site, ...]
    sources: Mapping[FileKey, Source]
    configs: Mapping[Goal, ConfigView]
    options: Mapping[str, RewriteOptions]
    context: frozenset[FileKey] = frozenset()
    ready: frozenset[str] = frozenset()
    guests: frozenset[str] = field(default=frozenset())

    @property
    def config(self) -> ConfigView | None:
        """The config of a lone repository."""
        return self.configs.get(Here(HERE))

    def source(self, path: str) -> Source:
        """A file of a lone repository."""
        return self.sources[FileKey(HERE, path)]

    def is_asked(self, source: Source) -> bool:
        """Whether a lone repository was asked about one of its files."""
        return FileKey(HERE, source.path) not in self.context

    def asked(self, home: str | None = None) -> list[tuple[int, Site]]:
        """The calls that this run is about, of one home or of all, with their indexes."""
        sites = enumerate(self.sites)
        return [(i, site) for i, site in sites if site.key not in self.context and home in (None, site.home)]

    def is_rewritten(self, index: int) -> bool:
        """Whether a chosen call is changed in its file: one of another repository is not, nor one for a person."""
        site = self.sites[index]
        return site.home not in self.guests and not site.decision.by_hand

    def aimed_at(self, goal: Goal) -> list[int]:
        """The calls that a config serves."""
        return [index for index, site in enumerate(self.sites) if site.goal == goal]

    def part(self, home: str) -> Project:
        """One repository of several, as if it were alone."""
        if home == HERE:
            return self
        return Project(
            tuple(replace(site, home=HERE) for site in self.sites if site.home == home),
            {FileKey(HERE, key.path): source for key, source in self.sources.items() if key.home == home},
            {Here(HERE): self.configs[Here(home)]} if Here(home) in self.configs else {},
            {HERE: self.options[home]},
            frozenset(FileKey(HERE, key.path) for key in self.context if key.home == home),
        )


def defect(error: Exception) -> Note:
    """What to say when the tool itself fails over one file or one call, so that all others are still looked at."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    place = f", {PurePath(last.tb_frame.f_code.co_filename).name}:{last.tb_lineno}" if last is not None else ""
    what = next(iter(f"{type(error).__name__}: {error}".splitlines()), "")
    message = f"This is a defect of migrator ({what}{place}). Report it, and do this by hand."
    return Note("tool-defect", Severity.ERROR, message)


def config_key(home: str) -> FileKey:
    """The key of a repository's config."""
    return FileKey(home, CONFIG_PATH)


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


def noted(project: Project, notes: Mapping[int, tuple[Note, ...]]) -> Project:
    """The project with further notes on some of its calls, none said twice."""
    sites = list(project.sites)
    shared = [(twin, more) for index, more in notes.items() if more for twin in twins(project, index)]
    for index, more in shared:
        decision = sites[index].decision
        fresh = dict.fromkeys((*decision.notes, *more))
        sites[index] = replace(sites[index], decision=replace(decision, notes=tuple(fresh)))
    return replace(project, sites=tuple(sites))


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
