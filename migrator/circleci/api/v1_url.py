"""Recognise a v1/v1.1 trigger in the template of a URL, and say where in it the v2 URL differs.

Source: CircleCI API v1.1 reference; `/api/v1.1/project/:vcs/:org/:repo[/tree/:branch | /build | /:n/retry | /:n/ssh]`,
and the same without `:vcs` under `/api/v1`, which knows GitHub only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.model import Endpoint, Slug, Template, static
from migrator.syntax.text.templates import Marked, has_marks, percent_decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

_ANY = r"\U000F0000-\U000FFFFD"
_API = re.compile(r"/api/(v1(?:\.1)?)/project/")
_BASELESS = re.compile(rf"\A[{_ANY}]+/(?:api/)?(?:(v1(?:\.1)?)/)?project/")
_AUTHORITY = re.compile(r"\A(?:[A-Za-z][A-Za-z0-9+.-]*:/*)?(?P<user>[^/?#@]*@)?(?P<host>[^/?#]*)")
VCS = {"github": "gh", "gh": "gh", "bitbucket": "bb", "bb": "bb"}
"""The vcs segments of v1.1 and what v2 calls them."""
RERUNS = frozenset({Endpoint.RETRY, Endpoint.SSH})
"""The endpoints that run a build again."""
_RESERVED_NAMES = """
    tree build retry ssh cancel artifacts follow unfollow enable envvar checkout-key ssh-key ssh-users build-cache
    tests settings users latest output config
"""
_RESERVED = frozenset(_RESERVED_NAMES.split())


@dataclass(frozen=True, slots=True)
class UrlReplacement:
    """Characters of the marked URL and what stands there in the v2 URL."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class QueryParameter:
    """One field of the query: its name and value as written, and where it stands."""

    name: Template
    value: Template
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TriggerUrl:
    """A URL that starts builds when it is posted to.

    `encoded` is what the branch holds of which one value is percent-encoded and another may not be. `divided`: a `/` of
    the branch stands plainly in the path. `api_version` is empty when the base of the URL is known only at run time.
    `replacements` make the v2 URL out of it, without the query; `sure` says that nothing but CircleCI can be meant.
    """

    url: Marked
    api_version: str
    endpoint: Endpoint
    slug: Slug
    branch: Template | None = None
    build_num: Template | None = None
    query: tuple[QueryParameter, ...] = ()
    userinfo: Template | None = None
    replacements: tuple[UrlReplacement, ...] = ()
    sure: bool = True
    encoded: str | None = None
    divided: bool = False


def is_about_v1(address: str) -> bool:
    """Whether an address is of something below a project of v1 or v1.1."""
    return "/api/v1" in address and "/project/" in address


def lists_builds(url: Template) -> bool:
    """Whether a GET of the address lists the latest builds of a project; `…/project/$A/$B/$C` may end in a number."""
    found = trigger_url(url)
    if found is None or not found.sure or found.endpoint is not Endpoint.JOB:
        return False
    return static(found.slug.vcs) in VCS if found.slug.vcs else static(found.slug.repository) is not None


def trigger_url(url: Template) -> TriggerUrl | None:
    """The trigger that the URL addresses, or None when it addresses something else, or nothing that can be told."""
    marked = Marked.of(url)
    path_end = _first(marked.text, "?#")
    found = _API.search(marked.text, 0, path_end) or _BASELESS.match(marked.text[:path_end])
    if not found:
        return None
    version = found[1] or ""
    segments = _segments(marked.text, found.end(), path_end)
    shape = _shape(marked, segments, version)
    if shape is None:
        return None
    return _assemble(marked, found, version, segments, shape, path_end)


@dataclass(frozen=True, slots=True)
class _Shape:
    """How the segments behind `/project/` divide: how many name the project, and whether the first is the vcs."""

    has_vcs: bool
    names: int
    endpoint: Endpoint


def _segments(text: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    spans: list[tuple[int, int]] = []
    at = start
    while at < end:
        slash = text.find("/", at, end)
        stop = end if slash < 0 else slash
        if stop > at:
            spans.append((at, stop))
        at = stop + 1
    return tuple(spans)


def _shape(marked: Marked, segments: tuple[tuple[int, int], ...], version: str) -> _Shape | None:
    """Divide the segments, the plain way first: a variable may hold `org/repo` or `vcs/org/repo`."""
    texts = [marked.text[start:end] for start, end in segments]
    if not texts:
        return None
    for count in (2, 3, 1) if version == "v1" and texts[0] not in VCS else (3, 2, 1):
        endpoint = _endpoint(texts[count:]) if count <= len(texts) and _are_names(texts[:count], version) else None
        if endpoint is not None:
            has_vcs = count == 3 or (count == 2 and version != "v1") or (count == 2 and texts[0] in VCS)
            return _Shape(has_vcs, count - has_vcs, endpoint)
    return None


def _are_names(names: list[str], version: str) -> bool:
    """Whether the segments can name a project: fewer than all only where a variable can hold the others."""
    hidden = False
    for name in names:
        if hidden and name in _RESERVED:
            return False
        hidden = hidden or has_marks(name)
    full = 2 if version == "v1" and names[0] not in VCS else 3
    return len(names) == full or hidden


def _endpoint(tail: list[str]) -> Endpoint | None:
    match tail:
        case []:
            return Endpoint.JOB
        case ["build"]:
            return Endpoint.PIPELINE
        case ["tree", _, *_]:
            return Endpoint.JOB
        case [_, "retry"]:
            return Endpoint.RETRY
        case [_, "ssh"]:
            return Endpoint.SSH
    return None


def _assemble(
    marked: Marked,
    found: re.Match[str],
    version: str,
    segments: tuple[tuple[int, int], ...],
    shape: _Shape,
    path_end: int,
) -> TriggerUrl:
    count = shape.has_vcs + shape.names
    named, tail = segments[:count], segments[count:]
    parts = [marked.slice(start, end) for start, end in named]
    if shape.has_vcs or (shape.names == 1 and version != "v1"):
        slug = Slug(*(*parts, (), ())[:3])
    else:
        slug = Slug((), *(*parts, ())[:2])
    branch = tail[1:] if tail and marked.text[slice(*tail[0])] == "tree" else ()
    authority = _AUTHORITY.match(marked.text)
    user = authority["user"] if authority else None
    written = marked.slice(branch[0][0], branch[-1][1]) if branch else None
    plain, encoded = _decoded(written) if written is not None else (None, None)
    return TriggerUrl(
        url=marked,
        api_version=version,
        endpoint=shape.endpoint,
        slug=slug,
        branch=plain,
        build_num=marked.slice(*tail[0]) if shape.endpoint in RERUNS else None,
        query=tuple(_query(marked, path_end)),
        userinfo=marked.slice(authority.start("user"), authority.end("user") - 1) if authority and user else None,
        replacements=(
            *_replacements(marked, found, shape, named, authority),
            *_tail(shape.endpoint, named[-1][1], tail, path_end),
        ),
        sure=_is_sure(marked, shape, version, authority["host"] if authority else ""),
        encoded=encoded,
        divided=len(branch) > 1,
    )


def _decoded(branch: Template) -> tuple[Template, str | None]:
    """The branch as it is called, or as it stands with the expansion that keeps it from being decoded."""
    try:
        return percent_decoded(branch, plus=False), None
    except ValueError as error:
        return branch, str(error)


def _is_sure(marked: Marked, shape: _Shape, version: str, host: str) -> bool:
    """Whether host and path together mean CircleCI: many products have an `/api/v1/project/…`."""
    if "circle" in host.lower():
        return True
    start = marked.text.find("/project/") + len("/project/")
    first = marked.text[start:].partition("/")[0]
    return version == "v1.1" and shape.has_vcs and first in VCS


def _replacements(
    marked: Marked,
    found: re.Match[str],
    shape: _Shape,
    named: tuple[tuple[int, int], ...],
    authority: re.Match[str] | None,
) -> Iterator[UrlReplacement]:
    if authority and authority["user"]:
        yield UrlReplacement(authority.start("user"), authority.end("user"), "")
    if found[1]:
        yield UrlReplacement(found.start(1), found.end(1), "v2")
    first = marked.text[slice(*named[0])]
    if not shape.has_vcs and found[1] == "v1":
        yield UrlReplacement(named[0][0], named[0][0], "gh/")
    elif shape.has_vcs and VCS.get(first, first) != first:
        yield UrlReplacement(*named[0], VCS[first])


def _tail(
    endpoint: Endpoint, named_end: int, tail: tuple[tuple[int, int], ...], path_end: int
) -> Iterator[UrlReplacement]:
    """What follows the project: a pipeline, or for a rerun the job of that number, which has to be looked up."""
    if endpoint not in RERUNS:
        yield UrlReplacement(named_end, path_end, "/pipeline")
        return
    number_start, number_end = tail[0]
    yield UrlReplacement(named_end, number_start, "/job/")
    yield UrlReplacement(number_end, path_end, "")


def _query(marked: Marked, start: int) -> Iterator[QueryParameter]:
    text = marked.text
    if not text.startswith("?", start):
        return
    end = text.find("#", start)
    end = len(text) if end < 0 else end
    at = start + 1
    while at <= end:
        stop = text.find("&", at, end)
        stop = end if stop < 0 else stop
        if stop > at:
            equals = text.find("=", at, stop)
            name_end = stop if equals < 0 else equals
            value = marked.slice(equals + 1, stop) if equals >= 0 else ()
            yield QueryParameter(marked.slice(at, name_end), value, at, stop)
        at = stop + 1


def _first(text: str, chars: str) -> int:
    places = [index for index in map(text.find, chars) if index >= 0]
    return min(places, default=len(text))
