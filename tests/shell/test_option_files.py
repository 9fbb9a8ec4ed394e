"""A command whose body stands in a file of options is found where it is run, and never written."""

from __future__ import annotations

import pytest

from codemods import find_calls
from migrator.model import Severity, static
from migrator.syntax.text.source import Source
from tests.python.support import Folder

URL = "https://circleci.com/api/v1.1/project/github/acme/app/tree/main"
FORM = 'user = "x:"\ndata = "build_parameters[CIRCLE_JOB]=deploy"\n'
JSON = (
    '# the body\n-d "{\\"build_parameters\\": {\\"CIRCLE_JOB\\": \\"deploy\\"}}"\n'
    'header: "Content-Type: application/json"\n'
)
FOUND = {
    "short": (f"curl -K ci/options {URL}\n", "ci/options", FORM),
    "long": (f'curl -s --config ci/options "{URL}"\n', "ci/options", JSON),
    "beside": (f'curl {URL} -K "$(dirname "$0")/options" -v\n', "ci/options", FORM),
    "posting": (f"curl -X POST {URL} -K ci/options\n", "ci/options", FORM),
}
SILENT = {
    "who": (f"curl -K ci/options {URL}\n", "ci/options", 'user = "x:"\n'),
    "another": (f"curl -K ci/other {URL}\n", "ci/options", FORM),
    "get": (f"curl -G -K ci/options {URL}\n", "ci/options", 'data = "limit=1"\n'),
    "a program": (f"curl -K ci/options {URL}\n", "ci/options", "import x\ndata = 'a'\n"),
}


def find(text: str, path: str, options: str) -> tuple[tuple[str, ...], str | None] | None:
    files = {"ci/go.sh": text, path: options}
    found = find_calls(Source("ci/go.sh", text, siblings=Folder(files)))
    if not found:
        return None
    (one,) = found
    job = one.call.trigger.job
    errors = (note.code for note in one.call.notes if note.severity is Severity.ERROR)
    return tuple(errors), static(job.template) if job is not None else None


@pytest.mark.parametrize("name", FOUND)
def test_it_is_found_with_its_job(name: str) -> None:
    assert find(*FOUND[name]) == (("curl-file",), "deploy")


@pytest.mark.parametrize("name", SILENT)
def test_a_file_that_says_nothing_of_a_job_changes_nothing(name: str) -> None:
    assert find(*SILENT[name]) is None


def test_a_file_that_says_who_asks_is_no_obstacle() -> None:
    text = f"curl -d build_parameters[CIRCLE_JOB]=deploy -K ci/options {URL}\n"
    assert find(text, "ci/options", 'user = "x:"\n') == ((), "deploy")
