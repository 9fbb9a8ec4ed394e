"""Every format, for findings of every kind and for none: kept, well-formed for its readers, and free of tokens."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from migrator import __version__
from migrator.circleci.api.removal import REMOVAL_DAY, REMOVALS, days_left, urgency
from migrator.model import Change, Endpoint, Note, Problem, Report, Severity, Span
from migrator.report.formats import FORMATS, render
from migrator.report.results import Results, Root
from migrator.rules import catalogue
from tests.report.reports import DEPLOY, EMPTY, FILES, FULL, IGNORED, TOKEN
from tests.report.sarif_schema import SCHEMA

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

TODAY = date(2026, 11, 21)
UNUSED = Problem("ci/deploy.sh", 6, Note("unused-ignore", Severity.WARNING, "No call here is called x|y."))
HIDDEN = replace(IGNORED, notes=(Note("ignored-here", Severity.INFO, "Line 2 says to leave it: old @host."),))
REPORT = replace(FULL, outcomes=(*FULL.outcomes[:-1], HIDDEN), remarks=(UNUSED,))
ALL = Results((Root(REPORT, "", FILES),), TODAY)
NONE = Results((Root(EMPTY),), TODAY)
SEVERAL = Results((Root(FULL, "../web/", FILES), Root(EMPTY, "lib/", {"a.sh": b""})), TODAY)
EACH = [pytest.param(ALL, id="all"), pytest.param(NONE, id="none"), pytest.param(SEVERAL, id="several")]


@pytest.mark.parametrize("results", EACH)
@pytest.mark.parametrize("name", FORMATS)
def test_formats_are_kept(name: str, results: Results, snapshot: SnapshotAssertion) -> None:
    text = render(name, results)
    assert TOKEN not in text
    assert "\r" not in text
    assert text == "" or text.endswith("\n")
    assert (
        text.replace(f'"{__version__}"', '"VERSION"').replace(f"migrator {__version__}", "migrator VERSION") == snapshot
    )


@pytest.mark.parametrize("results", EACH)
def test_sarif_is_sarif(results: Results) -> None:
    document = json.loads(render("sarif", results))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    (run,) = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    prints = [result["partialFingerprints"]["migratorContent/v1"] for result in run["results"]]
    assert len(prints) == len(set(prints))


def test_sarif_hides_what_is_ignored() -> None:
    results = json.loads(render("sarif", ALL))["runs"][0]["results"]
    (hidden,) = [result for result in results if "suppressions" in result]
    assert hidden["suppressions"] == [{"kind": "inSource", "justification": "Line 2 says to leave it: old @host."}]


BEFORE = b"\xef\xbb\xbfone\ntwo\r\nthree\nfour"


@pytest.mark.parametrize(
    "after",
    [
        b"",
        b"\xef\xbb\xbfone\nTWO\r\nthree\nfour",
        b"one\ntwo\r\nthree\nfour\nfive",
        b"zero\none\nthree",
        b"\xef\xbb\xbfone\ntwo\r\nthree\nfour\n",
    ],
)
@pytest.mark.parametrize("before", [BEFORE, BEFORE + b"\n", b"", b"x"])
def test_sarif_fixes_make_the_change(before: bytes, after: bytes) -> None:
    if before == after:
        return
    report = replace(EMPTY, outcomes=(DEPLOY,), changes=(Change("ci/deploy.sh", before, after),))
    document = json.loads(render("sarif", Results((Root(report, "", FILES),), TODAY)))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    (fix,) = document["runs"][0]["results"][0]["fixes"]
    (change,) = fix["artifactChanges"]
    assert applied(before.decode("utf-8-sig"), change["replacements"]) == after.decode("utf-8-sig")


def applied(text: str, replacements: list[dict[str, Any]]) -> str:
    """Make the replacements as a reader of SARIF would: lines end at a line feed, columns are characters."""
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    for item in reversed(replacements):
        region = item["deletedRegion"]
        start = starts[region["startLine"] - 1] + region["startColumn"] - 1
        end = starts[region["endLine"] - 1] + region["endColumn"] - 1
        assert start <= end <= len(text)
        text = text[:start] + item["insertedContent"]["text"] + text[end:]
    return text


def test_a_fix_that_would_hold_a_token_is_left_out() -> None:
    assert "fixes" not in render("sarif", ALL)


def test_a_fingerprint_is_of_the_content() -> None:
    moved = {path: b"\n\n" + data.replace(b"  -d", b"       -d") for path, data in FILES.items()}
    call = replace(DEPLOY.call, span=Span(DEPLOY.call.span.start + 2, DEPLOY.call.span.end + 7), line=5, end_line=7)
    other = Report("/", 1, outcomes=(replace(DEPLOY, call=call),))
    (first,) = Results((Root(replace(FULL, outcomes=(DEPLOY,), problems=()), "", FILES),), TODAY).findings
    (second,) = Results((Root(other, "", moved),), TODAY).findings
    assert first.fingerprint == second.fingerprint
    (third,) = Results((Root(other, "", {p: d.replace(b"main", b"next") for p, d in moved.items()}),), TODAY).findings
    assert third.fingerprint != first.fingerprint


def test_equal_calls_have_fingerprints_of_their_own() -> None:
    twice = Results((Root(replace(EMPTY, outcomes=(DEPLOY, DEPLOY)), "", FILES),), TODAY).findings
    assert len({finding.fingerprint for finding in twice}) == 2


@pytest.mark.parametrize("results", EACH)
def test_junit_counts_its_cases(results: Results) -> None:
    suites = ET.fromstring(render("junit", results).encode())
    (suite,) = suites
    for element in (suites, suite):
        assert int(element.attrib["tests"]) == len(suite) > 0
        assert int(element.attrib["failures"]) == len(suite.findall("testcase/failure")) == len(results.open)
        assert int(element.attrib["skipped"]) == len(suite.findall("testcase/skipped"))


def test_junit_holds_what_xml_cannot() -> None:
    problem = Problem("a\x01b\udce9.sh", 1, Note("unreadable", Severity.ERROR, "Bad \x00 \uffff."))
    text = render("junit", Results((Root(replace(EMPTY, problems=(problem,))),), TODAY))
    ET.fromstring(text.encode())


def test_github_commands_are_one_line_each() -> None:
    lines = render("github", ALL).splitlines()
    assert len(lines) == len(ALL.open) + 1
    for line in lines:
        command, properties, message = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", line).groups()  # type: ignore[union-attr]
        assert command in ("notice", "warning", "error")
        names = [item.partition("=")[0] for item in properties.split(",")]
        assert set(names) <= {"file", "line", "endLine", "col", "endColumn", "title"}
        assert message


def test_gitlab_has_what_its_readers_require() -> None:
    entries = json.loads(render("gitlab", ALL))
    assert len(entries) == len(ALL.open) + 1
    for entry in entries:
        assert entry["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert isinstance(entry["location"]["lines"]["begin"], int)
        assert not entry["location"]["path"].startswith(("/", "./"))
    assert json.loads(render("gitlab", NONE)) == []


def test_markdown_is_no_markup_of_others() -> None:
    text = render("markdown", ALL)
    assert "@host" not in text.replace("@\u200b", "")
    rows = [line for line in text.splitlines() if line.startswith("| ")][1:]
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 5 for row in rows)


def test_markdown_fits_into_a_comment() -> None:
    change = Change("a.yml", b"", b"`````x\n" * 20_000)
    many = replace(EMPTY, outcomes=(DEPLOY,) * 3000, changes=(change, change))
    text = render("markdown", Results((Root(many, "", FILES),), TODAY))
    assert len(text) < 65_536
    assert "too long" in text
    assert re.search(r"\d+ more", text)


def test_a_fence_is_longer_than_any_in_the_patch() -> None:
    report = replace(EMPTY, changes=(Change("a.md", b"", b"````\n"),))
    assert "`````diff\n" in render("markdown", Results((Root(report),), TODAY))


@pytest.mark.parametrize(
    ("day", "days", "level"),
    [
        (date(2026, 6, 1), 245, "note"),
        (date(2026, 8, 4), 181, "note"),
        (date(2026, 8, 5), 180, "warning"),
        (date(2027, 1, 1), 31, "warning"),
        (date(2027, 1, 2), 30, "error"),
        (date(2027, 2, 1), 0, "error"),
        (date(2027, 3, 1), -28, "error"),
    ],
)
def test_findings_grow_graver(day: date, days: int, level: str) -> None:
    assert (days_left(day), urgency(day)) == (days, level)
    results = Results(ALL.roots, day)
    calls = [r for r in json.loads(render("sarif", results))["runs"][0]["results"] if r["ruleId"] != "unused-ignore"]
    assert {call["level"] for call in calls} == {level}
    assert f"::{'notice' if level == 'note' else level} file=Makefile" in render("github", results)
    grade = {"note": "minor", "warning": "major", "error": "critical"}[level]
    assert json.loads(render("gitlab", results))[0]["severity"] == grade


def test_the_table_of_endpoints() -> None:
    """Ten of them (CircleCI changelog), each with its rule, all on one day."""
    assert len({removal.path for removal in REMOVALS}) == 10
    assert {removal.endpoint for removal in REMOVALS} == set(Endpoint)
    assert {removal.code for removal in REMOVALS} <= catalogue().keys()
    assert [removal.code for removal in REMOVALS] == ["v1-job", "v1-job", "v1-pipeline", "v1-retry", "v1-ssh"] * 2
    assert {removal.day for removal in REMOVALS} == {REMOVAL_DAY} == {date(2027, 2, 1)}


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2027, 1, 30), "2 days are"),
        (date(2027, 1, 31), "One day is"),
        (date(2027, 2, 1), "No day is"),
        (date(2027, 2, 2), "has removed"),
    ],
)
def test_the_countdown(day: date, words: str) -> None:
    assert words in render("markdown", Results((Root(EMPTY),), day))


def test_names_with_the_formats_own_signs() -> None:
    problem = Problem("a,b|c:d%`.sh", 1, Note("unreadable", Severity.ERROR, "No."))
    results = Results((Root(replace(EMPTY, problems=(problem,))),), TODAY)
    assert render("github", results).startswith("::warning file=a%2Cb|c%3Ad%25`.sh,line=1,")
    (row,) = [line for line in render("markdown", results).splitlines() if "a,b" in line]
    assert "`` a,b\\|c:d%`.sh:1 ``" in row
    assert len(re.findall(r"(?<!\\)\|", row)) == 5
