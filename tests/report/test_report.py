"""Findings as text, as JSON and as one line."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from migrator import __version__
from migrator.model import Outcome, Report, Severity, Status
from migrator.report.excerpt import excerpt
from migrator.report.json import document
from migrator.report.summary import summary
from migrator.report.text import findings
from tests.report.reports import BROKEN, DEFAULT_JOB, DEPLOY, EMPTY, FILES, FULL, IGNORED, RETRY, TOKEN

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


@pytest.mark.parametrize(
    "options",
    [{}, {"brief": True}, {"color": True}, {"prefix": "../app/"}],
    ids=["plain", "brief", "color", "prefix"],
)
def test_text(options: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    text = findings(FULL.outcomes, FULL.problems, FILES, **options)
    assert text == snapshot
    assert TOKEN not in text


def test_no_findings_no_text() -> None:
    assert findings((), (), {}) == ""


def test_the_mark_stands_under_the_call() -> None:
    for outcome in (DEPLOY, DEFAULT_JOB, RETRY):
        line, mark = excerpt(FILES[outcome.call.path], outcome.call)
        wide = sum(char in "日本" for char in line)
        assert line[mark.index("^") - wide :].startswith("curl")


@pytest.mark.parametrize("before", [0, 60, 69, 70, 71, 500])
def test_a_long_line_is_cut_around_the_call(before: int) -> None:
    call = replace(DEPLOY.call, line=1, column=before + 1, end_line=1)
    line, mark = excerpt(b"x" * before + b"curl" + b"y" * 500, call)
    assert line[mark.index("^") :].startswith("curl")
    assert len(line) <= 120
    assert len(mark) <= len(line)


def test_a_file_cannot_command_the_terminal() -> None:
    line, _ = excerpt(b"curl \x1b[31m \x9b \x07\n", replace(DEPLOY.call, line=1, column=1, end_line=1))
    assert "\x1b" not in line
    assert "\\u001b[31m" in line
    assert "\x07" not in line


def test_a_line_that_is_not_there_has_no_excerpt() -> None:
    assert excerpt(b"one\n", replace(DEPLOY.call, line=9)) == []


def test_json_is_kept(snapshot: SnapshotAssertion) -> None:
    text = document([(FULL, "")])
    assert text.replace(f'"{__version__}"', '"VERSION"') == snapshot
    assert TOKEN not in text


CALL_TYPES: dict[str, Any] = {
    "path": str, "line": int, "column": int, "end_line": int, "codemod": str, "endpoint": str, "api_version": str,
    "project": str, "target": str, "branch": str | None, "tag": str | None, "revision": str | None, "job": str | None,
    "job_static": bool, "build_parameters": dict, "auth": str, "reply_fields": list, "status": str, "notes": list,
}  # fmt: skip


def test_keys_order_and_types_are_those_of_schema_version_1() -> None:
    content = json.loads(document([(FULL, "")]))
    assert list(content) == ["schema_version", "tool", "summary", "calls", "changes"]
    assert content["schema_version"] == 1
    assert content["tool"] == {"name": "migrator", "version": __version__}
    assert list(content["summary"].items()) == [
        ("files_searched", 412), ("calls", 5), ("safe", 1), ("unsafe", 1), ("manual", 2), ("ignored", 1),
        ("files_changed", 1),
    ]  # fmt: skip
    for call in content["calls"]:
        assert list(call) == list(CALL_TYPES)
        if call["codemod"] != "file":
            assert all(isinstance(call[key], kind) for key, kind in CALL_TYPES.items())
        assert all(list(note) == ["code", "severity", "message"] for note in call["notes"])
    assert [list(change) for change in content["changes"]] == [["path", "diff"]]


def test_calls_come_in_the_order_of_the_files() -> None:
    calls = json.loads(document([(FULL, "")]))["calls"]
    places = [(call["path"], call["line"]) for call in calls]
    assert places == sorted(places)


def test_nothing_found_is_a_whole_document() -> None:
    content = json.loads(document([(EMPTY, "")]))
    assert (content["calls"], content["changes"]) == ([], [])
    assert set(content["summary"].values()) == {3, 0}


def test_several_roots_are_one_document() -> None:
    content = json.loads(document([(FULL, "app/"), (EMPTY, "lib/"), (FULL, "../web/")]))
    assert content["summary"]["files_searched"] == 412 + 3 + 412
    assert {call["path"].rpartition("/ci/")[0] for call in content["calls"]} >= {"app", "../web"}
    assert [change["path"] for change in content["changes"]] == ["app/ci/deploy.sh", "../web/ci/deploy.sh"]
    assert "--- a/app/ci/deploy.sh" in content["changes"][0]["diff"]


def test_names_and_bytes_that_are_not_utf_8_are_still_json() -> None:
    path = b"caf\xe9.sh".decode("utf-8", "surrogateescape")
    change = replace(FULL.changes[0], path=path, before=b"\xe9\n", after=b"\xe8\n")
    json.loads(document([(replace(FULL, changes=(change,)), "")]).encode("ascii"))


def several(outcome: Outcome, number: int) -> tuple[Outcome, ...]:
    return (outcome,) * number


@pytest.mark.parametrize(
    ("command", "report", "line"),
    [
        ("check", Report("/", 0), "0 files searched, 0 calls found"),
        ("check", Report("/", 1), "1 file searched, 0 calls found"),
        (
            "apply",
            Report("/", 412, several(DEPLOY, 5) + several(DEFAULT_JOB, 1) + several(RETRY, 1)),
            "412 files searched, 7 calls found: 5 rewritten, 1 needs --unsafe, 1 needs a person",
        ),
        (
            "diff",
            Report("/", 2, several(DEPLOY, 1) + several(DEFAULT_JOB, 2) + several(RETRY, 3) + several(IGNORED, 4)),
            "2 files searched, 10 calls found: 1 would be rewritten, 2 need --unsafe, 3 need a person, 4 ignored",
        ),
        (
            "apply",
            Report("/", 2, (replace(DEPLOY, written=False), replace(DEFAULT_JOB, written=True))),
            "2 files searched, 2 calls found: 1 rewritten, 1 held back",
        ),
        ("check", Report("/", 2, (DEPLOY,)), "2 files searched, 1 call found: 1 can be rewritten"),
        ("check", Report("/", 2, problems=(BROKEN,)), "2 files searched, 0 calls found; 1 file could not be read"),
    ],
)  # fmt: skip
def test_the_last_line(command: str, report: Report, line: str) -> None:
    assert summary(command, report.files_searched, [report]) == line


def test_a_manual_call_has_an_error_first() -> None:
    assert DEPLOY.status is Status.SAFE
    text = findings((RETRY,), (), FILES)
    assert text.index(Severity.ERROR) < text.index(Severity.INFO)
