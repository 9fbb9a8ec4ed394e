"""What `check` looks at when that is not all below some paths: a file on stdin, or what changed since a revision."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.commands.flow import searched
from migrator.errors import UsageError
from migrator.repository.needles import may_hold_call
from migrator.repository.roots import SearchScope, root_of
from migrator.repository.search import Search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.commands.output import Output


def narrowed(paths: Sequence[str], output: Output, since: str | None, stdin_filename: str | None) -> tuple[Search, ...]:
    """What is to be looked at. Raises UsageError for options that do not go together, and for an unknown revision."""
    if "-" not in paths:
        if stdin_filename is not None:
            raise UsageError("--stdin-filename names no file on stdin", hint="give the path - with it")
        return tuple(_changed(found, since) if since else found for found in searched(paths, output))
    if len(paths) > 1 or since is not None:
        raise UsageError("- stands for one file on stdin, and for nothing else", hint="give it alone")
    if stdin_filename is None:
        raise UsageError("what the file on stdin is called is not known", hint="add --stdin-filename NAME")
    return (_from_stdin(stdin_filename),)


def _from_stdin(name: str) -> Search:
    """One file that stands where its name says, with what stdin has for its content."""
    absolute = Path(name).resolve()
    folder = next(folder for folder in absolute.parents if folder.is_dir())
    root = root_of(str(folder))
    path = os.path.relpath(absolute, root)
    found = Search(SearchScope(root, files=(path,)))
    found.searched = 1
    data = sys.stdin.buffer.read()
    if may_hold_call(data):
        found.candidates[path] = data
    return found


def _changed(found: Search, since: str) -> Search:
    """The search cut down to files that differ from the revision; what is untracked counts as new."""
    from migrator.repository.git import changed_since

    paths = changed_since(found.root, since)
    if paths is None:
        reason = f"git knows no revision {since!r} in {found.root}"
        raise UsageError(reason, hint="fetch it, or name another branch, tag or commit")
    kept = [path for path in paths if found.scope.covers(path)]
    cut = Search(SearchScope(found.root, files=kept))
    cut.searched = len(kept)
    cut.hints = found.hints
    cut.candidates = {path: data for path, data in found.candidates.items() if path in set(kept)}
    # A folder that could not be read may hold what has changed.
    unreadable = found.unreadable.items()
    cut.unreadable = {
        path: why for path, why in unreadable if path in set(kept) or not Path(found.root, path).is_file()
    }
    return cut
