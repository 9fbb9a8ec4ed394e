"""What is asked of CircleCI, one function a question, answers as values. CircleCI docs: API references."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.circleci.runs.config import as_mapping
from migrator.errors import ApiError
from migrator.live.client import NotFoundError, path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.circleci.runs.config import Data
    from migrator.live.client import Client

_PAGES = 20
_SHORT = {"github": "gh", "bitbucket": "bb"}
_LONG = {"gh": "github", "bb": "bitbucket"}


@dataclass(frozen=True, slots=True)
class LiveProject:
    """A project as v2 describes it; `provider` is GitHub, Bitbucket or CircleCI, `branch` the default branch."""

    id: str
    slug: str
    organization_id: str
    organization_slug: str
    provider: str
    branch: str


@dataclass(frozen=True, slots=True)
class PipelineDefinition:
    """A pipeline definition of a project; `provider` says where its config is (github_app, github_oauth, …)."""

    id: str
    name: str
    provider: str


@dataclass(frozen=True, slots=True)
class Build:
    """A recent build. `job` is empty for one that v1.1 started without a name."""

    number: int
    job: str
    branch: str
    queued: str


def segments(slug: str) -> tuple[str, str, str]:
    """The three segments of a slug, its provider in the short form that every endpoint takes (facts: `gh`, `bb`)."""
    provider, organization, repository = slug.split("/", 2)
    return _SHORT.get(provider, provider), organization, repository


def short(slug: str) -> str:
    """The slug with the provider in its short form."""
    return "/".join(segments(slug))


def user(client: Client) -> str:
    """The login of the token's person. Raises AuthError, and NotFoundError for a project token."""
    data = as_mapping(client.get(path("v2", "me")))
    return _text(data, "login") or _text(data, "name") or _text(data, "id")


def project(client: Client, slug: str) -> LiveProject:
    """Look a project up. Raises NotFoundError when the token does not see it."""
    data = as_mapping(client.get(path("v2", "project", *segments(slug))))
    vcs = as_mapping(data.get("vcs_info"))
    return LiveProject(
        _text(data, "id"),
        _text(data, "slug") or slug,
        _text(data, "organization_id"),
        _text(data, "organization_slug"),
        _text(vcs, "provider"),
        _text(vcs, "default_branch"),
    )


def definitions(client: Client, project_id: str) -> tuple[PipelineDefinition, ...]:
    """The pipeline definitions of a project; Server has none. Raises NotFoundError."""
    try:
        found = client.get(path("v3", "pipelines"), {"filter[project_id]": project_id})
        return tuple(_definition_v3(item) for item in _items(found, "data"))
    except NotFoundError:
        found = client.get(path("v2", "projects", project_id, "pipeline-definitions"))
        return tuple(_definition_v2(item) for item in _items(found, "items"))


def _definition_v3(item: Data) -> PipelineDefinition:
    attributes = as_mapping(item.get("attributes"))
    config = as_mapping(attributes.get("config"))
    source = as_mapping(config.get("vcs")) or as_mapping(config.get("hosted"))
    return PipelineDefinition(_text(item, "id"), _text(attributes, "name"), _text(source, "provider"))


def _definition_v2(item: Data) -> PipelineDefinition:
    source = as_mapping(item.get("config_source"))
    return PipelineDefinition(_text(item, "id"), _text(item, "name"), _text(source, "provider"))


def last_pipeline(client: Client, slug: str, branch: str) -> tuple[str, int] | None:
    """Id and number of the last pipeline of a branch, or None when there is none."""
    found = client.get(path("v2", "project", *segments(slug), "pipeline"), {"branch": branch})
    for item in _items(found, "items"):
        return _text(item, "id"), _number(item, "number")
    return None


def config_of(client: Client, pipeline: str) -> str:
    """The config as it was in the repository for a pipeline; the setup config where there is one."""
    data = as_mapping(client.get(path("v2", "pipeline", pipeline, "config")))
    return _text(data, "setup-config") or _text(data, "source")


def recent_job_builds(client: Client, slug: str) -> tuple[Build, ...]:
    """Of the last 30 builds, those that no workflow started: v1.1 did, with a trigger of one job, or a retry of it."""
    provider, organization, repository = slug.split("/", 2)
    where = path("v1.1", "project", _LONG.get(provider, provider), organization, repository)  # documented for v1.1
    found = client.get(where, {"limit": "30", "shallow": "true"})
    if not isinstance(found, list):
        raise ApiError(f"the answer to GET {where} is not a list of builds", hint="check --host")
    return tuple(_build(as_mapping(item)) for item in found if not as_mapping(as_mapping(item).get("workflows")))


def _build(item: Data) -> Build:
    parameters = as_mapping(item.get("build_parameters"))
    job = _text(parameters, "CIRCLE_JOB") or _text(item, "job_name")
    return Build(_number(item, "build_num"), job, _text(item, "branch"), _text(item, "queued_at"))


def pages(client: Client, where: str) -> Iterator[Data]:
    """All items of a list, over its pages."""
    token = ""
    for _ in range(_PAGES):
        data = client.get(where, {"page-token": token} if token else None)
        yield from _items(data, "items")
        token = _text(as_mapping(data), "next_page_token")
        if not token:
            return


def _items(data: object, name: str) -> Iterator[Data]:
    items = as_mapping(data).get(name)
    if not isinstance(items, list):
        raise ApiError(f"an answer of the API has no list `{name}`", hint="check --host, or update migrator")
    return (as_mapping(item) for item in items)


def _text(data: Data, name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _number(data: Data, name: str) -> int:
    value = data.get(name)
    return value if isinstance(value, int) else 0
