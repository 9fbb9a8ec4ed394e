"""States that pass by looks: pipelines, workflows and jobs of v2, builds of v1.1; asked by real curl."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.world import BuildStatus, Pace, Switches, World
from tests.world.support import JSON, PERSONAL, V1, V2, curl_json, repository, status

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG = """
    version: 2.1
    parameters:
      run_job: {type: enum, enum: [none, deploy, held], default: none}
    jobs:
      build: {machine: true, steps: [run: 'true']}
      deploy: {machine: true, steps: [run: echo deployed >> $EFFECTS]}
    workflows:
      usual:
        when: {equal: [none, << pipeline.parameters.run_job >>]}
        jobs: [build, deploy: {requires: [build]}]
      again:
        when: {equal: [none, << pipeline.parameters.run_job >>]}
        jobs: [build]
      run-deploy:
        when: {equal: [deploy, << pipeline.parameters.run_job >>]}
        jobs: [deploy]
      run-held:
        when: {equal: [held, << pipeline.parameters.run_job >>]}
        jobs: [ask: {type: approval}, deploy: {requires: [ask]}]
    """
API = "https://circleci.com/api/v2"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    root = tmp_path_factory.mktemp("pace")
    with World(repository(root / "source", CONFIG), root / "world", limit=100) as world:
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    yield shared
    shared.service.switches = Switches()


def start(world: World, job: str = "deploy") -> str:
    """The id of a new pipeline."""
    body = json.dumps({"parameters": {"run_job": job}})
    data = curl_json(world, *PERSONAL, *JSON, "--data-binary", body, V2)
    assert data["state"] == "pending"
    return str(data["id"])


def get(world: World, path: str) -> Any:
    return curl_json(world, *PERSONAL, API + path)


def build(world: World, number: int) -> tuple[str, str, str | None]:
    """What v1.1 says of a build."""
    data = curl_json(world, *PERSONAL, f"{V1}/{number}")
    return data["status"], data["lifecycle"], data["outcome"]


def test_a_pipeline_comes_into_being(world: World) -> None:
    world.service.switches = Switches(pace=Pace(workflows=1, setup=True, queued=1, running=1))
    id_ = start(world)
    seen = [get(world, f"/pipeline/{id_}/workflow")["items"] for _ in range(4)]
    assert [[item["name"] for item in items] for items in seen] == [[], ["setup"], ["setup"], ["run-deploy", "setup"]]
    assert get(world, f"/workflow/{seen[1][0]['id']}/job")["items"][0]["name"] == "setup"
    workflow = seen[3][0]["id"]
    jobs = [get(world, f"/workflow/{workflow}/job")["items"][0] for _ in range(3)]
    assert [(job["status"], "job_number" in job) for job in jobs] == [
        ("queued", False),
        ("running", True),
        ("success", True),
    ]
    number = jobs[1]["job_number"]
    assert [build(world, number)[1] for _ in range(3)] == ["queued", "running", "finished"]
    assert get(world, f"/pipeline/{id_}/workflow")["items"][0]["status"] == "success"


def test_the_state_of_a_pipeline_passes(world: World) -> None:
    world.service.switches = Switches(pace=Pace(workflows=1, setup=True))
    id_ = start(world)
    assert [get(world, f"/pipeline/{id_}")["state"] for _ in range(4)] == ["pending", "setup", "setup", "created"]


def test_errors_are_seen_late(world: World) -> None:
    world.service.switches = Switches(pace=Pace(workflows=1))
    id_ = start(world, "nothing")
    first, second = (get(world, f"/pipeline/{id_}") for _ in range(2))
    assert (first["state"], first["errors"], second["state"]) == ("pending", [], "errored")
    assert second["errors"]


def test_the_reply_of_v1_is_the_first_look(world: World) -> None:
    world.service.switches = Switches(pace=Pace(running=1))
    data = curl_json(world, *PERSONAL, "-d", "build_parameters[CIRCLE_JOB]=deploy", V1)
    assert data["lifecycle"] == "queued"
    assert [build(world, data["build_num"])[1] for _ in range(2)] == ["running", "finished"]


@pytest.mark.parametrize("ending", [BuildStatus.CANCELED, BuildStatus.TIMED_OUT, BuildStatus.BROKEN])
def test_builds_end_as_asked(world: World, ending: BuildStatus) -> None:
    pace = Pace(ending=ending)
    world.service.switches = Switches(pace=pace)
    before = len(world.history)
    data = curl_json(world, *PERSONAL, "-d", "build_parameters[CIRCLE_JOB]=deploy", V1)
    assert build(world, data["build_num"]) == (ending.value, "finished", ending.value)
    (workflow,) = get(world, f"/pipeline/{start(world)}/workflow")["items"]
    (job,) = get(world, f"/workflow/{workflow['id']}/job")["items"]
    assert (job["status"], "job_number" in job) == (ending.value, True)
    assert workflow["status"] == ("canceled" if ending is BuildStatus.CANCELED else "failed")
    world.service.switches = Switches(pace=replace(pace, unstarted=True))
    (workflow,) = get(world, f"/pipeline/{start(world)}/workflow")["items"]
    assert "job_number" not in get(world, f"/workflow/{workflow['id']}/job")["items"][0]
    assert len(world.history) == before


def test_on_hold(world: World) -> None:
    world.service.switches = Switches(pace=Pace(queued=1))
    (workflow,) = get(world, f"/pipeline/{start(world, 'held')}/workflow")["items"]
    for _ in range(3):
        jobs = get(world, f"/workflow/{workflow['id']}/job")["items"]
    assert {job["name"]: job["status"] for job in jobs} == {"ask": "on_hold", "deploy": "blocked"}
    assert get(world, f"/workflow/{workflow['id']}")["status"] == "on_hold"


def test_hiccups(world: World) -> None:
    world.service.switches = Switches(pace=Pace(hiccups=(429, 500)))
    path = f"{API}/pipeline/{start(world)}"
    assert [status(world, *PERSONAL, path) for _ in range(4)] == [429, 500, 200, 200]


def test_workflows_come_page_by_page(world: World) -> None:
    world.service.switches = Switches(page_size=1, pace=Pace())
    id_ = start(world, "none")
    first = get(world, f"/pipeline/{id_}/workflow")
    second = get(world, f"/pipeline/{id_}/workflow?page-token={first['next_page_token'].replace('&', '%26')}")
    names = [item["name"] for page in (first, second) for item in page["items"]]
    assert (names, second["next_page_token"]) == (["again", "usual"], None)


def test_artifacts_and_cancel(world: World) -> None:
    world.service.switches = Switches(pace=Pace(running=1000))
    number = curl_json(world, *PERSONAL, "-d", "build_parameters[CIRCLE_JOB]=deploy", V1)["build_num"]
    assert build(world, number)[1] == "running"
    assert curl_json(world, *PERSONAL, "-X", "POST", f"{V1}/{number}/cancel")["outcome"] == "canceled"
    assert build(world, number)[2] == "canceled"
    assert curl_json(world, *PERSONAL, f"{V1}/{number}/artifacts")[0]["path"] == "app.tar"
