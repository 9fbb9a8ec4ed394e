"""Move to the revision that a call asks for behind every `checkout` of the jobs that calls start with one.

v2 has no field for a commit: the pipeline checks out the head of its ref first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config.nodes import ConfigText, JobNote, Passed, StepSite, entries_of, job_steps, warning
from migrator.circleci.runs.generated import checkout_revision_step
from migrator.model import Presence
from migrator.syntax.yaml import construct, get
from migrator.syntax.yaml.operations import InsertItem
from migrator.syntax.yaml.patch import patch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.model import ConfigPlan, JobPlan


def check_out(text: str, plan: ConfigPlan) -> Passed:
    """Add the step behind each checkout that does not have it yet, at the checkout's definition. Raises Refusal."""
    if plan.revision is None:
        return Passed(text)
    config = ConfigText(text)
    moved = [
        (entry.job, job)
        for job in plan.jobs
        if job.revision is not Presence.NEVER
        for entry in entries_of(config, job.workflow)
    ]
    text = _behind_checkouts(text, [name for name, _ in moved], plan.revision)
    config = ConfigText(text)
    return Passed(text, tuple(note for name, job in moved for note in _unseen_checkouts(config, name, job)))


def _behind_checkouts(text: str, names: Sequence[str], parameter: str) -> str:
    """The first checkout of each list of steps that lacks the step, until none is left."""
    while True:
        config = ConfigText(text)
        missing = {
            site.steps: site
            for name in names
            for site in reversed(list(job_steps(config, config.jobs[name])))
            if _lacks(site, parameter)
        }
        if not missing:
            return text
        text = patch(text, *(_behind(site, parameter) for site in missing.values()))


def _behind(site: StepSite, parameter: str) -> InsertItem:
    return InsertItem(site.steps, checkout_revision_step(parameter, _directory(site)), site.position + 1)


def _lacks(site: StepSite, parameter: str) -> bool:
    if site.name != "checkout":
        return False
    following = site.steps.nodes[site.position + 1 : site.position + 2]
    return not following or construct(following[0]) != checkout_revision_step(parameter, _directory(site))


def _directory(site: StepSite) -> str | None:
    path = get(site.body, "path")
    return None if path is None else str(construct(path))


def _unseen_checkouts(config: ConfigText, name: str, job: JobPlan) -> list[JobNote]:
    orbs = [site.name for site in job_steps(config, config.jobs[name]) if "/" in site.name]
    if not orbs:
        return []
    message = f"The orb step `{orbs[0]}` of job `{name}` may check out the source: then not the revision sent."
    return [warning(job.job, "revision-orb", message)]
