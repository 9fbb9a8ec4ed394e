"""v1 and v1.1: paths, bodies, tokens, replies, and their end; asked by real curl."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.world import Switches, World
from tests.world.support import ACCEPT, JSON, PERSONAL, V1, curl, curl_json, repository, status

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG = """
    version: 2
    jobs:
      build: {machine: true, steps: [run: echo built >> $EFFECTS]}
      deploy: {machine: true, steps: [run: 'echo "deployed $VERSION" >> $EFFECTS']}
      broken: {machine: true, steps: [run: exit 3]}
    workflows:
      version: 2
      everything: {jobs: [build, broken: {requires: [build]}]}
    """
OLD = "https://circleci.com/api/v1/project/acme/app"
PROJECT = ("-H", "Circle-Token: project-token")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    root = tmp_path_factory.mktemp("v1")
    with World(repository(root / "source", CONFIG), root / "world", limit=100) as world:
        world.commit("feature/x", {"new": "x"})
        world.tag("v1.0", "feature/x", announced=False)
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    yield shared
    shared.service.switches = Switches()


def post(world: World, url: str, *arguments: str) -> int:
    return status(world, *PERSONAL, "-X", "POST", *arguments, url)


def names(world: World, since: int) -> list[str]:
    return [ran.name for ran in world.history[since:]]


@pytest.mark.parametrize("url", [V1, f"{V1}/", OLD, f"{OLD}/tree/main", f"{V1}/tree/feature%2Fx"])
@pytest.mark.parametrize("job", ["build", "deploy"])
def test_paths_that_start_one_job(world: World, url: str, job: str) -> None:
    before = len(world.history)
    assert post(world, url, "-d", f"build_parameters[CIRCLE_JOB]={job}") == 201
    assert names(world, before) == [job]
    assert world.history[-1].workflow is None


@pytest.mark.parametrize("vcs", ["github", "gh"])
def test_short_providers(world: World, vcs: str) -> None:
    assert post(world, f"https://circleci.com/api/v1.1/project/{vcs}/acme/app") == 201


@pytest.mark.parametrize("path", ["/tree/feature/x", "/1/ssh-users", "/follow", "/envvar", "/tree"])
def test_other_paths_start_nothing(world: World, path: str) -> None:
    before = len(world.history)
    assert post(world, V1 + path) == 404
    assert len(world.history) == before


def test_build_is_the_default_job(world: World) -> None:
    before = len(world.history)
    post(world, f"{V1}/tree/main")
    post(world, f"{V1}/tree/main", "-d", "build_parameters[VERSION]=1")
    assert names(world, before) == ["build", "build"]


def test_job_at_the_top_of_the_body(world: World) -> None:
    post(world, V1, *JSON, "-d", '{"job": "deploy", "build_parameters": {"VERSION": 7}}')
    assert world.history[-1].effects == ("deployed 7",)


def test_values_of_json_become_text(world: World) -> None:
    body = '{"build_parameters": {"N": 5, "F": 1.5, "B": true, "L": ["\u00e9", {"a": null}], "S": "5"}}'
    post(world, V1, *JSON, "-d", body)
    told = world.history[-1].environment
    assert [told[name] for name in "NFBLS"] == ["5", "1.5", "true", '["\u00e9", {"a": null}]', "5"]


def test_a_job_that_does_not_exist_is_an_error_of_the_build(world: World) -> None:
    before = len(world.history)
    data = curl_json(world, *PERSONAL, "-d", "build_parameters[CIRCLE_JOB]=nope", V1)
    assert len(world.history) == before
    looked_up = curl_json(world, *PERSONAL, f"{V1}/{data['build_num']}")
    assert (looked_up["status"], looked_up["outcome"]) == ("failed", "failed")
    assert "nope" in looked_up["messages"][0]["message"]
    assert any("nope" in error for error in world.errors)


@pytest.mark.parametrize(
    "arguments",
    [
        ["-d", "revision=HEAD&tag=v1.0"],
        ["-d", "tag=v9"],
        ["-d", "revision=0123456789"],
        ["-d", "build_parameters=text"],
        ["-d", "build_parameters[1X]=a"],
        ["-d", "build_parameters[A-B]=a"],
        [*JSON, "-d", '{"job": 5}'],
    ],
)
def test_refused_bodies(world: World, arguments: list[str]) -> None:
    before = len(world.history)
    assert post(world, V1, *arguments) == 400
    assert len(world.history) == before


def test_a_branch_that_does_not_exist(world: World) -> None:
    assert post(world, f"{V1}/tree/nowhere") == 400


class TestTokens:
    @pytest.mark.parametrize(
        "arguments",
        [
            ["-u", "personal-token:"],
            ["-u", "project-token:"],
            ["-H", "Circle-Token: project-token"],
            ["-H", "Authorization: Bearer personal-token"],
        ],
    )
    def test_accepted(self, world: World, arguments: list[str]) -> None:
        assert status(world, "-X", "POST", *arguments, V1) == 201

    def test_accepted_in_the_address(self, world: World) -> None:
        assert status(world, "-X", "POST", f"{V1}?circle-token=project-token") == 201
        assert status(world, "-X", "POST", V1.replace("//", "//personal-token@")) == 201

    @pytest.mark.parametrize("arguments", [[], ["-u", "nobody:"], ["-H", "Circle-Token: "], ["-u", ":personal-token"]])
    def test_refused(self, world: World, arguments: list[str]) -> None:
        assert status(world, "-X", "POST", *arguments, V1) == 401

    def test_another_project(self, world: World) -> None:
        assert post(world, V1.replace("acme", "other")) == 404


class TestReplies:
    def test_edn_unless_json_is_asked_for(self, world: World) -> None:
        number = len(world.service.builds) + 1
        said = curl(world, *PERSONAL, "-X", "POST", V1).stdout
        assert said.startswith(f"{{:build_num {number}, :build_url ")
        assert curl_json(world, *PERSONAL, "-X", "POST", V1)["build_num"] == number + 1

    def test_fields(self, world: World) -> None:
        url = f"{V1}/tree/main"
        data = curl_json(world, *PERSONAL, "-d", "build_parameters[CIRCLE_JOB]=deploy", url)
        assert (data["status"], data["lifecycle"], data["outcome"]) == ("queued", "queued", None)
        expected = {"branch": "main", "vcs_tag": None, "username": "acme", "reponame": "app", "job_name": "deploy"}
        assert data | expected == data
        assert data["build_parameters"] == {"CIRCLE_JOB": "deploy"}
        assert data["build_url"] == f"https://circleci.com/gh/acme/app/{data['build_num']}"

    def test_a_build_is_looked_up_by_its_number(self, world: World) -> None:
        number = curl_json(world, *PERSONAL, "-d", "build_parameters[CIRCLE_JOB]=broken", V1)["build_num"]
        data = curl_json(world, *PERSONAL, f"{V1}/{number}")
        assert (data["lifecycle"], data["status"], data["outcome"]) == ("finished", "failed", "failed")

    def test_the_end_is_announced(self, world: World) -> None:
        headers = curl(world, *PERSONAL, "-X", "POST", "-D", "-", V1).stdout.lower()
        assert "sunset: mon, 01 feb 2027" in headers
        assert "deprecation:" in headers
        assert "sunset" not in curl(world, *PERSONAL, "-D", "-", f"{V1}/1").stdout.lower()


class TestBuildEndpoint:
    def test_runs_the_whole_pipeline(self, world: World) -> None:
        before = len(world.history)
        data = curl_json(
            world, *PERSONAL, *JSON, "-d", '{"branch": "main", "build_parameters": {"X": "1"}}', f"{V1}/build"
        )
        assert data == {"status": 200, "body": "Build created"}
        assert names(world, before) == ["build", "broken"]
        assert "X" not in world.history[-1].environment

    def test_builds_a_revision_shown_as_a_branch(self, world: World) -> None:
        sha = world.project.resolve(branch="main")
        post(world, f"{OLD}/build", "-d", f"branch=feature/x&revision={sha}")
        assert (world.history[-1].branch, world.history[-1].head) == ("feature/x", "commit 1")

    def test_takes_personal_tokens_only(self, world: World) -> None:
        assert status(world, *PROJECT, "-X", "POST", f"{V1}/build") == 403

    def test_tag_excludes_branch(self, world: World) -> None:
        assert post(world, f"{V1}/build", "-d", "branch=main&tag=v1.0") == 400


class TestRerun:
    @pytest.mark.parametrize("word", ["retry", "ssh"])
    def test_runs_the_same_build_again(self, world: World, word: str) -> None:
        data = curl_json(world, *PERSONAL, "-d", "build_parameters[CIRCLE_JOB]=deploy&build_parameters[VERSION]=9", V1)
        again = curl_json(world, *PERSONAL, "-X", "POST", f"{V1}/{data['build_num']}/{word}")
        assert again["retry_of"] == data["build_num"]
        assert world.history[-1].effects == ("deployed 9",)
        assert world.service.builds[-1].ssh is (word == "ssh")

    def test_unknown_build(self, world: World) -> None:
        assert post(world, f"{V1}/99999/retry") == 404


class TestSwitches:
    @pytest.mark.parametrize("path", ["", "/", "/tree/main", "/build", "/1/retry", "/1/ssh"])
    @pytest.mark.parametrize("url", [V1, OLD])
    def test_triggers_are_gone_after_the_removal(self, world: World, url: str, path: str) -> None:
        before = len(world.history)
        world.service.switches = replace(world.service.switches, removed=True)
        assert post(world, url + path) == 410
        assert len(world.history) == before

    def test_the_rest_stays_after_the_removal(self, world: World) -> None:
        post(world, V1)
        world.service.switches = Switches(removed=True)
        assert status(world, *PERSONAL, f"{V1}/1") == 200

    @pytest.mark.parametrize("code", [401, 404, 429, 500])
    def test_faults(self, world: World, code: int) -> None:
        world.service.switches = Switches(failing=code)
        done = curl(world, *PERSONAL, *ACCEPT, "-X", "POST", "-D", "-", V1)
        assert f" {code} " in done.stdout
        assert ("retry-after" in done.stdout.lower()) == (code == 429)

    def test_fields_of_the_query(self, world: World) -> None:
        url = f"{V1}?build_parameters%5BCIRCLE_JOB%5D=deploy"
        post(world, url)
        assert world.history[-1].name == "deploy"
        world.service.switches = Switches(query_parameters=False)
        post(world, url)
        assert world.history[-1].name == "build"
