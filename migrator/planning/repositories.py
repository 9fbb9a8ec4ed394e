"""Several repositories as one project: which config serves which call, and the decision that follows from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods.found import Found, RewriteOptions, Unwritten
from migrator.circleci.api.target import canonical_slug, is_project, projects_of
from migrator.circleci.plan.decide import Decision, decide
from migrator.model import Endpoint, Note, Severity, Target
from migrator.planning.ignores import hidden
from migrator.planning.project import HERE, Elsewhere, FileKey, Goal, Here, Project, Ready, Site
from migrator.planning.read import read_project
from migrator.repository.discovery import Discovery
from migrator.repository.needles import is_of_use
from migrator.settings import Settings
from migrator.syntax.text.source import Source, VerbatimRegion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from migrator.model import Call, Problem, Slug


EMPTY = Project((), {}, {}, {HERE: RewriteOptions()})
"""A repository that nothing has to be read of."""
_GUEST = Unwritten("other-project", "The file of the call is in another repository. Rewrite it there.")


@dataclass(frozen=True, slots=True)
class RepositoryPart:
    """One repository as it was read, with the settings for its files; `elsewhere`: calls whose files are not here."""

    discovery: Discovery
    settings: Settings
    project: Project
    problems: tuple[Problem, ...] = ()
    elsewhere: bool = False

    def files(self) -> Iterable[tuple[FileKey, Source]]:
        """The files that were read, by their keys."""
        return self.project.sources.items()


def read_parts(
    roots: Sequence[tuple[Discovery, Settings]], advance: Callable[[], object], callers: Sequence[Call] = ()
) -> list[RepositoryPart]:
    """Read the repositories that hold calls, and those that one of these calls, or of `callers`, starts something in.

    In a folder full of clones most are neither, and their configs need not be parsed.
    """
    parts = [
        RepositoryPart(found, own, EMPTY, found.problems)
        if len(roots) > 1 and _is_quiet(found) and own.only != "config"
        else _read(found, own, advance)
        for found, own in roots
    ]
    aims: list[tuple[Slug, tuple[str, ...]]] = [(call.trigger.slug, ()) for call in callers]
    aims += [
        (site.found.call.trigger.slug, part.discovery.slugs)
        for part in parts
        for site in part.project.sites
        if site.decision.target is Target.OTHER
    ]
    return [
        _read(part.discovery, part.settings, advance)
        if part.project is EMPTY and any(_concerns(slug, own, part) for slug, own in aims)
        else part
        for part in parts
    ]


def _concerns(slug: Slug, own: tuple[str, ...], part: RepositoryPart) -> bool:
    names = part.discovery.slugs
    return is_project(slug, own, names) or not set(names).isdisjoint(projects_of(slug, own))


def _is_quiet(discovery: Discovery) -> bool:
    return not any(is_of_use(data) for _, data in discovery.candidates)


def _read(discovery: Discovery, settings: Settings, advance: Callable[[], object]) -> RepositoryPart:
    return RepositoryPart(discovery, settings, *read_project(discovery, settings, advance))


def guests(name: str, calls: Sequence[Call], parts: Sequence[RepositoryPart]) -> RepositoryPart:
    """The calls of a report called `name` that start something in one of the parts: they have no files here."""
    slugs = [part.discovery.slugs for part in parts]
    own = [call for call in calls if any(is_project(call.trigger.slug, (), names) for names in slugs)]
    sites = tuple(_guest(call) for call in own)
    project = Project(sites, {site.key: site.source for site in sites}, {}, {HERE: RewriteOptions()})
    # A warning is about the config here, so the strictest of its readers decides.
    given = [part.settings.unsafe for part in parts if part.settings.unsafe is not True]
    unsafe = not given or tuple(code for code in given[0] or () if all(code in (other or ()) for other in given))
    return RepositoryPart(Discovery(name, 0, ()), Settings(unsafe=unsafe), project, elsewhere=True)


def _guest(call: Call) -> Site:
    """A call whose file is not here: it can be planned for, and never be rewritten."""
    found = Found(call, VerbatimRegion(""), _GUEST)
    return Site(Source(call.path, ""), found, Decision(call, Target.OTHER, (), ()), goal=Elsewhere())


def joined(parts: Sequence[RepositoryPart]) -> tuple[dict[str, RepositoryPart], Project]:
    """The parts by their homes, and all of them as one project."""
    homes = {HERE if len(parts) == 1 else f"{number}:": part for number, part in enumerate(parts)}
    own = ((home, site) for home, part in homes.items() for site in part.project.sites)
    sites = [moved for home, site in own for moved in _everywhere(site, home, homes)]
    whole = Project(
        sites=tuple(sites),
        sources={FileKey(home, key.path): file for home, part in homes.items() for key, file in part.files()},
        configs={Here(home): part.project.config for home, part in homes.items() if part.project.config is not None},
        options={home: part.project.options[HERE] for home, part in homes.items()},
        context=frozenset(FileKey(home, key.path) for home, part in homes.items() for key in part.project.context),
        ready=frozenset(slug for part in parts for slug in part.settings.ready),
        guests=frozenset(home for home, part in homes.items() if part.elsewhere),
    )
    return homes, hidden(whole)


def _everywhere(site: Site, home: str, homes: Mapping[str, RepositoryPart]) -> list[Site]:
    """The call in its home, once for each project that it starts a job in; these have all their notes in common."""
    slugs = projects_of(site.found.call.trigger.slug, homes[home].discovery.slugs)
    starts_jobs = site.found.call.trigger.endpoint is Endpoint.JOB
    if site.decision.target is not Target.OTHER or len(slugs) < 2 or site.decision.ignored or not starts_jobs:
        return [_moved(site, home, homes)]
    goals = {slug: _goal(homes, home, slug) for slug in slugs}
    missing = [slug for slug, goal in goals.items() if isinstance(goal, Elsewhere)]
    if missing:
        return [replace(site, home=home, goal=Elsewhere(), decision=_missing(site.decision, missing, len(slugs)))]
    decided = {goal: _decided(site, home, goal, homes) for goal in goals.values()}
    order = Note(
        "merge-order", Severity.INFO, f"Merge the configs of {', '.join(slugs)} first, on the ref that is named."
    )
    notes = dict.fromkeys(note for decision in decided.values() for note in decision.notes)
    notes = dict.fromkeys(order if note.code == order.code else note for note in notes)
    return [
        replace(site, home=home, goal=goal, decision=replace(decision, notes=tuple(notes)))
        for goal, decision in decided.items()
    ]


def _missing(decision: Decision, missing: Sequence[str], number: int) -> Decision:
    message = (
        f"The call starts a job in {number} projects; of {', '.join(missing)} there is no checkout. Name one on the "
        "command line too, or declare the project migrated with --ready."
    )
    notes = [note for note in decision.notes if note.code != "other-project"]
    return replace(decision, notes=(Note("other-project", Severity.ERROR, message), *notes))


def _goal(homes: Mapping[str, RepositoryPart], home: str, slug: str) -> Goal:
    """The one repository at hand that is the project, else the project itself where it is declared migrated."""
    fitting = [other for other, part in homes.items() if slug in part.discovery.slugs]
    if len(fitting) == 1:
        return Here(fitting[0])
    declared = (name for name in homes[home].settings.ready if canonical_slug(*name.split("/", 2)) == slug)
    return next((Ready(name) for name in declared), Elsewhere())


def _decided(site: Site, home: str, goal: Goal, homes: Mapping[str, RepositoryPart]) -> Decision:
    given = isinstance(goal, Here)
    config = homes[goal.home].project.config if isinstance(goal, Here) else None
    return decide(site.found.call, config, homes[home].discovery.slugs, given=given, ready=not given)


def _moved(site: Site, home: str, homes: Mapping[str, RepositoryPart]) -> Site:
    """The call in its home, decided about again where the config that serves it is in another one."""
    if site.decision.target is not Target.OTHER:
        return replace(site, home=home, goal=Here(home))
    discovery, settings = homes[home].discovery, homes[home].settings
    slug = site.found.call.trigger.slug
    fitting = [other for other, part in homes.items() if is_project(slug, discovery.slugs, part.discovery.slugs)]
    ready = next((name for name in settings.ready if is_project(slug, discovery.slugs, (name,))), None)
    goal = Here(fitting[0]) if len(fitting) == 1 else Elsewhere() if ready is None else Ready(ready)
    if isinstance(goal, Elsewhere) or site.decision.ignored:
        return replace(site, home=home, goal=Elsewhere())
    return replace(site, home=home, goal=goal, decision=_decided(site, home, goal, homes))
