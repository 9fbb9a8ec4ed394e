"""A variable of make that decides on the job is what the file says, unless the command line of make says otherwise."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from codemods import find_calls
from migrator.syntax.text.source import Source
from tests.conftest import needs

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://circleci.com/api/v1.1/project/github/acme/app/tree/$(BRANCH)"
MAKEFILE = f"""\
JOB = deploy
BRANCH = main
V = 1
go:
\tcurl -u "$$T:" -d build_parameters[CIRCLE_JOB]=JOB_HERE -d build_parameters[V]=$(V) {URL}
"""


@pytest.mark.parametrize(("job", "named"), [("$(JOB)", True), ("${JOB}", True), ("deploy", False)])
def test_who_runs_make_may_name_another_job(job: str, named: bool) -> None:
    (found,) = find_calls(Source("Makefile", MAKEFILE.replace("JOB_HERE", job)))
    said = [note.message for note in found.call.notes if note.code == "starter-sets"]
    assert bool(said) is named
    assert all("`JOB`" in text and "`make JOB=…`" in text for text in said)


@needs("make")
def test_make_takes_what_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text("JOB = deploy\ngo:\n\t@echo $(JOB)\n")
    done = subprocess.run(["make", "-s", "go", "JOB=ship"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "ship\n"
