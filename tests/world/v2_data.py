"""How v2 describes pipelines, workflows and jobs. CircleCI docs: API v2 reference."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.world.records import BuildStatus

if TYPE_CHECKING:
    from tests.world.records import Build, Pipeline, Workflow

_CREATED_AT = "2026-01-01T12:00:00.000Z"
_NOT_STARTED = {BuildStatus.QUEUED, BuildStatus.NOT_RUN, BuildStatus.ON_HOLD, BuildStatus.BLOCKED}


def page(items: list[dict[str, object]], size: int = 0, token: str = "") -> dict[str, object]:
    """A page of a list, with the token of the next one; all of it when no size is given."""
    start = _start_of(token)
    end = start + size if size else len(items)
    return {"items": items[start:end], "next_page_token": f"from={end}&more" if end < len(items) else None}


def _start_of(token: str) -> int:
    """Where a page starts. Tokens hold what a URL must encode, so that a caller who does not is found out."""
    found = re.fullmatch(r"from=(\d+)&more", token)
    return int(found[1]) if found else 0


def created(pipeline: Pipeline, state: str) -> dict[str, object]:
    """The reply to a trigger: nothing but the state hints at errors, if even that does."""
    return {
        "id": pipeline.id,
        "state": state,
        "number": pipeline.number,
        "created_at": _CREATED_AT,
    }


def pipeline_data(pipeline: Pipeline, state: str) -> dict[str, object]:
    """`GET /pipeline/{id}`; errors are seen when the state is `errored`."""
    checkout = pipeline.checkout
    return {
        "id": pipeline.id,
        "number": pipeline.number,
        "project_slug": str(pipeline.project.slug),
        "state": state,
        "errors": [{"type": "config", "message": text} for text in pipeline.errors if state == "errored"],
        "created_at": _CREATED_AT,
        "trigger": {"type": pipeline.trigger},
        "vcs": {"revision": checkout.commit, "branch": checkout.branch, "tag": checkout.tag},
    }


def workflow_data(workflow: Workflow, status: str) -> dict[str, object]:
    """`GET /workflow/{id}`."""
    return {
        "id": workflow.id,
        "name": workflow.name,
        "status": status,
        "pipeline_id": workflow.pipeline.id,
        "pipeline_number": workflow.pipeline.number,
        "project_slug": str(workflow.pipeline.project.slug),
        "created_at": f"2026-01-01T12:00:{workflow.pipeline.workflows.index(workflow) + 1:02}Z",
    }


SETUP = "setup-of-"


def setup_workflow(pipeline: Pipeline) -> dict[str, object]:
    """The workflow that sets a pipeline up, before the others are there."""
    return {
        "id": f"{SETUP}{pipeline.id}",
        "name": "setup",
        "tag": "setup",
        "status": "success",
        "pipeline_id": pipeline.id,
        "pipeline_number": pipeline.number,
        "project_slug": str(pipeline.project.slug),
        "created_at": _CREATED_AT,
    }


def setup_job() -> dict[str, object]:
    """The one job of a setup workflow."""
    return {"id": "setup-job", "name": "setup", "status": "success", "type": "build", "job_number": 900001}


def job_in_workflow(build: Build, status: BuildStatus) -> dict[str, object]:
    """One item of `GET /workflow/{id}/job`; approvals and jobs that did not start have no number."""
    approval = build.job is not None and build.job.approval
    data: dict[str, object] = {
        "id": build.id,
        "name": build.job.name if build.job else "build",
        "status": status.value,
        "type": "approval" if approval else "build",
        "project_slug": str(build.project.slug),
    }
    return data if status in _NOT_STARTED or not build.started else data | {"job_number": build.number}


def job_data(build: Build, status: BuildStatus) -> dict[str, object]:
    """`GET /project/{slug}/job/{number}`. A build that v1.1 started belongs to no pipeline."""
    data: dict[str, object] = {
        "number": build.number,
        "name": build.job.name if build.job else "build",
        "status": status.value,
        "parallelism": build.job.parallelism if build.job else 1,
        "web_url": f"https://app.circleci.com/jobs/{build.project.slug}/{build.number}",
        "contexts": [{"name": name} for name in (build.job.contexts if build.job else ())],
    }
    workflow = build.workflow
    if workflow is None:
        return data
    return data | {
        "pipeline": {"id": workflow.pipeline.id},
        "latest_workflow": {"id": workflow.id, "name": workflow.name},
    }


def selected(workflow: Workflow, ids: object, *, from_failed: bool) -> list[Build]:
    """The builds that a rerun is about: those named, those that failed or did not run, or all."""
    if isinstance(ids, list) and ids:
        return [build for build in workflow.builds if build.id in ids]
    if from_failed:
        return [build for build in workflow.builds if build.status in {BuildStatus.FAILED, BuildStatus.NOT_RUN}]
    return list(workflow.builds)
