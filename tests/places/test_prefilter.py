"""What the search leaves out no finder may find: the bytes of every file with a call must look like it."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

from codemods import find_calls
from migrator.repository.needles import may_hold_call
from migrator.syntax.text.source import Source
from tests.places.test_kinds import PLACES
from tests.places.test_rewrite import BEFORE
from tests.programs.support import programs

HERE = Path(__file__).parent
URLS = (
    "https://circleci.com/api/v1.1/project/github/acme/app/tree/main",
    "https://circleci.com/api/v1/project/acme/app/tree/main",
)
WRITTEN = {
    "a.js": "axios.post({}, body);\n",
    "a.rb": "RestClient.post {}, body\n",
    "a.py": "import requests\nrequests.post({})\n",
    "A.java": "HttpPost post = new HttpPost({});\n",
}


@pytest.mark.parametrize("name", BEFORE)
def test_a_host_with_a_call_is_looked_into(name: str) -> None:
    assert may_hold_call((HERE / "before" / name).read_bytes())


@pytest.mark.parametrize("name", PLACES)
def test_a_place_with_a_call_is_looked_into(name: str) -> None:
    assert may_hold_call(PLACES[name][1].encode())


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("behind", [True, False], ids=["behind the slash", "before the slash"])
def test_a_url_in_pieces_is_looked_into(name: str, url: str, *, behind: bool) -> None:
    """However a URL is cut at its slashes: what is found there must not have been left out before."""
    slashes = [found.end() if behind else found.start() for found in re.finditer(r"(?<!/)/(?!/)", url)]
    found = 0
    for cuts in (cuts for count in range(len(slashes) + 1) for cuts in combinations(slashes, count)):
        pieces = [url[start:end] for start, end in zip((0, *cuts), (*cuts, len(url)), strict=True)]
        text = WRITTEN[name].format(" + ".join(f'"{piece}"' for piece in pieces))
        if may_hold_call(text.encode()):
            found += 1
        else:
            assert not find_calls(Source(name, text)), text
    assert found


def test_a_library_that_nothing_in_the_file_requires() -> None:
    text = "def start\n  project = CircleCi::Project.new 'acme', 'app'\n  project.build_branch 'main'\nend\n"
    assert len(find_calls(Source("start.rb", text))) == 1
    assert may_hold_call(text.encode())


def test_escaped_slashes_of_json() -> None:
    _, text = programs("calls.txt")["destination.json"]
    assert may_hold_call(text.replace("/", r"\/").encode())
    assert len(find_calls(Source("destination.json", text.replace("/", r"\/")))) == 1
