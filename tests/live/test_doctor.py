"""`doctor`: every answer that CircleCI can give, and what follows from it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from migrator.__main__ import run
from tests.live.conftest import TOKEN
from tests.live.fake import Play, Routes, fake, says
from tests.live.repositories import CONFIG, FILES, PROJECT, PROJECT_ID, REMOTE, SCRIPT, known
from tests.world.exchange import Reply, Request
from tests.world.network import tunnelling
from tests.world.server import serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import MakeRepository

ME = "GET /api/v2/me"
PIPELINES = "GET /api/v2/project/gh/acme/app/pipeline"
CONFIG_OF = "GET /api/v2/pipeline/p9/config"
BUILDS = "GET /api/v1.1/project/github/acme/app"
DECLARED = """\
version: 2.1
parameters:
  run_job: {type: enum, enum: [none, deploy], default: none}
  version: {type: string, default: ""}
jobs:
  deploy: {docker: [{image: cimg/base:2024.02}], steps: [checkout]}
workflows:
  run-deploy:
    when: {equal: [deploy, << pipeline.parameters.run_job >>]}
    jobs: [deploy]
"""
BY_WORKFLOW = {"build_num": 5, "why": "github", "workflows": {"workflow_name": "main"}, "branch": "main"}
BY_V1 = {
    "build_num": 4,
    "why": "api",
    "branch": "main",
    "build_parameters": {"CIRCLE_JOB": "deploy"},
    "queued_at": "2026-11-19T10:00:00Z",
}


def routes(config: str = DECLARED, **more: Any) -> Routes:
    return {
        **known(),
        PIPELINES: Play(data={"items": [{"id": "p9", "number": 9}], "next_page_token": None}),
        CONFIG_OF: Play(data={"source": config, "compiled": ""}),
        BUILDS: Play(data=[BY_WORKFLOW]),
        **more,
    }


Found = dict[str, tuple[str, str, str]]


@pytest.fixture
def repository(make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CIRCLE_TOKEN", TOKEN)
    return make_repository(FILES, remote=REMOTE)


@pytest.fixture
def doctor(repository: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Found]]:
    """Run it; returns the exit status and each check with its state, what it says and what is next."""

    def run_it(routes: Routes, path: Path = repository) -> tuple[int, Found]:
        with fake(routes) as server:
            status = run(["doctor", "--host", server.origin, "--format", "json", str(path)])
        captured = capfd.readouterr()
        assert TOKEN not in captured.out + captured.err
        checks = json.loads(captured.out)["checks"]
        return status, {each["check"]: (each["state"], each["message"], each["next"]) for each in checks}

    return run_it


def test_all_is_well(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with fake(routes()) as server:
        assert run(["doctor", "--host", server.origin, str(repository)]) == 0
        assert server.queries(PIPELINES) == [{"branch": "main"}]
        assert server.queries(BUILDS) == [{"limit": "30", "shallow": "true"}]
    out, err = capfd.readouterr()
    assert (
        out
        == f"""\
token: ok: CIRCLE_TOKEN holds a personal token of ada
gh/acme/app: project: ok: the token sees the project
gh/acme/app: organisation: ok: on CircleCI Server {server.origin}, GitHub
    next: keep `--endpoint pipeline`: Server has no v3
gh/acme/app: definition: ok: Server has no pipeline definitions, and needs none
gh/acme/app: config: ok: the config of main (pipeline 9) declares run_job, version: the callers may go
gh/acme/app: v1-builds: ok: v1.1 started none of the last 30 builds
"""
    )
    assert err.splitlines()[-1] == "6 checks: 6 ok"


def test_a_config_that_is_not_merged_yet(doctor: Callable[..., tuple[int, Found]]) -> None:
    status, found = doctor(routes(CONFIG))
    assert status == 1
    state, message, following = found["config"]
    assert (state, message) == (
        "problem",
        "the config of main (pipeline 9) does not declare run_job, version: v2 would refuse the calls",
    )
    assert following == "merge `migrator apply --only config` into main before the callers"


def test_a_config_that_cannot_start_the_job(doctor: Callable[..., tuple[int, Found]]) -> None:
    status, found = doctor(routes(DECLARED.replace("[none, deploy]", "[none, other]")))
    assert (status, found["config"][0]) == (1, "problem")
    assert "does not do what the calls want" in found["config"][1]


def test_the_setup_config_counts_where_there_is_one(doctor: Callable[..., tuple[int, Found]]) -> None:
    both = Play(data={"source": DECLARED, "compiled": "", "setup-config": CONFIG})
    assert doctor(routes(**{CONFIG_OF: both}))[1]["config"][0] == "problem"


@pytest.mark.parametrize("config", ["a: [", "just text", ""])
def test_a_config_that_cannot_be_read(doctor: Callable[..., tuple[int, Found]], config: str) -> None:
    assert doctor(routes(config))[1]["config"][0] == "unknown"


def test_a_branch_without_pipelines(doctor: Callable[..., tuple[int, Found]]) -> None:
    status, found = doctor(routes(**{PIPELINES: Play(data={"items": [], "next_page_token": None})}))
    assert (status, found["config"][:2]) == (
        0,
        ("unknown", "there has been no pipeline on main, so its config cannot be seen"),
    )


def test_branches_and_tags_that_cannot_be_looked_at(
    make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CIRCLE_TOKEN", TOKEN)
    tagged = SCRIPT.replace("/tree/main", "").replace("-d build", "-d tag=v1 -d build", 1)
    files = {**FILES, "ci/open.sh": SCRIPT.replace("tree/main", "tree/$2"), "ci/tag.sh": tagged}
    root = make_repository(files, name="open", remote=REMOTE)
    with fake(routes()) as server:
        run(["doctor", "--host", server.origin, str(root)])
    lines = [line for line in capfd.readouterr().out.splitlines() if ": config: " in line]
    assert lines == [
        (
            "gh/acme/app: config: unknown: ci/open.sh:2 names its branch only when it runs: "
            "the config of that branch counts"
        ),
        "gh/acme/app: config: unknown: ci/tag.sh:2 starts a tag: the config of that tag counts",
        "gh/acme/app: config: ok: the config of main (pipeline 9) declares run_job, version: the callers may go",
    ]


def test_v1_still_starts_builds(doctor: Callable[..., tuple[int, Found]]) -> None:
    status, found = doctor(routes(**{BUILDS: Play(data=[BY_WORKFLOW, BY_V1, BY_V1])}))
    assert (status, found["v1-builds"][0]) == (0, "warning")
    assert found["v1-builds"][1] == (
        "v1.1 started 2 of the last 30 builds, the last one is deploy on main (4, 2026-11-19T10:00:00Z)"
    )
    assert "cron" in found["v1-builds"][2]


def test_one_question_without_an_answer(doctor: Callable[..., tuple[int, Found]]) -> None:
    status, found = doctor(routes(**{BUILDS: says(410, "Gone")}))
    assert (status, found["v1-builds"][0]) == (0, "unknown")
    assert found["config"][0] == "ok"


@pytest.mark.parametrize("play", [says(404, "Project not found"), says(401, "You must log in first.")])
def test_a_project_token(doctor: Callable[..., tuple[int, Found]], play: Play) -> None:
    status, found = doctor(routes(**{ME: play}))
    assert (status, list(found)) == (3, ["token"])
    assert found["token"][1] == "CIRCLE_TOKEN holds a project token: v1.1 takes it, v2 does not"
    assert "personal token" in found["token"][2]


def test_a_token_that_nobody_takes(doctor: Callable[..., tuple[int, Found]]) -> None:
    refused = says(401, "You must log in first.")
    status, found = doctor(routes(**{ME: refused, BUILDS: refused}))
    assert (status, list(found)) == (3, ["token"])
    assert "You must log in first." in found["token"][1]


def test_a_project_that_is_not_seen(doctor: Callable[..., tuple[int, Found]]) -> None:
    status, found = doctor(routes(**{"GET /api/v2/project/gh/acme/app": says(404, "Project not found")}))
    assert (status, list(found)) == (1, ["token", "project"])
    assert found["project"][0] == "problem"


def test_nobody_there(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with fake({}) as server:
        pass
    assert run(["doctor", "--host", f"{server.origin}", str(repository)]) == 4
    assert "cannot be reached" in capfd.readouterr().err


def test_slugs_keep_their_letters(doctor: Callable[..., tuple[int, Found]], make_repository: MakeRepository) -> None:
    root = make_repository({"README": ""}, name="quiet", remote="git@github.com:Acme/App.git")
    project = Play(data={**PROJECT, "slug": "gh/Acme/App"})
    more = {"GET /api/v2/project/gh/Acme/App": project, "GET /api/v1.1/project/github/Acme/App": Play(data=[])}
    status, found = doctor(routes(**more), root)
    assert (status, found["project"][0], found["v1-builds"][0]) == (0, "ok", "ok")


def test_a_folder_that_is_no_project(doctor: Callable[..., tuple[int, Found]], make_repository: MakeRepository) -> None:
    status, found = doctor(routes(), make_repository({"README": ""}, name="nowhere"))
    assert (status, found["project"][0]) == (0, "unknown")


def definitions(*names: str) -> dict[str, Any]:
    vcs = {"type": "vcs", "file_path": ".circleci/config.yml", "vcs": {"provider": "github_app"}}
    return {"data": [{"id": f"id-{name}", "attributes": {"name": name, "config": vcs}} for name in names]}


@pytest.mark.parametrize(
    ("slug", "names", "organisation", "definition"),
    [
        ("gh/acme/app", ["build"], ("ok", "GitHub OAuth"), ("ok", "id-build (build, github_app)")),
        ("gh/acme/app", [], ("ok", "GitHub OAuth"), ("warning", "no pipeline definition")),
        ("circleci/o1/p1", [], ("warning", "GitHub App"), ("problem", "no pipeline definition")),
        ("circleci/o1/p1", ["a", "b"], ("warning", "GitHub App"), ("warning", "there are 2 pipeline definitions")),
    ],
)
def test_on_the_cloud(
    repository: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    slug: str,
    names: list[str],
    organisation: tuple[str, str],
    definition: tuple[str, str],
) -> None:
    def answer(request: Request) -> Reply:
        match request.path.split("/"):
            case ["", "api", "v2", "me"]:
                return Reply(200, {"login": "ada"})
            case ["", "api", "v2", "project", "gh", "acme", "app"]:
                return Reply(200, {**PROJECT, "slug": slug})
            case ["", "api", "v3", "pipelines"] if dict(request.query) == {"filter[project_id]": PROJECT_ID}:
                return Reply(200, definitions(*names))
        return Reply(404, {"message": "Not found"})

    authority = tmp_path / "ca.pem"
    with serving(answer, ["circleci.com"], authority) as port, tunnelling(port) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy}")
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        run(["doctor", "--format", "json", str(repository)])
    document = json.loads(capfd.readouterr().out)
    found = {each["check"]: each for each in document["checks"]}
    assert document["host"] == "https://circleci.com"
    assert (found["organisation"]["state"], found["definition"]["state"]) == (organisation[0], definition[0])
    assert organisation[1] in found["organisation"]["message"]
    assert definition[1] in found["definition"]["message"]
