"""v2: triggers, bodies, tokens, following a pipeline, reruns; asked by real curl."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.world import BadParameters, Switches, World
from tests.world.support import JSON, PERSONAL, V2, curl_json, repository, status

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG = """
    version: 2.1
    parameters:
      run_job: {type: enum, enum: [none, deploy], default: none}
      version: {type: string, default: ""}
      dry: {type: boolean, default: false}
    jobs:
      build: {machine: true, steps: [run: echo built >> $EFFECTS]}
      broken: {machine: true, steps: [run: exit 3]}
      after: {machine: true, steps: [run: echo after >> $EFFECTS]}
      deploy:
        machine: true
        environment: {VERSION: << pipeline.parameters.version >>}
        steps: [run: 'echo "deployed $VERSION" >> $EFFECTS']
    workflows:
      usual:
        when: {equal: [none, << pipeline.parameters.run_job >>]}
        jobs: [build, broken: {requires: [build]}, after: {requires: [broken]}]
      run-deploy:
        when: {equal: [deploy, << pipeline.parameters.run_job >>]}
        jobs: [deploy: {filters: {tags: {only: /v.*/}}}]
    """
API = "https://circleci.com/api/v2"
RUN = f"{V2}/run"
DEPLOY = {"parameters": {"run_job": "deploy", "version": "1"}}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    root = tmp_path_factory.mktemp("v2")
    with World(repository(root / "source", CONFIG), root / "world", limit=100) as world:
        world.commit("feature/x", {"new": "x"})
        world.tag("v1.0", "feature/x", announced=False)
        world.commit("skipped", {}, "[ci skip]")
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    yield shared
    shared.service.switches = Switches()


def post(world: World, body: object, url: str = V2, *arguments: str) -> Any:
    """The reply to a JSON body, with the status of the response under `status`."""
    data = curl_json(world, *PERSONAL, *JSON, *arguments, "--data-binary", json.dumps(body), url)
    return {"status": world.requests[-1].reply.status, **data}


def get(world: World, path: str) -> Any:
    return curl_json(world, *PERSONAL, API + path)


def names(world: World) -> list[str]:
    """The jobs that the last action ran."""
    return [ran.name for ran in world.history if ran.action == len(world.actions) - 1]


@pytest.mark.parametrize("slug", ["gh/acme/app", "github/acme/app", "gh%2Facme%2Fapp"])
def test_slugs(world: World, slug: str) -> None:
    reply = post(world, DEPLOY, f"{API}/project/{slug}/pipeline")
    assert reply["status"] == 201
    assert set(reply) == {"status", "id", "state", "number", "created_at"}
    assert names(world) == ["deploy"]
    assert world.history[-1].effects == ("deployed 1",)


@pytest.mark.parametrize(
    ("slug", "expected"), [("gh/acme/app", 201), ("gh%2Facme%2Fapp", 404), ("gitlab/acme/app", 404), ("gh/a/b", 404)]
)
def test_slugs_of_run(world: World, slug: str, expected: int) -> None:
    assert post(world, DEPLOY, f"{API}/project/{slug}/pipeline/run")["status"] == expected


def test_no_body_starts_the_usual_pipeline_of_the_default_branch(world: World) -> None:
    assert status(world, *PERSONAL, "-X", "POST", V2) == 201
    assert names(world) == ["build", "broken"]
    assert world.history[-1].branch == "main"


def test_the_body_is_ignored_silently_without_its_content_type(world: World) -> None:
    assert status(world, *PERSONAL, "-d", json.dumps({"branch": "feature/x", **DEPLOY}), V2) == 201
    assert names(world) == ["build", "broken"]
    assert world.history[-1].branch == "main"


@pytest.mark.parametrize(
    ("body", "url"),
    [
        ({"branch": "feature/x"} | DEPLOY, V2),
        ({"config": {"branch": "feature/x"}, "checkout": {"branch": "feature/x"}} | DEPLOY, RUN),
        ({"checkout": {"branch": "feature/x"}, "definition_id": "0"} | DEPLOY, RUN),
    ],
)
def test_branch(world: World, body: object, url: str) -> None:
    assert post(world, body, url)["status"] == 201
    assert (world.history[-1].name, world.history[-1].branch, world.history[-1].tag) == ("deploy", "feature/x", None)
    assert world.history[-1].environment["CIRCLE_BRANCH"] == "feature/x"


@pytest.mark.parametrize(
    ("body", "url"), [({"tag": "v1.0"}, V2), ({"config": {"tag": "v1.0"}, "checkout": {"tag": "v1.0"}}, RUN)]
)
def test_tag(world: World, body: dict[str, object], url: str) -> None:
    post(world, body | DEPLOY, url)
    assert (world.history[-1].name, world.history[-1].branch, world.history[-1].tag) == ("deploy", None, "v1.0")
    assert world.history[-1].environment["CIRCLE_TAG"] == "v1.0"


def test_a_job_without_tag_filters_does_not_run_on_a_tag(world: World) -> None:
    assert post(world, {"tag": "v1.0"})["status"] == 201
    assert names(world) == []


@pytest.mark.parametrize(
    ("body", "url"),
    [
        ({"branch": "main", "tag": "v1.0"}, V2),
        ({"branch": "nowhere"}, V2),
        ({"branch": ""}, V2),
        ({"branch": None}, V2),
        ({"tag": "v9"}, V2),
        ({"revision": "abc"}, V2),
        ({"build_parameters": {"CIRCLE_JOB": "deploy"}}, V2),
        ({"branch": "main"}, RUN),
        ({"config": {"branch": "main"}, "checkout": {"tag": "v1.0"}}, RUN),
        ({"config": {"revision": "abc"}}, RUN),
        ({"parameters": []}, V2),
        ({"parameters": {"version": None}}, V2),
        ({"parameters": {"version": 1.5}}, V2),
        ({"parameters": {"version": {"a": 1}}}, V2),
        ({"parameters": {"version": "x" * 513}}, V2),
        ({"parameters": {"v" * 129: "x"}}, V2),
        ({"parameters": {f"v{number}": "x" for number in range(101)}}, V2),
    ],
)
def test_refused_bodies(world: World, body: object, url: str) -> None:
    assert post(world, body, url)["status"] == 400
    assert names(world) == []


def test_values_up_to_the_limit(world: World) -> None:
    value = "\N{ROCKET}" * 512
    assert post(world, {"parameters": {"run_job": "deploy", "version": value}})["state"] == "pending"
    assert world.history[-1].environment["VERSION"] == value


@pytest.mark.parametrize(
    ("parameters", "complaint"),
    [
        ({"unknown": "1"}, "Unexpected argument"),
        ({"dry": "true"}, "expected type: boolean"),
        ({"version": 500}, "expected type: string"),
        ({"run_job": "deploi"}, "deploi"),
    ],
)
def test_parameters_that_the_config_does_not_take(world: World, parameters: object, complaint: str) -> None:
    reply = post(world, {"parameters": parameters})
    assert (reply["status"], reply["state"]) == (201, "errored")
    data = get(world, f"/pipeline/{reply['id']}")
    assert data["state"] == "errored"
    assert complaint in data["errors"][0]["message"]
    assert names(world) == []
    world.service.switches = Switches(bad_parameters=BadParameters.REFUSED)
    assert post(world, {"parameters": parameters}) == {"status": 404, "message": "Project not found"}


def test_unknown_keys_can_be_tolerated(world: World) -> None:
    world.service.switches = Switches(unknown_keys_refused=False)
    assert post(world, {"revision": "abc"} | DEPLOY)["status"] == 201
    assert post(world, {"revision": "abc"} | DEPLOY, RUN)["status"] == 400


def test_a_commit_that_asks_to_be_skipped(world: World) -> None:
    before = len(world.pipelines)
    assert "message" in post(world, {"branch": "skipped"})
    world.push("skipped", message="[skip ci]")
    assert len(world.pipelines) == before


class TestTokens:
    @pytest.mark.parametrize("url", [V2, RUN])
    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            (["-u", "personal-token:"], 201),
            (["-H", "Authorization: Bearer personal-token"], 201),
            (["-H", "Circle-Token: personal-token"], 201),
            (["-H", "Circle-Token: project-token"], 404),
            (["-u", "project-token:"], 404),
            (["-u", "nobody:"], 401),
            ([], 401),
        ],
    )
    def test_statuses(self, world: World, url: str, arguments: list[str], expected: int) -> None:
        assert status(world, "-X", "POST", *arguments, url) == expected

    def test_not_in_the_query(self, world: World) -> None:
        assert status(world, "-X", "POST", f"{V2}?circle-token=personal-token") == 401


class TestFollowing:
    def test_from_a_pipeline_to_its_jobs(self, world: World) -> None:
        pipeline = post(world, {"branch": "main"})
        data = get(world, f"/pipeline/{pipeline['id']}")
        assert (data["state"], data["number"], data["errors"]) == ("created", pipeline["number"], [])
        (workflow,) = get(world, f"/pipeline/{pipeline['id']}/workflow")["items"]
        assert (workflow["name"], workflow["status"]) == ("usual", "failed")
        jobs = {job["name"]: job for job in get(world, f"/workflow/{workflow['id']}/job")["items"]}
        assert {name: job["status"] for name, job in jobs.items()} == {
            "build": "success",
            "broken": "failed",
            "after": "not_run",
        }
        assert "job_number" not in jobs["after"]
        number = jobs["build"]["job_number"]
        job = get(world, f"/project/gh/acme/app/job/{number}")
        assert (job["status"], job["latest_workflow"]["id"]) == ("success", workflow["id"])
        assert get(world, "/project/gh/acme/app/job/99999") == {"message": "Job not found"}
        assert get(world, "/pipeline/nope")["message"]
        assert get(world, "/workflow/nope/job")["message"]

    def test_no_workflow_is_no_error(self, world: World) -> None:
        pipeline = post(world, {"tag": "v1.0"})
        assert get(world, f"/pipeline/{pipeline['id']}")["state"] == "created"
        assert get(world, f"/pipeline/{pipeline['id']}/workflow")["items"] == []


class TestRerun:
    @pytest.fixture
    def workflow(self, world: World) -> str:
        pipeline = post(world, {"branch": "main"})
        return str(get(world, f"/pipeline/{pipeline['id']}/workflow")["items"][0]["id"])

    @pytest.mark.parametrize(("body", "ran"), [({}, ["build", "broken"]), ({"from_failed": True}, ["broken"])])
    def test_of_a_workflow(self, world: World, workflow: str, body: object, ran: list[str]) -> None:
        reply = post(world, body, f"{API}/workflow/{workflow}/rerun")
        assert reply["status"] == 202
        assert reply["workflow_id"] != workflow
        assert names(world) == ran

    def test_of_one_job(self, world: World, workflow: str) -> None:
        jobs = get(world, f"/workflow/{workflow}/job")["items"]
        body = {"jobs": [job["id"] for job in jobs if job["name"] == "build"], "enable_ssh": True}
        assert post(world, body, f"{API}/workflow/{workflow}/rerun")["status"] == 202
        assert names(world) == ["build"]

    @pytest.mark.parametrize("body", [{"enable_ssh": True}, {"jobs": ["nope"]}])
    def test_refused(self, world: World, workflow: str, body: object) -> None:
        assert post(world, body, f"{API}/workflow/{workflow}/rerun")["status"] == 400

    def test_with_ssh(self, world: World, workflow: str) -> None:
        (job, *_) = get(world, f"/workflow/{workflow}/job")["items"]
        for ssh in (True, False):
            post(world, {"jobs": [job["id"]], "enable_ssh": ssh}, f"{API}/workflow/{workflow}/rerun")
            assert world.service.builds[-1].ssh is ssh

    def test_jobs_come_page_by_page(self, world: World, workflow: str) -> None:
        whole = get(world, f"/workflow/{workflow}/job")
        world.service.switches = Switches(page_size=2)
        first = get(world, f"/workflow/{workflow}/job")
        second = get(world, f"/workflow/{workflow}/job?page-token={quote(first['next_page_token'], safe='')}")
        assert [*first["items"], *second["items"]] == whole["items"]
        assert (whole["next_page_token"], second["next_page_token"]) == (None, None)

    def test_unknown_workflow(self, world: World) -> None:
        assert post(world, {}, f"{API}/workflow/nope/rerun")["status"] == 404
