"""The graph: who triggers what, what is missing, who triggers whom in turn, and what to merge when."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.conftest import needs
from tests.planning.support import APP_CONFIG, CONFIG, TOOLS_CONFIG, call, migrator, remote

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.conftest import MakeRepository

AWKWARD = 'a "b" <c> & #d'


@pytest.fixture
def web(make_repository: MakeRepository, tmp_path: Path) -> Path:
    """Three projects: tools starts app and one that is not here, app tools and web, and web itself by v2."""
    lines = [
        call("app"),
        call("app", branch="release/1"),
        call("app").replace("/tree/main", ""),
        call("app", "deplyo"),
        call("gone", "$1"),
        'curl -X POST -u "$TOKEN:" https://circleci.com/api/v1.1/project/github/acme/app/12/retry\n',
    ]
    back = call("tools", "release") + 'curl -u "$T:" -X POST https://circleci.com/api/v1.1/project/gh/acme/web/build\n'
    new = 'curl -H "Content-Type: application/json" -u "$T:" -d \'{"branch": "%s", "parameters": {"run_job": "%s"}}\' '
    new += "https://circleci.com/api/v2/project/gh/acme/web/pipeline\n"
    config = APP_CONFIG.replace(
        "jobs:\n  test", "parameters:\n  run_job: {type: enum, enum: [none, deploy], default: none}\njobs:\n  test"
    )
    config += "    when: {equal: [none, << pipeline.parameters.run_job >>]}\n"
    config += "  run-deploy:\n    when: {equal: [deploy, << pipeline.parameters.run_job >>]}\n    jobs: [deploy]\n"
    files = {
        "tools": {CONFIG: TOOLS_CONFIG, "ci/release.sh": "#!/bin/bash\n" + "".join(lines)},
        "app": {CONFIG: APP_CONFIG, "back.sh": "#!/bin/bash\n" + back},
        "web": {
            CONFIG: config,
            f"{AWKWARD}.sh": "#!/bin/bash\n" + new % ("main", "deploy") + new % ("main", "nothing"),
        },
    }
    for name, content in files.items():
        make_repository(content, name, remote=remote(name))
    return tmp_path


@pytest.mark.parametrize("style", ["text", "mermaid", "dot", "json"])
def test_each_format(style: str, web: Path, snapshot: SnapshotAssertion) -> None:
    ran = migrator(web, "graph", "tools", "app", "web", "--format", style)
    assert ran.status == 1
    assert ran.last == "6 files searched, 10 calls found into 4 projects, 2 of them for what does not exist; 1 cycle"
    assert ran.out == snapshot


def test_cycles_missing_jobs_and_the_order(web: Path) -> None:
    found = migrator(web, "graph", "tools", "app", "web", "--format", "json").json
    assert found["cycles"] == [["github/acme/app", "github/acme/tools", "github/acme/app"]]
    missing = [trigger for trigger in found["triggers"] if trigger["exists"] is False]
    assert [(t["api"], t["starts"]) for t in missing] == [("v1.1", "deplyo"), ("v2", "nothing")]
    assert all(trigger["problem"] for trigger in missing)
    steps = [(step["merge"], step["project"], step["refs"]) for step in found["order"]]
    assert steps == [
        ("config", "github/acme/app", ["branch main", "branch release/1", "the default branch"]),
        ("config", "github/acme/gone", ["branch main"]),
        ("config", "github/acme/tools", ["branch main"]),
        ("callers", "github/acme/app", []),
        ("callers", "github/acme/tools", []),
    ]


def test_what_is_merged_is_no_step_any_more(clones: Path) -> None:
    assert "merge first" in migrator(clones, "graph", "tools", "app").out
    migrator(clones, "apply", "tools", "app", "--only", "config")
    ran = migrator(clones, "graph", "tools", "app")
    assert ran.out.endswith("the configs have what they need:\n  github/acme/tools  tools/ci/release.sh\n")
    migrator(clones, "apply", "tools", "app", "--only", "callers")
    done = migrator(clones, "graph", "tools", "app")
    assert done.status == 0
    assert "merge" not in done.out
    assert "tools/ci/release.sh:2  ->  github/acme/app  deploy  on branch main  (v2)" in done.out


def test_one_repository_alone(clones: Path) -> None:
    """What cannot be seen is neither there nor missing."""
    ran = migrator(clones / "tools", "graph", "--format", "json")
    (trigger,) = ran.json["triggers"]
    assert (ran.status, trigger["path"], trigger["exists"]) == (0, "ci/release.sh", None)
    assert [step["paths"] for step in ran.json["order"]] == [[], ["ci/release.sh"]]


def test_a_repository_without_a_remote(make_repository: MakeRepository) -> None:
    root = make_repository({CONFIG: APP_CONFIG, "go.sh": "#!/bin/sh\n" + call("app")}, "folder")
    found = migrator(root, "graph", "--format", "json").json
    assert [project["project"] for project in found["projects"]] == ["folder"]
    assert [(t["caller"], t["project"], t["exists"]) for t in found["triggers"]] == [
        ("folder", "github/acme/app", None)
    ]
    assert found["order"][0]["paths"] == [CONFIG]


def test_an_empty_graph_is_one(make_repository: MakeRepository) -> None:
    root = make_repository({"README.md": "nothing\n"})
    for style in ("text", "mermaid", "dot", "json"):
        ran = migrator(root, "graph", "--format", style)
        assert (ran.status, ran.last) == (0, "1 file searched, 0 calls found")


def test_mermaid_texts_hold_nothing_that_it_reads(web: Path) -> None:
    out = migrator(web, "graph", "tools", "app", "web", "--format", "mermaid").out
    texts = re.findall(r'"([^"\n]*)"', out)
    assert any("#quot;b#quot; #lt;c#gt; #amp; #35;d" in text for text in texts)
    assert not any(char in re.sub(r"#\w+;", "", text) for text in texts for char in '<>"`&')
    assert all(line.count('"') in (0, 2) for line in out.splitlines())


@needs("dot")
def test_graphviz_takes_it(web: Path) -> None:
    out = migrator(web, "graph", "tools", "app", "web", "--format", "dot").out
    done = subprocess.run(["dot", "-Tplain"], input=out, capture_output=True, text=True, check=True)
    assert done.stdout.count("\nedge ") == out.count(" -> ")


NEEDING = APP_CONFIG.replace("  deploy:", "  deploy:\n    parameters: {x: {type: string}}")


@pytest.mark.parametrize(("config", "problem"), [("", "no .circleci/config.yml"), (NEEDING, "required parameters")])
def test_a_project_that_cannot_run_the_job_is_missing_it(
    config: str, problem: str, make_repository: MakeRepository, tmp_path: Path
) -> None:
    script = "#!/bin/bash\n" + call("app")
    make_repository({CONFIG: TOOLS_CONFIG, "ci/release.sh": script}, "tools", remote=remote("tools"))
    make_repository({CONFIG: config} if config else {"a": ""}, "app", remote=remote("app"))
    (trigger,) = migrator(tmp_path, "graph", "tools", "app", "--format", "json").json["triggers"]
    assert (trigger["exists"], problem in trigger["problem"]) == (False, True), trigger
