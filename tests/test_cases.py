"""Whole little repositories: each is planned, proved, rewritten, rewritten again, parsed and checked byte by byte."""

from __future__ import annotations

import difflib
import json
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from migrator.model import Report, Status, Verdict
from migrator.planning.analyse import analyse
from migrator.repository.discovery import discover
from migrator.settings import Settings
from migrator.syntax.yaml import load

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

CASES = sorted(path.parent for path in (Path(__file__).parent / "cases").glob("*/case.toml"))


def lay_out(case: Path, root: Path) -> dict[str, Any]:
    """Copy a case's `before` into a git repository of its own; returns the case's settings."""
    about = tomllib.loads((case / "case.toml").read_text())
    shutil.copytree(case / "before", root)
    vcs, organization, repository = about["slug"].split("/")
    host = {"github": "github.com", "bitbucket": "bitbucket.org"}[vcs]
    for command in (
        ["init", "-q", "-b", "main"],
        ["remote", "add", "origin", f"git@{host}:{organization}/{repository}.git"],
        ["add", "-A"],
        ["-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "before"],
    ):
        subprocess.run(["git", *command], cwd=root, check=True)
    return about


def look(root: Path, **settings: Any) -> Report:
    """What one run says about the repository."""
    return analyse(discover([root]), Settings(**settings))


def patch(report: Report) -> str:
    """The report's changes as a patch; bytes that are not UTF-8 show as escapes."""
    lines: list[str] = []
    for change in report.changes:
        texts = [
            data.decode("utf-8", "backslashreplace").splitlines(keepends=True) for data in (change.before, change.after)
        ]
        lines += difflib.unified_diff(*texts, f"a/{change.path}", f"b/{change.path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ no newline\n" for line in lines)


def findings(report: Report) -> str:
    """One line a call, and its notes under it."""
    lines: list[str] = []
    for outcome in report.outcomes:
        call = outcome.call
        lines.append(f"{call.path}:{call.line}:{call.column}-{call.end_line} {outcome.status} target={outcome.target}")
        lines += (f"    {note.severity} {note.code}: {note.message}" for note in outcome.notes)
    lines += (
        f"{problem.path}:{problem.line} {problem.note.code}: {problem.note.message}" for problem in report.problems
    )
    return "\n".join(lines) + "\n"


def write(report: Report, root: Path) -> None:
    """Write the changes without the ceremony of the real writer."""
    for change in report.changes:
        (root / change.path).write_bytes(change.after)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])
def test_a_case_is_rewritten_once_and_for_all(
    case: Path, unsafe: bool, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    root = tmp_path / "repository"
    lay_out(case, root)
    report = look(root, unsafe=unsafe)
    assert f"{findings(report)}\n{patch(report)}" == snapshot
    for outcome in report.outcomes:
        assert outcome.status is not Status.SAFE or all(p.verdict is Verdict.PROVED for p in outcome.proofs)
        if outcome.written and outcome.call.trigger.endpoint == "job":
            assert outcome.proofs
    write(report, root)
    again = look(root, unsafe=unsafe)
    assert not again.changes
    left = [outcome for outcome in report.outcomes if not outcome.written]
    assert [(o.call.path, o.call.trigger.endpoint) for o in again.outcomes] == [
        (o.call.path, o.call.trigger.endpoint) for o in left
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_comes_out_is_a_valid_config(case: Path, tmp_path: Path, circleci_schema: Any) -> None:
    root = tmp_path / "repository"
    lay_out(case, root)
    report = look(root, unsafe=True)
    for change in report.changes:
        if change.path == ".circleci/config.yml":
            data = load(change.after.decode())
            circleci_schema.validate(json.loads(json.dumps(data)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_config_can_be_merged_first(case: Path, tmp_path: Path) -> None:
    """`--only config`, then `--only callers`, ends where one run of both ends."""
    whole, halves = tmp_path / "whole", tmp_path / "halves"
    lay_out(case, whole)
    lay_out(case, halves)
    write(look(whole, unsafe=True), whole)
    first = look(halves, unsafe=True, only="config")
    assert {change.path for change in first.changes} <= {".circleci/config.yml"}
    write(first, halves)
    write(look(halves, unsafe=True, only="callers"), halves)
    for path in sorted(p.relative_to(whole) for p in whole.rglob("*") if p.is_file() and ".git" not in p.parts):
        assert (halves / path).read_bytes() == (whole / path).read_bytes(), path
