"""Move to the revision that a call asks for behind every `checkout` of the jobs that calls start with one.

v2 has no field for a commit: the pipeline checks out the head of its ref first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config_entries import entries_of
from codemods.config_nodes import Config, JobNote, Passed, StepSite, job_steps, warning
from migrator.circleci.generated_steps import checkout_revision_step
from migrator.model import Presence
from migrator.syntax.yaml import construct, get
from migrator.syntax.yaml_insert import InsertItem
from migrator.syntax.yaml_patch import patch

if TYPE_CHECKING:
    from migrator.model import ConfigPlan, JobPlan


def check_out(text: str, plan: ConfigPlan) -> Passed:
    """Add the step behind each checkout that does not have it yet, at the checkout's definition. Raises Refusal."""
    notes: list[JobNote] = []
    for job in plan.jobs:
        if job.revision is Presence.NEVER or plan.revision is None:
            continue
        for name in [entry.job for entry in entries_of(Config(text), job.workflow)]:
            text = _behind_checkouts(text, name, plan.revision)
            notes += _unseen_checkouts(Config(text), name, job)
    return Passed(text, tuple(notes))


def _behind_checkouts(text: str, name: str, parameter: str) -> str:
    while True:
        config = Config(text)
        site = next((s for s in job_steps(config, config.jobs[name]) if _lacks(s, parameter)), None)
        if site is None:
            return text
        step = checkout_revision_step(parameter, _directory(site))
        text = patch(text, InsertItem(site.steps, step, site.position + 1))


def _lacks(site: StepSite, parameter: str) -> bool:
    if site.name != "checkout":
        return False
    following = site.steps.nodes[site.position + 1 : site.position + 2]
    return not following or construct(following[0]) != checkout_revision_step(parameter, _directory(site))


def _directory(site: StepSite) -> str | None:
    path = get(site.body, "path")
    return None if path is None else str(construct(path))


def _unseen_checkouts(config: Config, name: str, job: JobPlan) -> list[JobNote]:
    orbs = [site.name for site in job_steps(config, config.jobs[name]) if "/" in site.name]
    if not orbs:
        return []
    message = f"The orb step `{orbs[0]}` of job `{name}` may check out the source: then not the revision sent."
    return [warning(job.job, "revision-orb", message)]
