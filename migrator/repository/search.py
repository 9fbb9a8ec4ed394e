"""Search the files of one root for what every call holds: all that a clean `check` does.

Inside a repository git lists and searches the tracked files, and untracked ones are read here. Where git cannot be used
every file is read: a search that failed is never taken for one that found nothing.
"""

from __future__ import annotations

import os

from migrator.repository.git import grep_and_list, toplevel
from migrator.repository.missing import NOT_CHECKED_OUT, missing_in
from migrator.repository.needles import LITERALS, UnreadableFileError, is_opaque, read_candidate
from migrator.repository.roots import SearchScope, scopes

TYPE_CHECKING = False  # typing itself would take longer to import than git to search
if TYPE_CHECKING:
    from collections.abc import Iterable

    from migrator.repository.git import Answer

# Without git nobody says what is ignored; these folders hold other people's code or a tool's own data.
_SKIPPED = frozenset((".git", ".hg", ".svn", "node_modules", ".venv", "__pycache__", ".tox", ".nox", ".mypy_cache"))


class Search:
    """What was found in one root. Paths are relative to it.

    `candidates` holds the bytes of each file that may hold a call, `unreadable` code and message per file that could
    not be searched, `nested` the repositories inside that are not part of this one, `hints` sentences for the person.
    """

    __slots__ = ("candidates", "hints", "nested", "root", "scope", "searched", "unreadable")

    def __init__(self, scope: SearchScope) -> None:
        """Nothing was searched yet."""
        self.scope = scope
        self.root = scope.root
        self.searched = 0
        self.candidates: dict[str, bytes] = {}
        self.unreadable: dict[str, tuple[str, str]] = {}
        self.nested: list[str] = []
        self.hints: list[str] = []

    @property
    def is_clean(self) -> bool:
        """Whether the search is complete and no file can hold a call."""
        return not self.candidates and not self.unreadable


def search_all(paths: Iterable[str]) -> tuple[Search, ...]:
    """Search every root that the paths lie in. Raises UsageError for a path that cannot be searched.

    A folder that is no repository but holds some, as a folder full of clones does, is searched clone by clone.
    """
    waiting, done = list(scopes(paths)), []
    while waiting:
        found = search(waiting.pop(0))
        inner = [os.path.join(found.root, path) for path in sorted(found.nested)]
        if toplevel(found.root) is None and inner:
            waiting += (SearchScope(root, ("",)) for root in inner if all(root != scope.root for scope in waiting))
            if not found.searched:
                continue
        elif inner:
            names = ", ".join(sorted(found.nested))
            found.hints.append(f"repositories inside {found.root} were not searched, name them to search them: {names}")
        done.append(found)
    return tuple(done)


def search(scope: SearchScope) -> Search:
    """Search the folders and the single files of a scope."""
    result = Search(scope)
    in_repository = toplevel(scope.root) == scope.root
    for directory in scope.directories:
        if not (in_repository and _search_with_git(result, directory)):
            _search_by_walking(result, directory)
    for path in scope.files:
        if path not in result.candidates:
            result.searched += 1
            _look_into(result, path, named=True)
    return result


def _look_into(result: Search, path: str, *, named: bool = False) -> None:
    try:
        data = read_candidate(os.path.join(result.root, path), named=named)
    except UnreadableFileError as error:
        result.unreadable[path] = error.code, error.message
        return
    if data is not None:
        result.candidates[path] = data


def _look_into_all(result: Search, paths: Iterable[str]) -> None:
    for path in paths:
        if not is_opaque(path):
            _look_into(result, path)


def _search_with_git(result: Search, directory: str) -> bool:
    """Whether git could do it, and had something to search: what it ignores altogether was still asked for by name."""
    found, listed = grep_and_list(result.root, LITERALS, directory)
    if found[0] not in (0, 1) or listed[0] != 0:
        result.hints.append(_refusal(result.root, found, listed))
        return False
    listing = b"\0" + listed[1]
    for path, message in missing_in(result.root, directory, _tagged(listing, b"Hh"), _tagged(listing, b"Ss")):
        result.unreadable[path] = NOT_CHECKED_OUT, message
    if len(listing) == 1:
        return bool(result.unreadable)
    untracked = list(_tagged(listing, b"?"))
    result.nested += (path.rstrip("/") for path in untracked if path.endswith("/"))
    loose = [path for path in untracked if not (path.endswith("/") or os.path.islink(os.path.join(result.root, path)))]
    result.searched += _tracked(listing) + len(loose)
    _look_into_all(result, _names(found[1]))
    # git searches the index in place of a file that is marked as unchanged, and skips what is marked as not there.
    _look_into_all(result, _tagged(listing, b"hSs"))
    _look_into_all(result, loose)
    if found[2]:  # a file that it could not open, most likely
        _look_into_all(result, _tagged(listing, b"HM"))
    if b"could not open directory" in listed[2]:
        complaint = os.fsdecode(listed[2].strip().splitlines()[0])
        message = f"Git could not list every file ({complaint}). Make the folder readable, or have git ignore it."
        result.unreadable[directory or "."] = "unreadable", message
    return True


def _refusal(root: str, *answers: Answer) -> str:
    complaints = (os.fsdecode(err).strip() for status, _, err in answers if status not in (0, 1))
    first = next((text.splitlines()[0] for text in complaints if text), "it failed")
    return f"git could not be used in {root} ({first}): every file was read instead, ignored ones too"


def _names(output: bytes) -> list[str]:
    return [os.fsdecode(name) for name in output.split(b"\0") if name]


def _tracked(listing: bytes) -> int:
    """How many tracked regular files the listing has; submodules and symbolic links have other modes."""
    return sum(listing.count(b"\0%c 100" % tag) for tag in b"HhMmSs")


def _tagged(listing: bytes, tags: bytes) -> Iterable[str]:
    """The names of the entries of `git ls-files -v -s` with one of the tags; entries of no interest cost nothing."""
    for tag in tags:
        mark = b"\0%c " % tag
        at = listing.find(mark)
        while at >= 0:
            end = listing.find(b"\0", at + 1)
            entry = listing[at + len(mark) : end]
            yield os.fsdecode(entry if mark == b"\0? " else entry.partition(b"\t")[2])
            at = listing.find(mark, end)


def _search_by_walking(result: Search, directory: str) -> None:
    """Read every regular file below a folder. A repository inside is not part of this one."""
    waiting = [directory]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(os.path.join(result.root, folder)) as entries:
                ordered = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            message = f"The folder cannot be read ({error.strerror}). Make it readable, or look through it by hand."
            result.unreadable[folder or "."] = "unreadable", message
            continue
        for entry in ordered:
            path = os.path.join(folder, entry.name)
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _SKIPPED:
                    (result.nested if _is_repository(entry.path) else waiting).append(path)
            elif entry.is_file(follow_symlinks=False):
                result.searched += 1
                _look_into_all(result, (path,))


def _is_repository(directory: str) -> bool:
    return os.path.lexists(os.path.join(directory, ".git"))
