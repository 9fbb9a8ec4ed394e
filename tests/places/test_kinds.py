"""Calls in places that hide what they ask for: variables of the host, lists of words, containers, running text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from migrator.model import Status
from tests.places.test_rewrite import CONFIG
from tests.test_cases import look, patch

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeRepository

API = "https://circleci.com/api/v1.1/project/github/acme/app"
CALL = f"curl -u $T:x -d build_parameters[CIRCLE_JOB]=deploy {API}/tree/main"

# Path, text, the lines of the calls and the note that keeps them from being rewritten, or none where nothing does.
PLACES: dict[str, tuple[str, str, tuple[int, ...], str]] = {
    "workflow-env": (
        ".github/workflows/a.yml",
        f'on: push\nenv:\n  URL: {API}/tree/main\njobs:\n  a:\n    steps:\n      - run: curl -X POST "$URL"\n',
        (7,),
        "host-variable",
    ),
    "gitlab-variables": (
        ".gitlab-ci.yml",
        f"variables:\n  API: {API}\na:\n  script:\n    - curl -X POST ${{API}}/tree/main\n",
        (5,),
        "host-variable",
    ),
    "set-in-the-text": (
        ".gitlab-ci.yml",
        f"variables:\n  URL: {API}\na:\n  script:\n    - URL=https://example.com\n    - curl -X POST $URL\n",
        (),
        "",
    ),
    "dockerfile-env": (
        "Dockerfile",
        f"FROM a\nENV URL={API}/tree/main\nRUN curl -X POST $URL\n",
        (3,),
        "host-variable",
    ),
    "make-export": ("Makefile", f'export URL = {API}/tree/main\ngo:\n\tcurl -X POST "$$URL"\n', (3,), "host-variable"),
    "make-command": ("Makefile", f"C = curl -X POST\nU = {API}\ngo:\n\t$(C) $(U)/tree/main\n", (4,), "make-variable"),
    "cmd": ("go.bat", f"set URL={API}/tree/main\ncurl -X POST -u %T%: %URL%\n", (2,), "unknown-text"),
    "fish": ("go.fish", f"set -x URL {API}/tree/main\ncurl -X POST -u $T: $URL\n", (2,), "unknown-text"),
    "fish-by-shebang": ("go", f"#!/usr/bin/fish\nset URL {API}\ncurl -X POST $URL\n", (3,), "unknown-text"),
    "csh": ("go.csh", f'#!/bin/csh\nset url = "{API}/tree/main"\ncurl -X POST "$url"\n', (3,), "unknown-text"),
    "toml": ("Makefile.toml", f"[tasks.go]\nscript = '''\n{CALL}\n'''\n", (3,), "unknown-text"),
    "container-script": (
        "cron.yaml",
        f"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [sh, -c]\n    args:\n    - {CALL}\n",
        (7,),
        "",
    ),
    "container-block": (
        "cron.yaml",
        (
            f"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command:\n    - sh\n    - -ec\n    - |\n      date\n"
            f"      {CALL}\n"
        ),
        (10,),
        "",
    ),
    "container-words": (
        "cron.yaml",
        f'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [curl]\n    args: [-X, POST, "{API}"]\n',
        (5,),
        "unknown-yaml",
    ),
    "container-image": (
        "cron.yaml",
        f'kind: Pod\nspec:\n  containers:\n  - image: curlimages/curl\n    args: [-X, POST, "{API}"]\n',
        (5,),
        "unknown-yaml",
    ),
    "config-map": (
        "map.yaml",
        f"apiVersion: v1\nkind: ConfigMap\ndata:\n  command: {CALL}\n",
        (4,),
        "unknown-yaml",
    ),
    "docker-words": ("Dockerfile", f'FROM a\nCMD ["curl", "-X", "POST", "{API}"]\n', (2,), "exec-form"),
    "paragraph": ("README.md", f"Start it:\n{CALL}\n", (2,), ""),
    "list": ("README.md", f"1. Start it:\n2. $ {CALL}\n", (2,), ""),
    "paragraph-of-lines": (
        "README.md",
        f"Start it:\n\ncurl -u $T: \\\n  -d build_parameters[CIRCLE_JOB]=deploy \\\n  {API}/tree/main\n\nWait.\n",
        (3,),
        "",
    ),
    "session": (
        "README.md",
        f"```\n$ curl -u $T: -d build_parameters[CIRCLE_JOB]=deploy \\\n>   {API}\n{{}}\n```\n",
        (2,),
        "",
    ),
    "script-for-cmd": (
        "package.json",
        f'{{"scripts": {{\n"go": "curl -u %T%: -d build_parameters[CIRCLE_JOB]=deploy {API}"}}}}\n',
        (2,),
        "other-shell",
    ),
    "program-in-string": ("go.rb", f'out = `date`\nsystem("{CALL}")\n', (2,), "program-string"),
    "script-without-a-name": ("bin/start", f"DATE=1\n{CALL}\n", (2,), "unknown-text"),
    "changelog": ("CHANGELOG.md", f"## 1.0\n\n- `{CALL}`\n", (), ""),
    "changelog-of-a-package": ("packages/a/CHANGES", f"{CALL}\n", (), ""),
    "post": ("docs/_posts/2019-01-01-ci.md", f"```\n{CALL}\n```\n", (), ""),
    "history-program": ("scripts/history.sh", f"{CALL}\n", (1,), ""),
}


def repository(make_repository: MakeRepository, name: str) -> Path:
    path, text, _, _ = PLACES[name]
    return make_repository({".circleci/config.yml": CONFIG, path: text}, remote="https://github.com/acme/app.git")


@pytest.mark.parametrize("name", PLACES)
def test_a_call_is_found_where_it_stands(name: str, make_repository: MakeRepository) -> None:
    _, _, lines, code = PLACES[name]
    report = look(repository(make_repository, name), unsafe=True)
    assert tuple(outcome.call.line for outcome in report.outcomes) == lines
    assert not report.problems
    for outcome in report.outcomes:
        codes = {note.code for note in outcome.notes}
        assert (code in codes and outcome.status is Status.MANUAL) if code else outcome.written, codes
        assert str(outcome.call.trigger.slug) == "github/acme/app"


def test_the_script_of_a_container_is_rewritten(make_repository: MakeRepository) -> None:
    made = patch(look(repository(make_repository, "container-script"), unsafe=True))
    assert "+    - |-\n" in made
    assert """-d '{"branch": "main", "parameters": {"run_job": "deploy"}}'""" in made
