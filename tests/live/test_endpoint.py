"""`--endpoint pipeline-run`: calls get the newer endpoint, its body says the same, and the same jobs run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from migrator.__main__ import run
from tests.conftest import git, lay_out, needs
from tests.live.conftest import TOKEN
from tests.live.fake import Play, fake, says
from tests.live.repositories import CONFIG, FILES, PROJECT_ID, REMOTE, known
from tests.world import World

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeRepository

DEFINITION = "2338d0ae-5541-4bbf-88a2-55e9f7281f80"
RUN = ("--endpoint", "pipeline-run", "--definition-id", DEFINITION)
DEFINITIONS = f"GET /api/v2/projects/{PROJECT_ID}/pipeline-definitions"
URL = "https://circleci.com/api/v1.1/project/github/acme/app"
CURL = 'curl -u "$TOKEN:"'
JOB, VERSION = "build_parameters[CIRCLE_JOB]=deploy", '"build_parameters[VERSION]=$1"'
JSON = """{
  "build_parameters": {
    "CIRCLE_JOB": "deploy",
    "VERSION": "$1"
  }
}"""
SHAPES = {
    "form": f"{CURL} -d {JOB} -d {VERSION} {URL}/tree/main",
    "default branch": f"{CURL} -d {JOB} -d {VERSION} {URL}",
    "variable branch": f'B=main; {CURL} -d {JOB} -d {VERSION} "{URL}/tree/$B"',
    "encoded": f'{CURL} --data-urlencode {JOB} --data-urlencode {VERSION} "{URL}/tree/$BRANCH"',
    "document": f"{CURL} -H 'Content-Type: application/json' -d @- {URL}/tree/main <<EOF\n{JSON}\nEOF",
    "shared url": f"API={URL}\n{CURL} -d {JOB} -d {VERSION} $API/tree/main",
    "wget": f'wget -q -O - --header "Circle-Token: $TOKEN" --post-data {VERSION[:-1]}&{JOB}" {URL}/tree/main',
}


def migrated(root: Path, script: str) -> None:
    """Lay the repository out and migrate it to the newer endpoint."""
    lay_out(
        root, {".circleci/config.yml": CONFIG.replace("make deploy", "'true'"), "deploy.sh": f"#!/bin/bash\n{script}\n"}
    )
    assert run(["apply", "--unsafe", *RUN, str(root)]) in (0, 1)


@needs("curl", "wget", "jq")
@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_job_runs(tmp_path: Path, shape: str) -> None:
    source = tmp_path / "source"
    migrated(source, SHAPES[shape])
    text = (source / "deploy.sh").read_text()
    with World(source, tmp_path / "world") as world:
        world.run_script(
            "deploy.sh", ['1 "2"' if shape == "encoded" else "1 2"], {"TOKEN": world.tokens.personal, "BRANCH": "main"}
        )
    (request,) = [each for each in world.requests if each.request.method == "POST"]
    assert request.request.path == "/api/v2/project/gh/acme/app/pipeline/run", text
    ref = {} if shape == "default branch" else {"config": {"branch": "main"}, "checkout": {"branch": "main"}}
    value = '1 "2"' if shape == "encoded" else "1 2"
    assert request.decoded == {
        "definition_id": DEFINITION,
        **ref,
        "parameters": {"run_job": "deploy", "version": value},
    }
    (ran,) = world.history
    assert (ran.job, ran.environment["VERSION"]) == ("deploy", value)


def test_a_document_keeps_its_layout(tmp_path: Path) -> None:
    migrated(tmp_path, SHAPES["document"])
    text = (tmp_path / "deploy.sh").read_text()
    assert (
        f"""<<EOF
{{
  "definition_id": "{DEFINITION}",
  "config": {{
    "branch": "main"
  }},
  "checkout": {{
    "branch": "main"
  }},
  "parameters": {{
    "run_job": "deploy",
    "version": "$1"
  }}
}}
EOF"""
        in text
    )


def test_jq_gets_the_branch_once(tmp_path: Path) -> None:
    migrated(tmp_path, SHAPES["encoded"])
    text = (tmp_path / "deploy.sh").read_text()
    assert text.count('--arg branch "$BRANCH"') == 1
    assert '"config": {"branch": $branch}, "checkout": {"branch": $branch}' in text


def test_a_tag(tmp_path: Path) -> None:
    migrated(tmp_path, f'curl -u "$TOKEN:" -d tag=v1 -d build_parameters[CIRCLE_JOB]=deploy {URL}')
    text = (tmp_path / "deploy.sh").read_text()
    assert '"config": {"tag": "v1"}, "checkout": {"tag": "v1"}' in text


def test_a_second_run_changes_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    migrated(tmp_path, SHAPES["form"])
    capfd.readouterr()
    assert run(["diff", *RUN, str(tmp_path)]) == 0
    assert run(["verify", *RUN, str(tmp_path)]) in (0, 1)
    out, _err = capfd.readouterr()
    assert "differs" not in out


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        (
            "deploy.sh",
            '#!/bin/sh\ncurl -d build_parameters[CIRCLE_JOB]=deploy "https://circleci.com/api/v1.1/project/$VCS/acme/app"\n',
            "provider-unknown",
        ),
        (
            "deploy.sh",
            "#!/bin/sh\ncurl -X POST https://circleci.com/api/v1.1/project/github/acme/other/build\n",
            "definition-unknown",
        ),
        (
            "deploy.py",
            "from pycircleci.api import Api\nApi('t').trigger_build('acme', 'app', params={'job': 'deploy'})\n",
            "endpoint-unsupported",
        ),
    ],
)
def test_what_cannot_be_done_is_said(
    make_repository: MakeRepository, capfd: pytest.CaptureFixture[str], path: str, text: str, code: str
) -> None:
    root = make_repository({".circleci/config.yml": CONFIG, path: text}, remote=REMOTE)
    assert run(["diff", "--unsafe", "--format", "json", *RUN, str(root)]) == 1
    (call,) = json.loads(capfd.readouterr().out)["calls"]
    assert call["status"] == "manual"
    assert code in [note["code"] for note in call["notes"]]
    assert run(["diff", "--unsafe", "--format", "json", str(root)]) == 1
    (call,) = json.loads(capfd.readouterr().out)["calls"]
    assert call["status"] != "manual"


def test_the_definition_is_looked_up(
    make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    root = make_repository({**FILES, ".migrator.toml": 'endpoint = "pipeline-run"\n'}, remote=REMOTE)
    found = Play(data={"items": [{"id": DEFINITION, "name": "build", "config_source": {"provider": "github_oauth"}}]})
    with fake({**known(), DEFINITIONS: found}) as server:
        monkeypatch.setenv("CIRCLE_TOKEN", TOKEN)
        monkeypatch.setenv("CIRCLE_HOST", server.origin)
        assert run(["apply", str(root)]) == 0
    assert f'"definition_id": "{DEFINITION}"' in (root / "ci/deploy.sh").read_text()
    assert TOKEN not in str(capfd.readouterr())


@pytest.mark.parametrize(
    ("answer", "token", "status"),
    [
        (Play(data={"items": []}), TOKEN, 2),
        (says(401, "You must log in first."), TOKEN, 3),
        (says(500, "no"), TOKEN, 4),
        (Play(data={"items": []}), "", 2),
    ],
)
def test_without_a_definition_nothing_is_written(
    make_repository: MakeRepository,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    answer: Play,
    token: str,
    status: int,
) -> None:
    root = make_repository(FILES, remote=REMOTE)
    monkeypatch.setattr("time.sleep", lambda _: None)
    with fake({**known(), DEFINITIONS: answer}) as server:
        monkeypatch.setenv("CIRCLE_TOKEN", token)
        monkeypatch.setenv("CIRCLE_HOST", server.origin)
        assert run(["apply", "--endpoint", "pipeline-run", str(root)]) == status
    assert "--endpoint pipeline" in capfd.readouterr().err or status != 2 or not token
    assert git(root, "status", "--porcelain") == ""


@pytest.mark.parametrize("text", ["'; rm -rf /; '", "a b", "", '"', "x" * 65])
def test_what_is_no_id(make_repository: MakeRepository, text: str) -> None:
    root = make_repository(FILES, remote=REMOTE)
    assert run(["diff", "--endpoint", "pipeline-run", "--definition-id", text, str(root)]) == 2
    lay_out(root, {".migrator.toml": f"definition_id = {json.dumps(text)}\n"})
    assert run(["diff", str(root)]) == 2


def test_one_id_is_not_for_several_repositories(make_repository: MakeRepository) -> None:
    roots = [make_repository(FILES, name=name, remote=f"git@github.com:acme/{name}.git") for name in ("app", "lib")]
    assert run(["diff", *RUN, *map(str, roots)]) == 2
