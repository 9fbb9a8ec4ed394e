"""Every way to write a trigger in Python: rewritten to the letter, run before and after, with values that are hard."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from codemods import find_v2_callers
from migrator.circleci.api.v2_request import V2Request
from migrator.planning.proof import same_words
from migrator.syntax.text.source import apply_edits
from tests.python.programs import PROGRAMS
from tests.python.stage import asked_of_v1, asked_of_v2, stage
from tests.python.support import find, is_refused, planned, rewritten, source_of
from tests.world.support import NASTY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion

    from tests.python.stage import Asked, Stage

VARIABLES = ("VERSION", "COUNT", "FAST", "FLAG", "NOTHING", "CHANNEL", "VALUE", "PI", "NO", "DEEP", "LATER", "BIG", "V")
NAMES = {name.lower(): name for name in VARIABLES}
ENVIRONMENT = {"TOKEN": "personal-token", "BRANCH": "feature/x-\u00fc", "JOB": "deploy", "SHA": "f00dfeed"}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("stage")) as made:
        yield made


def asked_before(shared: Stage, code: str, version: str) -> list[Asked]:
    sent, ended = shared.run(code, env={**ENVIRONMENT, "VERSION": version})
    assert ended["error"] is None, ended["error"]
    return [asked_of_v1(request) for request in sent if request.method == "POST"]


def asked_after(shared: Stage, code: str, version: str) -> list[Asked]:
    sent, ended = shared.run(code, env={**ENVIRONMENT, "VERSION": version})
    assert ended["error"] is None, ended["error"]
    return [asked_of_v2(request, NAMES) for request in sent if request.method == "POST"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_are_rewritten_to_the_letter(name: str, snapshot: SnapshotAssertion) -> None:
    new = rewritten(PROGRAMS[name])
    ast.parse(new)
    assert new == snapshot


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_second_run_finds_nothing(name: str) -> None:
    assert find(rewritten(PROGRAMS[name])) == ()


@pytest.mark.parametrize("name", PROGRAMS)
def test_before_and_after_ask_for_the_same(name: str, shared: Stage) -> None:
    code = PROGRAMS[name]
    new = rewritten(code)
    for version in NASTY.values() if '"VERSION"' in code else [""]:
        old = asked_before(shared, code, version)
        assert old, "the program asks for nothing"
        assert asked_after(shared, new, version) == old


@pytest.mark.parametrize("name", PROGRAMS)
def test_windows_line_endings_stay(name: str) -> None:
    windows = rewritten(PROGRAMS[name].replace("\n", "\r\n"))
    assert windows == rewritten(PROGRAMS[name]).replace("\n", "\r\n")


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_comment_stays(name: str) -> None:
    code = PROGRAMS[name]
    new = rewritten(code)
    comments = [line[line.index("#") :] for line in code.splitlines() if "  #" in line]
    assert all(comment in new for comment in comments)


@pytest.mark.parametrize("definition", [None, "2338d0ae-5541-4bbf-88a2-55e9f7281f80"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_what_was_written_is_read_back_as_planned(name: str, definition: str | None) -> None:
    triggers = [found.call.trigger for found in find(PROGRAMS[name])]
    wanted = [(t, planned(t)) for t in triggers]
    requests = [V2Request(t.slug, p.branch, p.tag, p.parameters) for t, p in wanted]
    read = find_v2_callers(source_of(rewritten(PROGRAMS[name], definition=definition)))
    assert [same_words(caller.request) for caller in read] == [same_words(request) for request in requests]


def test_no_call_is_refused() -> None:
    assert not [
        name for name, code in PROGRAMS.items() if not find(code) or any(is_refused(f.call) for f in find(code))
    ]


def test_nothing_is_edited_twice() -> None:
    assert apply_edits("ab", ()) == "ab"
