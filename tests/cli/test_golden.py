"""What every command says and how it exits, in every situation; `test_commands` has the rest of the table."""

from __future__ import annotations

import io
import re
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_commands import CALL, migrator, situation

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.cli.test_commands import Migrator, Ran

__all__ = ["migrator", "situation"]
HERE = ("clean", "calls", "manual", "broken", "dirty", "no git")
BASELINE = ".migrator-baseline.json"


def shown(ran: Ran, root: Path) -> str:
    """What was said, without what differs from one machine to the next."""
    text = re.sub(r"\[/[^\]]*/root\]", "[ROOT]", str(ran))
    return text.replace(str(root.resolve()), "ROOT").replace(str(root), "ROOT")


@pytest.mark.parametrize("command", ["verify", "settings", "baseline write", "check --baseline"])
@pytest.mark.parametrize("situation", HERE, indirect=True)
def test_what_is_said(command: str, situation: Path, migrator: Migrator, snapshot: SnapshotAssertion) -> None:
    if command == "check --baseline":
        migrator("baseline", "write", cwd=situation)
        command += f" {BASELINE}"
    ran = migrator(*command.split(), cwd=situation)
    assert shown(ran, situation) == snapshot


@pytest.mark.parametrize("situation", HERE, indirect=True)
def test_pruning(situation: Path, migrator: Migrator, snapshot: SnapshotAssertion) -> None:
    migrator("baseline", "write", cwd=situation)
    (situation / "ci/deploy.sh").unlink(missing_ok=True)
    assert shown(migrator("baseline", "prune", cwd=situation), situation) == snapshot


STATUSES = {"verify": (0, 0, 1, 1, 0, 0), "settings": (0,) * 6, "baseline write": (0,) * 6}


@pytest.mark.parametrize("command", STATUSES)
@pytest.mark.parametrize("situation", HERE, indirect=True)
def test_exit_statuses(command: str, situation: Path, migrator: Migrator, request: pytest.FixtureRequest) -> None:
    name = request.node.callspec.params["situation"]
    assert migrator(*command.split(), cwd=situation).status == STATUSES[command][HERE.index(name)]


MISSING = (
    "check nowhere",
    "diff nowhere",
    "apply nowhere",
    "verify nowhere",
    "settings nowhere",
    "baseline write --in nowhere",
    "baseline prune",
    "check --baseline nowhere.json",
    "explain nowhere",
)


@pytest.mark.parametrize("command", MISSING)
@pytest.mark.parametrize("situation", ["calls"], indirect=True)
def test_what_is_missing(command: str, situation: Path, migrator: Migrator, snapshot: SnapshotAssertion) -> None:
    ran = migrator(*command.split(), cwd=situation)
    assert (ran.status, ran.out) == (2, "")
    assert [line.partition(":")[0] for line in ran.err.splitlines()] == ["error", "next"]
    assert shown(ran, situation) == snapshot


STDIN = (
    "check - --stdin-filename new.sh",
    "check - --stdin-filename new.sh --format github",
    "check -",
    "diff -",
    "apply -",
    "verify -",
)


@pytest.mark.parametrize("command", STDIN)
@pytest.mark.parametrize("situation", ["calls"], indirect=True)
def test_stdin(
    command: str,
    situation: Path,
    migrator: Migrator,
    monkeypatch: pytest.MonkeyPatch,
    snapshot: SnapshotAssertion,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"#!/bin/sh\n" + CALL.encode())))
    ran = migrator(*command.split(), cwd=situation)
    assert ran.status == (1 if "new.sh" in command else 2)
    assert shown(ran, situation) == snapshot


@pytest.mark.parametrize("command", ["explain", "explain v1-job reply-field", "explain [eval]", "rules --format json"])
def test_the_catalogue(command: str, migrator: Migrator, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    ran = migrator(*command.split(), cwd=tmp_path)
    assert (ran.status, ran.err) == (0, "")
    if command in ("explain v1-job reply-field", "explain [eval]"):  # the others change with every new code
        assert str(ran) == snapshot
    else:
        assert "v1-job" in ran.out


@pytest.mark.parametrize("situation", ["calls"], indirect=True)
def test_settings_name_where_they_come_from(situation: Path, migrator: Migrator) -> None:
    (situation / ".migrator.toml").write_text('json = "jq"\n')
    assert re.search(r'(?m)^json = "jq" +# \.migrator\.toml$', migrator("settings", cwd=situation).out)
    (situation / ".migrator.toml").write_text("jason = 1\n")
    ran = migrator("settings", cwd=situation)
    assert (ran.status, ran.out) == (2, "")
    assert "did you mean 'json'?" in ran.err


@pytest.mark.parametrize("situation", ["calls"], indirect=True)
def test_settings_are_a_settings_file(situation: Path, migrator: Migrator) -> None:
    """What it prints is TOML that means the same."""
    (situation / ".migrator.toml").write_text('json = "jq"\nunsafe = true\n')
    first = migrator("settings", cwd=situation)
    (situation / ".migrator.toml").write_text(first.out)
    second = migrator("settings", cwd=situation)
    assert [line.partition(" #")[0] for line in first.out.splitlines()] == [
        line.partition(" #")[0] for line in second.out.splitlines()
    ]


@pytest.mark.parametrize("command", ["explain", "rules", "settings", "baseline", "baseline write", "baseline prune"])
def test_help(command: str, migrator: Migrator, snapshot: SnapshotAssertion) -> None:
    page = migrator(*command.split(), "-h")
    assert page == migrator(*command.split(), "--help")
    assert (page.status, page.err) == (0, "")
    assert page.out.count("\n") <= 40
    assert max(map(len, page.out.splitlines())) <= 80
    examples = page.out.partition("Examples:\n")[2].partition("\n\n")[0].splitlines()
    assert len(examples) == 3
    assert all(line.startswith("    migrator ") for line in examples)
    assert page.out == snapshot


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["explian"], "Did you mean 'explain'"),
        (["check", "--baselin", "x"], "--baseline"),
        (["check", "--outptu", "json=x"], "--output"),
        (["baseline", "wirte"], "Did you mean 'write'"),
        (["check", "--format", "sarf"], "'sarif'"),
        (["explain", "evl"], "did you mean 'eval'?"),
    ],
)
def test_typos(arguments: list[str], told: str, migrator: Migrator) -> None:
    ran = migrator(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert told in ran.err
