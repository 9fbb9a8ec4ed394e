"""Take job-level `branches` out of a config that moves to 2.1, which does not know the key.

It filtered only the implicit workflow of a config without workflows, whose `build` entry has it as `filters` by now
(CircleCI docs: configuration-reference, branches).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config_nodes import Config, JobNote, Passed, value_position, warning
from migrator.errors import Refusal
from migrator.syntax.yaml import get, merged
from migrator.syntax.yaml_patch import patch
from migrator.syntax.yaml_remove import RemovePair

if TYPE_CHECKING:
    from migrator.model import ConfigPlan
    from migrator.syntax.yaml import Node


def drop(text: str, plan: ConfigPlan) -> Passed:
    """Remove every job-level `branches` where it is defined. Raises Refusal where nothing else stands beside it."""
    notes: list[JobNote] = []
    for name in Config(text).jobs:
        config = Config(text)
        if get(config.jobs[name], "branches") is None:
            continue
        holders = [node for node in _with_sources(config.jobs[name]) if value_position(node, "branches") is not None]
        for number in range(len(holders)):
            text = _without(text, name, number)
        if any(job.job == name for job in plan.jobs):
            message = f"Job `{name}` had `branches` of its own; a call starts it on every branch now."
            notes.append(warning(name, "job-branches", message))
    return Passed(text, tuple(notes))


def _with_sources(job: Node) -> list[Node]:
    return [job, *(source for part in merged(job) for source in _with_sources(part))]


def _without(text: str, name: str, number: int) -> str:
    config = Config(text)
    for node in _with_sources(config.jobs[name]):
        position = value_position(node, "branches")
        if position is None:
            continue
        if len(node.pairs) == 1:
            raise Refusal("config-layout", f"The `branches` of job `{name}` cannot be taken out; move them by hand.")
        return patch(text, RemovePair(node, position))
    raise AssertionError(f"holder {number} of branches is gone")
