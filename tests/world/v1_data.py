"""How v1 and v1.1 describe a build. CircleCI docs: API v1 reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.world.records import BuildStatus

if TYPE_CHECKING:
    from tests.world.records import Build

_STATES: dict[BuildStatus, tuple[str, str, str | None]] = {
    BuildStatus.QUEUED: ("queued", "queued", None),
    BuildStatus.RUNNING: ("running", "running", None),
    BuildStatus.SUCCESS: ("success", "finished", "success"),
    BuildStatus.FAILED: ("failed", "finished", "failed"),
    **{
        ended: (ended.value, "finished", ended.value)
        for ended in (BuildStatus.CANCELED, BuildStatus.TIMED_OUT, BuildStatus.BROKEN)
    },
}
_NOT_RUN = ("not_run", "not_run", None)


def build_url(build: Build) -> str:
    """The address of a build in the web application of v1.1's days."""
    return f"https://circleci.com/{build.project.slug}/{build.number}"


def artifacts(build: Build) -> list[dict[str, object]]:
    """What `GET …/artifacts` lists of a build that is over: one file."""
    if not build.status.over:
        return []
    url = f"https://circleci.com/artifacts/{build.project.slug}/{build.number}/app.tar"
    return [{"path": "app.tar", "pretty_path": "app.tar", "node_index": 0, "url": url}]


def build_data(build: Build, seen: BuildStatus | None = None) -> dict[str, object]:
    """The fields of a build that programs read; `seen`: the status to show, where it is not that of the moment."""
    status, lifecycle, outcome = _STATES.get(seen or build.status, _NOT_RUN)
    slug = build.project.slug
    name = build.job.name if build.job else build.injected.get("CIRCLE_JOB", "build")
    return {
        "build_num": build.number,
        "build_url": build_url(build),
        "status": status,
        "lifecycle": lifecycle,
        "outcome": outcome,
        "failed": outcome == "failed",
        "vcs_revision": build.checkout.commit,
        "vcs_tag": build.checkout.tag,
        "branch": build.checkout.branch,
        "vcs_url": f"https://{slug.provider}.com/{slug.organization}/{slug.repository}",
        "username": slug.organization,
        "reponame": slug.repository,
        "job_name": name,
        "build_parameters": dict(build.injected) or {"CIRCLE_JOB": name},
        "parallel": build.job.parallelism if build.job else 1,
        "why": "retry" if build.retry_of else "api",
        "retry_of": build.retry_of,
        "messages": [{"type": "error", "message": text} for text in build.errors],
        "workflows": {"workflow_id": build.workflow.id, "workflow_name": build.workflow.name}
        if build.workflow
        else None,
    }
