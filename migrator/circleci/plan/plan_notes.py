"""What a plan rests on beyond the config's text: bash in the image, values that are not empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.runs.shells import shell_doubt
from migrator.model import JobPlan, Note, Presence, Severity, static

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.circleci.plan.decide import Decision
    from migrator.circleci.runs.config import ConfigView
    from migrator.model import ConfigPlan


def plan_notes(config: ConfigView, plan: ConfigPlan, decision: Decision) -> tuple[Note, ...]:
    """The notes on one call that come from how its jobs get what it sends."""
    jobs = [job for job in plan.jobs if job.job in decision.jobs]
    return (*_about_shells(config, jobs), *_about_environment(jobs), *_about_empty_values(jobs, decision))


def _about_shells(config: ConfigView, jobs: list[JobPlan]) -> Iterator[Note]:
    for job in jobs:
        exported = [v.name for v in (*(() if job.in_environment else job.always), *job.sometimes)]
        if job.revision is not Presence.NEVER:
            exported.append("CIRCLE_SHA1")
        doubt = shell_doubt(config, job.job)
        if not exported or doubt is None:
            continue
        if doubt.fails:
            yield Note(
                "shell-not-sh",
                Severity.ERROR,
                f"Job {job.job} gets {', '.join(exported)} from a step written for bash, and {doubt.reason}. "
                "Put the parameters into its environment by hand.",
            )
            continue
        yield Note(
            "needs-bash",
            Severity.WARNING,
            f"Job {job.job} gets {', '.join(exported)} through $BASH_ENV, which only bash reads, and {doubt.reason}.",
        )


def _about_environment(jobs: list[JobPlan]) -> Iterator[Note]:
    for job in jobs:
        if job.in_environment and job.always:
            names = ", ".join(variable.name for variable in job.always)
            yield Note(
                "environment-first",
                Severity.INFO,
                f"Job {job.job} gets {names} through its environment, since its steps may not run in bash: a caller "
                "that stays on v1.1 sends it an empty value, so merge config and callers together.",
            )


def _about_empty_values(jobs: list[JobPlan], decision: Decision) -> Iterator[Note]:
    sometimes = {variable.name for job in jobs for variable in job.sometimes}
    sent = dict(decision.call.trigger.parameters)
    names = [name for name in sent if name in sometimes and not static(sent[name].template)]
    always_empty = any(static(sent[name].template) == "" for name in names)
    if names:
        yield Note(
            "empty-is-unset",
            Severity.WARNING if always_empty else Severity.INFO,
            f"Not every caller sends {', '.join(names)}, so an empty value reaches the job as an unset variable.",
        )
