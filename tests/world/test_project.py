"""Which commit, which config and which ref a request means."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.world import World
from tests.world.git import git
from tests.world.support import JSON, PERSONAL, V1, V2, curl, repository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def config(mark: str) -> str:
    """A config whose job tells which version of it was used, and what is checked out."""
    command = f'echo "{mark} $(git rev-parse HEAD) ${{CIRCLE_BRANCH-}} ${{CIRCLE_TAG-}}" >> $EFFECTS'
    entry = {"build": {"filters": {"tags": {"only": "/.*/"}}}}
    jobs = {"build": {"machine": True, "steps": ["checkout", {"run": command}]}}
    return json.dumps({"version": 2, "jobs": jobs, "workflows": {"version": 2, "all": {"jobs": [entry]}}})


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    root = tmp_path_factory.mktemp("project")
    with World(repository(root / "source", config("one")), root / "world", default_branch="trunk") as world:
        world.commit("trunk", {".circleci/config.yml": config("two")})
        world.tag("v1", "trunk", announced=False)
        world.commit("side/x", {".circleci/config.yml": config("three")})
        world.commit("bare", {".circleci/config.yml": None})
        yield world


def told(world: World) -> str:
    """What the last job said."""
    (line,) = world.history[-1].effects
    return line


def sha(world: World, ref: str) -> str:
    found = world.project.resolve(revision=ref)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("path", "fields", "line"),
    [
        ("", "", "two <commit 2> trunk"),
        ("", "tag=v1", "two <commit 2>  v1"),
        ("/tree/side%2Fx", "", "three <commit 3> side/x"),
        ("/tree/side%2Fx", "revision=trunk~1", "one <commit 1> side/x"),
        ("", "revision=trunk~1", "one <commit 1> trunk"),
        ("/tree/trunk", "tag=v1", "two <commit 2>  v1"),
    ],
)
def test_v1(world: World, path: str, fields: str, line: str) -> None:
    fields = fields.replace("trunk~1", sha(world, "trunk~1"))
    curl(world, *PERSONAL, "-X", "POST", "-d", fields, V1 + path)
    assert told(world).rstrip() == line
    assert world.history[-1].commit == line.split(" ", 1)[1].split("> ")[0] + ">"


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ({}, "two <commit 2> trunk"),
        ({"branch": "side/x"}, "three <commit 3> side/x"),
        ({"tag": "v1"}, "two <commit 2>  v1"),
    ],
)
def test_v2(world: World, body: object, line: str) -> None:
    curl(world, *PERSONAL, *JSON, "-d", json.dumps(body), V2)
    assert told(world).rstrip() == line


def test_pushes_build_what_was_pushed(world: World) -> None:
    world.push("side/x", {".circleci/config.yml": config("four")})
    assert told(world).startswith("four <commit 5> side/x")
    world.tag("v2", "side/x")
    assert told(world) == "four <commit 5>  v2"


def test_a_new_branch_starts_at_the_default_branch(world: World) -> None:
    world.push("fresh")
    assert told(world).startswith("two <commit")


def test_no_config(world: World) -> None:
    curl(world, *PERSONAL, "-X", "POST", f"{V1}/tree/bare")
    assert ".circleci/config.yml is missing" in world.errors[-1]
    world.push("bare")
    assert world.pipelines[-1].state == "errored"


def test_a_pull_request(world: World) -> None:
    git(world.project.bare, "update-ref", "refs/pull/7/head", sha(world, "side/x~1"))
    curl(world, *PERSONAL, *JSON, "-d", '{"branch": "pull/7/head"}', V2)
    assert told(world).rstrip() == "three <commit 3> pull/7/head"


def test_a_second_project(world: World, tmp_path: Path) -> None:
    world.add_project("bitbucket/acme/lib", repository(tmp_path / "lib", config("lib")), "dev")
    curl(world, *PERSONAL, *JSON, "-X", "POST", "https://circleci.com/api/v2/project/bb/acme/lib/pipeline")
    assert told(world).rstrip() == "lib <commit 1> dev"
    assert world.history[-1].project == "bb/acme/lib"
    curl(world, *PERSONAL, "-X", "POST", "https://circleci.com/api/v1.1/project/bitbucket/acme/lib")
    assert world.history[-1].workflow is None


def test_a_run_that_brings_its_own_config(world: World) -> None:
    (world.project.tree / "own.yml").write_text(config("own"))
    curl(world, *PERSONAL, "-F", "config=@own.yml", f"{V1}/tree/trunk")
    assert told(world).startswith("own <commit 2> trunk")


def test_git_leaves_bytes_alone(tmp_path: Path) -> None:
    text = "version: 2\r\njobs:\r\n  # \N{ROCKET}\n  build: {}\n\n"
    with World(repository(tmp_path / "s", "x"), tmp_path / "w") as world:
        (world.project.tree / ".circleci/config.yml").write_bytes(text.encode())
        assert world.project.read(world.commit("main", {})) == text
