"""One request that starts a v2 pipeline: what it asks for, free of how it is written, and the URLs that it goes to.

OpenAPI: `POST /project/{project-slug}/pipeline`, where the slashes of the slug may be `%2F`, and
`POST /project/{provider}/{organization}/{project}/pipeline/run`; without `Content-Type: application/json` the body is
ignored. The latter also needs a definition; `github` as a provider is in its schema, and has been seen refused, so that
only `gh`, `bb` and `circleci` are written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import unquote

from migrator.circleci.api.v1_url import VCS
from migrator.errors import Refusal
from migrator.model import Literal, ShownToken, Slug, Template, Value, literal, static, values
from migrator.syntax.text.templates import Marked, has_marks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from migrator.model import Objection, PipelineRequest, V1Trigger
    from migrator.syntax.request import HttpRequest


ANSWERED = ("id", "number", "state", "created_at")
"""What v2 answers to a new pipeline, with status 201 (CircleCI API v2 reference, "Trigger a new pipeline", 2026)."""

REFUSED = ("message",)
"""What it answers where it refuses."""

ANSWERED_TEXT = f"{', '.join(f'`{name}`' for name in ANSWERED[:-1])} and `{ANSWERED[-1]}`"
"""The same for a sentence."""


MAX_VALUE = 512
MAX_PARAMETERS = 100
"""Limits of v2 pipeline parameters: characters a value, parameters a pipeline (OpenAPI; docs: pipeline-variables)."""


_MARKS = "\U000f0000-\U000ffffd"
_PULL = re.compile(rf"pull/(?:[0-9]|[{_MARKS}])+")


def v2_branch(branch: Template) -> Template:
    """A branch of v1.1 as v2 calls it: v1.1 calls a pull request `pull/12`, v2 `pull/12/head`; `pull/$N` likewise.

    Source: OpenAPI of v2, "Trigger a new pipeline" (2026).
    """
    known = values(branch)
    texts = known if known is not None else (Marked.of(branch).text,)
    if not all(_PULL.fullmatch(text) for text in texts):
        return branch
    return literal(f"{texts[0]}/head") if known is not None and len(known) == 1 else (*branch, Literal("/head"))


def is_pull(branch: Template) -> bool:
    """Whether the branch is a pull request as v1.1 calls it, at least sometimes."""
    return is_pull_only_sometimes(branch) or v2_branch(branch) != branch


def is_pull_only_sometimes(branch: Template) -> bool:
    """Whether the branches that it can be, all known, are pull requests in part: no text fits behind each of them."""
    pulls = [bool(_PULL.fullmatch(text)) for text in values(branch) or ()]
    return any(pulls) and not all(pulls)


@dataclass(frozen=True, slots=True)
class Bare:
    """A value that stands in the JSON without quotes around it: only the run shows what it is.

    `types` are the types that it can have, as JSON calls them; none where its text is spliced in, whatever that is.
    """

    template: Template
    types: frozenset[str] = frozenset()


Parameter: TypeAlias = Value | Bare | bool | int
"""What is sent for a pipeline parameter."""


@dataclass(frozen=True, slots=True)
class V2Request:
    """The project, a branch or a tag or neither, and the parameters in order.

    `is_json` says whether the request declares its body to be JSON; None when that cannot be seen. `problem` says in
    one sentence why the body cannot be read, or would be refused; the rest says nothing unless it `is_read`. `optional`
    names the parameters that the call sends only sometimes; None when that was not looked at. `run`: it goes to
    `/pipeline/run`. `token` is how it shows its token, `host` the host that it goes to, empty where that is not seen.
    `filled` is what its parameters hold that is never empty, by identity, as far as that was looked at, and `limited`
    what can be a few texts only, with these.
    """

    slug: Slug
    branch: Value | None = None
    tag: Value | None = None
    parameters: tuple[tuple[str, Parameter], ...] = ()
    is_json: bool | None = True
    problem: str = ""
    optional: frozenset[str] | None = None
    is_read: bool = True
    run: bool = False
    token: ShownToken = field(default_factory=ShownToken)
    objections: tuple[Objection, ...] = ()
    host: str = ""
    filled: frozenset[str] = field(default=frozenset(), compare=False)
    limited: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)


def for_run(request: PipelineRequest, trigger: V1Trigger, definition: str | None, *, writes: bool) -> PipelineRequest:
    """The request as one for `pipeline/run`. `writes`: the codemod can write it. Raises Refusal."""
    if not writes:
        message = "A call of this kind is only written for `/pipeline`: leave `--endpoint` as it is, or do it by hand."
        raise Refusal("endpoint-unsupported", message)
    if definition is None:
        message = "The pipeline definition of the project that the call starts is not known. Plan its checkout along."
        raise Refusal("definition-unknown", message)
    if trigger.slug.vcs and static(trigger.slug.vcs) not in VCS:
        message = "`/pipeline/run` takes `gh` and `bb` for certain, and the call names its provider only when it runs."
        raise Refusal("provider-unknown", message)
    return replace(request, definition=definition)


_API = re.compile(r"/api/v2/project/")
# A variable may hold everything before `project`, or only a part of it; no other API has a path that ends like this.
_BASELESS = re.compile(rf"[{_MARKS}]+/(?:api/)?(?:v2/)?project/")
_AUTHORITY = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:/*)?(?:[^/?#@]*@)?(?P<host>[^/?#]*)")
_ENDS = (("pipeline",), ("pipeline", "run"))


@dataclass(frozen=True, slots=True)
class PipelineUrl:
    """A URL that starts a pipeline when it is posted to.

    `run`: the newer endpoint; `sure`: CircleCI must be meant; `encoded`: the slashes of the slug are `%2F`.
    """

    slug: Slug
    run: bool = False
    sure: bool = True
    encoded: bool = False


def pipeline_url(url: Template) -> PipelineUrl | None:
    """The pipeline that the URL starts, or None when it is for something else, or nothing that can be told."""
    marked = Marked.of(url)
    path = re.split(r"[?#]", marked.text, maxsplit=1)[0]
    found = _API.search(path) or _BASELESS.match(path)
    if not found:
        return None
    spans = [match.span() for match in re.finditer(r"[^/]+", path) if match.start() >= found.end()]
    for end in _ENDS:
        named = spans[: -len(end)]
        if tuple(path[slice(*span)] for span in spans[-len(end) :]) == end and named:
            slug = _slug([marked.slice(*span) for span in named], [path[slice(*span)] for span in named])
            encoded = len(named) == 1 and "%" in path
            return None if slug is None else PipelineUrl(slug, len(end) > 1, _is_sure(path), encoded)
    return None


def _slug(parts: Sequence[Template], texts: Sequence[str]) -> Slug | None:
    """The project: three segments, or fewer where one of them is encoded or a variable that can hold several."""
    if len(parts) == 1 and (known := static(parts[0])) is not None:
        names = unquote(known).split("/")
        return Slug(*map(literal, names)) if len(names) == 3 else None
    if len(parts) > 3 or (len(parts) < 3 and not any(map(has_marks, texts))):
        return None
    return Slug(*(*parts, (), ())[:3])


def query_names(url: Template) -> tuple[str, ...]:
    """The names of the fields in a URL's query; an empty text is one that only the run shows."""
    query = Marked.of(url).text.partition("#")[0].partition("?")[2]
    names = (field.partition("=")[0] for field in query.split("&") if field)
    return tuple("" if has_marks(name) else unquote(name) for name in names)


def names_in_query(request: HttpRequest) -> tuple[str, ...]:
    """The names in the query of a request; an empty text is one that only the run shows."""
    return (*request.query, *(name for url in request.urls for name in query_names(url)))


def user_in(url: Template) -> tuple[Template, Template] | None:
    """The user and the password in front of the URL's host; None when there are none."""
    marked = Marked.of(url)
    found = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:/*(?P<user>[^/?#@:]*)(?::(?P<password>[^/?#@]*))?@", marked.text)
    if found is None:
        return None
    user, password = (marked.slice(*found.span(name)) if found[name] else () for name in ("user", "password"))
    return user, password


def _is_sure(path: str) -> bool:
    authority = _AUTHORITY.match(path)
    host = authority["host"] if authority else ""
    return "circle" in host.lower() or has_marks(host)
