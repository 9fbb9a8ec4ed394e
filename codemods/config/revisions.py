"""Move to the revision that a call asks for behind every `checkout` of the jobs that calls start with one.

v2 has no field for a commit: the pipeline checks out the head of its ref first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config.nodes import ConfigText, JobNote, Passed, StepSite, entries_of, job_steps, warning
from migrator.circleci.compiler import CompileError, Event, EventKind, UnknownError, compile_pipeline
from migrator.circleci.runs.generated import checkout_revision_step
from migrator.circleci.runs.observed import observe
from migrator.circleci.runs.templates import each_step
from migrator.errors import Refusal
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
    for name, job in moved:
        _refuse_others(config, plan, name, job)
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


def _refuse_others(config: ConfigText, plan: ConfigPlan, name: str, job: JobPlan) -> None:
    """Refuse a job with checkouts where no step can be written, as in an inline orb, which sees no pipeline parameter.

    CircleCI docs: reusing-config, on the scope of pipeline parameters. Raises Refusal.
    """
    sent = {plan.selector: job.job, str(plan.revision): _ANY}
    try:
        runs = compile_pipeline(config.data, Event(EventKind.API, parameters=sent)).jobs
    except (CompileError, UnknownError):
        return  # the proof says so
    steps = [step for run in runs if run.workflow == job.workflow for step in each_step(observe(run).steps)]
    if any(step.kind == "checkout" and "revision" not in step.settings for step in steps):
        raise Refusal(
            "revision-checkout",
            f"Job `{name}` checks out in a place where no step can be put behind it, such as an inline orb, which "
            "pipeline parameters do not reach. Move the `checkout` into the job or a command of the config.",
        )


_ANY = "0" * 40


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
