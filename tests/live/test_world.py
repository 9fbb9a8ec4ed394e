"""`trigger` against the fake CircleCI that compiles configs and runs their jobs: over TLS, through a proxy."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from migrator.__main__ import run
from tests.conftest import ROOT, lay_out
from tests.live.repositories import FILES
from tests.world import World

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def started(tmp_path: Path, arguments: Sequence[str]) -> World:
    """The world after the migrated repository was pushed and one trigger was made."""
    source = tmp_path / "source"
    config = FILES[".circleci/config.yml"].replace("make deploy", "'echo \"version $VERSION\"'")
    lay_out(source, {**FILES, ".circleci/config.yml": config.replace("run: make}", "run: exit 3}")})
    assert run(["apply", "--unsafe", str(source)]) in (0, 1)
    with World(source, tmp_path / "world") as world:
        command = [sys.executable, "-m", "migrator", "trigger", "gh/acme/app", *arguments]
        world.run(command, {"CIRCLE_TOKEN": world.tokens.personal, "PYTHONPATH": str(ROOT)})
    return world


@pytest.mark.parametrize("endpoint", [(), ("--endpoint", "pipeline-run", "--definition-id", "d1")])
def test_the_job_runs_and_sees_its_values(tmp_path: Path, endpoint: tuple[str, ...]) -> None:
    world = started(tmp_path, ["--job", "deploy", "--branch", "main", "--param", "VERSION=1 2", *endpoint])
    (done,) = [action.caller for action in world.actions if action.caller is not None]
    assert done.status == 0, done.stderr
    assert done.stdout == "https://app.circleci.com/pipelines/gh/acme/app/1\n"
    (ran,) = world.history
    assert (ran.job, ran.environment["VERSION"], ran.succeeded) == ("deploy", "1 2", True)


def test_waiting_tells_how_the_job_ended(tmp_path: Path) -> None:
    world = started(tmp_path, ["--wait"])
    (done,) = [action.caller for action in world.actions if action.caller is not None]
    assert done.status == 1
    assert done.stderr.splitlines()[-1].startswith("pipeline 1: ")
    assert "main failed" in done.stderr
