"""Writing back: all of the files or none, each with the mode it had, and nothing left beside them."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from migrator.errors import UsageError
from migrator.model import Change, Report
from migrator.repository import writer
from tests.conftest import ROOT, git, lay_out

if TYPE_CHECKING:
    from tests.conftest import MakeRepository

BEFORE = {"a.sh": "one\n", "ci/b.yml": "two\r\n", "ci/ä c": "three"}


def planned(root: Path, files: dict[str, str] = BEFORE) -> Report:
    changes = tuple(Change(path, text.encode(), text.upper().encode()) for path, text in files.items())
    return Report(str(root), len(files), changes=changes)


def contents(root: Path) -> dict[str, str]:
    files = (path for path in root.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {str(path.relative_to(root)): path.read_bytes().decode() for path in files}


AFTER = {path: text.upper() for path, text in BEFORE.items()}


def test_all_are_written(make_repository: MakeRepository) -> None:
    root = make_repository(BEFORE)
    written = writer.write([planned(root)])
    assert written == tuple(root / path for path in BEFORE)
    assert contents(root) == AFTER


def test_several_roots_at_once(make_repository: MakeRepository) -> None:
    roots = [make_repository(BEFORE, name) for name in ("one", "two")]
    writer.write([planned(root) for root in roots])
    assert [contents(root) for root in roots] == [AFTER, AFTER]


@pytest.mark.parametrize("mode", [0o644, 0o755, 0o600, 0o4755])
def test_the_mode_stays(mode: int, make_repository: MakeRepository) -> None:
    root = make_repository(BEFORE)
    (root / "a.sh").chmod(mode)
    writer.write([planned(root)], allow_dirty=True)
    assert stat.S_IMODE((root / "a.sh").stat().st_mode) == mode


def test_the_owner_stays(make_repository: MakeRepository) -> None:
    """As root in a container, on files that belong to the user outside."""
    root = make_repository(BEFORE)
    owner = (1234, 1235) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
    os.chown(root / "a.sh", *owner)
    writer.write([planned(root)], allow_dirty=True)
    status = (root / "a.sh").stat()
    assert (status.st_uid, status.st_gid) == owner


def refused(root: Path, match: str, *, allow_dirty: bool = False) -> UsageError:
    """Writing must fail and leave every file, and the folders, as they were."""
    before = contents(root)
    with pytest.raises(UsageError, match=match) as error:
        writer.write([planned(root)], allow_dirty=allow_dirty)
    assert contents(root) == before
    assert error.value.exit_status == 2
    return error.value


def test_uncommitted_changes_are_refused_by_name(make_repository: MakeRepository) -> None:
    root = make_repository({path: text + "old" for path, text in BEFORE.items()})
    lay_out(root, {path: text for path, text in BEFORE.items() if path != "a.sh"})
    git(root, "commit", "-qam", "as it is")
    lay_out(root, BEFORE)
    error = refused(root, "^a.sh has uncommitted changes; nothing was written$")
    assert "--allow-dirty" in str(error.hint)
    writer.write([planned(root)], allow_dirty=True)
    assert contents(root) == AFTER


def test_changes_elsewhere_are_nobody_s_business(make_repository: MakeRepository) -> None:
    root = make_repository({**BEFORE, "other.sh": "x"})
    lay_out(root, {"other.sh": "y", "new": "z"})
    writer.write([planned(root)])
    assert contents(root) == {**AFTER, "other.sh": "y", "new": "z"}


def test_outside_of_a_repository(tmp_path: Path) -> None:
    lay_out(tmp_path, BEFORE)
    writer.write([planned(tmp_path)])
    assert contents(tmp_path) == AFTER


def test_where_git_cannot_tell(make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repository(BEFORE)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    refused(root, "git cannot tell")


def test_a_file_that_changed_meanwhile(make_repository: MakeRepository) -> None:
    root = make_repository({**BEFORE, "ci/b.yml": "two!\r\n"})
    refused(root, r"b.yml was changed while", allow_dirty=True)


def test_a_file_that_is_gone(make_repository: MakeRepository) -> None:
    root = make_repository(BEFORE)
    (root / "a.sh").unlink()
    refused(root, "a.sh cannot be read any more", allow_dirty=True)


def test_a_link_in_place_of_a_file(make_repository: MakeRepository, tmp_path: Path) -> None:
    root = make_repository(BEFORE)
    (tmp_path / "outside").write_text("one\n")
    (root / "a.sh").unlink()
    (root / "a.sh").symlink_to(tmp_path / "outside")
    refused(root, "a.sh is no regular file", allow_dirty=True)
    assert (tmp_path / "outside").read_text() == "one\n"


def test_a_folder_that_leads_outside(make_repository: MakeRepository, tmp_path: Path) -> None:
    root = make_repository(BEFORE)
    (root / "ci").rename(tmp_path / "outside")
    (root / "ci").symlink_to(tmp_path / "outside")
    refused(root, "lies outside of its repository", allow_dirty=True)
    assert (tmp_path / "outside/b.yml").read_bytes() == b"two\r\n"


def test_a_write_protected_file(make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repository(BEFORE)
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "b.yml" and real(path, mode))
    refused(root, "b.yml is write-protected")


@pytest.mark.parametrize("number", range(len(BEFORE)))
def test_a_rename_that_fails_undoes_the_others(
    number: int, make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repository(BEFORE)
    real, calls = Path.replace, []

    def fails_once(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == number + 1:
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", fails_once)
    refused(root, rf"{list(BEFORE)[number]} cannot be written \(No space left on device\); nothing was written")
    assert len(calls) == 2 * number + 1


@pytest.mark.parametrize("broken", ["fsync", "fchmod", "write"])
def test_a_disk_that_fails(broken: str, make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repository(BEFORE)
    if broken == "write":
        monkeypatch.setattr(writer, "_private", lambda _path, _flags: os.open("/dev/full", os.O_WRONLY))
    else:

        def fail(*_arguments: object) -> None:
            raise OSError(5, "Input/output error")

        monkeypatch.setattr(os, broken, fail)
    refused(root, "a.sh cannot be written")


def test_when_undoing_fails_the_original_is_kept_and_named(
    make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repository(BEFORE)
    real, calls = Path.replace, []

    def fails_from_the_second_on(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) > 1:
            raise OSError(5, "Input/output error")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", fails_from_the_second_on)
    with pytest.raises(UsageError, match=r"so did undoing it for .*a\.sh"):
        writer.write([planned(root)])
    (original,) = (path for path in root.iterdir() if path.suffix == ".old")
    assert original.read_text() == "one\n"


def test_without_hard_links(make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_arguments: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", no_links)
    root = make_repository(BEFORE)
    writer.write([planned(root)])
    assert contents(root) == AFTER


_INTERRUPTED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from migrator.repository import writer
from migrator.model import Change, Report

real = getattr(os if sys.argv[3] == "fsync" else Path, sys.argv[3])
count = 0

def interrupt_first(*arguments):
    global count
    count += 1
    if count == 2:
        os.kill(os.getpid(), signal.SIGINT)
    return real(*arguments)

setattr(os if sys.argv[3] == "fsync" else Path, sys.argv[3], interrupt_first)
files = [("a.sh", b"one\\n"), ("ci/b.yml", b"two\\r\\n"), ("ci/c", b"three")]
changes = tuple(Change(path, text, text.upper()) for path, text in files)
try:
    writer.write([Report(sys.argv[2], 3, changes=changes)])
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize(("at", "written"), [("fsync", False), ("replace", True)])
def test_an_interrupt_leaves_nothing_half_done(at: str, written: bool, make_repository: MakeRepository) -> None:
    """Before the first rename nothing is written; from then on all is."""
    files = {"a.sh": "one\n", "ci/b.yml": "two\r\n", "ci/c": "three"}
    root = make_repository(files)
    code = [sys.executable, "-c", _INTERRUPTED, str(ROOT), str(root), at]
    run = subprocess.run(code, capture_output=True, text=True, check=True)
    assert run.stdout == "interrupted\n"
    assert contents(root) == {path: text.upper() if written else text for path, text in files.items()}
