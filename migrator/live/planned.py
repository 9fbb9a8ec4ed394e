"""The v2 calls and the configs of repositories as they will be when all that is planned is written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from codemods import find_v2_callers
from migrator.circleci.api.target import canonical_slug, is_project, named_project, target_of
from migrator.circleci.runs.config import ConfigView, as_mapping
from migrator.errors import ParseError
from migrator.model import Target, static
from migrator.planning.analyse import analyse_together
from migrator.repository.remotes import spelled_slugs
from migrator.repository.roots import CONFIG_PATH
from migrator.syntax.text.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from migrator.circleci.api.v2_request import V2Request
    from migrator.model import Report, Slug
    from migrator.repository.discovery import Discovery
    from migrator.settings import Settings


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A v2 call, and where it will stand. `project` is the slug of the one that it starts, None where unknown."""

    path: str
    line: int
    request: V2Request
    project: str | None


@dataclass(frozen=True, slots=True)
class Planned:
    """What a repository will hold. `text` is its config, `config` the same as data; both None where there is none.

    `slugs` are the projects that the repository is, `calls` those in it; `aimed` are the calls, in any of the
    repositories, that start its jobs. `left` are the projects of v1 calls in it that stay as they are. `spelled` has
    the slugs of projects as they are written: an API may tell large letters from small ones.
    """

    slugs: tuple[str, ...]
    text: str | None
    config: ConfigView | None
    calls: tuple[PlannedCall, ...] = ()
    aimed: tuple[PlannedCall, ...] = ()
    left: tuple[str, ...] = ()
    spelled: Mapping[str, str] = field(default_factory=dict)


def planned(roots: Sequence[tuple[Discovery, Settings]]) -> tuple[Planned, ...]:
    """Plan everything together, also what rests on assumptions, and read the outcome back."""
    everything = [(discovery, replace(settings, unsafe=True, only=None)) for discovery, settings in roots]
    reports = analyse_together(everything)
    found = [_read(discovery, report) for (discovery, _), report in zip(roots, reports, strict=True)]
    return tuple(
        replace(one, aimed=tuple(_aimed(one, discovery, roots, found)))
        for one, (discovery, _) in zip(found, roots, strict=True)
    )


def _aimed(
    home: Planned, where: Discovery, roots: Sequence[tuple[Discovery, Settings]], found: Sequence[Planned]
) -> Iterator[PlannedCall]:
    """The calls that start jobs of `home`: its own that may, and those of others that certainly do."""
    for (discovery, _), one in zip(roots, found, strict=True):
        for call in one.calls:
            slug = call.request.slug
            if discovery is where:
                if target_of(slug, home.slugs) is not Target.OTHER:
                    yield call
            elif is_project(slug, one.slugs, home.slugs):
                yield replace(call, path=f"{PurePath(discovery.root).name}/{call.path}")


def _read(discovery: Discovery, report: Report) -> Planned:
    changed = {change.path: change.after for change in report.changes}
    texts = dict(_texts({**dict(discovery.candidates), **changed}))
    left = [outcome.call.trigger.slug for outcome in report.outcomes if not outcome.written]
    named = (named_project(slug, discovery.slugs) for slug in left)
    calls = tuple(call for source in texts.values() for call in _calls(source, discovery))
    return Planned(
        discovery.slugs,
        texts[CONFIG_PATH].text if CONFIG_PATH in texts else None,
        _view(texts.get(CONFIG_PATH)),
        calls,
        left=tuple(dict.fromkeys(slug for slug in named if slug)),
        spelled=_spelled(discovery, (*left, *(call.request.slug for call in calls))),
    )


def _spelled(discovery: Discovery, written: Sequence[Slug]) -> dict[str, str]:
    """Slugs by their canonical spelling; the remote's letters count for the repository's own project."""
    texts = ([static(part) or "" for part in (slug.vcs, slug.organization, slug.repository)] for slug in written)
    called = {canonical_slug(*parts): "/".join((parts[0] or "github", *parts[1:])) for parts in texts if all(parts[1:])}
    return called | {slug.lower(): slug for slug in spelled_slugs(str(discovery.root))}


def _texts(files: Mapping[str, bytes]) -> Iterator[tuple[str, Source]]:
    """The files that can be read; the others are reported elsewhere."""
    for path, data in files.items():
        try:
            yield path, Source.decode(path, data)
        except UnicodeDecodeError:
            continue


def _calls(source: Source, discovery: Discovery) -> Iterator[PlannedCall]:
    if source.path in discovery.context:
        return
    try:
        found = find_v2_callers(source)
    except ParseError:
        return
    for caller in found:
        project = named_project(caller.request.slug, discovery.slugs)
        yield PlannedCall(caller.path, caller.line, caller.request, project)


def _view(source: Source | None) -> ConfigView | None:
    if source is None:
        return None
    from migrator.syntax.yaml import load

    try:
        return ConfigView(as_mapping(load(source.text)))
    except ParseError:
        return None
