"""Which files of a repository may hold a call, with their bytes: what the engine gets to see."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.errors import UsageError
from migrator.model import Note, Problem, Severity
from migrator.repository.needles import UnreadableError, read_regular
from migrator.repository.remotes import project_slugs
from migrator.repository.roots import CONFIG_PATH
from migrator.repository.search import search_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.repository.search import Search


@dataclass(frozen=True, slots=True)
class Discovery:
    """One root as far as calls go.

    `root` is its absolute path, `files_searched` how many files were looked into, `candidates` path (relative, with
    `/`) and bytes of every file that may hold a call, by path, and of the root's config in any case.
    `problems` are files that could not be read. `slugs` are the projects that its git remotes are. `context` holds the
    paths that were not asked for and are there for planning only: calls in them are nobody's business in this run.
    `hints` are sentences for the person at the terminal.
    """

    root: str
    files_searched: int
    candidates: tuple[tuple[str, bytes], ...]
    problems: tuple[Problem, ...] = ()
    slugs: tuple[str, ...] = ()
    context: frozenset[str] = frozenset()
    hints: tuple[str, ...] = ()


def discover(paths: Sequence[str | os.PathLike[str]]) -> Discovery:
    """Search files and folders of one repository. Raises UsageError when they lie in several, or one does not exist."""
    found = search_all([os.fspath(path) for path in paths])
    if len(found) != 1:
        raise UsageError("the paths do not lie in one repository", hint="name the paths of one repository at a time")
    return from_search(found[0])


def from_search(found: Search) -> Discovery:
    """What a finished search amounts to, with the root's config and projects added."""
    problems = [_problem(path, *reason) for path, reason in sorted(found.unreadable.items())]
    candidates = dict(found.candidates)
    if CONFIG_PATH not in candidates and CONFIG_PATH not in found.unreadable:
        try:
            config = read_regular(os.path.join(found.root, CONFIG_PATH))
        except UnreadableError as error:
            problems.append(_problem(CONFIG_PATH, error.code, error.message))
        else:
            candidates |= {} if config is None else {CONFIG_PATH: config}
    return Discovery(
        root=found.root,
        files_searched=found.searched,
        candidates=tuple(sorted(candidates.items())),
        problems=tuple(problems),
        slugs=project_slugs(found.root),
        context=frozenset() if found.scope.covers(CONFIG_PATH) else frozenset((CONFIG_PATH,)),
        hints=tuple(found.hints),
    )


def _problem(path: str, code: str, message: str) -> Problem:
    return Problem(path, 1, Note(code, Severity.ERROR, message))
