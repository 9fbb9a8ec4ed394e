"""`check` on what has changed, on one file from stdin, and into files."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_commands import CALL, CONFIG, FILES, migrator
from tests.conftest import git, lay_out

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.test_commands import Migrator
    from tests.conftest import MakeRepository

__all__ = ["migrator"]
SCRIPT = "#!/bin/sh\n" + CALL


@pytest.fixture
def root(make_repository: MakeRepository) -> Path:
    root = make_repository({**FILES, "ci/other.sh": SCRIPT, "ci/third.sh": "echo\n"})
    git(root, "checkout", "-q", "-b", "work")
    return root


def places(ran: object) -> list[str]:
    return [call["path"] for call in json.loads(ran.out)["calls"]]  # type: ignore[attr-defined]


def since(migrator: Migrator, root: Path, *arguments: str) -> list[str]:
    return places(migrator("check", "--since", "main", "--format", "json", *arguments, cwd=root))


def test_nothing_has_changed(root: Path, migrator: Migrator) -> None:
    assert migrator("check", "--since", "main", cwd=root).status == 0
    assert migrator("check", "--since", "HEAD", cwd=root).last == "0 files searched, 0 calls found"


def test_committed_changed_and_untracked(root: Path, migrator: Migrator) -> None:
    lay_out(root, {"ci/third.sh": SCRIPT})
    git(root, "commit", "-qam", "one")
    lay_out(root, {"ci/other.sh": SCRIPT + "echo\n", "new/ä b.sh": SCRIPT})
    assert since(migrator, root) == ["ci/other.sh", "ci/third.sh", "new/ä b.sh"]
    assert since(migrator, root, "ci") == ["ci/other.sh", "ci/third.sh"]
    assert since(migrator, root, "ci/other.sh", "new") == ["ci/other.sh", "new/ä b.sh"]
    ran = migrator("check", "--since", "main", cwd=root)
    assert ran.status == 1
    assert ran.last == "3 files searched, 3 calls found: 3 can be rewritten"


def test_what_others_changed_meanwhile_is_not_ours(root: Path, migrator: Migrator) -> None:
    git(root, "checkout", "-q", "main")
    lay_out(root, {"ci/deploy.sh": SCRIPT + "echo\n"})
    git(root, "commit", "-qam", "on main")
    git(root, "checkout", "-q", "work")
    assert since(migrator, root) == []


def test_the_config_is_known_all_the_same(root: Path, migrator: Migrator) -> None:
    lay_out(root, {"ci/third.sh": SCRIPT})
    (call,) = json.loads(migrator("check", "--since", "main", "--format", "json", cwd=root).out)["calls"]
    assert call["status"] == "safe"


def test_a_deleted_file_is_no_change(root: Path, migrator: Migrator) -> None:
    (root / "ci/other.sh").unlink()
    assert since(migrator, root) == []


@pytest.mark.parametrize("revision", ["nope", "--help", "-q"])
def test_an_unknown_revision(revision: str, root: Path, migrator: Migrator) -> None:
    ran = migrator("check", f"--since={revision}", cwd=root)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"error: git knows no revision {revision!r}")


def test_outside_of_git(tmp_path: Path, migrator: Migrator) -> None:
    lay_out(tmp_path / "plain", FILES)
    assert migrator("check", "--since", "main", cwd=tmp_path / "plain").status == 2


def test_a_repository_runs_nothing(root: Path, migrator: Migrator) -> None:
    trap = f"touch {root}/ran; cat"
    for key in (
        "filter.x.clean",
        "filter.x.process",
        "diff.external",
        "diff.x.command",
        "core.fsmonitor",
        "diff.x.textconv",
    ):
        git(root, "config", key, trap)
    lay_out(root, {".gitattributes": "* filter=x diff=x\n", "ci/third.sh": SCRIPT})
    assert "ci/third.sh" in since(migrator, root)
    assert not (root / "ran").exists()


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> object:
    def feed(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

    return feed


@pytest.mark.parametrize("name", ["ci/unsaved.sh", "ci/deploy.sh", "no/such/folder/x.sh"])
def test_a_file_on_stdin(name: str, root: Path, migrator: Migrator, stdin: object) -> None:
    stdin(SCRIPT.encode())  # type: ignore[operator]
    ran = migrator("check", "-", "--stdin-filename", name, cwd=root)
    assert ran.status == 1
    assert ran.out.startswith(f"{name}:2:1: safe: starts the job deploy")
    assert ran.last == "1 file searched, 1 call found: 1 can be rewritten"


def test_a_file_on_stdin_from_a_folder_inside(root: Path, migrator: Migrator, stdin: object) -> None:
    stdin(SCRIPT.encode())  # type: ignore[operator]
    assert "ci/x.sh:2:1: safe:" in migrator("check", "-", "--stdin-filename", "x.sh", cwd=root / "ci").out


def test_a_config_on_stdin_is_the_config(root: Path, migrator: Migrator, stdin: object) -> None:
    step = f"      - run: |\n          {CALL}"
    stdin(CONFIG.replace("      - run: make\n", step).replace("  deploy:", "  deploy2:").encode())  # type: ignore[operator]
    ran = migrator("check", "-", "--stdin-filename", ".circleci/config.yml", cwd=root)
    assert ".circleci/config.yml:" in ran.out
    assert "error[job-unknown]" in ran.out


def test_a_clean_file_on_stdin(root: Path, migrator: Migrator, stdin: object) -> None:
    stdin(b"echo\n")  # type: ignore[operator]
    ran = migrator("check", "-", "--stdin-filename", "a.sh", cwd=root)
    assert (ran.status, ran.out, ran.err) == (0, "", "1 file searched, 0 calls found\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["-"], "add --stdin-filename NAME"),
        (["-", "ci", "--stdin-filename", "x.sh"], "give it alone"),
        (["-", "--since", "main", "--stdin-filename", "x.sh"], "give it alone"),
        (["--stdin-filename", "x.sh"], "give the path - with it"),
    ],
)
def test_options_that_do_not_go_together(arguments: list[str], told: str, root: Path, migrator: Migrator) -> None:
    ran = migrator("check", *arguments, cwd=root)
    assert (ran.status, ran.out) == (2, "")
    assert f"next: {told}\n" in ran.err


def test_reports_into_files(root: Path, migrator: Migrator) -> None:
    outputs = [f"--output={style}=out.{style}" for style in ("json", "sarif", "junit", "html", "text")]
    plain = migrator("check", cwd=root)
    ran = migrator("check", *outputs, cwd=root)
    assert (ran.status, ran.out) == (1, plain.out)
    assert json.loads((root / "out.json").read_text())["summary"]["calls"] == 2
    assert (root / "out.text").read_text() == plain.out
    assert (root / "out.html").read_text().startswith("<!DOCTYPE html>")
    # A second run does not take the quotes in them for calls.
    again = migrator("check", *outputs, cwd=root)
    assert again.out == plain.out


def test_reports_into_files_from_a_clean_repository(make_repository: MakeRepository, migrator: Migrator) -> None:
    root = make_repository({"a.sh": "echo\n"})
    ran = migrator("check", "--output", "junit=j.xml", cwd=root)
    assert (ran.status, ran.out) == (0, "")
    assert 'tests="1" failures="0"' in (root / "j.xml").read_text()


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("srif=x", "did you mean sarif=FILE?"),
        ("zzzz=x", "with one of the formats text, json"),
        ("sarif", "'sarif' is not FORMAT=FILE"),
        ("sarif=", "'sarif=' is not FORMAT=FILE"),
        ("json=no/such/x", "cannot be written"),
    ],
)
def test_outputs_that_are_none(output: str, told: str, root: Path, migrator: Migrator) -> None:
    ran = migrator("check", "--output", output, cwd=root)
    assert ran.status == 2
    assert told in ran.err


@pytest.mark.parametrize(("day", "words"), [("2026-12-31", "32 days are left"), ("2027-02-02", "has removed")])
def test_as_of(day: str, words: str, root: Path, migrator: Migrator) -> None:
    assert words in migrator("check", "--as-of", day, cwd=root).err
    level = json.loads(migrator("check", "--as-of", day, "--format", "sarif", cwd=root).out)["runs"][0]["results"][0]
    assert level["level"] == ("error" if day > "2027" else "warning")


def test_as_of_no_date(root: Path, migrator: Migrator) -> None:
    ran = migrator("check", "--as-of", "soon", cwd=root)
    assert (ran.status, ran.err) == (2, "error: 'soon' is no date\nnext: write it as 2027-01-31\n")


def test_the_days_are_told_where_something_is_left_only(root: Path, migrator: Migrator) -> None:
    assert "72 days are left" in migrator("check", cwd=root).err
    assert "days" not in migrator("check", "-q", cwd=root).err
    assert "days" not in migrator("check", "ci/third.sh", cwd=root).err
