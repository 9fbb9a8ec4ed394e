"""`verify --live`: CircleCI's compiler is asked about every call and a push, and what it says counts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from migrator.__main__ import run
from migrator.circleci.compiler import Event, EventKind
from migrator.circleci.runs.config import ConfigView, as_mapping
from migrator.live.compile import Compiled
from migrator.live.verify import Occasion, compared, runs_of
from migrator.syntax.yaml import load
from tests.live import repositories
from tests.live.conftest import TOKEN
from tests.live.fake import Play, Routes, fake, says
from tests.live.repositories import CLOUD_COMPILE, FILES, ORGANIZATION, REMOTE, SERVER_COMPILE, known, server_compiler
from tests.world.exchange import Reply, Request
from tests.world.network import tunnelling
from tests.world.server import serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import MakeRepository


@pytest.fixture
def repository(make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CIRCLE_TOKEN", TOKEN)
    return make_repository(FILES, remote=REMOTE)


def read(text: str) -> Any:
    return as_mapping(load(text))


def proofs(out: str) -> dict[str, tuple[str, str]]:
    """What CircleCI's compiler had to say, by what it was asked about."""
    (root,) = json.loads(out)["roots"] if "roots" in json.loads(out) else [json.loads(out)]
    start = "CircleCI's compiler: "
    return {
        proof["subject"].removeprefix(start): (proof["verdict"], proof["detail"])
        for proof in root["ordinary"]
        if proof["subject"].startswith(start)
    }


def verify(repository: Path, routes: Routes, capfd: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    with fake(routes) as server:
        status = run(["verify", "--live", "--host", server.origin, "--format", "json", str(repository)])
    captured = capfd.readouterr()
    assert TOKEN not in captured.out + captured.err
    return status, captured.out, captured.err


def test_both_compilers_agree(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    routes = known()
    with fake(routes) as server:
        assert run(["verify", "--live", "--host", server.origin, "--format", "json", str(repository)]) in (0, 1)
        bodies = server.sent(SERVER_COMPILE)
    found = proofs(capfd.readouterr().out)
    assert found == {
        "push to main": ("proved", ""),
        "ci/deploy.sh:2 with run_job=deploy": ("proved", ""),
    }
    push, call = bodies
    assert push["options"]["owner_id"] == ORGANIZATION
    assert push["config_yaml"] == call["config_yaml"]
    assert "run-deploy" in push["config_yaml"]
    assert "pipeline_parameters" not in push["options"]
    assert push["options"]["pipeline_values"]["pipeline.git.branch"] == "main"
    assert call["options"]["pipeline_parameters"] == {"run_job": "deploy", "version": "sample"}
    assert call["options"]["pipeline_values"]["pipeline.parameters.run_job"] == "deploy"
    assert call["options"]["pipeline_values"]["pipeline.trigger_source"] == "api"


def drop(data: dict[str, Any]) -> None:
    data["workflows"].pop("run-deploy", None)


def add(data: dict[str, Any]) -> None:
    data["workflows"].setdefault("main", {"jobs": []})["jobs"].append("lint")
    data["jobs"]["lint"] = {}


@pytest.mark.parametrize(
    ("change", "subject", "detail"),
    [
        (drop, "ci/deploy.sh:2 with run_job=deploy", "job deploy of workflow run-deploy does not run"),
        (add, "push to main", "job lint of workflow main runs as well"),
    ],
)
def test_a_difference_is_a_failed_proof(
    repository: Path,
    capfd: pytest.CaptureFixture[str],
    change: Callable[[dict[str, Any]], None],
    subject: str,
    detail: str,
) -> None:
    status, out, _ = verify(repository, known() | {SERVER_COMPILE: server_compiler(change)}, capfd)
    assert status == 7
    assert proofs(out)[subject] == ("differs", f"at CircleCI {detail}")


def test_a_config_that_circleci_refuses(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    refused = Play(data={"valid": False, "errors": [{"message": "bad \x1b[31mthing"}]})
    status, out, _ = verify(repository, known() | {SERVER_COMPILE: refused}, capfd)
    assert status == 7
    assert proofs(out)["push to main"] == ("differs", "CircleCI refuses the config: bad [31mthing")


def test_filters_are_decided_here(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    def filtered(data: dict[str, Any]) -> None:
        entry = {"build": {"filters": {"branches": {"only": "/release-.*/"}}}}
        data["workflows"]["release"] = {"jobs": [entry]}
        data["workflows"]["nightly"] = {"triggers": [{"schedule": {"cron": "0 0 * * *"}}], "jobs": ["build"]}

    status, out, _ = verify(repository, known() | {SERVER_COMPILE: server_compiler(filtered)}, capfd)
    assert {verdict for verdict, _ in proofs(out).values()} == {"proved"}
    assert status != 7


def test_calls_from_another_repository_count(
    repository: Path, make_repository: MakeRepository, capfd: pytest.CaptureFixture[str]
) -> None:
    script = FILES["ci/deploy.sh"].replace("VERSION", "LEVEL").replace("main", "develop")
    other = make_repository({"release.sh": script}, name="tools", remote="git@github.com:acme/tools.git")
    with fake(known()) as server:
        run(["verify", "--live", "--host", server.origin, "--format", "json", str(repository), str(other)])
        sent = [body["options"] for body in server.sent(SERVER_COMPILE)]
    assert list(proofs(capfd.readouterr().out)) == [
        "push to main",
        "ci/deploy.sh:2 with run_job=deploy",
        "tools/release.sh:2 with run_job=deploy",
    ]
    assert sent[2]["pipeline_parameters"] == {"run_job": "deploy", "level": "sample"}
    assert sent[2]["pipeline_values"]["pipeline.git.branch"] == "develop"


def test_a_config_without_workflows() -> None:
    """CircleCI may call the workflow that it makes up as it likes."""
    config = ConfigView(read("version: 2.1\njobs:\n  build: {docker: [{image: a}], steps: [checkout]}\n"))
    push = Occasion("push", Event(EventKind.PUSH, "main"))
    made_up = {"version": 2, "jobs": {"build": {}}, "workflows": {"version": 2, "workflow": {"jobs": ["build"]}}}
    assert compared(config, push, Compiled(made_up)).verdict == "proved"
    assert compared(config, push, Compiled({"version": 2, "jobs": {"build": {}}})).verdict == "proved"
    assert compared(config, push, Compiled({**made_up, "workflows": {"x": {"jobs": ["other"]}}})).verdict == "differs"


def test_names_that_orbs_and_matrices_make() -> None:
    compiled = {
        "version": 2,
        "jobs": {"node/test": {}, "build-1.2": {}},
        "workflows": {
            "version": 2,
            "main": {
                "jobs": [
                    "build-1.2",
                    {"node/test": {"requires": ["build-1.2"]}},
                    {"hold it": {"type": "approval", "requires": [{"node/test": "failed"}]}},
                    {"node/test": {"name": "again", "filters": {"branches": {"ignore": "main"}}}},
                ]
            },
        },
    }
    runs = runs_of(compiled, Event(EventKind.PUSH, "main"), has_workflows=True)
    assert runs == {("main", "build-1.2"), ("main", "node/test"), ("main", "hold it")}
    on_branch = runs_of(compiled, Event(EventKind.PUSH, "x"), has_workflows=True)
    assert on_branch - runs == {("main", "again")}
    assert runs_of({"version": 2, "jobs": {}}, Event(EventKind.PUSH, "main"), has_workflows=True) == set()


def test_what_only_one_compiler_can_do() -> None:
    push = Occasion("push", Event(EventKind.PUSH, "main"))
    broken = ConfigView(read("version: 2.1\nworkflows: {main: {jobs: [missing]}}\n"))
    assert compared(broken, push, Compiled({"workflows": {}})).verdict == "differs"
    both = compared(broken, push, Compiled(None, ("no such job",)))
    assert (both.verdict, "at CircleCI (no such job), and offline" in both.detail) == ("differs", True)


def test_the_newer_endpoint_is_asked_about_too(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with fake(known()) as server:
        options = ["--endpoint", "pipeline-run", "--definition-id", "d1", "--format", "json"]
        run(["verify", "--live", "--host", server.origin, *options, str(repository)])
        assert server.sent(SERVER_COMPILE)[1]["options"]["pipeline_parameters"]["run_job"] == "deploy"
    assert {verdict for verdict, _ in proofs(capfd.readouterr().out).values()} == {"proved"}


def test_an_answer_that_is_no_compilation(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for play in (Play(data={"hello": 1}), Play(data={"valid": True, "output-yaml": "a: [", "errors": []})):
        status, out, err = verify(repository, known() | {SERVER_COMPILE: play}, capfd)
        assert (status, out) == (4, "")
        assert "update migrator" in err


def test_a_project_that_is_not_there(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    routes = {SERVER_COMPILE: server_compiler()}
    with fake(dict(routes)) as server:
        run(["verify", "--live", "--host", server.origin, str(repository)])
        assert all("owner_id" not in body["options"] for body in server.sent(SERVER_COMPILE))
    assert "CircleCI" not in capfd.readouterr().err


@pytest.mark.parametrize(("play", "status"), [(says(401, "You must log in first."), 3), (says(410, "Gone"), 4)])
def test_errors(repository: Path, capfd: pytest.CaptureFixture[str], play: Play, status: int) -> None:
    ended, out, err = verify(repository, known() | {SERVER_COMPILE: play}, capfd)
    assert (ended, out) == (status, "")
    assert err.splitlines()[-2].startswith("error: ")
    assert err.splitlines()[-1].startswith("next: ")


def test_no_token_no_question(
    repository: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CIRCLE_TOKEN")
    with fake(known()) as server:
        assert run(["verify", "--live", "--host", server.origin, str(repository)]) == 2
        assert server.requests == []
    assert "CIRCLE_TOKEN" in capfd.readouterr().err


def test_a_token_on_stdin(repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("other-token\n")
    with fake(known()) as server, (tmp_path / "token").open() as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        run(["verify", "--live", "--token-file", "-", "--host", server.origin, str(repository)])
    assert {request.headers["circle-token"] for request in server.requests} == {"other-token"}


def test_cloud_compiles_without_a_token(
    repository: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Configs with public orbs only (CircleCI CLI, 2026): no header for a token is sent, and no project asked about."""
    asked: list[Request] = []

    def answer(request: Request) -> Reply:
        asked.append(request)
        if len(asked) > 2:
            return Reply(401, {"message": "You must log in first."})
        attributes = json.loads(request.body)["data"]["attributes"]
        parameters = attributes.get("pipeline_parameters", {})
        data = repositories.compiled(attributes["config"], parameters, attributes["pipeline_values"])
        done = {"outcome": "succeeded", "phase": "ended", "compiled_config": json.dumps(data)}
        return Reply(200, {"data": {"attributes": done}})

    monkeypatch.delenv("CIRCLE_TOKEN")
    authority = tmp_path / "ca.pem"
    with serving(answer, ["circleci.com"], authority) as port, tunnelling(port) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy}")
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        assert run(["verify", "--live", "--format", "json", str(repository)]) in (0, 1)
        assert {verdict for verdict, _ in proofs(capfd.readouterr().out).values()} == {"proved"}
        assert run(["verify", "--live", str(repository)]) == 3
    assert {f"{request.method} {request.path}" for request in asked} == {CLOUD_COMPILE}
    assert not any({"authorization", "circle-token"} & set(request.headers) for request in asked)
    assert "references" not in json.loads(asked[0].body)["data"]
    assert "without a token (401" in capfd.readouterr().err


def test_options_of_live_alone_are_wrong(repository: Path) -> None:
    assert run(["verify", "--host", "ci.example.com", str(repository)]) == 2


def test_cloud_is_asked_through_v3(
    repository: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[Request] = []

    def answer(request: Request) -> Reply:
        asked.append(request)
        if request.path == "/api/v2/project/gh/acme/app":
            return Reply(200, repositories.PROJECT)
        attributes = json.loads(request.body)["data"]["attributes"]
        assert set(attributes) <= {"config", "pipeline_parameters", "pipeline_values"}
        parameters = attributes.get("pipeline_parameters", {})
        if parameters:
            failed = {"outcome": "failed", "compiled_config": ""}
            return Reply(200, {"data": {"attributes": failed}, "meta": {"messages": [{"title": "no such thing"}]}})
        data = repositories.compiled(attributes["config"], parameters, attributes["pipeline_values"])
        done = {"outcome": "succeeded", "phase": "ended", "compiled_config": json.dumps(data)}
        return Reply(200, {"data": {"attributes": done}})

    authority = tmp_path / "ca.pem"
    with serving(answer, ["circleci.com"], authority) as port, tunnelling(port) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy}")
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        assert run(["verify", "--live", "--format", "json", str(repository)]) == 7
    found = proofs(capfd.readouterr().out)
    assert found["push to main"] == ("proved", "")
    assert found["ci/deploy.sh:2 with run_job=deploy"] == ("differs", "CircleCI refuses the config: no such thing")
    compilations = [request for request in asked if f"{request.method} {request.path}" == CLOUD_COMPILE]
    assert [json.loads(r.body)["data"]["references"]["org"]["id"] for r in compilations] == [ORGANIZATION] * 2
