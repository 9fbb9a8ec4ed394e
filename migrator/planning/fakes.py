"""Tests of the repository that fake the request of a call at the old address: they go red with the rewrite.

Libraries: responses, requests-mock, respx, httpretty, pytest-httpx, aioresponses, vcrpy (Python); nock, msw,
fetch-mock, axios-mock-adapter (JavaScript); WebMock, VCR (Ruby); WireMock (Java); httpmock, gock (Go). Besides, what
unittest.mock, pytest-mock and pytest's monkeypatch put in the place of a Python program's HTTP client.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from migrator.circleci.api.v1_url import is_about_v1
from migrator.model import Note, Severity, static

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from migrator.model import Slug
    from migrator.syntax.text.source import Source

_TEST = re.compile(
    r"(?:^|/)(?:tests?|specs?|__tests__|__mocks__|mocks?|fixtures?|cassettes|testdata)/"
    r"|(?:^|[/._-])(?:test|spec)s?[._-]|_test\.\w+\Z|[a-z](?:Test|Spec)s?\.\w+\Z|(?:^|/)conftest\.py\Z"
)
_FAKING = re.compile(
    r"\bresponses\b|requests_mock|respx|httpretty|httpx_mock|aioresponses|\bnock\(|\bmsw\b|\bfetch-?[mM]ock\b"
    r"|MockAdapter|stub_request|WireMock|\bstubFor\(|httpmock|\bgock\b|\binteractions:|\bhttp_interactions:"
)
_MOCKING = re.compile(
    r"^[^#\n]*(?:\bpatch(?:\.object)?\(|\bsetattr\()[^\n]*"
    r"\b(?:requests|httpx|urllib3?|urlopen|aiohttp|subprocess|http|post|request|[Ss]ession|[Cc]lient)\b",
    re.MULTILINE,
)
"""`mock.patch`, `mocker.patch` and pytest's `monkeypatch.setattr` of what sends requests."""
_ANSWERING = re.compile(
    r"\b(?:responses|respx|respx_mock|requests_mock|m|mock)\.(?:add|post|register_uri|route|request)\("
)
"""What answers requests in the place of CircleCI, whose address may stand in a constant of the program."""
_SHOWN = 3


def faked_note(sources: Iterable[Source], slug: Slug) -> Note | None:
    """One note on the tests that fake requests for a project; None when there are none."""
    project = [static(part) for part in (slug.organization, slug.repository)]
    name = "/".join(part for part in project if part)
    if None in project or not name:
        return None
    found = [f"`{source.path}` (line {line})" for source in sources for line in _faked_at(source, name)]
    return _note(found, "fakes this request at the old address. Let the fake answer v2's, with status 201.")


def mocked_note(source: Source) -> Note | None:
    """A note on the tests that replace what a Python program sends requests with; None when there are none."""
    module = PurePosixPath(source.path).stem
    if source.siblings is None or not source.path.endswith(".py"):
        return None
    named = re.compile(rf"(?<![\w.-])(?:\w+\.)*{re.escape(module)}(?!\w)")
    found: list[str] = []
    for path in source.siblings.naming(module):
        text = source.siblings.read(path) or "" if path.endswith(".py") and _TEST.search(path) else ""
        mocked = _MOCKING.search(text) or _ANSWERING.search(text)
        if mocked is not None and named.search(text) and path != source.path:
            found.append(f"`{path}` (line {text.count(chr(10), 0, mocked.start()) + 1})")
    return _note(found, "replaces what sends this request. What it expects to be sent is what v1.1 wanted.")


def _note(found: Sequence[str], what: str) -> Note | None:
    if not found:
        return None
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    places = ", ".join(found[:_SHOWN]) + more
    return Note("faked-in-tests", Severity.INFO, f"{places} {what}")


def _faked_at(source: Source, project: str) -> Iterator[int]:
    """The first line of a test that names the project's old address, if the test fakes requests."""
    if not _TEST.search(source.path) or not _FAKING.search(source.text):
        return
    for number, line in enumerate(source.text.splitlines(), 1):
        if is_about_v1(line) and project in line:
            yield number
            return
