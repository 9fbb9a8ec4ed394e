"""Write workflows: the implicit one of a config that has none, and one for each job that calls start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config.guards import selected
from codemods.config.nodes import ConfigText, Passed, job_steps, value_position
from migrator.circleci.compiler import CompileError, UnknownError
from migrator.circleci.runs.generated import export_steps, revision_step, selects
from migrator.circleci.runs.v1_run import run_v1
from migrator.errors import Refusal
from migrator.model import Presence
from migrator.syntax.yaml import NodeKind, entries, get, own
from migrator.syntax.yaml.operations import InsertPairs, ReplaceValue, insert_pair
from migrator.syntax.yaml.patch import patch
from migrator.syntax.yaml.write import copied, with_comments

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from migrator.circleci.runs.generated import Step
    from migrator.model import ConfigPlan, JobPlan, Variable
    from migrator.syntax.yaml import Node
    from migrator.syntax.yaml.write import Value


def pre_steps(
    config: ConfigText, job: JobPlan, plan: ConfigPlan, *, name: str | None = None, placed: Collection[Variable] = ()
) -> list[Step]:
    """The generated steps in front of `name`, or of the plan's own job. `placed` are in that job's environment already.

    A job that checks out moves to the revision behind the checkout; one that may not do so is told it here.
    """
    runs = job.job if name is None else name
    steps = export_steps([variable for variable in job.always if variable not in placed], job.sometimes)
    if job.revision is not Presence.NEVER and plan.revision and not _checks_out(config, runs):
        steps.append(revision_step(plan.revision))
    return steps


def _checks_out(config: ConfigText, job: str) -> bool:
    """Whether the job checks out in any case; a step whose condition is not known may be left out."""
    try:
        return any(step.kind == "checkout" for step in run_v1(config.data, job, {}).steps)
    except (CompileError, UnknownError):
        return False


IMPLICIT = "build"
TAG_FILTERS: dict[str, Value] = {"tags": {"only": "/.*/"}}


def write_implicit(text: str, plan: ConfigPlan) -> Passed:
    """Write out what a push runs where there are no workflows: the job `build`, if there is one.

    CircleCI docs: workflows. The job's own `branches`, which only counted there, become the filters of its entry.
    """
    config = ConfigText(text)
    if config.workflows or IMPLICIT not in config.jobs:
        return Passed(text)
    branches = get(config.jobs[IMPLICIT], "branches")
    entry: Value = IMPLICIT
    if branches is not None:
        moved = _branches(text, branches)
        pair = own(config.jobs[IMPLICIT], "branches")
        moved = moved if pair is None else with_comments(text, *pair, moved)
        entry = {IMPLICIT: {"filters": {"branches": moved}}}
    guard = {"when": selected(plan, plan.idle)} if plan.jobs else {}  # a config that only moves to 2.1 has no selector
    workflow: Value = {**guard, "jobs": [entry]}
    return Passed(_add(text, {IMPLICIT: workflow}))


def _branches(text: str, branches: Node) -> Value:
    if branches.kind is not NodeKind.MAP or not set(entries(branches)) <= {"only", "ignore"}:
        raise Refusal("branches-unreadable", "The `branches` of job `build` cannot be read. Move them by hand.")
    return copied(text, branches, branches.column)


def write_generated(text: str, plan: ConfigPlan) -> Passed:
    """Write the workflow of each job that calls start. Raises Refusal for a name that is taken."""
    config = ConfigText(text)
    new: dict[str, Value] = {}
    for job in plan.jobs:
        if job.job not in config.jobs:
            raise _missing(config, job.job)
        if job.workflow not in config.workflows:
            new[job.workflow] = _generated(config, job, plan)
        elif not is_generated(config, job, plan):
            raise Refusal("workflow-taken", f"A workflow `{job.workflow}` is there already and does something else.")
    return Passed(_add(text, new) if new else text)


def _missing(config: ConfigText, name: str) -> Refusal:
    other = config.definitions("jobs").get(name)
    if other is not None and other.kind is NodeKind.SCALAR and "/" in other.value:
        text = f"`{name}` is another name for the orb's job `{other.value}`. Write the workflow that runs it by hand."
        return Refusal("job-missing", f"The config has no job `{name}` of its own: {text}")
    return Refusal("job-missing", f"The config has no job `{name}`.")


def is_generated(config: ConfigText, job: JobPlan, plan: ConfigPlan) -> bool:
    """Whether the job's workflow is there as an earlier run wrote it."""
    return config.workflow_data(job.workflow).get("when") == selects(plan.selector, job.job)


def _generated(config: ConfigText, job: JobPlan, plan: ConfigPlan) -> Value:
    settings: dict[str, Value] = {"filters": TAG_FILTERS} if job.tags else {}
    # What deploy steps and environments make of the job comes later, and so do the pre-steps of such a job.
    is_settled = not job.in_environment and not any(s.name == "deploy" for s in job_steps(config, config.jobs[job.job]))
    if is_settled and (steps := pre_steps(config, job, plan)):
        settings["pre-steps"] = list(steps)
    entry: Value = {job.job: settings} if settings else job.job
    return {"when": selected(plan, job.job), "jobs": [entry]}


def _add(text: str, workflows: Mapping[str, Value]) -> str:
    config = ConfigText(text)
    section = config.section("workflows")
    if section is not None:
        return patch(text, InsertPairs(section, workflows))
    position = value_position(config.root, "workflows")
    if position is not None:
        return patch(text, ReplaceValue(config.root, position, dict(workflows)))
    return patch(text, insert_pair(config.root, "workflows", dict(workflows)))
