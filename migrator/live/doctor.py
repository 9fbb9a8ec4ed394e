"""Ask CircleCI about the projects that callers start: whether everything is there that the migration needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from migrator.circleci.proof.v2_check import check_request
from migrator.circleci.runs.config import ConfigView
from migrator.errors import ApiError, AuthError, ParseError
from migrator.live.api import config_of, definitions, last_pipeline, project, recent_job_builds, short, user
from migrator.live.client import NotFoundError, plain
from migrator.model import Verdict, static

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from migrator.live.api import LiveProject
    from migrator.live.client import Client
    from migrator.live.planned import Planned, PlannedCall


class State(StrEnum):
    """How an answer is: a `problem` keeps the migration from working, a `warning` may."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DoctorFinding:
    """One answer. `check` is a stable name, `project` a slug or empty, `next` what to do, empty for nothing."""

    check: str
    project: str
    state: State
    message: str
    next: str = ""


_WRONG = Verdict.DIFFERS
_MERGE = "merge `migrator apply --only config` into {branch} before the callers"


def organization(client: Client, known: LiveProject) -> DoctorFinding:
    """Which kind of organisation the project is in; slug and provider tell (API v2: get a project)."""
    provider = known.provider.lower()
    if not client.host.is_cloud:
        message = f"on CircleCI Server {client.host.origin}, {known.provider}"
        return DoctorFinding(
            "organisation", known.slug, State.OK, message, "keep `--endpoint pipeline`: Server has no v3"
        )
    if known.slug.startswith("circleci/"):
        message = "in an organisation of the GitHub App, GitLab or Bitbucket Data Center, which v1.1 does not know"
        following = f"use `--endpoint pipeline-run` and the slug {known.slug}"
        return DoctorFinding("organisation", known.slug, State.WARNING, message, following)
    name = {"github": "GitHub OAuth", "bitbucket": "Bitbucket Cloud"}.get(provider, known.provider or "unknown")
    return DoctorFinding("organisation", known.slug, State.OK, f"in a {name} organisation: both v2 endpoints will do")


def definition(client: Client, known: LiveProject) -> DoctorFinding:
    """Whether there is a pipeline definition, which `pipeline/run` needs."""
    if not client.host.is_cloud:
        return DoctorFinding("definition", known.slug, State.OK, "Server has no pipeline definitions, and needs none")
    try:
        found = definitions(client, known.id)
    except NotFoundError:
        found = ()
    match found:
        case ():
            state = State.PROBLEM if known.slug.startswith("circleci/") else State.WARNING
            following = "make one under Project Settings > Project Setup, or keep `--endpoint pipeline`"
            return DoctorFinding("definition", known.slug, state, "there is no pipeline definition", following)
        case (only,):
            message = f"the pipeline definition is {plain(only.id)} ({plain(only.name)}, {plain(only.provider)})"
            return DoctorFinding("definition", known.slug, State.OK, message)
    listed = ", ".join(f"{plain(each.id)} ({plain(each.name)}, {plain(each.provider)})" for each in found)
    message = f"there are {len(found)} pipeline definitions: {listed}"
    return DoctorFinding(
        "definition", known.slug, State.WARNING, message, "for pipeline-run choose one with --definition-id"
    )


def readiness(client: Client, known: LiveProject, calls: Sequence[PlannedCall]) -> Iterator[DoctorFinding]:
    """Whether the configs that the callers will meet are ready: of each branch, as of its last pipeline."""
    on_branch: dict[str, list[PlannedCall]] = {}
    for call in calls:
        request, where = call.request, f"{call.path}:{call.line}"
        branch = static(request.branch.template) if request.branch else known.branch
        if request.tag is not None:
            yield _unseen(known, f"{where} starts a tag: the config of that tag counts")
        elif branch is None:
            yield _unseen(known, f"{where} names its branch only when it runs: the config of that branch counts")
        if request.tag is None and request.parameters and (branch or known.branch):
            on_branch.setdefault(branch or known.branch, []).append(call)
    for branch, some in sorted(on_branch.items()):
        yield _on_branch(client, known, branch, some)


def _unseen(known: LiveProject, message: str) -> DoctorFinding:
    return DoctorFinding("config", known.slug, State.UNKNOWN, message, "merge the config everywhere before the caller")


def _on_branch(client: Client, known: LiveProject, branch: str, calls: Sequence[PlannedCall]) -> DoctorFinding:
    found = last_pipeline(client, known.slug, branch)
    if found is None:
        message = f"there has been no pipeline on {branch}, so its config cannot be seen"
        return DoctorFinding("config", known.slug, State.UNKNOWN, message, _MERGE.format(branch=branch))
    identity, number = found
    config = _view(config_of(client, identity))
    where = f"the config of {branch} (pipeline {number})"
    if config is None:
        return DoctorFinding("config", known.slug, State.UNKNOWN, f"{where} cannot be read", f"look at {branch}")
    needed = {name for call in calls for name, _ in call.request.parameters}
    missing = needed - set(config.parameters)
    if missing:
        message = f"{where} does not declare {_listed(missing)}: v2 would refuse the calls"
        return DoctorFinding("config", known.slug, State.PROBLEM, message, _MERGE.format(branch=branch))
    wrong = [proof.detail for call in calls for proof in check_request(config, call.request) if proof.verdict == _WRONG]
    if wrong:
        message = f"{where} does not do what the calls want: {plain(wrong[0])}"
        return DoctorFinding("config", known.slug, State.PROBLEM, message, _MERGE.format(branch=branch))
    return DoctorFinding("config", known.slug, State.OK, f"{where} declares {_listed(needed)}: the callers may go")


def _view(text: str) -> ConfigView | None:
    from migrator.syntax.yaml import load

    try:
        data = load(text)
    except ParseError:
        return None
    return ConfigView(data) if isinstance(data, dict) else None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def builds(client: Client, known: LiveProject, slug: str) -> DoctorFinding:
    """Whether v1.1 still starts jobs. What `/build` starts cannot be told from what v2 starts."""
    found = recent_job_builds(client, slug)
    if not found:
        return DoctorFinding("v1-builds", known.slug, State.OK, "v1.1 started none of the last 30 builds")
    last = found[0]
    job = plain(last.job) or "build"
    message = f"v1.1 started {len(found)} of the last 30 builds, the last one is {job} on {plain(last.branch) or '?'}"
    message += f" ({last.number}, {plain(last.queued)})" if last.queued else f" ({last.number})"
    following = "if `migrator check` finds no caller here, look in other repositories, cron jobs and web hooks"
    return DoctorFinding("v1-builds", known.slug, State.WARNING, message, following)


_PERSONAL = "make a personal token at https://app.circleci.com/settings/user/tokens: v2 takes no other"


def examine(client: Client, plans: Sequence[Planned]) -> Iterator[DoctorFinding]:
    """All findings, the token's first; nothing else is asked with a token that v2 refuses. Raises ApiError."""
    targets = targets_of(plans)
    token = _token(client, list(targets))
    yield token
    if token.state is State.PROBLEM:
        return
    if not targets:
        message = "no call names its project, and no remote of the repository is at GitHub or Bitbucket"
        following = "run this in a clone with its remote"
        yield DoctorFinding("project", "", State.UNKNOWN, message, following)
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


def _token(client: Client, slugs: Sequence[str]) -> DoctorFinding:
    """Whether the token is a personal one: v2 answers 404 or 401 to those of projects, v1.1 takes them."""
    origin = client.token.origin
    try:
        return DoctorFinding("token", "", State.OK, f"{origin} holds a personal token of {plain(user(client))}")
    except (NotFoundError, AuthError) as error:
        if any(_knows_v1(client, slug) for slug in slugs):
            message = f"{origin} holds a project token: v1.1 takes it, v2 does not"
            return DoctorFinding("token", "", State.PROBLEM, message, _PERSONAL)
        return DoctorFinding("token", "", State.PROBLEM, error.message, _PERSONAL)


def _knows_v1(client: Client, slug: str) -> bool:
    try:
        recent_job_builds(client, slug)
    except (ApiError, AuthError):
        return False
    return True


def _project(client: Client, slug: str, calls: Sequence[PlannedCall]) -> Iterator[DoctorFinding]:
    try:
        known = project(client, slug)
    except NotFoundError as error:
        message = f"the token does not see the project ({error.said or error.status})"
        following = "ask for access to it, check its name, or name the organisation's new slug if it has moved"
        yield DoctorFinding("project", slug, State.PROBLEM, message, following)
        return
    yield DoctorFinding("project", slug, State.OK, "the token sees the project")
    questions: tuple[Callable[[], Iterator[DoctorFinding]], ...] = (
        lambda: iter((organization(client, known),)),
        lambda: iter((definition(client, known),)),
        lambda: readiness(client, known, calls),
        lambda: iter((builds(client, known, slug),)),
    )
    for name, question in zip(("organisation", "definition", "config", "v1-builds"), questions, strict=True):
        yield from _answered(name, slug, question)


def _answered(name: str, slug: str, question: Callable[[], Iterator[DoctorFinding]]) -> Iterator[DoctorFinding]:
    """The findings; that one question has no answer does not keep others from being asked."""
    try:
        yield from question()
    except (ApiError, AuthError) as error:
        yield DoctorFinding(name, slug, State.UNKNOWN, error.message, error.hint or "")
