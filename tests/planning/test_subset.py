"""A part of a repository is judged as in the whole: one file, a folder, a file on stdin."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from migrator.model import Status
from migrator.planning.analyse import analyse
from migrator.repository.discovery import discover
from migrator.repository.roots import CONFIG_PATH
from migrator.settings import Settings
from tests.planning.support import V1, call, migrator

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeRepository

JOB = "{docker: [{image: cimg/base:2024.01}], steps: [checkout, {run: make}]}"
CONFIG = f"version: 2.1\njobs:\n  build: {JOB}\n  deploy: {JOB}\nworkflows:\n  usual:\n    jobs: [build]\n"
OLD = CONFIG.replace("2.1", "2")
JS = f"axios.post('{V1}/app/tree/main', {{build_parameters: {{CIRCLE_JOB: 'deploy'}}}});\n"
MACHINE = CONFIG.replace(f"deploy: {JOB}", "deploy: {machine: true, shell: /bin/dash -e, steps: [run: make]}")
CASES = {
    "a config that moves": (OLD, {"ci/a.sh": call("app"), "ci/b.sh": call("app")}),
    "a call that stays": (OLD, {"ci/a.sh": call("app"), "old.js": JS}),
    "a job of two": (CONFIG, {"ci/a.sh": call("app", parameters=["A=1"]), "b.sh": call("app", parameters=["B=$1"])}),
    "an environment": (MACHINE, {"ci/a.sh": call("app", parameters=["A=1"]), "b.sh": call("app")}),
    "a function of another file": (
        CONFIG,
        {
            "ci/a.sh": ". ./ci/lib.sh\ngo deploy\n",
            "ci/lib.sh": f'go() {{ curl -u "$T:" -d "build_parameters[CIRCLE_JOB]=$1" {V1}/app/tree/main; }}\n',
        },
    ),
    "a file that cannot be parsed": (CONFIG, {"ci/a.sh": call("app"), "b.py": f"def (: '{V1}/app'\n"}),
}


def judged(root: Path, path: str) -> dict[tuple[str, int], tuple[Status, frozenset[tuple[str, str]]]]:
    """What is said of each call when a path is named."""
    outcomes = analyse(discover([root / path]), Settings()).outcomes
    return {
        (each.call.path, each.call.line): (each.status, frozenset((note.code, note.message) for note in each.notes))
        for each in outcomes
    }


@pytest.mark.parametrize("name", CASES)
def test_each_part_is_judged_as_in_the_whole(name: str, make_repository: MakeRepository) -> None:
    config, files = CASES[name]
    root = make_repository({CONFIG_PATH: config, **files}, remote="https://github.com/acme/app.git")
    whole = judged(root, "")
    for path in ("ci", *files):
        mine = {place: said for place, said in whole.items() if place[0].startswith(path)}
        found = judged(root, path)
        assert {place: said[0] for place, said in found.items()} == {place: said[0] for place, said in mine.items()}
        assert all(said[1] <= found[place][1] for place, said in mine.items())
        assert not any(problem.path != path for problem in analyse(discover([root / path]), Settings()).problems)


def test_what_is_written_keeps_to_the_part(make_repository: MakeRepository) -> None:
    config, files = CASES["a job of two"]
    root = make_repository({CONFIG_PATH: config, **files}, remote="https://github.com/acme/app.git")
    changes = analyse(discover([root / "ci"]), Settings()).changes
    assert {change.path for change in changes} == {CONFIG_PATH, "ci/a.sh"}
    (config_after,) = (change.after for change in changes if change.path == CONFIG_PATH)
    assert b"SENT_A" in config_after
    assert b"SENT_B" not in config_after


def test_what_cannot_be_written_alone_says_so(make_repository: MakeRepository) -> None:
    config, files = CASES["a config that moves"]
    root = make_repository({CONFIG_PATH: config, **files}, remote="https://github.com/acme/app.git")
    report = analyse(discover([root / "ci/a.sh"]), Settings())
    (outcome,) = report.outcomes
    assert (outcome.status, outcome.written, report.changes) == (Status.SAFE, False, ())
    (note,) = (note for note in outcome.notes if note.code == "left-on-v1")
    assert "while ci/b.sh:1 would stay on v1.1" in note.message
    assert migrator(root, "apply", "ci/a.sh").last.endswith("1 held back")
    assert len(analyse(discover([root / "ci"]), Settings()).changes) == 3


def test_so_is_a_file_on_stdin(make_repository: MakeRepository) -> None:
    config, files = CASES["a call that stays"]
    root = make_repository({CONFIG_PATH: config, **files}, remote="https://github.com/acme/app.git")
    command = (sys.executable, "-m", "migrator", "check", "-", "--stdin-filename", "ci/a.sh", "--format", "json")
    done = subprocess.run(command, cwd=root, input="# new\n" + files["ci/a.sh"], capture_output=True, text=True)
    (found,) = json.loads(done.stdout)["calls"]
    assert (found["line"], found["status"], codes(found)) == (2, "unsafe", {"left-on-v1", "personal-token"})


def codes(found: dict[str, Any]) -> set[str]:
    return {note["code"] for note in found["notes"]}
