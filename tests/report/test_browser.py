"""The HTML page in a real browser: nothing fetched, no script, nothing cut off or unreadable, wide and narrow.

With MIGRATOR_SCREENSHOTS set to a folder the pictures are kept there, to be looked at.
"""

from __future__ import annotations

import os
import struct
from dataclasses import replace
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

import pytest

from migrator.demo import unpacked
from migrator.planning.analyse import analyse
from migrator.report.formats import render
from migrator.report.results import Results, Root
from migrator.repository.discovery import discover
from migrator.settings import Settings
from tests.conftest import lay_out, needs
from tests.report.chromium import Browser, browser
from tests.report.test_formats import ALL, NONE, REPORT, TODAY

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = needs("chromium")
SCREENSHOTS = os.environ.get("MIGRATOR_SCREENSHOTS")

NASTY = "a<script>alert(1)</script>&amp;\"'.sh"


def of_a_repository() -> Results:
    """A page with everything on it: graph, diffs, calls of every kind, a name that is markup, a long line."""
    with unpacked() as folder:
        url = "https://circleci.com/api/v1.1/project/github/acme/web"
        lay_out(
            Path(folder),
            {
                "ci/retry.sh": f'#!/bin/sh\ncurl -X POST -u "$T:" {url}/$1/retry\n',
                NASTY: f"#!/bin/sh\n# migrator: ignore <b>old</b>\ncurl -d build_parameters[CIRCLE_JOB]=x {url}\n",
                "deep/" * 12 + "a-very-long-name-of-a-script.sh": f"#!/bin/sh\n: {'x' * 900}; curl -d a=b {url}\n",
            },
        )
        discovery = discover([folder])
        report = replace(analyse(discovery, Settings()), root="/somewhere/sample")
    return Results((Root(report, "", dict(discovery.candidates)),), TODAY)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    several = Results((*ALL.roots, Root(replace(REPORT, root="/somewhere/web"), "../web/", ALL.roots[0].files)), TODAY)
    found = {}
    for name, results in {"sample": of_a_repository(), "several": several, "none": NONE}.items():
        found[name] = folder / f"{name}.html"
        found[name].write_text(render("html", results))
    return found


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program = which("chromium")
    assert program is not None, "chromium is not installed"
    with browser(program, tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("name", ["sample", "several", "none"])
def test_the_page_is_whole(name: str, width: int, scheme: str, pages: dict[str, Path], window: Browser) -> None:
    window.requests.clear()
    window.complaints.clear()
    window.open(pages[name], width, scheme)
    assert window.evaluate("document.documentElement.scrollWidth") <= width
    assert window.evaluate(CUT_OFF) == []
    assert window.evaluate(PALE) == []
    assert window.evaluate("document.querySelectorAll('script, link, img, iframe, object, embed').length") == 0
    background = window.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, background.removeprefix("rgb(").removesuffix(")").split(","))) < 200) == (scheme == "dark")
    picture = window.picture()
    assert picture.startswith(b"\x89PNG")
    assert struct.unpack(">I", picture[16:20])[0] == width
    assert len(picture) > 5000
    if SCREENSHOTS:
        Path(SCREENSHOTS, f"{name}-{width}-{scheme}.png").write_bytes(picture)
    assert window.requests == [pages[name].as_uri()]
    assert window.complaints == []


# Text that reaches out of the window or, in the graph, out of its box; what scrolls by itself may be longer.
CUT_OFF = """
(() => {
  const scrolls = e => e && (['auto', 'scroll'].includes(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
  const seen = e => e.getClientRects().length > 0;
  const out = [...document.querySelectorAll('main *')].filter(e => seen(e) && !scrolls(e) && !e.closest('svg')
    && (e.getBoundingClientRect().right > innerWidth + 1 || e.getBoundingClientRect().left < -1));
  const texts = [...document.querySelectorAll('svg text')].filter(t => seen(t)
    && t.getBoundingClientRect().right > t.parentElement.querySelector('rect').getBoundingClientRect().right);
  return [...out, ...texts].map(e => e.tagName + ' ' + e.textContent.slice(0, 40));
})()
"""
# Text with less contrast to what is behind it than WCAG 2 wants (AA: 4.5 to 1).
PALE = """
(() => {
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const fill = e => parse(getComputedStyle(e).backgroundColor);
  const behind = e => fill(e)[3] === 0 ? behind(e.parentElement) : fill(e);
  const own = e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
  return [...document.querySelectorAll('main *')].filter(e => own(e) && e.getClientRects().length && !e.closest('svg')
    && !e.closest('.none'))
    .filter(e => { const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
      return (a + .05) / (b + .05) < 4.5; })
    .map(e => e.className + ' ' + e.textContent.slice(0, 40));
})()
"""


def test_a_file_can_be_folded_without_a_script(pages: dict[str, Path], window: Browser) -> None:
    window.open(pages["sample"], 1280, "light")
    is_open = "document.querySelector('details').open"
    assert window.evaluate(is_open) is True
    window.click("details summary")
    assert window.evaluate(is_open) is False
    window.click("details summary")
    assert window.evaluate(is_open) is True


def test_names_are_text(pages: dict[str, Path], window: Browser) -> None:
    window.open(pages["sample"], 1280, "light")
    names = window.evaluate("[...document.querySelectorAll('h3')].map(e => e.textContent)")
    assert NASTY in names
    assert "<b>old</b>" in window.evaluate("document.querySelector('main').textContent")


def test_one_graph_is_shown(pages: dict[str, Path], window: Browser) -> None:
    shown = "[...document.querySelectorAll('svg')].filter(e => e.getClientRects().length).map(e => e.classList[0])"
    for width, kind in ((1280, "wide"), (400, "narrow")):
        window.open(pages["sample"], width, "light")
        assert window.evaluate(shown) == [kind]
        files = window.evaluate(f"document.querySelectorAll('svg.{kind} path').length")
        assert files == 5
