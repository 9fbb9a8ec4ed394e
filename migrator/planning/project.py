"""What a plan rests on: calls, files and configs of one repository, or of several that are planned together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from migrator.repository.roots import CONFIG_PATH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemods.found import Found, RewriteOptions
    from migrator.circleci.plan.decide import Decision
    from migrator.circleci.runs.config import ConfigView
    from migrator.syntax.text.source import Source

HERE = ""
"""The home of everything where there is one repository only: nothing goes before its paths."""


@dataclass(frozen=True, slots=True)
class Site:
    """A call with where it was found and what was decided about it.

    `home` is the repository that holds the call, `goal` the one whose config serves it: a home, a project that is
    declared ready, or None when that config is not at hand.
    """

    source: Source
    found: Found
    decision: Decision
    home: str = HERE
    goal: str | None = HERE

    @property
    def key(self) -> str:
        """The key of its file."""
        return self.home + self.source.path


@dataclass(frozen=True, slots=True)
class Project:
    """All that a plan rests on.

    A home is a short text that goes before the paths of one repository, so that all files have a key: `sources` and
    `context` go by it. `context` are files that count for the plan but were not asked about, `ready` the projects that
    are declared migrated, `guests` the homes of calls whose files are not here: they are planned for and not touched.
    """

    sites: tuple[Site, ...]
    sources: Mapping[str, Source]
    configs: Mapping[str, ConfigView]
    options: Mapping[str, RewriteOptions]
    context: frozenset[str] = frozenset()
    ready: frozenset[str] = frozenset()
    guests: frozenset[str] = field(default=frozenset())

    @property
    def config(self) -> ConfigView | None:
        """The config of a lone repository."""
        return self.configs.get(HERE)

    def asked(self, home: str | None = None) -> list[tuple[int, Site]]:
        """The calls that this run is about, of one home or of all, with their indexes."""
        sites = enumerate(self.sites)
        return [(i, site) for i, site in sites if site.key not in self.context and home in (None, site.home)]

    def aimed_at(self, goal: str) -> list[int]:
        """The calls that a config serves."""
        return [index for index, site in enumerate(self.sites) if site.goal == goal]

    def part(self, home: str) -> Project:
        """One repository of several, as if it were alone."""
        if home == HERE:
            return self
        return Project(
            tuple(replace(site, home=HERE) for site in self.sites if site.home == home),
            {key.removeprefix(home): source for key, source in self.sources.items() if key.startswith(home)},
            {HERE: self.configs[home]} if home in self.configs else {},
            {HERE: self.options[home]},
            frozenset(key.removeprefix(home) for key in self.context if key.startswith(home)),
        )


def config_key(home: str) -> str:
    """The key of a repository's config."""
    return home + CONFIG_PATH
