"""`trigger`: what is sent, what is printed, and how it ends."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

import pytest

from migrator.__main__ import run
from migrator.live.client import Client
from tests.live.conftest import QUICK, TOKEN, FakeClock
from tests.live.fake import Fake, Play, Routes, fake, says
from tests.live.repositories import FILES, PROJECT_ID, REMOTE, known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import MakeRepository

TRIGGER = "POST /api/v2/project/gh/acme/app/pipeline"
RUN = f"{TRIGGER}/run"
PIPELINE = "GET /api/v2/pipeline/p1"
WORKFLOWS = f"{PIPELINE}/workflow"
CREATED = Play(201, {"id": "p1", "state": "pending", "number": 7, "created_at": "2026-11-20T10:00:00Z"})
DEFINITIONS = f"GET /api/v2/projects/{PROJECT_ID}/pipeline-definitions"


def state(name: str, *errors: str) -> Play:
    return Play(
        data={"id": "p1", "number": 7, "state": name, "errors": [{"type": "config", "message": e} for e in errors]}
    )


def workflows(*statuses: str) -> Play:
    items = [{"id": f"w{n}", "name": f"run-{n}", "status": status} for n, status in enumerate(statuses)]
    return Play(data={"items": items, "next_page_token": None})


def routes(**more: Any) -> Routes:
    return {**known(), TRIGGER: CREATED, PIPELINE: state("created"), WORKFLOWS: workflows("running"), **more}


Ran = tuple[int, str, str]


@pytest.fixture
def trigger(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], time: FakeClock, tmp_path: Path
) -> Iterator[Callable[..., Ran]]:
    monkeypatch.setenv("CIRCLE_TOKEN", TOKEN)
    monkeypatch.setattr("migrator.live.client.Client", functools.partial(Client, clock=time.clock, patience=QUICK))
    monkeypatch.chdir(tmp_path)

    def run_it(server: Fake, *arguments: str) -> Ran:
        status = run(["trigger", "gh/acme/app", "--host", server.origin, *arguments])
        captured = capfd.readouterr()
        assert TOKEN not in captured.out + captured.err
        return status, captured.out, captured.err

    return run_it


def test_one_request_one_url(trigger: Callable[..., Ran], time: FakeClock) -> None:
    with fake(routes()) as server:
        status, out, err = trigger(server, "--job", "deploy", "--branch", "a/b", "--param", "VERSION=1=2")
    assert (status, out) == (0, f"{server.origin}/pipelines/gh/acme/app/7\n")
    assert err.splitlines()[-1] == "pipeline 7: created: run-0 running"
    assert server.sent(TRIGGER) == [{"branch": "a/b", "parameters": {"run_job": "deploy", "version": "1=2"}}]
    assert server.requests[0].media_type == "application/json"
    assert time.waits == []


def test_a_tag_and_no_parameters(trigger: Callable[..., Ran]) -> None:
    with fake(routes()) as server:
        trigger(server, "--tag", "v1.0")
        trigger(server)
    assert server.sent(TRIGGER) == [{"tag": "v1.0"}, {}]


def test_pending_is_waited_for(trigger: Callable[..., Ran], time: FakeClock) -> None:
    plays = {
        PIPELINE: [state("pending"), state("created")],
        WORKFLOWS: [workflows(), workflows(), workflows("success")],
    }
    with fake(routes(**plays)) as server:
        status, _, err = trigger(server, "--job", "deploy")
    assert (status, time.waits) == (0, [1.0, 1.5])
    assert err.endswith("created: run-0 success\n")


def test_errors_of_the_pipeline(trigger: Callable[..., Ran]) -> None:
    failed = state("errored", "Unexpected argument(s): \x1b[2Jrun_job")
    with fake(routes(**{PIPELINE: failed, WORKFLOWS: workflows()})) as server:
        status, out, err = trigger(server, "--job", "deploy")
    assert status == 1
    assert out.endswith("/7\n")
    assert err == "pipeline 7: failed: Unexpected argument(s): [2Jrun_job\n"


def test_nothing_runs(trigger: Callable[..., Ran], time: FakeClock) -> None:
    with fake(routes(**{WORKFLOWS: workflows()})) as server:
        status, _, err = trigger(server, "--job", "deploy")
    assert status == 1
    assert "nothing runs" in err
    assert 20 <= sum(time.waits) < 40


def test_a_pipeline_that_stays_pending(trigger: Callable[..., Ran], time: FakeClock) -> None:
    with fake(routes(**{PIPELINE: state("pending"), WORKFLOWS: workflows()})) as server:
        status, _, err = trigger(server, "--job", "deploy")
    assert (status, err) == (1, "pipeline 7: still pending, given up waiting\n")
    assert 299 < sum(time.waits) <= 301


@pytest.mark.parametrize(
    ("ends", "status", "last"),
    [
        (("success", "success"), 0, "run-0 success, run-1 success"),
        (("success", "failed"), 1, "run-0 success, run-1 failed"),
        (("canceled",), 1, "run-0 canceled"),
        (("unauthorized",), 1, "run-0 unauthorized"),
    ],
)
def test_wait(trigger: Callable[..., Ran], time: FakeClock, ends: tuple[str, ...], status: int, last: str) -> None:
    plays = [workflows("running"), workflows("on_hold", "running"), workflows(*ends)]
    with fake(routes(**{WORKFLOWS: plays})) as server:
        ended, _, err = trigger(server, "--job", "deploy", "--wait")
    assert ended == status
    assert err.splitlines()[0] == "run-0: on_hold"
    assert err.splitlines()[-1] == f"pipeline 7: {last}"


def test_waiting_ends(trigger: Callable[..., Ran], time: FakeClock) -> None:
    with fake(routes()) as server:
        status, _, err = trigger(server, "--wait", "--timeout", "30")
    assert (status, err.splitlines()[-1]) == (1, "pipeline 7: given up waiting: run-0 running")
    assert 29 < sum(time.waits) <= 30
    assert err.count("run-0: running") == 1


def test_a_setup_pipeline_is_over_when_it_has_been_continued(trigger: Callable[..., Ran]) -> None:
    plays = {
        PIPELINE: [state("setup"), state("setup"), state("created")],
        WORKFLOWS: [workflows("success"), workflows("success"), workflows("success", "success")],
    }
    with fake(routes(**plays)) as server:
        status, _, err = trigger(server, "--wait")
    assert (status, err.splitlines()[-1]) == (0, "pipeline 7: run-0 success, run-1 success")


def test_json(trigger: Callable[..., Ran]) -> None:
    with fake(routes(**{WORKFLOWS: workflows("success")})) as server:
        status, out, _ = trigger(server, "--wait", "--format", "json")
    page = f"{server.origin}/pipelines/gh/acme/app/7"
    assert status == 0
    assert json.loads(out) == {
        "schema_version": 1,
        "id": "p1",
        "number": 7,
        "url": page,
        "state": "created",
        "errors": [],
        "workflows": [{"name": "run-0", "status": "success", "url": f"{page}/workflows/w0"}],
    }


def test_a_skipped_pipeline(trigger: Callable[..., Ran]) -> None:
    with fake(routes(**{TRIGGER: says(200, "Skipped: [ci skip]")})) as server:
        status, out, err = trigger(server)
    assert (status, out) == (4, "")
    assert "started no pipeline (200: Skipped: [ci skip])" in err


@pytest.mark.parametrize(
    ("play", "status", "hint"),
    [
        (says(401, "Invalid token provided."), 3, "personal token"),
        (says(404, "Project not found"), 4, "does not declare the parameters"),
        (says(400, "Unexpected request body provided."), 4, "Unexpected request body"),
        (says(410, "Gone"), 4, "update migrator"),
        (Play(502, raw=b"<html>"), 4, "may have been started"),
        (Play(201, raw=b'{"id": '), 4, "not JSON"),
        (Play(201, {"id": "p1"}), 4, "names no pipeline"),
        (Play(200, {"id": "p1", "number": 7, "message": "Skipped"}), 4, "started no pipeline (200: Skipped)"),
    ],
)
def test_refusals(trigger: Callable[..., Ran], play: Play, status: int, hint: str) -> None:
    with fake(routes(**{TRIGGER: play})) as server:
        ended, out, err = trigger(server, "--job", "deploy")
    assert (ended, out) == (status, "")
    assert hint in err
    assert len(server.sent(TRIGGER)) == 1


def test_a_dry_run_needs_no_token(trigger: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CIRCLE_TOKEN")
    with fake({}) as server:
        status, out, _ = trigger(server, "--job", "deploy", "--tag", "v1", "--dry-run", "--param", "API_URL=x")
    assert (status, server.requests) == (0, [])
    assert json.loads(out) == {"tag": "v1", "parameters": {"run_job": "deploy", "api_url": "x"}}


def test_pipeline_run_looks_the_definition_up(trigger: Callable[..., Ran]) -> None:
    found = Play(data={"items": [{"id": "d1", "name": "build", "config_source": {"provider": "github_oauth"}}]})
    with fake(routes(**{RUN: CREATED, DEFINITIONS: found})) as server:
        assert trigger(server, "--endpoint", "pipeline-run", "--job", "deploy", "--branch", "main")[0] == 0
    (body,) = server.sent(RUN)
    ref = {"branch": "main"}
    assert body == {"definition_id": "d1", "config": ref, "checkout": ref, "parameters": {"run_job": "deploy"}}


def test_pipeline_run_with_what_was_given(trigger: Callable[..., Ran]) -> None:
    with fake(routes(**{RUN: CREATED})) as server:
        assert trigger(server, "--endpoint", "pipeline-run", "--definition-id", "d2", "--tag", "v1")[0] == 0
    assert server.sent(RUN) == [{"definition_id": "d2", "config": {"tag": "v1"}, "checkout": {"tag": "v1"}}]
    assert not [asked for asked in server.asked() if "definitions" in asked or "v3" in asked]


def test_several_definitions_are_the_user_s_choice(trigger: Callable[..., Ran]) -> None:
    found = Play(data={"items": [{"id": "d1", "name": "build"}, {"id": "d2", "name": "nightly"}]})
    with fake(routes(**{RUN: CREATED, DEFINITIONS: found})) as server:
        status, _, err = trigger(server, "--endpoint", "pipeline-run")
    assert status == 2
    assert "d2 (nightly)" in err
    assert server.sent(RUN) == []


@pytest.fixture
def checkout(
    make_repository: MakeRepository,
    trigger: object,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Path:
    """A checkout whose config is migrated, and where we are."""
    root = make_repository(FILES, remote=REMOTE)
    assert run(["apply", "--unsafe", str(root)]) in (0, 1)
    capfd.readouterr()
    monkeypatch.chdir(root / "ci")
    return root


def test_the_config_names_the_parameters(trigger: Callable[..., Ran], checkout: Path) -> None:
    config = checkout / ".circleci/config.yml"
    renamed = config.read_text().replace("  version:", "  release:").replace("parameters.version", "parameters.release")
    config.write_text(renamed)
    with fake(routes()) as server:
        status, _, err = trigger(server, "--job", "deploy", "--param", "VERSION=1.0")
    assert (status, err) == (0, "pipeline 7: created: run-0 running\n")
    assert server.sent(TRIGGER) == [{"parameters": {"run_job": "deploy", "release": "1.0"}}]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--job", "deplyo"], "did you mean deploy?"),
        (["--job", "build"], "it starts deploy"),
        (["--job", "deploy", "--param", "VERSON=1"], "did you mean version?"),
        (["--param", "run_job=build"], "it is one of none, deploy"),
        (["--param", "VERSION=" + "x" * 513], "513 characters"),
        (["--job", "deploy", "--param", "run_job=deploy"], "two values"),
        (["--param", "VERSION"], "NAME=VALUE"),
        (["--param", "A=1", "--param", "A=2"], "twice"),
        (["--branch", "a", "--tag", "b"], "a branch or of a tag"),
        (["--definition-id", "d"], "pipeline-run"),
    ],
)
def test_what_v2_would_refuse_is_not_sent(
    trigger: Callable[..., Ran], checkout: Path, arguments: list[str], said: str
) -> None:
    with fake(routes()) as server:
        status, out, err = trigger(server, *arguments)
    assert (status, out, server.requests) == (2, "", [])
    assert said in " ".join(err.replace("\u2502", " ").split())


def test_values_have_the_types_that_are_declared(
    trigger: Callable[..., Ran], make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = FILES[".circleci/config.yml"].replace(
        "jobs:\n",
        "parameters:\n  fast: {type: boolean, default: false}\n  count: {type: integer, default: 1}\njobs:\n",
        1,
    )
    monkeypatch.chdir(make_repository({".circleci/config.yml": config}, remote=REMOTE))
    with fake(routes()) as server:
        trigger(server, "--param", "fast=true", "--param", "count=-3")
        assert trigger(server, "--param", "fast=yes")[0] == 2
        assert trigger(server, "--param", "count=1.5")[0] == 2
    assert server.sent(TRIGGER) == [{"parameters": {"fast": True, "count": -3}}]


def test_secrets_are_warned_about(trigger: Callable[..., Ran]) -> None:
    with fake(routes()) as server:
        _, _, err = trigger(server, "--param", "DEPLOY_KEY=abc")
    assert "DEPLOY_KEY looks like a secret" in err
    assert "abc" not in err


@pytest.mark.parametrize("slug", ["acme/app", "gl/acme/app", "gh/acme/", "gh/../app", "gh/a b/c", "gh/acme/app/x"])
def test_what_is_no_slug(trigger: Callable[..., Ran], slug: str) -> None:
    assert run(["trigger", slug]) == 2
