"""Rewrite a CircleCI config for a plan: one pass per kind of change, each from text to text and checked by parsing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from codemods.config import branches as config_branches
from codemods.config import checks as config_checks
from codemods.config import escapes as config_escapes
from codemods.config import guards as config_guards
from codemods.config import parameters as config_parameters
from codemods.config import renames as config_renames
from codemods.config import revisions as config_revisions
from codemods.config import shells as config_shells
from codemods.config import unknown_keys as config_unknown_keys
from codemods.config import variables as config_variables
from codemods.config import version as config_version
from codemods.config import workflows as config_workflows
from codemods.config.deploy import deploys as config_deploys
from codemods.config.extend import extend
from codemods.config.text.nodes import Config, JobNote, Passed
from codemods.config.version import is_legacy
from migrator.errors import Refusal
from migrator.model import ConfigPlan

Change = Callable[[str, ConfigPlan], Passed]
_LEGACY_PASSES: tuple[Change, ...] = (
    config_unknown_keys.drop,
    config_checks.check,
    config_version.bump,
    config_escapes.escape,
    config_renames.rename_steps,
)
_WORKFLOW_PASSES: tuple[Change, ...] = (
    config_parameters.declare,
    config_workflows.write_implicit,
    config_guards.guard,
    config_workflows.write_generated,
)
_JOB_PASSES: tuple[Change, ...] = (
    config_variables.hand_over,
    config_revisions.check_out,
    config_shells.check_shells,
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
    plan = extend(text, plan)
    notes: list[JobNote] = []
    for change in _passes(text):
        passed = change(text, plan)
        text = passed.text
        notes += passed.notes
    return ConfigRewrite(text, tuple(dict.fromkeys(notes)))


def _passes(text: str) -> Iterator[Change]:
    legacy = is_legacy(text)
    if legacy:
        yield from _LEGACY_PASSES
    yield from _WORKFLOW_PASSES
    yield config_deploys.replace_all if legacy else config_deploys.replace_calling
    if legacy or not Config(text).workflows:
        yield config_branches.drop
    yield from _JOB_PASSES
