"""The recipes of the README and the hooks, run as they are written: only pip is stood in for, which needs a network."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from migrator.circleci.compiler import Event, EventKind, compile_pipeline
from migrator.syntax.yaml import load
from tests.cli.test_commands import FILES
from tests.conftest import ROOT, git, lay_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import MakeRepository

    Bash = Callable[..., subprocess.CompletedProcess[str]]

RECIPES = re.findall(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)


@pytest.fixture
def bash(tmp_path: Path) -> Bash:
    """Run a step's script as CI does, with a pip that only writes down what it should install."""
    programs = tmp_path / "bin"
    lay_out(
        programs,
        {
            "pip": f'#!/bin/sh\nprintf "%s\\n" "$@" >> "{tmp_path}/pip"\n',
            "migrator": f'#!/bin/sh\nexec "{sys.executable}" -m migrator "$@"\n',
        },
    )
    for program in programs.iterdir():
        program.chmod(0o755)

    def run(script: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
        variables = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{programs}:{os.environ['PATH']}", **environment}
        return subprocess.run(
            ["bash", "-eo", "pipefail", "-c", script],
            cwd=cwd,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_there_are_three_recipes() -> None:
    assert [next(iter(recipe(number))) for number in range(len(RECIPES))] == ["version", "name", "repos"]


def recipe(number: int) -> dict[str, Any]:
    found = load(RECIPES[number])
    assert isinstance(found, dict)
    return found


def test_the_circleci_job(circleci_schema: Any, bash: Bash, make_repository: MakeRepository, tmp_path: Path) -> None:
    config = recipe(0)
    circleci_schema.validate(config)
    (job,) = compile_pipeline(config, Event(EventKind.PUSH, branch="main", tag=None)).jobs
    for files, statuses in ((FILES, [0, 1]), ({"a.sh": "echo\n"}, [0, 0])):
        root = make_repository(files, f"repository{len(files)}")
        runs = [str(step.settings["command"]) for step in job.steps if step.kind == "run"]
        assert [bash(run, root, **job.environment).returncode for run in runs] == statuses
        stored = [str(step.settings["path"]) for step in job.steps if step.kind.startswith("store_")]
        assert all((root / path).exists() for path in stored)
        (suite,) = (root / stored[0]).rglob("*.xml")
        assert f'failures="{statuses[1]}"' in suite.read_text()
    assert set((tmp_path / "pip").read_text().split()) == {"install", job.environment["MIGRATOR"]}


@pytest.fixture(scope="session")
def github_schema() -> Any:
    import check_jsonschema

    folder = Path(check_jsonschema.__file__).parent / "builtin_schemas" / "vendor"
    schema = json.loads((folder / "github-workflows.json").read_text())
    return jsonschema.validators.validator_for(schema)(schema)


def test_the_github_workflow(github_schema: Any, bash: Bash, make_repository: MakeRepository, tmp_path: Path) -> None:
    workflow = yaml_1_2(recipe(1))
    github_schema.validate(workflow)
    job = workflow["jobs"]["check"]
    origin = make_repository({"a.sh": "echo\n"}, "origin")
    git(tmp_path, "clone", "-q", str(origin), "work")
    root = tmp_path / "work"
    git(root, "checkout", "-q", "-b", "topic")
    lay_out(root, FILES)
    git(root, "add", "-A")
    git(root, "commit", "-qm", "calls")
    summary = tmp_path / "summary"
    variables = {**job["env"], "GITHUB_BASE_REF": "main", "GITHUB_STEP_SUMMARY": str(summary)}
    ran = [bash(step["run"], root, **variables) for step in job["steps"] if "run" in step]
    assert [one.returncode for one in ran] == [0, 1, 0]
    assert ran[1].stdout.startswith("::warning file=ci/deploy.sh,line=2,")
    assert summary.read_text().startswith("## 1 call of CircleCI v1 and v1.1 is left")
    (upload,) = [step["with"]["sarif_file"] for step in job["steps"] if "upload-sarif" in step.get("uses", "")]
    assert len(json.loads((root / upload).read_text())["runs"][0]["results"]) == 1


def yaml_1_2(workflow: dict[Any, Any]) -> dict[str, Any]:
    """GitHub reads YAML 1.2, where `on` is a text."""
    return {"on" if key is True else str(key): value for key, value in workflow.items()}


HOOKS = {hook["id"]: hook for hook in load((ROOT / ".pre-commit-hooks.yaml").read_text())}  # type: ignore[attr-defined]


def test_hooks_have_what_pre_commit_requires() -> None:
    assert list(HOOKS) == ["migrator-check", "migrator-apply"]
    for hook in HOOKS.values():
        assert {"id", "name", "entry", "language"} <= hook.keys()
        assert hook["language"] == "python"
    assert [hook["id"] for hook in recipe(2)["repos"][0]["hooks"]] == ["migrator-check"]


def test_the_check_hook(bash: Bash, make_repository: MakeRepository) -> None:
    root = make_repository({**FILES, "a.sh": "echo\n"})
    entry = HOOKS["migrator-check"]["entry"]
    assert bash(f"{entry} a.sh .circleci/config.yml", root).returncode == 0
    ran = bash(f"{entry} a.sh ci/deploy.sh", root)
    assert ran.returncode == 1
    assert "ci/deploy.sh:2:1: safe" in ran.stdout


def test_the_apply_hook(bash: Bash, make_repository: MakeRepository) -> None:
    """pre-commit stashes what is not staged: the files are dirty, and a hook that changes any fails by itself."""
    root = make_repository({"a.sh": "echo\n"})
    lay_out(root, FILES)
    git(root, "add", "-A")
    hook = HOOKS["migrator-apply"]
    assert hook["pass_filenames"] is False
    assert bash(shlex.join(shlex.split(hook["entry"])), root).returncode == 0
    assert "/api/v2/" in (root / "ci/deploy.sh").read_text()
    assert bash(hook["entry"], root).stdout == ""


COMPLETE = """
eval "$(_MIGRATOR_COMPLETE=source_bash migrator)"
COMP_WORDS=({words}) COMP_CWORD={index}
_migrator_completion migrator
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("migrator ch", ["check"]),
        ("migrator check --basel", ["--baseline"]),
        ("migrator explain v1-", ["v1-job", "v1-pipeline", "v1-retry", "v1-ssh"]),
        ("migrator baseline wr", ["write"]),
    ],
)
def test_completion_in_bash(words: str, found: list[str], bash: Bash, tmp_path: Path) -> None:
    ran = bash(COMPLETE.format(words=words, index=len(words.split()) - 1), tmp_path)
    assert ran.stdout.split() == found, ran.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: str, bash: Bash, tmp_path: Path) -> None:
    ran = bash(f"_MIGRATOR_COMPLETE=source_{shell} migrator", tmp_path)
    assert ran.returncode == 0
    assert "_MIGRATOR_COMPLETE" in ran.stdout
