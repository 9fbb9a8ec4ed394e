"""Which URLs start builds, and what of them changes."""

from __future__ import annotations

import re

import pytest

from migrator.circleci.api.v1_url import trigger_url
from migrator.model import Endpoint, Expansion, Literal, Template, source

HOST = "https://circleci.com/api"


def template(text: str) -> Template:
    """A template whose expansions are written `$name`."""
    parts = re.split(r"(\$\w+)", text)
    return tuple(Expansion(part, part[1:]) if part.startswith("$") else Literal(part) for part in parts if part)


def v2(text: str) -> str | None:
    """The URL with everything replaced that changes, the query aside."""
    found = trigger_url(template(text))
    if found is None:
        return None
    expansions = iter(re.findall(r"\$\w+", text))
    marks: dict[str, str] = {}
    for char in found.url.text:
        if ord(char) >= 0xF0000:
            marks.setdefault(char, next(expansions))
    out, at = "", 0
    for change in sorted(found.replacements, key=lambda change: change.start):
        out += found.url.text[at : change.start] + change.text
        at = change.end
    out += found.url.text[at:]
    return "".join(marks.get(char, char) for char in out)


TRIGGERS = {
    f"{HOST}/v1.1/project/github/acme/app": (f"{HOST}/v2/project/gh/acme/app/pipeline", Endpoint.JOB),
    f"{HOST}/v1.1/project/github/acme/app/": (f"{HOST}/v2/project/gh/acme/app/pipeline", Endpoint.JOB),
    f"{HOST}/v1.1/project/gh/acme/app/tree/main": (f"{HOST}/v2/project/gh/acme/app/pipeline", Endpoint.JOB),
    f"{HOST}/v1.1/project/bitbucket/acme/app/tree/a%2Fb": (f"{HOST}/v2/project/bb/acme/app/pipeline", Endpoint.JOB),
    f"{HOST}/v1.1/project/bb/acme/app/build": (f"{HOST}/v2/project/bb/acme/app/pipeline", Endpoint.PIPELINE),
    f"{HOST}/v1.1/project/github/$O/$R/tree/$B": (f"{HOST}/v2/project/gh/$O/$R/pipeline", Endpoint.JOB),
    f"{HOST}/v1.1/project/$V/$O/$R/tree/$B": (f"{HOST}/v2/project/$V/$O/$R/pipeline", Endpoint.JOB),
    f"{HOST}/v1.1/project/github/$S/tree/$B": (f"{HOST}/v2/project/gh/$S/pipeline", Endpoint.JOB),
    f"{HOST}/v1.1/project/$S/tree/$B": (f"{HOST}/v2/project/$S/pipeline", Endpoint.JOB),
    f"{HOST}/v1.1/project/$S/build": (f"{HOST}/v2/project/$S/pipeline", Endpoint.PIPELINE),
    f"{HOST}/v1/project/acme/app": (f"{HOST}/v2/project/gh/acme/app/pipeline", Endpoint.JOB),
    f"{HOST}/v1/project/$O/$R/build": (f"{HOST}/v2/project/gh/$O/$R/pipeline", Endpoint.PIPELINE),
    f"{HOST}/v1/project/github/acme/app/tree/x": (f"{HOST}/v2/project/gh/acme/app/pipeline", Endpoint.JOB),
    "https://$T:@circleci.com/api/v1.1/project/gh/a/b": (f"{HOST}/v2/project/gh/a/b/pipeline", Endpoint.JOB),
    "http://ci.test:8080/x/api/v1.1/project/gh/a/b": (
        "http://ci.test:8080/x/api/v2/project/gh/a/b/pipeline",
        Endpoint.JOB,
    ),
    "$H/api/v1.1/project/gh/a/b/tree/x": ("$H/api/v2/project/gh/a/b/pipeline", Endpoint.JOB),
    "$A/project/gh/a/b/tree/x": ("$A/project/gh/a/b/pipeline", Endpoint.JOB),
}


@pytest.mark.parametrize("url", TRIGGERS)
def test_trigger(url: str) -> None:
    found = trigger_url(template(url))
    assert found is not None
    assert (v2(url), found.endpoint) == TRIGGERS[url]


@pytest.mark.parametrize(
    ("tail", "endpoint"), [("12/retry", Endpoint.RETRY), ("$N/retry", Endpoint.RETRY), ("$N/ssh", Endpoint.SSH)]
)
def test_rerun(tail: str, endpoint: Endpoint) -> None:
    for slug in ("github/acme/app", "$V/$O/$R", "gh/$S", "$S"):
        found = trigger_url(template(f"{HOST}/v1.1/project/{slug}/{tail}"))
        assert found is not None
        assert found.endpoint is endpoint
        assert source(found.build_num or ()) == tail.partition("/")[0]


@pytest.mark.parametrize(
    "url",
    [
        f"{HOST}/v1.1/project/{slug}{tail}"
        for slug in ("github/acme/app", "github/$O/$R", "gh/$S", "$S", "$V/$O/$R")
        for tail in ("/12/cancel", "/$N/cancel", "/$N/ssh-users", "/$N/artifacts", "/follow", "/envvar", "/build-cache")
        if not (slug in {"gh/$S", "$S"} and tail == "/$N")
    ]
    + [
        f"{HOST}/v1.1/project/github/acme/app/12",
        f"{HOST}/v1.1/project/github/acme",
        f"{HOST}/v1.1/project/",
        f"{HOST}/v1.1/projects",
        f"{HOST}/v1.1/me",
        f"{HOST}/v2/project/gh/acme/app/pipeline",
        f"{HOST}/v1.1/project/acme/app",
        "https://circleci.com/gh/acme/app",
        "https://example.test/?u=https://circleci.com/api/v1.1/project/github/a/b/tree/c",
        "$URL",
        "",
    ],
)
def test_no_trigger(url: str) -> None:
    assert trigger_url(template(url)) is None


@pytest.mark.parametrize(
    ("url", "sure"),
    [
        (f"{HOST}/v1/project/acme/app", True),
        ("https://circle.acme.test/api/v1/project/acme/app", True),
        ("https://ci.acme.test/api/v1.1/project/github/acme/app", True),
        ("https://harbor.acme.test/api/v1/project/acme/app", False),
        ("https://harbor.acme.test/api/v1.1/project/$V/acme/app", False),
    ],
)
def test_what_else_it_could_be(url: str, sure: bool) -> None:
    found = trigger_url(template(url))
    assert found is not None
    assert found.sure is sure


def test_parts() -> None:
    found = trigger_url(template(f"{HOST}/v1/project/acme/$R/tree/a%2F$B?x=1&circle-token=$T&y#z"))
    assert found is not None
    assert (str(found.slug), source(found.branch or ())) == ("github/acme/$R", "a/$B")
    assert [(source(each.name), source(each.value)) for each in found.query] == [
        ("x", "1"),
        ("circle-token", "$T"),
        ("y", ""),
    ]


def test_plain_slashes_in_a_branch_are_kept() -> None:
    found = trigger_url(template(f"{HOST}/v1.1/project/gh/a/b/tree/feature/x"))
    assert found is not None
    assert source(found.branch or ()) == "feature/x"
