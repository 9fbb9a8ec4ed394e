"""Say what an HTTP request asks of CircleCI: to start builds (v1), to start a pipeline or to rerun jobs (v2).

No language is known here. Sources: OpenAPI of v2, `POST /project/{project-slug}/pipeline`, `POST …/pipeline/run` and
`POST /workflow/{id}/rerun`; API v1.1 reference, "Trigger a new job".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from migrator.circleci.api.address import host_of, plain_http
from migrator.circleci.api.token import shown_token
from migrator.circleci.api.v1_url import TriggerUrl, is_about_v1, trigger_url
from migrator.circleci.api.v2_request import (
    Bare,
    Parameter,
    V2Request,
    is_pull,
    names_in_query,
    pipeline_url,
)
from migrator.errors import Refusal
from migrator.model import Endpoint, Expansion, Objection, Slug, Template, V1Trigger, Value, source, static
from migrator.syntax.json import Json, JsonArray, JsonBare, JsonObject, JsonScalar, JsonString
from migrator.syntax.request import LENGTHS
from migrator.syntax.text.templates import Marked, is_mark
from migrator.template import alternatives

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from migrator.circleci.api.v2_request import PipelineUrl
    from migrator.syntax.request import HttpRequest

PIPELINE_HINT = "pipeline"
"""What every text holds that starts a pipeline."""

RERUN_HINT = "/rerun"
"""What every text holds that reruns jobs."""

# As a name, not the platform's variable: every message to a chat has `$CIRCLE_JOB` in it.
TELLING = re.compile(r"(?<![A-Za-z0-9])build_parameters|(?<![\w$])(?<!\$\{)CIRCLE_JOB")
_FIELDS = frozenset({"branch", "tag", "parameters"})
_RERUN = re.compile(r"/api/v2/workflow/[^/?#]+/rerun/?(?:[?#]|\Z)")
_JOB = re.compile(r"/api/v2/project/(.+)/job/[^/?#]+\Z")


def names_circleci(code: str) -> bool:
    """Whether the text of a call says that it is for CircleCI, where its URL does not."""
    return "circle" in code.lower() or TELLING.search(code) is not None


def bare_trigger(url: TriggerUrl) -> V1Trigger:
    """The trigger as far as its URL tells."""
    branch = Value(url.branch) if url.branch is not None else None
    return V1Trigger(url.endpoint, url.api_version or "v1.1", url.slug, branch, build_num=url.build_num)


def as_sent(trigger: V1Trigger, request: HttpRequest) -> V1Trigger:
    """The trigger with what the request that makes it tells of its token and its address."""
    plain = plain_http(request)
    return replace(trigger, token=shown_token(request), objections=(plain,) if plain else (), host=host_of(request))


def unknown_trigger() -> V1Trigger:
    """A trigger of which nothing can be told."""
    return V1Trigger(Endpoint.JOB, "v1.1", Slug((Expansion("?"),), (), ()))


def one_of(url: Template) -> TriggerUrl | None:
    """A trigger among the URLs that one is known to be, when it is not the only one."""
    others = alternatives(url)
    return next((hit for other in others if (hit := trigger_url(other)) is not None), None) if len(others) > 1 else None


def about_unknown_url(urls: Iterable[Template]) -> tuple[str, str] | None:
    """The code and the message for a request whose body is a trigger's, and whose URLs are not known to be one's.

    None when one of them is for v2, or all are known and for something else.
    """
    texts = [Marked.of(url).text for url in urls]
    if any("/api/v2/" in text for text in texts):
        return None
    if any(is_about_v1(text) for text in texts):
        return "url-shape", "The URL is not one that starts builds. Write it out, then run this again."
    if any(is_mark(char) for text in texts for char in text):
        return "unresolved-url", "The URL is known only at run time. Write it out, then run this again."
    return None


def start_of(request: HttpRequest) -> V2Request | None:
    """The pipeline that a request starts; None for any other request."""
    url = next((found for each in request.urls if (found := pipeline_url(each)) is not None), None)
    if url is None or not (url.sure or "circle" in request.code.lower()) or not request.may_post:
        return None
    if request.broken:
        return V2Request(url.slug, is_json=None, is_read=False, objections=(Objection(request.broken),))
    if request.unseen or len(request.urls) > 1:
        problem = request.unseen or "the call sends more than one request, or options from a variable"
        return V2Request(url.slug, is_json=None, problem=problem, is_read=False)
    try:
        body = request.read()
    except Refusal as refusal:
        return V2Request(url.slug, is_json=request.says_json, problem=refusal.reason, is_read=False)
    if body is None:
        read = V2Request(url.slug)
    else:
        read = pipeline_request(url.slug, body.json, run=url.run, is_json=request.says_json)
        read = replace(read, optional=body.optional)
    plain = plain_http(request)
    objections = (*read.objections, *_about_address(request, url), *_about_length(request), *([plain] if plain else []))
    return replace(read, run=url.run, token=shown_token(request), objections=objections, host=host_of(request))


_BODY_FIELDS = frozenset({"branch", "tag", "parameters", "definition_id", "config", "checkout"})


def _about_length(request: HttpRequest) -> Iterator[Objection]:
    """A header that says how long the body is cuts off what is behind it (RFC 9112, 6.2)."""
    if any(header.name in LENGTHS for header in request.headers):
        yield Objection("the call says itself how long its body is: leave that to the client", sure=False)


def _about_address(request: HttpRequest, url: PipelineUrl) -> Iterator[Objection]:
    """What v2 does not take of the address and its query."""
    lost = [name for name in names_in_query(request) if name.partition("[")[0] in _BODY_FIELDS]
    if lost:
        yield Objection(f"`{lost[0]}` stands in the query, where v2 does not read it: it goes into the JSON body")
    if url.run and static(url.slug.vcs) == "github":
        yield Objection("`/pipeline/run` has been seen to refuse `github`: write `gh`", sure=False)
    if url.run and url.encoded:
        yield Objection("`/pipeline/run` takes a project in three segments, and answers 404 to `%2F`")


def pipeline_request(slug: Slug, body: Json, *, run: bool, is_json: bool | None) -> V2Request:
    """The request that a JSON body makes. `run`: it goes to `/pipeline/run`, whose body has another shape."""
    try:
        members = _members(body)
        objections = _misplaced(members) if run else ()
        if run:
            members = _of_run(members)
        unknown = sorted(members.keys() - _FIELDS)
        if unknown:
            other = " of `/pipeline`, it is one of `/pipeline/run`" if unknown[0] in _BODY_FIELDS else ""
            return V2Request(slug, is_json=is_json, problem=f"v2 has no field `{unknown[0]}` in the body{other}")
        branch, tag = (_ref(members.get(name)) for name in ("branch", "tag"))
        objections = (*objections, *_about_refs(members))
        given = _members(members["parameters"]) if "parameters" in members else {}
        parameters = tuple((name, _parameter(name, value)) for name, value in given.items())
    except _UnreadError as error:
        return V2Request(slug, is_json=is_json, problem=str(error), is_read=False)
    return V2Request(slug, branch, tag, parameters, is_json, objections=objections)


def _about_refs(members: Mapping[str, Json]) -> Iterator[Objection]:
    """What is odd in how the branch or the tag is written."""
    for name in ("branch", "tag"):
        match members.get(name):
            case JsonBare(types=types) if not types:
                text = f"`{name}` stands in the JSON without quotes"
                yield Objection(f"{text}: v2 takes it only if its value brings quotes of its own", sure=False)
            case JsonScalar("null"):
                yield Objection(f"`{name}` is null, which v2 may refuse: leave it out", sure=False)
            case JsonString(template) if _VARIABLE.fullmatch(known := static(template) or ""):
                yield Objection(f"`{name}` is `{known}` to the letter: nothing fills the variable in", sure=False)
            case JsonString(template) if name == "branch" and is_pull(template):
                text = f"`branch` is `{source(template)}`, where v2 knows a pull request as `pull/N/head`"
                yield Objection(text, sure=False)


_VARIABLE = re.compile(r"\$(?:[A-Za-z_]\w*|\{[^{}]*\}|\d)")


def _misplaced(members: Mapping[str, Json]) -> tuple[Objection, ...]:
    """What `/pipeline` reads at the top of the body, and `/pipeline/run` refuses there (OpenAPI: unknown keys)."""
    return tuple(
        Objection(f"`{name}` is a field of `/pipeline`; `/pipeline/run` takes it in `config` and in `checkout`")
        for name in ("branch", "tag")
        if name in members
    )


class _UnreadError(Exception):
    """What a body says cannot be told; the message says why, as a clause."""


def _members(body: Json) -> Mapping[str, Json]:
    if not isinstance(body, JsonObject):
        raise _UnreadError("the body, or its `parameters`, is not a map that can be read here")
    names = [static(key) for key, _ in body.items]
    if None in names:
        raise _UnreadError("a name in the body is known only at run time")
    return {str(name): value for name, (_, value) in zip(names, body.items, strict=True)}


def _of_run(members: Mapping[str, Json]) -> dict[str, Json]:
    """The fields of `/pipeline/run` as those of `/pipeline`: config and checkout have to name one ref."""
    rest = {name: members[name] for name in members if name not in {"definition_id", "config", "checkout"}}
    config, checkout = members.get("config"), members.get("checkout")
    if _said(config) != _said(checkout):
        raise _UnreadError("the config and the checkout may be of different refs")
    return {**rest, **(_members(config) if config is not None else {})}


def _said(body: Json | None) -> object:
    """What a part of the body says, wherever it stands."""
    match body:
        case JsonObject(items):
            return {source(key): _said(value) for key, value in items}
        case JsonString(text) | JsonBare(text):
            return type(body), source(text)
    return body


def _ref(value: Json | None) -> Value | None:
    match value:
        case None | JsonScalar("null"):
            return None
        case JsonString(text, exact):
            return Value(text, exact)
        case JsonBare(text):
            return Value(text)  # a branch or a tag can only be a string: its quotes are in the value
    raise _UnreadError("the branch or tag is not a string that can be read here")


def _parameter(name: str, value: Json) -> Parameter:
    match value:
        case JsonString(text, exact):
            return Value(text, exact)
        case JsonScalar("true" | "false" as word):
            return word == "true"
        case JsonScalar(number) if number.lstrip("-").isdecimal():
            return int(number)
        case JsonScalar() | JsonArray() | JsonObject():
            raise _UnreadError(f"v2 takes strings, booleans and whole numbers, and `{name}` is something else")
        case JsonBare(text, types):
            return Bare(text, types)


@dataclass(frozen=True, slots=True)
class RerunBody:
    """What a rerun asks for: `jobs` names them, `ssh` opens them. None for a body that cannot be read."""

    jobs: bool | None
    ssh: bool | None


def rerun_of(request: HttpRequest) -> RerunBody | None:
    """The rerun that a request asks for; None for any other request."""
    if not request.may_post or not any(_RERUN.search(Marked.of(url).text) for url in request.urls):
        return None
    try:
        body = request.read()
    except Refusal:
        return RerunBody(None, None)
    if body is None:
        return RerunBody(jobs=False, ssh=False)
    if not isinstance(body.json, JsonObject):
        return RerunBody(None, None)
    members = {source(name): value for name, value in body.json.items}
    jobs, ssh = members.get("jobs"), members.get("enable_ssh")
    named = jobs is not None and not (isinstance(jobs, JsonArray) and not jobs.items)
    return RerunBody(named, isinstance(ssh, JsonScalar) and ssh.text == "true")


def looked_up(url: Template) -> Template:
    """The project whose job the URL describes; empty for any other URL."""
    marked = Marked.of(url)
    found = _JOB.search(marked.text)
    return marked.slice(found.start(1), found.end(1)) if found else ()


def named(project: Template) -> tuple[str, bool]:
    """The project as written, and whether it is the same in every run."""
    known = static(project)
    return (known or source(project) or "?"), bool(known)
