"""A script that gets its project as an argument: what other files of the repository give it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.planning.support import APP_CONFIG, CONFIG, V1, migrator

if TYPE_CHECKING:
    from tests.conftest import MakeRepository

SHELL = f"""#!/bin/bash
repo=$1
curl -sSf -u "$TOKEN:" -d build_parameters[CIRCLE_JOB]=deploy "{V1.removesuffix("/acme")}/$repo/tree/$2"
"""
PYTHON = f"""import os
import sys

import requests

url = "{V1.removesuffix("/acme")}/" + sys.argv[1]
requests.post(url, json={{"build_parameters": {{"CIRCLE_JOB": "deploy"}}}}, auth=(os.environ["TOKEN"], ""))
"""
SCRIPTS = {"ci/start.sh": SHELL, "ci/start.py": PYTHON}
PLACES = {
    "a makefile": ("Makefile", "docs:\n\t@./{path} acme/docs main\n"),
    "a script": ("ci/all.sh", 'for job in a b; do\n  bash "$(dirname "$0")/../{path}" acme/docs main\ndone\n'),
    "a workflow": (".github/workflows/x.yml", "jobs:\n  a:\n    steps:\n      - run: {path} acme/docs main\n"),
    "a package": ("package.json", '{{"scripts": {{"docs": "{path} acme/docs main"}}}}\n'),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("path", SCRIPTS)
def test_another_project_is_named_and_gets_nothing_here(path: str, place: str, make_repository: MakeRepository) -> None:
    where, text = PLACES[place]
    files = {CONFIG: APP_CONFIG, path: SCRIPTS[path], where: text.format(path=path)}
    root = make_repository(files, remote="https://github.com/acme/app.git")
    ran = migrator(root, "diff", "--unsafe")
    assert (ran.status, ran.out) == (1, "")
    assert "error[project-given]" in ran.err
    assert f"{where}:" in ran.err
    assert "the project acme/docs" in ran.err


@pytest.mark.parametrize(
    "line",
    ["./{path} acme/app main", "./{path} $REPO main", "./{path}", "cat {path}", "echo acme/docs {path}"],
)
@pytest.mark.parametrize("path", SCRIPTS)
def test_the_own_project_or_none_changes_nothing(path: str, line: str, make_repository: MakeRepository) -> None:
    files = {CONFIG: APP_CONFIG, path: SCRIPTS[path], "ci/all.sh": line.format(path=path) + "\n"}
    root = make_repository(files, remote="https://github.com/acme/app.git")
    ran = migrator(root, "diff")
    assert "project-given" not in ran.err
    assert "warning[project-unknown]" in ran.err


@pytest.mark.parametrize("first", ["shift", 'set -- "$2" "$1"'])
def test_arguments_that_move_are_not_counted(first: str, make_repository: MakeRepository) -> None:
    files = {
        CONFIG: APP_CONFIG,
        "ci/start.sh": SHELL.replace("repo=", f"{first}\nrepo="),
        "Makefile": "a:\n\tci/start.sh x y\n",
    }
    root = make_repository(files, remote="https://github.com/acme/app.git")
    assert "project-given" not in migrator(root, "diff", "--unsafe").err


OWN = SHELL.replace("$repo", "$CIRCLE_PROJECT_USERNAME/$CIRCLE_PROJECT_REPONAME")
OWN_PYTHON = PYTHON.replace(
    "sys.argv[1]", 'os.environ["CIRCLE_PROJECT_USERNAME"] + "/" + os.environ["CIRCLE_PROJECT_REPONAME"]'
)
ORBS = {
    "below it": {"src/@orb.yml": "version: 2.1\n"},
    "included": {"src/commands/x.yml": "steps:\n  - run: << include(scripts/{name}) >>\n"},
}


@pytest.mark.parametrize("orb", [*ORBS, "none"])
@pytest.mark.parametrize("name", ["x.sh", "x.py"])
def test_a_part_of_an_orb_runs_in_other_projects(name: str, orb: str, make_repository: MakeRepository) -> None:
    files = {path: text.replace("{name}", name) for path, text in ORBS.get(orb, {}).items()}
    script = OWN if name == "x.sh" else OWN_PYTHON
    root = make_repository(
        {CONFIG: APP_CONFIG, f"src/scripts/{name}": script, **files}, remote="https://github.com/acme/app.git"
    )
    assert ("error[orb-source]" in migrator(root, "diff", "--unsafe").err) == (orb != "none")
