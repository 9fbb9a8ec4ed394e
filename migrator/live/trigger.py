"""Trigger a pipeline and see what becomes of it: v2 answers 201 even when nothing will run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.circleci.runs.config import as_mapping
from migrator.errors import ApiError, UsageError
from migrator.live.api import definitions, pages, project, segments
from migrator.live.client import NotFoundError, path, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from migrator.circleci.runs.config import Data
    from migrator.live.client import Answer, Client

CREATION, WORKFLOWS = 300.0, 20.0
"""Seconds in which a pipeline must be created, and in which its first workflow must then be seen."""

_RUNNING = frozenset({"running", "failing", "on_hold", "queued", "not_started"})
_BAD_STATE = frozenset({"errored"})


@dataclass(frozen=True, slots=True)
class Started:
    """A pipeline that was asked for."""

    id: str
    number: int
    url: str


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow of a pipeline with its status in CircleCI's words."""

    name: str
    status: str
    url: str


@dataclass(frozen=True, slots=True)
class PipelineSeen:
    """A pipeline at one moment; `state` and `errors` in CircleCI's words."""

    state: str
    errors: tuple[str, ...] = ()
    workflows: tuple[Workflow, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether nothing will change any more."""
        if self.state in _BAD_STATE:
            return True
        done = all(workflow.status not in _RUNNING for workflow in self.workflows)
        return self.state == "created" and bool(self.workflows) and done

    @property
    def is_good(self) -> bool:
        """Whether all that there is has succeeded."""
        return self.state == "created" and all(workflow.status == "success" for workflow in self.workflows)


def parse_slug(text: str) -> str:
    """The project slug, its three segments checked. Raises UsageError."""
    parts = text.strip("/").split("/")
    providers = {"gh", "github", "bb", "bitbucket", "circleci"}
    if len(parts) != 3 or parts[0] not in providers or not all(map(_is_name, parts)):
        raise UsageError(
            f"{text!r} is no project slug", hint="write gh/ORG/REPO, bb/ORG/REPO or circleci/ORG-ID/PROJECT-ID"
        )
    return "/".join(segments("/".join(parts)))


def _is_name(part: str) -> bool:
    return part.isprintable() and part.strip(".") != "" and not set(part) & set(" ?#%\\")


def definition_of(client: Client, slug: str) -> str | None:
    """The one pipeline definition of a project; None where the API knows of none. Raises UsageError for several."""
    found = definitions(client, project(client, slug).id)
    if len(found) > 1:
        listed = ", ".join(f"{each.id} ({plain(each.name)})" for each in found)
        raise UsageError(
            f"{slug} has {len(found)} pipeline definitions: {listed}", hint="name one with --definition-id"
        )
    return found[0].id if found else None


def start(client: Client, slug: str, body: Mapping[str, object], *, run: bool) -> Started:
    """Trigger the pipeline, once. `run`: through `…/pipeline/run`. Raises AuthError and ApiError."""
    end = ("pipeline", "run") if run else ("pipeline",)
    try:
        answer = client.start(path("v2", "project", *segments(slug), *end), body)
    except NotFoundError as error:
        error.hint = f"{error.hint}; or the config on that ref does not declare the parameters"
        raise
    return _started(client, slug, answer)


def _started(client: Client, slug: str, answer: Answer) -> Started:
    match answer.data():
        case {"id": str(id_), "number": int(number)} if answer.status == 201:
            return Started(id_, number, client.host.pipeline(slug, number))
        case {"message": str(message)}:
            raise ApiError(
                f"CircleCI started no pipeline ({answer.status}: {plain(message)})",
                hint="`[ci skip]` or `[skip ci]` in the head commit stops API triggers too",
            )
    raise ApiError(f"CircleCI's answer names no pipeline ({answer.status})", hint="look at the project's pipelines")


def watch(client: Client, slug: str, started: Started, timeout: float) -> Iterator[PipelineSeen]:
    """The pipeline, looked at until it is over or `timeout` seconds are, ever less often. Raises ApiError."""
    for _ in client.clock.looks(timeout):
        seen = look(client, slug, started)
        yield seen
        if seen.is_over:
            return


def look(client: Client, slug: str, started: Started) -> PipelineSeen:
    """The pipeline and its workflows as they are now."""
    data = as_mapping(client.get(path("v2", "pipeline", started.id)))
    state, errors = data.get("state"), data.get("errors")
    texts = (as_mapping(error).get("message") for error in (errors if isinstance(errors, list) else []))
    said = tuple(plain(text) for text in texts if isinstance(text, str))
    workflows = pages(client, path("v2", "pipeline", started.id, "workflow"))
    return PipelineSeen(
        "errored" if said and state != "created" else str(state),
        said,
        tuple(_workflow(client, slug, started, item) for item in workflows),
    )


def _workflow(client: Client, slug: str, started: Started, item: Data) -> Workflow:
    url = client.host.workflow(slug, started.number, str(item.get("id")))
    return Workflow(plain(str(item.get("name"))), plain(str(item.get("status"))), url)


def until_created(client: Client, slug: str, started: Started) -> PipelineSeen:
    """The pipeline as soon as it has workflows, or errors, or has had time enough to have either. Raises ApiError."""
    created_at: float | None = None
    seen = PipelineSeen("pending")
    for gone in client.clock.looks(CREATION):
        seen = look(client, slug, started)
        if seen.state in _BAD_STATE or seen.workflows:
            return seen
        if seen.state == "created":
            created_at = gone if created_at is None else created_at
            if gone - created_at >= WORKFLOWS:
                return seen
    return seen
