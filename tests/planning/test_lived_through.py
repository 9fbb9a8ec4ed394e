"""Two repositories lived through twice, before and after they were migrated together, on a fake CircleCI."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tests.conftest import git
from tests.planning.support import CONFIG, migrator
from tests.world import World, compare

if TYPE_CHECKING:
    from pathlib import Path

TOKENS = {"TOKEN": "personal-token"}


def live(clones: Path, root: Path) -> World:
    """A push to either repository; the one to `tools` runs a job that starts one of `app`."""
    world = World(clones / "tools", root, slug="github/acme/tools", settings=TOKENS)
    world.add_project("github/acme/app", clones / "app")
    with world:
        world.push()
        world.run_script("ci/release.sh", ["1.2"], TOKENS)
        world.run_script("ci/release.sh", ["two words"], TOKENS)
    return world


def copied(clones: Path, root: Path) -> Path:
    for name in ("app", "tools"):
        shutil.copytree(clones / name, root / name, ignore=shutil.ignore_patterns(".git"))
    return root


def test_the_same_jobs_run_in_both_worlds(clones: Path, tmp_path: Path) -> None:
    before = copied(clones, tmp_path / "before")
    assert migrator(clones, "apply", "tools", "app").status == 0
    after = copied(clones, tmp_path / "after")
    old, new = live(before, tmp_path / "old"), live(after, tmp_path / "new")
    assert compare(old, new) == ()
    effects = [ran.job for ran in new.history]
    assert effects.count("deploy") == 3
    assert effects.count("test") == 0


def test_a_caller_that_comes_before_its_config_is_caught(clones: Path, tmp_path: Path) -> None:
    """What the merge order is for: the test above would see it."""
    before = copied(clones, tmp_path / "before")
    migrator(clones, "apply", "tools", "app")
    git(clones / "app", "checkout", "-q", CONFIG)
    after = copied(clones, tmp_path / "after")
    old, new = live(before, tmp_path / "old"), live(after, tmp_path / "new")
    assert compare(old, new) != ()
