"""The config first, then the callers: a job that gets its values through its environment is known again in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import git
from tests.planning.support import V1, call, migrator

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeRepository

CONFIG = """\
version: 2.1
jobs:
  build: {machine: true, steps: [run: make]}
  deploy:
    machine: true
    shell: /bin/dash -e
    steps:
      - run: make deploy
workflows:
  usual:
    jobs: [build]
"""


@pytest.fixture
def root(make_repository: MakeRepository) -> Path:
    files = {".circleci/config.yml": CONFIG, "ci/deploy.sh": call("app", parameters=["VERSION=1.0"])}
    return make_repository(files, remote="https://github.com/acme/app.git")


def commit(root: Path) -> None:
    git(root, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qam", "half")


def test_the_second_half_follows_the_first(root: Path) -> None:
    assert "environment-first" in migrator(root, "check").err + migrator(root, "check").out
    migrator(root, "apply", "--only", "config")
    config = (root / ".circleci/config.yml").read_text()
    assert "VERSION: << pipeline.parameters.version >>" in config
    commit(root)
    between = migrator(root, "check").out
    assert "error[" not in between
    assert "config-sets-variable" not in between
    # A caller that is still on v1.1 sends an empty value by now, so that the same as before is not what is wanted.
    assert "warning[not-proved]" in between
    migrator(root, "apply", "--only", "callers", "--unsafe")
    assert V1 not in (root / "ci/deploy.sh").read_text()
    assert (root / ".circleci/config.yml").read_text() == config


def test_both_halves_give_what_one_run_gives(root: Path) -> None:
    migrator(root, "apply")
    at_once = {path: (root / path).read_text() for path in (".circleci/config.yml", "ci/deploy.sh")}
    git(root, "checkout", "-q", ".")
    migrator(root, "apply", "--only", "config")
    commit(root)
    migrator(root, "apply", "--only", "callers", "--unsafe")
    assert {path: (root / path).read_text() for path in at_once} == at_once
