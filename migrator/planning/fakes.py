"""Tests of the repository that fake the request of a call at the old address: they go red with the rewrite.

Libraries: responses, requests-mock, respx, httpretty, pytest-httpx, aioresponses, vcrpy (Python); nock, msw,
fetch-mock, axios-mock-adapter (JavaScript); WebMock, VCR (Ruby); WireMock (Java); httpmock, gock (Go).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migrator.circleci.api.v1_url import is_about_v1
from migrator.model import Note, Severity, static

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from migrator.model import Slug
    from migrator.syntax.text.source import Source

_TEST = re.compile(
    r"(?:^|/)(?:tests?|specs?|__tests__|__mocks__|mocks?|fixtures?|cassettes|testdata)/"
    r"|(?:^|[/._-])(?:test|spec)s?[._-]|_test\.\w+\Z|[a-z](?:Test|Spec)s?\.\w+\Z|(?:^|/)conftest\.py\Z"
)
_FAKING = re.compile(
    r"\bresponses\b|requests_mock|\brespx\b|httpretty|httpx_mock|aioresponses|\bnock\(|\bmsw\b|\bfetch-?[mM]ock\b"
    r"|MockAdapter|stub_request|WireMock|\bstubFor\(|httpmock|\bgock\b|\binteractions:|\bhttp_interactions:"
)
_SHOWN = 3


def faked_note(sources: Iterable[Source], slug: Slug) -> Note | None:
    """One note on the tests that fake requests for a project; None when there are none."""
    project = [static(part) for part in (slug.organization, slug.repository)]
    name = "/".join(part for part in project if part)
    if None in project or not name:
        return None
    found = [f"`{source.path}` (line {line})" for source in sources for line in _faked_at(source, name)]
    if not found:
        return None
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    places = ", ".join(found[:_SHOWN]) + more
    text = f"{places} fakes this request at the old address. Let the fake answer v2's, with status 201."
    return Note("faked-in-tests", Severity.INFO, text)


def _faked_at(source: Source, project: str) -> Iterator[int]:
    """The first line of a test that names the project's old address, if the test fakes requests."""
    if not _TEST.search(source.path) or not _FAKING.search(source.text):
        return
    for number, line in enumerate(source.text.splitlines(), 1):
        if is_about_v1(line) and project in line:
            yield number
            return
