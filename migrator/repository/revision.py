"""A repository as it was at a git revision, as far as calls go: read from git's objects, without a checkout."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from migrator.errors import UsageError
from migrator.repository.discovery import Discovery
from migrator.repository.git import ask, toplevel
from migrator.repository.needles import LITERALS, may_hold_call
from migrator.repository.remotes import project_slugs
from migrator.repository.roots import CONFIG_PATH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from migrator.repository.roots import Scope

_AT_ONCE = 8
_OPTIONS = ("-l", "-z", "-F", "--no-color", "--no-textconv", "--no-recurse-submodules")


def discover_at(scope: Scope, revision: str) -> Discovery:
    """What discovery finds in the files of a commit. Raises UsageError when git knows no such commit."""
    if toplevel(scope.root) != scope.root:
        raise UsageError(f"{scope.root} is no git repository", hint="--against needs the history of a repository")
    commit = _commit(scope.root, revision)
    paths = dict.fromkeys((*_candidates(scope, commit), CONFIG_PATH))
    files = {
        path: data for path, data in _contents(scope.root, commit, paths) if path == CONFIG_PATH or may_hold_call(data)
    }
    return Discovery(
        root=scope.root,
        files_searched=len(files),
        candidates=tuple(sorted(files.items())),
        slugs=project_slugs(scope.root),
        context=frozenset() if scope.covers(CONFIG_PATH) else frozenset((CONFIG_PATH,)),
    )


def _commit(root: str, revision: str) -> str:
    ((status, out, err),) = ask(root, ("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}"))
    if status != 0:
        told = os.fsdecode(err).strip().removeprefix("fatal: ") or "git failed"
        raise UsageError(f"there is no revision {revision!r} ({told})", hint="name a branch, a tag or a commit")
    return os.fsdecode(out).strip()


def _candidates(scope: Scope, commit: str) -> list[str]:
    """The files of the commit, inside the scope, that hold what every call has."""
    where = [directory or "." for directory in scope.directories] + list(scope.files)
    patterns = [part for literal in LITERALS for part in (b"-e", literal)]
    ((status, out, err),) = ask(scope.root, ("grep", *_OPTIONS, *patterns, commit, "--", *where))
    if status not in (0, 1):
        raise UsageError(f"git cannot search {commit} ({os.fsdecode(err).strip()})", hint="is the history complete?")
    prefix = f"{commit}:"
    return [os.fsdecode(name).removeprefix(prefix) for name in out.split(b"\0") if name]


def _contents(root: str, commit: str, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """The files that are there, with their bytes."""
    waiting = list(paths)
    while waiting:
        batch, waiting = waiting[:_AT_ONCE], waiting[_AT_ONCE:]
        answers = ask(root, *(("cat-file", "blob", f"{commit}:{path}") for path in batch))
        for path, (status, data, _) in zip(batch, answers, strict=True):
            if status == 0:
                yield path, data
