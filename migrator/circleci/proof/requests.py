"""The request itself, old against new: the same project, the same ref, a body that v2 reads; and its event."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.circleci.api.target import canonical_slug
from migrator.circleci.api.v2_request import Bare, v2_branch
from migrator.circleci.compiler import Event, EventKind
from migrator.circleci.compiler.expr import Unclear
from migrator.circleci.runs.config import as_mapping
from migrator.circleci.runs.events import on_branch, on_tag, readable, sent, shown_text
from migrator.circleci.runs.observed import Difference, step_text
from migrator.model import Auth, Value, static

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from migrator.circleci.api.v2_request import Parameter, V2Request
    from migrator.circleci.runs.config import ConfigView
    from migrator.circleci.runs.observed import Observed
    from migrator.model import ShownToken, Slug, V1Trigger

NOT_JSON = (
    "the request has no `Content-Type: application/json`: v2 ignores its body, starts an ordinary pipeline and still "
    "answers 201; add the header"
)


def event_of(
    branch: Value | None,
    tag: Value | None,
    known: Mapping[str, str],
    parameters: tuple[tuple[str, Parameter], ...] = (),
    config: ConfigView | None = None,
) -> Event:
    """The event that a request makes, v1.1 or v2; a ref that only the run shows stands for any.

    `config` says of what types the parameters have to be; values of an open type are taken to be of that type.
    """
    declared = config.parameters if config is not None else {}
    given = {name: _argument(name, value, known, declared) for name, value in parameters}
    if tag is not None:
        return on_tag(EventKind.API, sent(tag.template, known), given)
    return on_branch(EventKind.API, sent(branch.template, known) if branch else None, given)


def _argument(name: str, value: Parameter, known: Mapping[str, str], declared: Mapping[str, object]) -> object:
    match value:
        case Bare() if as_mapping(declared.get(name)).get("type") in {"integer", "boolean"}:
            return Unclear(f"what is sent as {name}")
        case Value(template) | Bare(template):
            return sent(template, known)
    return value


def declaration_differences(request: V2Request, trigger: V1Trigger | None = None) -> Iterator[Difference]:
    """What keeps v2 from reading the request, or this tool. What was wrong with the old call is not told again."""
    known = trigger.objections if trigger is not None else ()
    yield from (Difference(found.text, found.sure) for found in request.objections if found not in known)
    if request.problem:
        yield Difference(request.problem, sure=False)
    if request.is_json is False:
        yield Difference(NOT_JSON)
    elif request.is_json is None and (request.is_read or request.problem):
        yield Difference("whether the request has `Content-Type: application/json` cannot be seen", sure=False)


def token_differences(request: V2Request, before: ShownToken | None = None) -> Iterator[Difference]:
    """What is wrong with how the request shows its token (OpenAPI: 401 of `/pipeline/run`).

    What was wrong with it `before` is not told again.
    """
    auth = request.token.auth
    if auth is Auth.NONE:
        what = "the request shows no token that can be seen here; v2 refuses it without one"
        yield Difference(what, sure=False)
    if auth is Auth.QUERY and request.run:
        yield Difference("`/pipeline/run` takes no token in the query: send it in a `Circle-Token` header")
    elif auth is Auth.QUERY:
        what = "the token stands in the query, which v2 calls deprecated and no longer takes everywhere"
        yield Difference(f"{what}: send it in a `Circle-Token` header", sure=False)
    if before is not None and before.template and static(before.template) is None and static(request.token.template):
        yield Difference("its token stands in the text now, and came from elsewhere before", sure=False)
    known = {fault.text for fault in before.faults} if before is not None else set()
    yield from (Difference(fault.text, fault.sure) for fault in request.token.faults if fault.text not in known)


def type_differences(request: V2Request, config: ConfigView) -> Iterator[Difference]:
    """What is sent as another type than is declared; v2 is strict about types (CircleCI docs: pipeline variables)."""
    for name, value in request.parameters:
        declared = str(as_mapping(config.parameters.get(name)).get("type", ""))
        wanted = declared if declared in {"boolean", "integer"} else "string"
        if not isinstance(value, Bare) or not declared:
            continue
        if value.types and wanted not in value.types:
            given = " or ".join(sorted(value.types))
            yield Difference(f"`{name}` is sent as {given}, and the config declares {declared}: v2 refuses the request")
        elif not value.types and wanted == "string":
            what = f"`{name}` stands in the JSON without quotes, and the config declares {declared}"
            yield Difference(f"{what}: v2 takes it only if its value brings quotes of its own", sure=False)
        elif not value.types <= {wanted}:
            may = "null" if value.types <= {wanted, "null"} else "of another type"
            yield Difference(f"`{name}` may be {may}, and v2 takes {declared} only", sure=False)


def optional_differences(trigger: V1Trigger, request: V2Request) -> Iterator[Difference]:
    """Whether what was sent only sometimes still is, and nothing else."""
    if request.optional is not None and len(request.optional) != len(trigger.optional):
        names = ", ".join(sorted(request.optional or trigger.optional))
        when = "now" if request.optional else "before"
        yield Difference(f"{names} is sent only sometimes {when}", sure=False)


def request_differences(trigger: V1Trigger, request: V2Request, known: Mapping[str, str]) -> Iterator[Difference]:
    """What differs in where the two requests go and what they name there."""
    yield from declaration_differences(request, trigger)
    if trigger.auth is not Auth.NONE:
        yield from token_differences(request, trigger.token)
    yield from optional_differences(trigger, request)
    if trigger.host and request.host and trigger.host != request.host:
        yield Difference(f"it goes to {request.host}, and the old call went to {trigger.host}", sure=False)
    before, after = project_name(trigger.slug, known), project_name(request.slug, known)
    if before != after:
        yield Difference(f"it starts {readable(after)}, not {readable(before)}", compared=(before, after))
    if request.branch is not None and request.tag is not None:
        yield Difference("it names a branch and a tag; v2 takes one of them")
    yield from _ref_differences("branch", _branch(trigger.branch, known), _text(request.branch, known))
    yield from _ref_differences("tag", _text(trigger.tag, known), _text(request.tag, known))


def _ref_differences(kind: str, before: str | None, after: str | None) -> Iterator[Difference]:
    if before == after:
        return
    names = [f"the {kind} {readable(text)}" if text is not None else f"no {kind}" for text in (before, after)]
    # What names no branch builds the default branch, whose name is not in the repository.
    sure = kind != "branch" or None not in (before, after)
    compared = (before, after) if before is not None and after is not None else None
    yield Difference(f"it names {names[1]}, not {names[0]}", sure, compared)


def _text(value: Value | None, known: Mapping[str, str]) -> str | None:
    return None if value is None else shown_text(sent(value.template, known))


def _branch(value: Value | None, known: Mapping[str, str]) -> str | None:
    """The branch of a v1 call as v2 calls it."""
    return _text(replace(value, template=v2_branch(value.template)) if value is not None else None, known)


def project_name(slug: Slug, known: Mapping[str, str]) -> str:
    """The project in one spelling; where one variable holds several parts, the rest is empty."""
    vcs, *names = (shown_text(sent(part, known)) for part in (slug.vcs, slug.organization, slug.repository))
    return canonical_slug(vcs, *names).rstrip("/")


_COMMIT = re.compile(r"\.Revision\b|\.Environment\.CIRCLE_SHA1\b")


def revision_caveats(old: Observed) -> Iterator[Difference]:
    """What in a job sees the head of the ref where v1.1 showed it the commit that the call names."""
    kinds = [step.kind for step in old.steps]
    # Without a checkout the commit is told in the first step of all.
    before = old.steps[: kinds.index("checkout")] if "checkout" in kinds else ()
    for step in before:
        if step.kind == "run" and "CIRCLE_SHA1" in str(step.settings):
            what = f"{step_text(step)} runs before the commit is checked out and reads CIRCLE_SHA1"
            yield Difference(what, sure=False)
    for step in old.steps:
        text = str(step.settings)
        if "pipeline.git.revision" in text or (step.kind.endswith("_cache") and _COMMIT.search(text)):
            yield Difference(f"{step_text(step)} names a commit, which is the head of the branch now", sure=False)


def unseen_checkouts(old: Observed) -> Iterator[Difference]:
    """The steps of orbs, which may check out the source: then not the commit that the call names."""
    for step in old.steps:
        if step.kind == "opaque" and "orb" in step.settings:
            what = f"the orb step `{step.settings.get('name')}` may check out the source: then not the commit sent"
            yield Difference(what, sure=False)
