"""Comments that hide findings: in every syntax and place, with codes and reasons, and what is said of idle ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from migrator.model import Status
from migrator.planning.analyse import analyse
from migrator.planning.ignores import Ignore, find_ignores
from migrator.report.summary import summary
from migrator.repository.discovery import discover
from migrator.settings import Settings
from tests.cli.test_commands import CALL, CONFIG, MANUAL
from tests.conftest import lay_out

if TYPE_CHECKING:
    from pathlib import Path

    from migrator.model import Report


@pytest.mark.parametrize(
    "line",
    [
        "# migrator: ignore",
        "#migrator:ignore",
        "   ## migrator: ignore",
        "// migrator: ignore",
        "/* migrator: ignore */",
        " * migrator: ignore",
        "-- migrator: ignore",
        "; migrator: ignore",
        ":: migrator: ignore",
        "rem migrator: ignore",
        "REM migrator: ignore",
        "<!-- migrator: ignore -->",
        "{# migrator: ignore #}",
        "% migrator: ignore",
    ],
)
def test_every_comment_syntax(line: str) -> None:
    assert find_ignores(f"a\n{line}\nb\n") == (Ignore(2, (), "", 3),)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x # migrator: ignore", Ignore(1, (), "", 1)),
        ("x # migrator: ignore[eval]", Ignore(1, ("eval",), "", 1)),
        ("x # migrator: ignore[eval, rerun]  old host ", Ignore(1, ("eval", "rerun"), "old host", 1)),
        ("x # migrator: ignore - old host", Ignore(1, (), "old host", 1)),
        ("x # migrator: ignore[] why", Ignore(1, (), "why", 1)),
        ("<!-- migrator: ignore[rerun] because -->", Ignore(1, ("rerun",), "because", 2)),
        ("\tx /* migrator: ignore because */", Ignore(1, (), "because", 1)),
    ],
)
def test_codes_and_reasons(text: str, found: Ignore) -> None:
    assert find_ignores(text) == (found,)


@pytest.mark.parametrize(
    "line",
    ["migrator: ignore", "# migrator: ignored", "# migrators: ignore", "# migrator ignore", "theorem migrator: ignore"],
)
def test_what_is_no_such_comment(line: str) -> None:
    assert find_ignores(line) == ()


def test_comments_above_comments_are_about_the_same_line() -> None:
    found = find_ignores("# migrator: ignore[a]\n# migrator: ignore[b]\ncurl\n")
    assert [(ignore.line, ignore.last) for ignore in found] == [(1, 3), (2, 3)]


def report(root: Path, files: dict[str, str], **settings: object) -> Report:
    lay_out(root, {".circleci/config.yml": CONFIG, **files})
    return analyse(discover([str(root)]), Settings(**settings))  # type: ignore[arg-type]


def statuses(found: Report) -> list[Status]:
    return [outcome.status for outcome in found.outcomes]


LONG = CALL.replace(" -d ", " \\\n  -d ")
ON_THE_LINE = CALL.replace("\n", "  # migrator: ignore old host\n")


@pytest.mark.parametrize(
    "text",
    [
        ON_THE_LINE,
        "# migrator: ignore\n" + CALL,
        "if true; then\n  # migrator: ignore\n  " + CALL + "fi\n",
        "# migrator: ignore\n" + LONG,
        LONG.replace("\n", "  # migrator: ignore\n").replace("\\  # migrator: ignore\n", "\\\n"),
        "# migrator: ignore[v1-job]\n" + CALL,
        "# migrator: ignore[other, personal-token] the note is only information\n" + CALL,
        "# migrator: ignore[eval]\n" + MANUAL,
        MANUAL.replace("\n", " # migrator: ignore[eval]\n"),
        "# migrator: ignore[eval]\r\n" + MANUAL.replace("\n", "\r\n"),
    ],
)
def test_a_call_is_left_alone(text: str, tmp_path: Path) -> None:
    found = report(tmp_path, {"a.sh": "#!/bin/sh\n" + text})
    assert statuses(found) == [Status.IGNORED]
    assert found.changes == ()
    assert found.outcomes[0].notes[0].code == "ignored-here"


@pytest.mark.parametrize(
    "text",
    [
        "# migrator: ignore\n\n" + CALL,
        CALL + "# migrator: ignore\n",
        "# migrator: ignore[eval]\n" + CALL,
        "echo # migrator: ignore\n" + CALL,
    ],
)
def test_another_call_is_not(text: str, tmp_path: Path) -> None:
    found = report(tmp_path, {"a.sh": "#!/bin/sh\n" + text})
    assert statuses(found) == [Status.SAFE]
    assert [problem.note.code for problem in found.remarks] == ["unused-ignore"]
    assert summary("check", 1, [found]).endswith("; 1 comment hides nothing")


def test_the_reason_is_told(tmp_path: Path) -> None:
    (outcome,) = report(tmp_path, {"a.sh": ON_THE_LINE}).outcomes
    assert outcome.notes[0].message == "The comment in line 1 says to leave it: old host."


STEPS = """\
          command: |
            echo start
            {comment}
            {call}            {call}"""


def test_inside_of_a_run_block(tmp_path: Path) -> None:
    step = STEPS.format(comment="# migrator: ignore[v1-job] until the host is gone", call=CALL)
    config = CONFIG.replace("      - run: make\n", f"      - run:\n{step}")
    found = report(tmp_path, {".circleci/config.yml": config})
    assert statuses(found) == [Status.IGNORED, Status.SAFE]
    assert found.remarks == ()
    (change,) = found.changes
    after = change.after.decode()
    assert after.count("/api/v1.1/") == 1
    assert "# migrator: ignore[v1-job] until the host is gone\n            curl -u" in after


def test_a_note_that_only_the_rewrite_brings_up(tmp_path: Path) -> None:
    """The code is known when the call has been drafted, not when it is found."""
    call = CALL.replace("=deploy", "=deploy -d build_parameters[WHO]=$1").replace(
        "-d build_parameters[WHO]=$1", '-d "build_parameters[WHO]=$1"'
    )
    plain = report(tmp_path, {"a.sh": "#!/bin/sh\n" + call})
    assert "json-characters" in [note.code for note in plain.outcomes[0].notes]
    assert plain.changes
    hidden = report(tmp_path, {"a.sh": "#!/bin/sh\n# migrator: ignore[json-characters]\n" + call})
    assert statuses(hidden) == [Status.IGNORED]
    assert hidden.changes == ()
    assert hidden.remarks == ()


def test_others_are_still_rewritten(tmp_path: Path) -> None:
    found = report(tmp_path, {"a.sh": "# migrator: ignore\n" + CALL + CALL, "b.sh": CALL})
    assert statuses(found) == [Status.IGNORED, Status.SAFE, Status.SAFE]
    after = {change.path: change.after.decode() for change in found.changes}
    assert after["a.sh"].startswith("# migrator: ignore\n" + CALL)
    assert after["a.sh"].count("/api/v2/") == 1


def test_idle_codes_are_named(tmp_path: Path) -> None:
    text = "# migrator: ignore[eval, v1-job, gone]\n" + CALL
    found = report(tmp_path, {"a.sh": text})
    assert statuses(found) == [Status.IGNORED]
    (problem,) = found.remarks
    assert (problem.path, problem.line) == ("a.sh", 1)
    assert problem.note.message.startswith("The call here has no finding eval, gone. Remove it, or name one of those")
    assert "v1-job" in problem.note.message
    assert "ignored-here" not in problem.note.message


def test_a_comment_in_a_file_without_any_call(tmp_path: Path) -> None:
    found = report(tmp_path, {"a.sh": "# migrator: ignore\necho\n", "b.yml": "a: [  # migrator: ignore\n"})
    assert [(problem.path, problem.line) for problem in found.remarks] == [("a.sh", 1), ("b.yml", 1)]
    assert found.problems == ()


def test_prose_is_no_idle_comment(tmp_path: Path) -> None:
    found = report(tmp_path, {"README.md": "`# migrator: ignore` hides a call\n" + CALL})
    assert found.remarks == ()
