"""Several repositories as one project: which config serves which call, and the decision that follows from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods.found import Found, RewriteOptions
from migrator.circleci.decide import Decision, decide
from migrator.circleci.target import is_project
from migrator.discovery import Discovery
from migrator.ignores import hidden
from migrator.model import Target
from migrator.needles import is_of_use
from migrator.project import HERE, Project, Site
from migrator.reading import read_project
from migrator.settings import Settings
from migrator.syntax.source import Source, VerbatimRegion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from migrator.model import Call, Problem, Slug


EMPTY = Project((), {}, {}, {HERE: RewriteOptions()})
"""A repository that nothing has to be read of."""


@dataclass(frozen=True, slots=True)
class Part:
    """One repository as it was read, with the settings for its files; `elsewhere`: calls whose files are not here."""

    discovery: Discovery
    settings: Settings
    project: Project
    problems: tuple[Problem, ...] = ()
    elsewhere: bool = False


def read_parts(
    roots: Sequence[tuple[Discovery, Settings]], advance: Callable[[], object], callers: Sequence[Call] = ()
) -> list[Part]:
    """Read the repositories that hold calls, and those that one of these calls, or of `callers`, starts something in.

    In a folder full of clones most are neither, and their configs need not be parsed.
    """
    parts = [
        Part(found, own, EMPTY, found.problems) if len(roots) > 1 and _is_quiet(found) else _read(found, own, advance)
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
        if part.project is EMPTY and any(is_project(slug, own, part.discovery.slugs) for slug, own in aims)
        else part
        for part in parts
    ]


def _is_quiet(discovery: Discovery) -> bool:
    return not any(is_of_use(data) for _, data in discovery.candidates)


def _read(discovery: Discovery, settings: Settings, advance: Callable[[], object]) -> Part:
    return Part(discovery, settings, *read_project(discovery, settings, advance))


def guests(name: str, calls: Sequence[Call], parts: Sequence[Part]) -> Part:
    """The calls of a report called `name` that start something in one of the parts: they have no files here."""
    slugs = [part.discovery.slugs for part in parts]
    own = [call for call in calls if any(is_project(call.trigger.slug, (), names) for names in slugs)]
    sources = {call.path: Source(call.path, "") for call in own}
    sites = tuple(
        Site(sources[call.path], Found(call, VerbatimRegion(""), lambda *_: ()), Decision(call, Target.OTHER, (), ()))
        for call in own
    )
    project = Project(sites, sources, {}, {HERE: RewriteOptions()})
    # A warning is about the config here, so the strictest of its readers decides.
    unsafe = all(part.settings.unsafe for part in parts)
    return Part(Discovery(name, 0, ()), Settings(unsafe=unsafe), project, elsewhere=True)


def joined(parts: Sequence[Part]) -> tuple[dict[str, Part], Project]:
    """The parts by their homes, and all of them as one project."""
    homes = {HERE if len(parts) == 1 else f"{number}:": part for number, part in enumerate(parts)}
    sites = [_moved(site, home, homes) for home, part in homes.items() for site in part.project.sites]
    whole = Project(
        sites=tuple(sites),
        sources={home + key: source for home, part in homes.items() for key, source in part.project.sources.items()},
        configs={home: part.project.configs[HERE] for home, part in homes.items() if HERE in part.project.configs},
        options={home: part.project.options[HERE] for home, part in homes.items()},
        context=frozenset(home + key for home, part in homes.items() for key in part.project.context),
        ready=frozenset(slug for part in parts for slug in part.settings.ready),
        guests=frozenset(home for home, part in homes.items() if part.elsewhere),
    )
    return homes, hidden(whole)


def _moved(site: Site, home: str, homes: Mapping[str, Part]) -> Site:
    """The call in its home, decided about again where the config that serves it is in another one."""
    if site.decision.target is not Target.OTHER:
        return replace(site, home=home, goal=home)
    discovery, settings = homes[home].discovery, homes[home].settings
    call, slug = site.found.call, site.found.call.trigger.slug
    fitting = [other for other, part in homes.items() if is_project(slug, discovery.slugs, part.discovery.slugs)]
    ready = next((name for name in settings.ready if is_project(slug, discovery.slugs, (name,))), None)
    goal = fitting[0] if len(fitting) == 1 else ready
    if goal is None or site.decision.ignored:
        return replace(site, home=home, goal=None)
    config = homes[goal].project.configs.get(HERE) if goal in homes else None
    decision = decide(call, config, discovery.slugs, given=goal in homes, ready=goal not in homes)
    return replace(site, home=home, goal=goal, decision=decision)
