"""Rewrite a CircleCI config for a plan: one pass per kind of change, each from text to text and checked by parsing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods import config_guards, config_parameters, config_revisions, config_variables, config_workflows
from codemods.config_nodes import Config, JobNote
from migrator.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from codemods.config_nodes import Passed
    from migrator.model import ConfigPlan

_PASSES: tuple[Callable[[str, ConfigPlan], Passed], ...] = (
    config_parameters.declare,
    config_workflows.write_implicit,
    config_guards.guard,
    config_workflows.write_generated,
    config_variables.hand_over,
    config_revisions.check_out,
)


@dataclass(frozen=True, slots=True)
class ConfigRewrite:
    """The config that the plan asks for, and notes: on one job's calls, or on all where the job is None."""

    text: str
    notes: tuple[JobNote, ...] = ()


def rewrite_config(text: str, plan: ConfigPlan) -> ConfigRewrite:
    """Make the plan's changes in the text of a `.circleci/config.yml`. Raises Refusal.

    Made twice they change nothing the second time; what an earlier run wrote is extended.
    """
    if Config(text).data.get("setup") is True:
        raise Refusal(
            "setup-config", "The config is a setup config (`setup: true`), continued by another. Migrate it by hand."
        )
    notes: list[JobNote] = []
    for change in _PASSES:
        passed = change(text, plan)
        text = passed.text
        notes += passed.notes
    return ConfigRewrite(text, tuple(dict.fromkeys(notes)))
