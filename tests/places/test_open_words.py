"""A word of curl that the host of the shell text gives may be options, and so data: the call is found."""

from __future__ import annotations

import pytest

from codemods import find_calls
from migrator.syntax.text.source import Source

URL = "https://circleci.com/api/v1.1/project/github/acme/app/tree/main"
STEP = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - run: |\n        {}\n"
CONFIG = "version: 2.1\njobs:\n  a:\n    docker: [{{image: x}}]\n    steps:\n    - run: |\n        {}\n"
OPEN = {
    "make variable": ("Makefile", 'P := -d "build_parameters[CIRCLE_JOB]=x"\ngo:\n\tcurl -s $(P) {}\n'),
    "unknown make variable": ("Makefile", "go:\n\tcurl -s $(P) {}\n"),
    "make variable for wget": ("Makefile", "go:\n\twget -q $(P) {}\n"),
    "beside a method": ("Makefile", "go:\n\tcurl -X POST $(P) {}\n"),
    "workflow": (".github/workflows/a.yml", STEP.replace("{}", "curl -s ${{{{ env.P }}}} {}")),
    "parameter": (".circleci/config.yml", CONFIG.replace("{}", "curl -s << parameters.p >> {}")),
}
CLOSED = {
    "address": (".github/workflows/a.yml", STEP.replace("{}", "curl -d job=x ${{{{ env.CIRCLE_URL }}}}")),
    "quoted": ("Makefile", 'go:\n\tcurl -s "$(P)"\n'),
    "reading": ("Makefile", "go:\n\tcurl -s $(P) {} | jq '.[0].build_num'\n"),
}


@pytest.mark.parametrize("name", OPEN)
def test_a_word_from_the_host_may_be_data(name: str) -> None:
    path, text = OPEN[name]
    (one,) = find_calls(Source(path, text.format(URL)))
    assert [note.code for note in one.call.notes if note.severity == "error"] == ["array-arguments"]
    assert not any("\ue000" <= char <= "\uf8ff" or char > "\U000f0000" for char in one.call.notes[0].message)


@pytest.mark.parametrize("name", CLOSED)
def test_what_is_no_list_of_options(name: str) -> None:
    path, text = CLOSED[name]
    found = find_calls(Source(path, text.format(URL)))
    assert not any(note.code == "array-arguments" for each in found for note in each.call.notes)
