"""Hand the build parameters to the jobs: in `environment:` where every start sends them, else by exporting pre-steps.

What the config, the project or a context sets is never shadowed, and what is not sent stays unset.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config.environment import keep_in_environment
from codemods.config.pre_steps import pre_steps
from codemods.config.text.entries import Entry, entries_of, set_in_entry
from codemods.config.text.nodes import Config, Passed
from codemods.config.workflows import TAG_FILTERS
from migrator.circleci.runs.generated_steps import exported, revision_step
from migrator.syntax.yaml.api import get
from migrator.syntax.yaml.write import Copy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.model import ConfigPlan, JobPlan, Variable
    from migrator.syntax.yaml.write import Value


def hand_over(text: str, plan: ConfigPlan) -> Passed:
    """Make every generated workflow hand over what its callers send. Raises Refusal."""
    for job in plan.jobs:
        text, in_environment = keep_in_environment(text, job)
        for position in range(len(list(entries_of(Config(text), job.workflow)))):
            text = _complete(text, plan, job, position, in_environment)
    return Passed(text)


def _complete(text: str, plan: ConfigPlan, job: JobPlan, position: int, in_environment: Sequence[Variable]) -> str:
    config = Config(text)
    entry = list(entries_of(config, job.workflow))[position]
    placed = in_environment if entry.job == job.job else ()
    wanted = pre_steps(config, job, plan, name=entry.job, placed=placed)
    text = _set_pre_steps(config, entry, wanted, plan)
    entry = list(entries_of(Config(text), job.workflow))[position]
    if job.tags and entry.settings.get("filters") is None:
        text = set_in_entry(text, entry, "filters", TAG_FILTERS)
    return text


def _set_pre_steps(config: Config, entry: Entry, wanted: Sequence[Value], plan: ConfigPlan) -> str:
    """Ours first, then what others put there."""
    present = entry.settings.get("pre-steps")
    steps = present if isinstance(present, list) else []
    if [step for step in steps if _is_ours(step, plan)] == list(wanted):
        return config.text
    node = get(entry.body, "pre-steps")
    foreign = [
        Copy(config.text, item, node.column)
        for item, step in zip(node.nodes if node else (), steps, strict=True)
        if node is not None and not _is_ours(step, plan)
    ]
    return set_in_entry(config.text, entry, "pre-steps", [*wanted, *foreign])


def _is_ours(step: object, plan: ConfigPlan) -> bool:
    return exported(step) is not None or (plan.revision is not None and step == revision_step(plan.revision))
