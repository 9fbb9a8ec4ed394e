"""Write the planned changes back: all of them, or none.

Every target is checked before anything is touched. The new contents are written and synced next to their targets first;
then each takes its target's place by a rename, with signals held off, and when one rename fails those already made are
taken back. Only a crash of the machine between two renames can leave some files new and some old, each of them whole.
"""

from __future__ import annotations

import os
import shutil
import signal
import stat
from collections import defaultdict
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.errors import UsageError
from migrator.repository.git import dirty

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from migrator.model import Change, Report


@dataclass(frozen=True, slots=True)
class _Target:
    root: str
    change: Change

    @property
    def path(self) -> Path:
        return Path(self.root, self.change.path)


@dataclass(frozen=True, slots=True)
class _Staged:
    """A target with the two files beside it: the new contents, and the original file under a second name."""

    target: Path
    new: Path
    original: Path


def write(reports: Iterable[Report], *, allow_dirty: bool = False) -> tuple[Path, ...]:
    """Write the changes of all reports and return the files written.

    Raises UsageError, having written nothing, when a file was changed since it was read, is no regular file of its
    root, cannot be written to, or has uncommitted changes and `allow_dirty` is not set.
    """
    targets = tuple(_Target(report.root, change) for report in reports for change in report.changes)
    for target in targets:
        _check(target)
    if not allow_dirty:
        _check_committed(targets)
    staged: list[_Staged] = []
    try:
        for target in targets:
            with _failures_about(target.path):
                _stage(target, staged)
        with _signals_held():
            _swap(staged)
    finally:
        _tidy(staged)
    return tuple(target.path for target in targets)


@contextmanager
def _failures_about(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _refusal(path, f"cannot be written ({error.strerror})") from error


def _refusal(path: object, reason: str, hint: str = "mend that and run the command again") -> UsageError:
    return UsageError(f"{path} {reason}; nothing was written", hint=hint)


def _check(target: _Target) -> None:
    path = target.path
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise _refusal(path, "is no regular file")
        if not path.resolve().is_relative_to(Path(target.root).resolve()):
            raise _refusal(path, "lies outside of its repository, behind a symbolic link")
        if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
            raise _refusal(path, "is write-protected")
        if path.read_bytes() != target.change.before:
            raise _refusal(path, "was changed while the rewrite was planned", "run the command again")
    except OSError as error:
        raise _refusal(path, f"cannot be read any more ({error.strerror})") from error


def _check_committed(targets: Sequence[_Target]) -> None:
    by_root: defaultdict[str, list[str]] = defaultdict(list)
    for target in targets:
        by_root[target.root].append(target.change.path)
    for root, paths in by_root.items():
        changed = dirty(root, paths)
        if changed is None:
            raise _refusal(root, "is a repository whose uncommitted changes git cannot tell", _DIRTY_HINT)
        if changed:
            verb = "has" if len(changed) == 1 else "have"
            raise _refusal(", ".join(changed), f"{verb} uncommitted changes", _DIRTY_HINT)


_DIRTY_HINT = "commit or stash them first, or give --allow-dirty"


def _stage(target: _Target, staged: list[_Staged]) -> None:
    """Put the new contents, with the mode and the owner of the old ones, beside the target."""
    path, status = target.path, target.path.stat()
    name = f".migrator-{os.urandom(6).hex()}"
    item = _Staged(path, path.with_name(f"{name}.new"), path.with_name(f"{name}.old"))
    staged.append(item)  # before there is a file, so that an interrupt leaves none behind
    with open(item.new, "xb", opener=_private) as file:
        file.write(target.change.after)
        file.flush()
        if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
            os.fchown(file.fileno(), status.st_uid, status.st_gid)
        os.fchmod(file.fileno(), stat.S_IMODE(status.st_mode))
        os.fsync(file.fileno())
    try:
        os.link(path, item.original)
    except OSError:  # not every file system has links
        shutil.copy2(path, item.original)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _swap(staged: list[_Staged]) -> None:
    """Rename everything into place; undo all of it when one rename fails."""
    done: list[_Staged] = []
    try:
        for item in staged:
            with _failures_about(item.target):
                item.new.replace(item.target)
            done.append(item)
    except UsageError:
        _undo(done, staged)
        raise
    for folder in {item.target.parent for item in staged}:
        _sync_folder(folder)


def _undo(done: Sequence[_Staged], staged: list[_Staged]) -> None:
    stuck = []
    for item in reversed(done):
        try:
            item.original.replace(item.target)
        except OSError:
            staged.remove(item)  # the only copy of the original: not to be tidied away
            stuck.append(f"{item.target} (its original is {item.original.name})")
    if stuck:
        raise UsageError(f"writing failed, and so did undoing it for {', '.join(stuck)}", hint="put these back by hand")


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # some file systems cannot, and by now every file is in its place
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _tidy(staged: Sequence[_Staged]) -> None:
    for item in staged:
        for leftover in (item.new, item.original):
            with suppress(OSError):
                leftover.unlink()


@contextmanager
def _signals_held() -> Iterator[None]:
    """Let an interrupt wait until all renames are made: between two of them the repository is half migrated."""
    held = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, held)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
