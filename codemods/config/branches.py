"""Take job-level `branches` out of a config: version 2.1 does not know the key.

It filtered only the implicit workflow of a config without workflows, whose `build` entry has it as `filters` by now
(CircleCI docs: configuration-reference, branches).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config.text.nodes import Config, JobNote, Passed, value_position, warning
from migrator.errors import Refusal
from migrator.syntax.yaml.api import get, merged
from migrator.syntax.yaml.patch import patch
from migrator.syntax.yaml.remove import RemovePair

if TYPE_CHECKING:
    from migrator.model import ConfigPlan
    from migrator.syntax.yaml.api import Node


def drop(text: str, plan: ConfigPlan) -> Passed:
    """Remove every job-level `branches` where it is defined. Raises Refusal where nothing else stands beside it."""
    notes: list[JobNote] = []
    for name, job in Config(text).jobs.items():
        if get(job, "branches") is None:
            continue
        while (holder := _holder(Config(text).jobs[name])) is not None:
            text = patch(text, _removal(holder, name))
        if any(planned.job == name for planned in plan.jobs):
            message = f"Job `{name}` had `branches` of its own; a call starts it on every branch now."
            notes.append(warning(name, "job-branches", message))
    return Passed(text, tuple(notes))


def _holder(job: Node) -> Node | None:
    """The map that has the key itself: the job or one that is merged into it."""
    return next((node for node in (job, *merged(job)) if value_position(node, "branches") is not None), None)


def _removal(holder: Node, name: str) -> RemovePair:
    position = value_position(holder, "branches")
    if position is None or len(holder.pairs) == 1:
        raise Refusal("config-layout", f"The `branches` of job `{name}` cannot be taken out. Move them by hand.")
    return RemovePair(holder, position)
