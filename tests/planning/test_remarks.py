"""Calls that text only shows: told with the request to show instead, never counted as work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods import find_calls, find_shown
from migrator.__main__ import run
from migrator.syntax.text.source import Source
from tests.test_cases import look

if TYPE_CHECKING:
    from tests.conftest import MakeRepository

CURL = (
    "curl -u TOKEN: -d build_parameters[CIRCLE_JOB]=deploy "
    "https://circleci.com/api/v1.1/project/github/acme/app/tree/main"
)
LONG = CURL.replace(" -d", " \\\n#    -d").replace(" https", " \\\n#    https")
SHOWN = {
    "comment.sh": (f"#!/bin/bash\n# By hand:\n#   {CURL}\n", 3),
    "long.sh": (f"# {LONG}\n", 1),
    "help.sh": (f"usage() {{\n  cat <<X\nUsage:\n  {CURL}\nX\n}}\n", 4),
    "said.sh": (f'echo "Run: {CURL}"\n', 1),
    "comment.py": (f"# {CURL}\n", 1),
    "docstring.py": (f'"""Start it:\n\n    {CURL}\n"""\n', 3),
    "comment.js": (f"/*\n * {CURL}\n */\n", 2),
    "printed.js": (f"console.log(`{CURL}`);\n", 1),
    "comment.yml": (f"a: 1 # {CURL}\n", 1),
    "Makefile": (f'help:\n\t@echo "{CURL}"\n', 2),
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_shown_call_is_told_where_it_stands(name: str) -> None:
    text, line = SHOWN[name]
    source = Source(name, text)
    assert find_calls(source) == ()
    ((at, trigger),) = find_shown(source, ())
    assert (at, str(trigger.slug)) == (line, "github/acme/app")


FUNCTION = f"""start() {{
  {CURL.replace("build_parameters[CIRCLE_JOB]=deploy", '"$1"')}
}}
start "build_parameters[CIRCLE_JOB]=deploy"
start "build_parameters[CIRCLE_JOB]=test"
"""
STEP = "".join(f"        {line}\n" for line in FUNCTION.splitlines())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.sh", FUNCTION),
        (".github/workflows/a.yml", f"on: push\njobs:\n  a:\n    steps:\n    - run: |\n{STEP}"),
    ],
)
def test_a_function_whose_callers_start_jobs_shows_nothing(
    name: str, text: str, make_repository: MakeRepository
) -> None:
    found = look(make_repository({name: text}))
    assert len(found.outcomes) == 2
    assert found.remarks == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("made.sh", CURL),
        ("get.sh", "# curl https://circleci.com/api/v1.1/project/github/acme/app/latest/artifacts"),
        ("follow.sh", "# curl -X POST https://circleci.com/api/v1.1/project/github/acme/app/follow"),
        ("new.sh", "# curl -X POST https://circleci.com/api/v2/project/gh/acme/app/pipeline # was /v1.1/project/"),
        ("tests/test_x.py", f"# {CURL}"),
        ("CHANGELOG.md", CURL),
    ],
)
def test_what_is_no_shown_call_is_not_told(name: str, text: str) -> None:
    source = Source(name, text + "\n")
    known = [found.call.span for found in find_calls(source)]
    assert find_shown(source, known) == ()


def test_it_is_no_work_and_has_the_request(make_repository: MakeRepository, capsys: pytest.CaptureFixture[str]) -> None:
    root = make_repository({"ci.sh": f"# {CURL}\n"}, remote="https://github.com/acme/app.git")
    (remark,) = look(root).remarks
    body = '{"branch": "main", "parameters": {"run_job": "deploy"}}'
    assert f"POST {body} to https://circleci.com/api/v2/project/gh/acme/app/pipeline" in remark.note.message
    assert run(["check", str(root)]) == 0
    shown = capsys.readouterr()
    assert "info[shown-call]" in shown.out
    assert "1 call only shown" in shown.err


def test_a_comment_hides_it(make_repository: MakeRepository) -> None:
    root = make_repository({"ci.sh": f"# migrator: ignore[shown-call] history\n# {CURL}\n"})
    assert look(root).remarks == ()


@pytest.mark.parametrize("style", ["markdown", "sarif", "github", "gitlab", "html", "junit"])
def test_every_report_tells_it(style: str, make_repository: MakeRepository, capsys: pytest.CaptureFixture[str]) -> None:
    root = make_repository({"ci.sh": f"# {CURL}\n"}, remote="https://github.com/acme/app.git")
    assert run(["check", "--format", style, str(root)]) == 0
    assert "shown-call" in capsys.readouterr().out or style in {"markdown", "html"}
