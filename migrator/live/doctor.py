"""Ask CircleCI about the projects that callers start: whether everything is there that the migration needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.errors import ApiError, AuthError
from migrator.live.answer import NotFoundError, plain
from migrator.live.api import project, recent_job_builds, short, user
from migrator.live.doctor_project import builds, definition, organization, readiness
from migrator.live.finding import Finding, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from migrator.live.client import Client
    from migrator.live.planned import Planned, PlannedCall

_PERSONAL = "make a personal token at https://app.circleci.com/settings/user/tokens: v2 takes no other"


def examine(client: Client, plans: Sequence[Planned]) -> Iterator[Finding]:
    """All findings, the token's first; nothing else is asked with a token that v2 refuses. Raises ApiError."""
    targets = targets_of(plans)
    token = _token(client, list(targets))
    yield token
    if token.state is State.PROBLEM:
        return
    if not targets:
        message = "no call names its project, and no remote of the repository is at GitHub or Bitbucket"
        following = "run this in a clone with its remote"
        yield Finding("project", "", State.UNKNOWN, message, following)
    for slug, calls in targets.items():
        yield from _project(client, slug, calls)


def targets_of(plans: Sequence[Planned]) -> Mapping[str, list[PlannedCall]]:
    """The projects that calls start, old calls and planned ones, with the latter; without any the repository's own."""
    targets: dict[str, list[PlannedCall]] = {}
    for plan in plans:
        for call in plan.calls:
            if call.project is not None:
                targets.setdefault(call.project, []).append(call)
        for slug in plan.left:
            targets.setdefault(slug, [])
    found = targets or {slug: [] for plan in plans for slug in plan.slugs[:1]}
    spelled = {slug: name for plan in plans for slug, name in plan.spelled.items()}
    return {short(spelled.get(slug, slug)): calls for slug, calls in found.items()}


def _token(client: Client, slugs: Sequence[str]) -> Finding:
    """Whether the token is a personal one: v2 answers 404 or 401 to those of projects, v1.1 takes them."""
    origin = client.token.origin
    try:
        return Finding("token", "", State.OK, f"{origin} holds a personal token of {plain(user(client))}")
    except (NotFoundError, AuthError) as error:
        if any(_knows_v1(client, slug) for slug in slugs):
            message = f"{origin} holds a project token: v1.1 takes it, v2 does not"
            return Finding("token", "", State.PROBLEM, message, _PERSONAL)
        return Finding("token", "", State.PROBLEM, error.message, _PERSONAL)


def _knows_v1(client: Client, slug: str) -> bool:
    try:
        recent_job_builds(client, slug)
    except (ApiError, AuthError):
        return False
    return True


def _project(client: Client, slug: str, calls: Sequence[PlannedCall]) -> Iterator[Finding]:
    try:
        known = project(client, slug)
    except NotFoundError as error:
        message = f"the token does not see the project ({error.said or error.status})"
        following = "ask for access to it, check its name, or name the organisation's new slug if it has moved"
        yield Finding("project", slug, State.PROBLEM, message, following)
        return
    yield Finding("project", slug, State.OK, "the token sees the project")
    questions: tuple[Callable[[], Iterator[Finding]], ...] = (
        lambda: iter((organization(client, known),)),
        lambda: iter((definition(client, known),)),
        lambda: readiness(client, known, calls),
        lambda: iter((builds(client, known, slug),)),
    )
    for name, question in zip(("organisation", "definition", "config", "v1-builds"), questions, strict=True):
        yield from _answered(name, slug, question)


def _answered(name: str, slug: str, question: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """The findings; that one question has no answer does not keep others from being asked."""
    try:
        yield from question()
    except (ApiError, AuthError) as error:
        yield Finding(name, slug, State.UNKNOWN, error.message, error.hint or "")
