"""Which files of a repository may hold a call, with their bytes, in its work tree or at a git revision; and its others.

Those are read when a file that is looked at turns out to depend on them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from migrator.errors import UsageError
from migrator.model import Note, Problem, Severity
from migrator.repository.git import ask, is_stored, toplevel
from migrator.repository.missing import NOT_CHECKED_OUT
from migrator.repository.needles import LITERALS, UnreadableFileError, may_hold_call, read_regular
from migrator.repository.remotes import project_slugs
from migrator.repository.roots import CONFIG_PATH, SearchScope
from migrator.repository.search import search, search_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from migrator.repository.search import Search


_SUFFIX = ".py"
_SKIPPED = frozenset((".git", ".hg", ".svn", "node_modules", ".venv", "__pycache__", ".tox", ".nox", ".mypy_cache"))


class Files:
    """The files below one root, or of a commit of it. What was read or searched once is kept."""

    def __init__(self, root: str, commit: str = "") -> None:
        """`root` is the folder that all paths are relative to; with a `commit`, its files are read and no others."""
        self._root = root
        self._commit = commit
        self._texts: dict[str, str | None] = {}
        self._found: dict[tuple[str, str], tuple[str, ...]] = {}

    def read(self, path: str) -> str | None:
        """The text of a file; None when there is no such file below the root, or no text in it."""
        if path not in self._texts:
            self._texts[path] = self._text(path)
        return self._texts[path]

    def _text(self, path: str) -> str | None:
        parts = PurePosixPath(path)
        if parts.is_absolute() or ".." in parts.parts:
            return None
        try:
            data = self._data(path)
            return None if data is None else data.decode("utf-8-sig")
        except (UnreadableFileError, UnicodeDecodeError):
            return None

    def _data(self, path: str) -> bytes | None:
        if not self._commit:
            return read_regular(str(Path(self._root, path)))
        return next((data for _, data in _contents(self._root, self._commit, [path])), None)

    def holding(self, literal: str) -> tuple[str, ...]:
        """The paths of the Python files whose text holds `literal`, in order."""
        return self._holding(literal, _SUFFIX)

    def naming(self, literal: str) -> tuple[str, ...]:
        """The paths of all text files whose text holds `literal`, in order."""
        return self._holding(literal, "")

    def _holding(self, literal: str, suffix: str) -> tuple[str, ...]:
        if (literal, suffix) not in self._found:
            self._found[literal, suffix] = tuple(sorted(self._search(literal, suffix)))
        return self._found[literal, suffix]

    def _search(self, literal: str, suffix: str) -> Iterator[str]:
        if self._commit:
            command = ("grep", "-l", "-z", "-I", "-F", "--no-color", "--no-textconv", "-e", literal, self._commit)
            ((_, names, _),) = ask(self._root, command)
            paths = (os.fsdecode(name).removeprefix(f"{self._commit}:") for name in names.split(b"\0") if name)
            yield from (path for path in paths if path.endswith(suffix))
            return
        if toplevel(self._root) == self._root:
            command = ("grep", "-l", "-z", "-I", "-F", "--untracked", "--no-color", "--no-textconv", "-e", literal)
            ((status, names, _),) = ask(self._root, command)
            if status in (0, 1):
                paths = (os.fsdecode(name) for name in names.split(b"\0") if name)
                yield from (path for path in paths if path.endswith(suffix))
                return
        yield from (path for path in self._walk(suffix) if literal in (self.read(path) or ""))

    def _walk(self, suffix: str) -> Iterator[str]:
        for folder, names, files in os.walk(self._root):
            names[:] = sorted(name for name in names if name not in _SKIPPED)
            for name in files:
                if name.endswith(suffix):
                    yield Path(folder, name).relative_to(self._root).as_posix()


@dataclass(frozen=True, slots=True)
class Discovery:
    """One root as far as calls go.

    `root` is its absolute path, `files_searched` how many files were looked into, `candidates` path (relative, with
    `/`) and bytes of every file that may hold a call, by path, and of the root's config in any case.
    `problems` are files that could not be read. `slugs` are the projects that its git remotes are. `context` holds the
    paths that were not asked for and are there for planning only: calls in them are nobody's business in this run.
    `hints` are sentences for the person at the terminal. `commit` is what the files are of, empty for the work tree.
    """

    root: str
    files_searched: int
    candidates: tuple[tuple[str, bytes], ...]
    problems: tuple[Problem, ...] = ()
    slugs: tuple[str, ...] = ()
    context: frozenset[str] = frozenset()
    hints: tuple[str, ...] = ()
    commit: str = ""


def discover(paths: Sequence[str | os.PathLike[str]]) -> Discovery:
    """Search files and folders of one repository. Raises UsageError when they lie in several, or one does not exist."""
    found = search_all([os.fspath(path) for path in paths])
    if len(found) != 1:
        raise UsageError("the paths do not lie in one repository", hint="name the paths of one repository at a time")
    return from_search(found[0])


def from_search(found: Search) -> Discovery:
    """What a finished search amounts to, with the root's config and projects added."""
    problems = [_problem(path, *reason) for path, reason in sorted(found.unreadable.items())]
    candidates = {**_beside(found), **found.candidates}
    if CONFIG_PATH not in candidates and CONFIG_PATH not in found.unreadable:
        try:
            config = read_regular(os.path.join(found.root, CONFIG_PATH))
        except UnreadableFileError as error:
            problems.append(_problem(CONFIG_PATH, error.code, error.message))
        else:
            candidates |= {} if config is None else {CONFIG_PATH: config}
            if config is None and candidates and is_stored(found.root, CONFIG_PATH):
                message = "Git has the config and the work tree does not. Check it out, then run this again."
                problems.append(_problem(CONFIG_PATH, NOT_CHECKED_OUT, message))
    return Discovery(
        root=found.root,
        files_searched=found.searched,
        candidates=tuple(sorted(candidates.items())),
        problems=tuple(problems),
        slugs=project_slugs(found.root),
        context=frozenset(path for path in (*candidates, CONFIG_PATH) if not found.scope.covers(path)),
        hints=tuple(found.hints),
    )


def _beside(found: Search) -> dict[str, bytes]:
    """What else the root holds where a part of it was searched and may hold a call: a plan rests on all of it."""
    if not found.candidates or found.scope.covers_all:
        return {}
    return search(SearchScope(found.root, ("",))).candidates


def _problem(path: str, code: str, message: str) -> Problem:
    return Problem(path, 1, Note(code, Severity.ERROR, message))


_AT_ONCE = 8
_OPTIONS = ("-l", "-z", "-F", "--no-color", "--no-textconv", "--no-recurse-submodules")


def discover_at(scope: SearchScope, revision: str) -> Discovery:
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
        commit=commit,
    )


def _commit(root: str, revision: str) -> str:
    ((status, out, err),) = ask(root, ("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}"))
    if status != 0:
        told = os.fsdecode(err).strip().removeprefix("fatal: ") or "git failed"
        raise UsageError(f"there is no revision {revision!r} ({told})", hint="name a branch, a tag or a commit")
    return os.fsdecode(out).strip()


def _candidates(scope: SearchScope, commit: str) -> list[str]:
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
