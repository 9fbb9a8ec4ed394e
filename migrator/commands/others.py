"""Other projects: which checkouts they are in, which are declared ready, and calls that a report tells about."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.errors import UsageError
from migrator.repository.discovery import from_search
from migrator.repository.remotes import named_slug
from migrator.repository.roots import scopes
from migrator.repository.search import search_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from migrator.model import Call
    from migrator.repository.discovery import Discovery
    from migrator.repository.search import Search


@dataclass(frozen=True, slots=True)
class Others:
    """`projects` are slugs by root, `callers` the name of a report and the calls in it."""

    projects: tuple[tuple[str, str], ...] = ()
    callers: tuple[str, tuple[Call, ...]] | None = None

    def searched(self, searches: Sequence[Search]) -> tuple[Search, ...]:
        """The searches with those checkouts that were named with their projects only. Raises UsageError."""
        known = {found.root for found in searches}
        more = dict.fromkeys(root for _, root in self.projects if root not in known)
        found = (*searches, *(one for root in more for one in search_all([root])))
        for one in found:  # the report quotes the very calls that it tells about
            one.candidates.pop(os.path.relpath(os.path.realpath(self.callers[0]), one.root) if self.callers else "", 0)
        return found

    def discovered(self, found: Search) -> Discovery:
        """What a search found; the projects that were named are the ones that the repository is."""
        discovery = from_search(found)
        slugs = tuple(dict.fromkeys(slug for slug, root in self.projects if root == found.root))
        return replace(discovery, slugs=slugs) if slugs else discovery


def others(projects: Iterable[str], callers: str | None) -> Others:
    """Read the options `--project SLUG=PATH` and `--callers FILE`. Raises UsageError."""
    return Others(tuple(map(_project, projects)), None if callers is None else (callers, _callers(callers)))


def _project(text: str) -> tuple[str, str]:
    slug, equals, path = text.partition("=")
    if not equals or not path:
        raise UsageError(f"{text!r} is not SLUG=PATH", hint="write it like github/acme/app=../app")
    return named_slug(slug), scopes([path])[0].root


def _callers(name: str) -> tuple[Call, ...]:
    from migrator.report.callers import read

    try:
        text = Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"{name} cannot be read ({reason})", hint="name a report made with --format json") from error
    return read(text, name)
