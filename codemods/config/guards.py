"""Keep the existing workflows from running along when an API call selects a job.

A workflow without `when` or `unless` runs in every pipeline (CircleCI docs: configuration-reference, workflows). An
existing condition is combined with the guard, never replaced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config.condition import combine, selected
from codemods.config.parameters import choices
from codemods.config.text.nodes import Config, Passed
from migrator.circleci.compiler import CompileError, UnknownError, workflow_may_run
from migrator.errors import Refusal
from migrator.syntax.yaml.api import get, merged, own
from migrator.syntax.yaml.insert import insert_pair
from migrator.syntax.yaml.patch import patch
from migrator.syntax.yaml.write import Copy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from migrator.model import ConfigPlan
    from migrator.syntax.yaml.api import Node


_KEYWORDS = ("when", "unless")


def guard(text: str, plan: ConfigPlan) -> Passed:
    """Guard every workflow that could run beside a selected job. Raises Refusal."""
    config = Config(text)
    unconditional = {
        id(workflow): insert_pair(workflow, "when", selected(plan, plan.idle), -1)
        for name, workflow in config.workflows.items()
        if _needs_guard(config, name, plan) and not _has_condition(workflow) and not any(merged(workflow))
    }
    text = patch(text, *unconditional.values())
    for name in config.workflows:
        config = Config(text)
        if _needs_guard(config, name, plan):
            text = _guarded(config, name, plan)
    return Passed(text)


def _has_condition(workflow: Node) -> bool:
    return any(get(workflow, keyword) is not None for keyword in _KEYWORDS)


def _needs_guard(config: Config, name: str, plan: ConfigPlan) -> bool:
    workflow = config.workflow_data(name)
    if workflow.get("triggers"):
        return False  # a scheduled workflow never runs in a pipeline that the API starts
    if "jobs" not in workflow or _may_run(workflow, plan, plan.idle) is False:
        return False
    return any(_may_run(workflow, plan, choice) is not False for choice in choices(config, plan))


def _may_run(workflow: Mapping[str, object], plan: ConfigPlan, choice: str) -> bool | None:
    try:
        return workflow_may_run(workflow, {f"pipeline.parameters.{plan.selector}": choice})
    except UnknownError:
        return None
    except CompileError as error:
        raise Refusal(
            "condition-unreadable", f"A workflow's condition cannot be read: {str(error).splitlines()[0]}."
        ) from error


def _guarded(config: Config, name: str, plan: ConfigPlan) -> str:
    workflow = config.workflows[name]
    for keyword in _KEYWORDS:
        pair = own(workflow, keyword)
        if pair is not None:
            return combine(config, workflow, pair, plan)
        inherited = get(workflow, keyword)
        if inherited is not None:
            return _copied(config, name, keyword, plan)
    return patch(config.text, insert_pair(workflow, "when", selected(plan, plan.idle), -1))


def _copied(config: Config, name: str, keyword: str, plan: ConfigPlan) -> str:
    """A condition that a merge key brings in is written into the workflow itself, and then combined there."""
    source = get(config.workflows[name], keyword)
    assert source is not None
    if any(node.anchor is not None for node in source.walk() if node is not source):
        raise Refusal("config-anchor", f"The condition merged into workflow `{name}` holds anchors. Guard it by hand.")
    column = max(0, source.column - 2)
    text = patch(config.text, insert_pair(config.workflows[name], keyword, Copy(config.text, source, column), -1))
    return _guarded(Config(text), name, plan)
