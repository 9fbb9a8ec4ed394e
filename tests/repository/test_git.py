"""git as the tool runs it: no configuration of a repository may run a program, and no failure may pass as an answer."""

from __future__ import annotations

import os
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from migrator.repository.git import ask, dirty, grep_and_list, toplevel
from tests.conftest import git, lay_out

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeRepository


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A program that leaves a mark when anything runs it, beside its name with `.ran`."""
    program = tmp_path / "trap"
    program.write_text(f'#!/bin/sh\ntouch "{program}.ran"\ncat\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def ran(trap: Path) -> bool:
    return trap.with_name("trap.ran").exists()


@pytest.mark.parametrize(
    "settings",
    [
        {"core.fsmonitor": "TRAP"},
        {"core.pager": "TRAP", "pager.grep": "TRAP", "pager.status": "TRAP"},
        {"filter.x.clean": "TRAP", "filter.x.required": "true"},
        {"filter.x.process": "TRAP", "filter.x.required": "true"},
        {"filter.a=b.clean": "TRAP", "filter.x.smudge": "TRAP"},
        {"diff.x.textconv": "TRAP", "diff.x.command": "TRAP", "diff.external": "TRAP"},
    ],
    ids=["fsmonitor", "pager", "clean", "process", "odd-name", "diff"],
)
def test_a_repository_s_settings_run_nothing(
    settings: dict[str, str], make_repository: MakeRepository, trap: Path
) -> None:
    root = make_repository({"a.sh": "api/v1\n", ".gitattributes": "*.sh filter=x diff=x\n*.py filter=a=b\n"})
    for key, value in settings.items():
        git(root, "config", key, value.replace("TRAP", str(trap)))
    # Of the same size as before: git has to read it, through the filter, to see that it is another text.
    (root / "a.sh").write_text("api/v2\n")
    os.utime(root / "a.sh", (1, 1))
    found, files = grep_and_list(str(root), (b"api/v",), "")
    assert found == (0, b"a.sh\0", b"")
    assert files[0] == 0
    assert dirty(str(root), ["a.sh"]) == ("a.sh",)
    assert not ran(trap)


@pytest.mark.parametrize("key", ["core.fsmonitor", "filter.x.clean", "filter.x.process"])
def test_the_traps_work(key: str, make_repository: MakeRepository, trap: Path) -> None:
    """Plain git does run these programs: without this the test above shows nothing."""
    root = make_repository({"a.sh": "api/v1\n", ".gitattributes": "*.sh filter=x\n"})
    git(root, "config", key, str(trap))
    os.utime(root / "a.sh", (1, 1))
    subprocess.run(["git", "status"], cwd=root, capture_output=True, check=False)
    assert ran(trap)


@pytest.mark.parametrize(
    ("key", "value"),
    [("color.ui", "always"), ("grep.fullName", "true"), ("grep.lineNumber", "true"), ("grep.patternType", "perl")],
)
def test_a_repository_s_settings_do_not_change_the_answer(
    key: str, value: str, make_repository: MakeRepository
) -> None:
    root = make_repository({"ä.sh": "a.b\n", "c.sh": "axb\n"})
    git(root, "config", key, value)
    found, _ = grep_and_list(str(root), (b"a.b",), "")
    assert found == (0, "ä.sh\0".encode(), b"")


def test_pathspec_magic_in_a_folder_s_name_is_just_its_name(make_repository: MakeRepository) -> None:
    root = make_repository({":(exclude)x/a.sh": "api/v1\n", "*/b.sh": "api/v1\n", "y/b.sh": "api/v1\n"})
    assert grep_and_list(str(root), (b"api/v1",), ":(exclude)x")[0][1] == b":(exclude)x/a.sh\0"
    assert grep_and_list(str(root), (b"api/v1",), "*")[0][1] == b"*/b.sh\0"


def test_a_hook_s_environment_does_not_lead_elsewhere(
    make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = make_repository({"wrong.sh": "api/v1\n"}, "elsewhere")
    root = make_repository({"right.sh": "api/v1\n"})
    monkeypatch.setenv("GIT_DIR", str(elsewhere / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(elsewhere))
    monkeypatch.setenv("GIT_INDEX_FILE", str(elsewhere / ".git/index"))
    assert grep_and_list(str(root), (b"api/v1",), "")[0][1] == b"right.sh\0"


def test_no_git_is_an_answer(make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repository({"a.sh": "api/v1\n"})
    monkeypatch.setenv("PATH", "/nowhere")
    ((status, out, err),) = ask(str(root), ("status",))
    assert (status, out) == (127, b"")
    assert b"No such file" in err
    assert dirty(str(root), ["a.sh"]) is None


def test_a_long_answer_and_a_long_complaint_at_once(make_repository: MakeRepository) -> None:
    """More than a pipe holds on either stream, from two commands."""
    root = make_repository({f"{'folder' * 20}/{number}.sh": "" for number in range(600)})
    (_, first, _), (status, _, err) = ask(str(root), ("ls-files", "-s"), ("checkout-index", *["no" * 50] * 3000))
    assert first.count(b"\n") == 600
    assert len(first) > 1 << 16
    assert status != 0
    assert len(err) > 1 << 17


def test_what_is_dirty(make_repository: MakeRepository) -> None:
    committed = dict.fromkeys(("clean", "changed", "staged", "sub/changed too", "ä"), "one\r\ntwo\r\n")
    root = make_repository({**committed, ".gitignore": "ignored\n"})
    lay_out(root, {"changed": "x", "staged": "x", "sub/changed too": "x", "new": "x", "ignored": "x", "ä": "y"})
    git(root, "add", "staged")
    paths = [*committed, "new", "ignored"]
    assert dirty(str(root), paths) == ("changed", "staged", "sub/changed too", "ä", "new", "ignored")
    assert dirty(str(root), ["clean"]) == ()
    assert dirty(str(root), []) == ()


def test_line_endings_that_git_converts_are_not_dirty(make_repository: MakeRepository) -> None:
    root = make_repository({"a.sh": "x\n", ".gitattributes": "*.sh text eol=crlf\n"})
    (root / "a.sh").unlink()
    git(root, "checkout", "a.sh")
    os.utime(root / "a.sh", (1, 1))
    assert (root / "a.sh").read_bytes() == b"x\r\n"
    assert dirty(str(root), ["a.sh"]) == ()


def test_outside_of_a_repository_nothing_is_dirty(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text("x")
    assert dirty(str(tmp_path), ["a.sh"]) == ()


def test_where_git_refuses_dirty_is_not_known(make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repository({"a.sh": "x"})
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert dirty(str(root), ["a.sh"]) is None


def test_the_index_is_not_written(make_repository: MakeRepository) -> None:
    root = make_repository({"a.sh": "x"})
    os.utime(root / "a.sh", (1, 1))
    before = (root / ".git/index").stat()
    assert dirty(str(root), ["a.sh"]) == ()
    assert (root / ".git/index").stat().st_mtime_ns == before.st_mtime_ns


def test_toplevel(make_repository: MakeRepository, tmp_path: Path) -> None:
    root = make_repository({"a/b/c": "x"})
    git(root, "worktree", "add", "-q", str(tmp_path / "other"))
    assert toplevel(str(root / "a/b")) == str(root)
    assert toplevel(str(tmp_path / "other" / "a")) == str(tmp_path / "other")
    assert toplevel(str(tmp_path)) is None
