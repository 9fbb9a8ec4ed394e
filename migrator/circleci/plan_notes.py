"""What a plan rests on beyond the config's text: bash in the image, values that are not empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.config import ConfigView, as_mapping
from migrator.model import ConfigPlan, JobPlan, Note, Presence, Severity, static

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.circleci.decide import Decision


def plan_notes(config: ConfigView, plan: ConfigPlan, decision: Decision) -> tuple[Note, ...]:
    """The notes on one call that come from how its jobs get what it sends."""
    jobs = [job for job in plan.jobs if job.job in decision.jobs]
    return (*_about_shells(config, jobs), *_about_empty_values(jobs, decision))


def _about_shells(config: ConfigView, jobs: list[JobPlan]) -> Iterator[Note]:
    for job in jobs:
        exported = [v.name for v in (*(() if job.in_environment else job.always), *job.sometimes)]
        if job.revision is not Presence.NEVER:
            exported.append("CIRCLE_SHA1")
        reason = _without_bash(config, job.job)
        if exported and reason:
            yield Note(
                "needs-bash",
                Severity.WARNING,
                f"Job {job.job} gets {', '.join(exported)} through $BASH_ENV, which only bash reads, and {reason}.",
            )


def _without_bash(config: ConfigView, job: str) -> str | None:
    """Why the job's steps may not run in bash, or None. CircleCI takes bash where the image has it (docs: run step)."""
    body = as_mapping(config.jobs.get(job))
    executor = body.get("executor")
    name = executor if isinstance(executor, str) else as_mapping(executor).get("name")
    shared = as_mapping(as_mapping(config.data.get("executors")).get(str(name)))
    shell = body.get("shell", shared.get("shell"))
    if isinstance(shell, str) and "bash" not in shell:
        return f"its shell is {shell}"
    images = body.get("docker", shared.get("docker"))
    image = as_mapping(images[0]).get("image") if isinstance(images, list) and images else None
    if isinstance(image, str) and any(word in image for word in ("alpine", "busybox")):
        return f"the image {image} may not have it"
    return None


def _about_empty_values(jobs: list[JobPlan], decision: Decision) -> Iterator[Note]:
    sometimes = {variable.name for job in jobs for variable in job.sometimes}
    sent = dict(decision.call.trigger.parameters)
    names = [name for name in sent if name in sometimes and static(sent[name].template) is None]
    if names:
        yield Note(
            "empty-is-unset",
            Severity.INFO,
            f"Not every caller sends {', '.join(names)}, so an empty value reaches the job as an unset variable.",
        )
