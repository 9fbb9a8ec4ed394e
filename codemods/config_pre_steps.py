"""The steps before a job's own that hand over what its callers send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config_nodes import Config, job_steps
from migrator.circleci.generated_steps import export_steps, revision_step
from migrator.model import Presence

if TYPE_CHECKING:
    from collections.abc import Collection

    from migrator.circleci.generated_steps import Step
    from migrator.model import ConfigPlan, JobPlan, Variable


def pre_steps(
    config: Config, job: JobPlan, plan: ConfigPlan, *, name: str | None = None, placed: Collection[Variable] = ()
) -> list[Step]:
    """The generated steps in front of `name`, or of the plan's own job. `placed` are in that job's environment already.

    A job without a checkout is told the revision here; one with a checkout moves to it behind the checkout.
    """
    runs = job.job if name is None else name
    steps = export_steps([variable for variable in job.always if variable not in placed], job.sometimes)
    if job.revision is not Presence.NEVER and plan.revision and not _checks_out(config, runs):
        steps.append(revision_step(plan.revision))
    return steps


def _checks_out(config: Config, job: str) -> bool:
    return job in config.jobs and any(site.name == "checkout" for site in job_steps(config, config.jobs[job]))
