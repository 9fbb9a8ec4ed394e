"""The steps before a job's own that hand over what its callers send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.runs.generated_steps import export_steps, revision_step
from migrator.model import Presence
from migrator.syntax.yaml.api import Kind, entries, get

if TYPE_CHECKING:
    from collections.abc import Collection

    from codemods.config.text.nodes import Config
    from migrator.circleci.runs.generated_steps import Step
    from migrator.model import ConfigPlan, JobPlan, Variable
    from migrator.syntax.yaml.api import Node


def pre_steps(
    config: Config, job: JobPlan, plan: ConfigPlan, *, name: str | None = None, placed: Collection[Variable] = ()
) -> list[Step]:
    """The generated steps in front of `name`, or of the plan's own job. `placed` are in that job's environment already.

    A job that checks out moves to the revision behind the checkout; one that may not do so is told it here.
    """
    runs = job.job if name is None else name
    steps = export_steps([variable for variable in job.always if variable not in placed], job.sometimes)
    if job.revision is not Presence.NEVER and plan.revision and not _checks_out(config, runs):
        steps.append(revision_step(plan.revision))
    return steps


def _checks_out(config: Config, job: str) -> bool:
    """Whether the job checks out in any case, itself or in a local command; a conditional step may be left out."""
    return job in config.jobs and _any_checkout(config, get(config.jobs[job], "steps"), frozenset())


def _any_checkout(config: Config, steps: Node | None, inside: frozenset[str]) -> bool:
    commands = config.definitions("commands")
    for step in steps.resolved().nodes if steps is not None else ():
        node = step.resolved()
        if node.kind is Kind.SEQ and _any_checkout(config, node, inside):
            return True
        name = node.value if node.kind is Kind.SCALAR else next(iter(entries(node)), "")
        if name == "checkout":
            return True
        called = get(commands[name], "steps") if name in commands and name not in inside else None
        if called is not None and _any_checkout(config, called, inside | {name}):
            return True
    return False
