"""Files that git knows and the work tree does not have: sparse checkouts, clones without a checkout.

They are searched where git keeps them, and never rewritten. Imports nothing heavy.
"""

from __future__ import annotations

import os

from migrator.repository.git import grep_stored, head
from migrator.repository.needles import LITERALS

TYPE_CHECKING = False  # typing itself would take longer to import than git to search
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NOT_CHECKED_OUT = "not-checked-out"
_HOLDS = "Git has the file and the work tree does not, and it may hold a call. Check it out, then run this again."
_UNSEARCHED = (
    "Git has files here that are neither in the work tree nor in the clone. Check them out, then run this again."
)


def missing_in(root: str, directory: str, tracked: Iterable[str], skipped: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Paths with a word on each: files that may hold a call and are not here, or a folder that could not be searched.

    `tracked` are the files that should be here, `skipped` those that git was told to leave out.
    """
    gone = {path for path in skipped if not os.path.lexists(os.path.join(root, path))}
    if os.listdir(root) == [".git"]:  # a clone that never was checked out: it may have no index either
        gone |= set(tracked)
        commit = None if gone else head(root)
        if commit is not None:
            yield from _held(grep_stored(root, LITERALS, directory, commit), directory, None, f"{commit}:")
    if gone:
        yield from _held(grep_stored(root, LITERALS, directory), directory, gone)


def _held(
    answer: tuple[int, bytes, bytes], directory: str, gone: set[str] | None, prefix: str = ""
) -> Iterator[tuple[str, str]]:
    status, names, _ = answer
    if status not in (0, 1):
        yield directory or ".", _UNSEARCHED
        return
    for name in names.split(b"\0"):
        path = os.fsdecode(name).removeprefix(prefix)
        if path and (gone is None or path in gone):
            yield path, _HOLDS
