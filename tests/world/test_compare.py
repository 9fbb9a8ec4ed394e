"""The comparison of two worlds: a right migration compares equal, each broken one does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.world import World, compare
from tests.world.example import CHECK_OUT, EXPORT, NEW, OLD, TELL
from tests.world.support import repository

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TOKEN = {"TOKEN": "personal-token"}
CONFIG, SCRIPT, TAG_SCRIPT = ".circleci/config.yml", "ci/release.sh", "ci/tag.sh"


def world_of(files: Mapping[str, str], root: Path) -> World:
    others = {name: text for name, text in files.items() if name != CONFIG}
    source = repository(root / "source", files[CONFIG], others)
    settings = {"TOKEN": "personal-token", "CHANNEL": "beta"}
    return World(source, root / "world", settings=settings, contexts={"makers": {"MAKER": "us"}}, limit=15)


def live(world: World) -> World:
    """What happens to the repository in either world."""
    with world:
        world.push()
        world.tag("v1.0")
        world.run_script(TAG_SCRIPT, ["v1.0"], TOKEN, shell="dash")
        world.push("topic")
        world.run_script(SCRIPT, ["1.0", "topic", world.head("topic")], TOKEN, shell="dash")
        world.schedule(workflow="nightly")
        world.run_by_hand()
    return world


def live_briefly(world: World) -> World:
    """As much of it as is needed to find a mistake."""
    with world:
        world.tag("v1.0", announced=False)
        world.push()
        world.commit("topic", {})
        world.run_script(TAG_SCRIPT, ["v1.0"], TOKEN)
        world.run_script(SCRIPT, ["1.0", "topic", world.head("main")], TOKEN)
    return world


@pytest.fixture(scope="module")
def brief(tmp_path_factory: pytest.TempPathFactory) -> World:
    return live_briefly(world_of(OLD, tmp_path_factory.mktemp("brief")))


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> World:
    return live(world_of(OLD, tmp_path_factory.mktemp("old")))


def broken(path: str, before: str, after: str) -> Mapping[str, str]:
    """The new repository with one mistake."""
    assert before in NEW[path]
    return {**NEW, path: NEW[path].replace(before, after)}


def test_the_old_world(old: World) -> None:
    assert [(ran.action, ran.name, ran.branch or ran.tag, ran.effects) for ran in old.history] == [
        (0, "build", "main", ("built by us",)),
        (0, "deploy", "main", ("deploy from build to production as beta <commit 2>",)),
        (1, "build", "v1.0", ("built by us",)),
        (2, "deploy", "v1.0", ("deploy unset to production as beta <commit 2>",)),
        (3, "build", "topic", ("built by us",)),
        (3, "deploy", "topic", ("deploy from build to production as beta <commit 3>",)),
        (4, "deploy", "topic", ("deploy 1.0 to production as beta <commit 3>",)),
        (5, "build", "main", ("built by nobody",)),
        (5, "deploy", "main", ("deploy from build to production as beta <commit 2>",)),
        (6, "build", "main", ("built by us",)),
        (6, "deploy", "main", ("deploy from build to production as beta <commit 2>",)),
    ]
    assert old.errors == ()


def test_a_right_migration(old: World, tmp_path: Path) -> None:
    new = live(world_of(NEW, tmp_path))
    assert compare(old, new) == ()
    assert len(new.history) == len(old.history)
    assert compare(old, old) == ()


USUAL = "    when: {equal: [none, << pipeline.parameters.run_job >>]}\n"
REST = f"          - checkout\n{CHECK_OUT}{TELL}"
STAGE = "{STAGE: production}"
MISTAKES = {
    "no guard": (broken(CONFIG, USUAL, "\n"), "build on main ran as well"),
    "wrong when": (broken(CONFIG, "equal: [deploy,", "equal: [other,"), "deploy on main did not run"),
    "parameter renamed": (broken(SCRIPT, "version: $version", "release: $version"), "Unexpected argument"),
    "no content type": (broken(TAG_SCRIPT, '-H "Content-Type: application/json"', ""), "build on main ran as well"),
    "no tag filter": (broken(CONFIG, "- deploy: {filters: {tags: {only: /.*/}}}", "- deploy"), "did not run"),
    "no branch": (broken(SCRIPT, "branch: $branch, ", ""), "branch was 'topic', is 'main'"),
    "no parameter": (broken(SCRIPT, "version: $version, ", ""), "VERSION is unset, not '1.0'"),
    "a context": (broken(CONFIG, "- deploy: {", "- deploy: {context: makers, "), "contexts was (), is ('makers',)"),
    "another name": (broken(CONFIG, "- deploy: {", "- deploy: {name: run-it, "), "name was 'deploy', is 'run-it'"),
    "a shadow": (broken(CONFIG, STAGE, "{STAGE: production, CHANNEL: ''}"), "CHANNEL is '', not 'beta'"),
    "set, not unset": (
        broken(CONFIG, "condition: << pipeline.parameters.version >>", "condition: true"),
        "', not unset",
    ),
    "a masked built-in": (
        broken(CONFIG, STAGE, "{STAGE: production, CIRCLE_BUILD_NUM: ''}"),
        "CIRCLE_BUILD_NUM is '', not unset",
    ),
    "no revision": (broken(CONFIG, CHECK_OUT, ""), "checked out <commit 3>, not <commit 2>"),
    "revision too late": (
        broken(CONFIG, f"{CHECK_OUT}{TELL}", f"{TELL}{CHECK_OUT}"),
        "found <commit 3> checked out, not <commit 2>",
    ),
    "too late": (
        broken(CONFIG, f"{EXPORT}{REST}", f"{REST}{EXPORT}"),
        "in step 'echo \"deploy ${VERSION",
    ),
    "a project token": (broken(SCRIPT, "$TOKEN:", "project-token:"), "the caller ended with 22, not 0"),
}


def test_a_revision_older_than_the_branch(brief: World, tmp_path: Path) -> None:
    new = live_briefly(world_of(NEW, tmp_path))
    assert compare(brief, new, ignored={"CIRCLE_SHA1"}) == ()
    assert compare(brief, new) != ()
    assert all("CIRCLE_SHA1 is '<commit 3>', not '<commit 2>'" in difference for difference in compare(brief, new))


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_found(brief: World, tmp_path: Path, mistake: str) -> None:
    files, complaint = MISTAKES[mistake]
    differences = compare(brief, live_briefly(world_of(files, tmp_path)), ignored={"CIRCLE_SHA1"})
    assert any(complaint in difference for difference in differences), differences
