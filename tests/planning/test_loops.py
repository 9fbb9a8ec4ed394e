"""One call that starts a job in several projects: all of their configs change with it, or nothing does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import git, lay_out
from tests.planning.support import APP_CONFIG, CONFIG, call, migrator, remote, tree

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeRepository

_SCRIPT = "ci/release.sh"
LOOP = "#!/bin/bash\nfor name in app web; do\n  " + call("$name", parameters=["VERSION=$1"]) + "done\n"
SLUGS = LOOP.replace("app web", "acme/app acme/web").replace("github/acme/$name", "github/$name")
ALL = ("tools", "app", "web")


@pytest.fixture
def loop(clones: Path, make_repository: MakeRepository) -> Path:
    """The two repositories and `web`, which is like `app`; `tools` starts a job in both in a loop."""
    make_repository({CONFIG: APP_CONFIG}, str(clones / "web"), remote=remote("web"))
    lay_out(clones / "tools", {_SCRIPT: LOOP})
    git(clones / "tools", "commit", "-qam", "loop")
    return clones


@pytest.mark.parametrize("script", [LOOP, SLUGS])
def test_all_configs_change_with_the_call(loop: Path, script: str) -> None:
    lay_out(loop / "tools", {_SCRIPT: script})
    git(loop / "tools", "commit", "-qam", "again", "--allow-empty")
    ran = migrator(loop, "apply", *ALL)
    assert (ran.status, ran.last.endswith("1 call found: 1 rewritten")) == (0, True), ran.out
    assert "Merge the configs of github/acme/app, github/acme/web first" in ran.out
    assert (loop / "app" / CONFIG).read_text() == (loop / "web" / CONFIG).read_text() != APP_CONFIG
    again = migrator(loop, "apply", *ALL, "--allow-dirty")
    assert (again.status, again.out) == (0, "")
    found = migrator(loop, "verify", *ALL)
    assert found.status == 0
    assert [f"run_job=deploy in github/acme/{name}" in found.out for name in ("app", "web")] == [True, True]
    against = migrator(loop, "verify", "--against", "HEAD", *ALL)
    assert (against.status, against.out.count("v2  deploy  proved")) == (0, 2)


def test_halves_of_all(loop: Path) -> None:
    early = migrator(loop, "apply", "--only", "callers", *ALL)
    assert early.last.endswith("1 waits for its config")
    migrator(loop, "apply", "--only", "config", *ALL)
    assert migrator(loop, "apply", "--only", "callers", *ALL).status == 0
    halves = tree(loop)
    for name in ALL:
        git(loop / name, "checkout", "-q", ".")
    migrator(loop, "apply", *ALL)
    assert tree(loop) == halves


def test_a_project_that_is_not_there_is_named(loop: Path) -> None:
    before = tree(loop)
    ran = migrator(loop, "apply", "tools", "app", "--unsafe")
    assert (ran.status, tree(loop) == before) == (1, True)
    assert "of github/acme/web there is no checkout" in ran.out
    assert ran.out.count("[other-project]") == 1
    ready = migrator(loop, "apply", "tools", "app", "--unsafe", "--ready", "github/acme/web")
    assert (ready.status, "rewrote app/" in ready.out) == (0, True), ready.out


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (APP_CONFIG.replace("  deploy:", "  ship:"), "no job called deploy"),
        (
            APP_CONFIG.replace("jobs:", "parameters: {version: {type: integer, default: 1}}\njobs:", 1),
            "different names",
        ),
    ],
)
def test_one_config_that_does_not_fit_keeps_all_as_they_are(loop: Path, config: str, reason: str) -> None:
    lay_out(loop / "web", {CONFIG: config})
    git(loop / "web", "commit", "-qam", "other")
    before = tree(loop)
    ran = migrator(loop, "apply", *ALL, "--unsafe")
    assert (ran.status, tree(loop) == before) == (1, True)
    assert reason in ran.out
    assert ("[other-project]" in ran.out) == (reason == "different names")
