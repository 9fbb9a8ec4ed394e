"""The HTML page as text: what it says, and that nothing of it can be markup of others."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest

from migrator.model import Change
from migrator.report.formats import render
from migrator.report.html_graph import edges, pictures
from migrator.report.html_parts import prose, side_by_side
from migrator.report.results import Results, Root
from tests.report.reports import DEPLOY, EMPTY, FILES
from tests.report.test_formats import ALL, EACH, NONE

VOID = {"meta", "br"}


class Nesting(HTMLParser):
    """Every tag that is opened is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """`<path/>` needs no end."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("results", EACH)
def test_tags_are_closed(results: Results) -> None:
    parser = Nesting()
    parser.feed(render("html", results))
    assert parser.open == []


@pytest.mark.parametrize("results", EACH)
def test_nothing_is_fetched_or_run(results: Results) -> None:
    page = render("html", results)
    assert not re.search(r"<(script|link|img|iframe)|\b(src|href|srcset)=|url\(|@import|\bon\w+=", page)
    assert "default-src 'none'" in page


@pytest.mark.parametrize(
    ("day", "number", "words"),
    [
        (date(2026, 11, 21), 72, "days left"),
        (date(2027, 1, 31), 1, "day left"),
        (date(2027, 2, 11), 10, "days too late"),
    ],
)
def test_the_days(day: date, number: int, words: str) -> None:
    assert f"<b>{number}</b>{words}<br>" in render("html", Results((Root(EMPTY),), day))


def test_progress_counts_calls_that_are_on_v2() -> None:
    call = b'curl -u "$T:" -H "Content-Type: application/json" -d "{}" https://circleci.com/api/v2/project/gh/a/b/pipeline\n'
    root = Root(
        replace(EMPTY, outcomes=(DEPLOY,)), "", {**FILES, "new.sh": b"#!/bin/sh\n" + call * 3, "bad.sh": b"\xff"}
    )
    page = render("html", Results((root,), NONE.today))
    assert '<li class="card done"><b>3</b>' in page
    assert "75 % of the calls are on v2" in page


def test_calls_that_join_the_same_places_are_one_line() -> None:
    found = edges(ALL.findings)
    assert [(edge.file, edge.started, edge.count, edge.status.value) for edge in found] == [
        ("Makefile", "build 17 again", 2, "manual"),
        ("ci/deploy.sh", "deploy-$1", 1, "safe"),
        ("ci/日本.sh", "build", 1, "unsafe"),
    ]
    assert pictures(found).count("<path ") == 2 * 3


def test_lines_that_belong_together_stand_side_by_side() -> None:
    page = side_by_side(Change("x", b"a\nb=1\nc\n", b"a\nb=2\nnew\nc\n"))
    assert page.count('<div class="row none">') == 1
    assert 'gone"><i>2</i>b=<mark>1</mark></div>' in page
    assert 'new"><i>2</i>b=<mark>2</mark></div>' in page
    assert 'new"><i>3</i>new</div>' in page


def test_a_diff_is_text() -> None:
    page = side_by_side(Change("x", b"<b>1</b>\n", b"<b>2</b>\n"))
    assert "<b>" not in page


@pytest.mark.parametrize(
    ("sentence", "html"),
    [("a `b` c", "a <code>b</code> c"), ("a ` c", "a ` c"), ("`<b>`", "<code>&lt;b&gt;</code>")],
)
def test_code_in_sentences(sentence: str, html: str) -> None:
    assert prose(sentence) == html
