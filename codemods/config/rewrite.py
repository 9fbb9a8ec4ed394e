"""Rewrite a CircleCI config for a plan: one pass per kind of change, each from text to text and checked by parsing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from codemods.config import (
    checks,
    deploys,
    guards,
    parameters,
    patterns,
    revisions,
    unfamiliar,
    unknown_keys,
    variables,
    version,
    workflows,
)
from codemods.config import variables as shells
from codemods.config.extend import extend
from codemods.config.nodes import ConfigText, JobNote, Passed
from codemods.config.version import is_legacy
from migrator.errors import Refusal
from migrator.model import ConfigPlan

Change = Callable[[str, ConfigPlan], Passed]
_LEGACY_PASSES: tuple[Change, ...] = (
    unknown_keys.drop,
    checks.check,
    version.bump,
    version.escape,
    version.rename_steps,
)
_WORKFLOW_PASSES: tuple[Change, ...] = (
    patterns.doubt,
    unfamiliar.name_unknown,
    parameters.declare,
    workflows.write_implicit,
    guards.guard,
    workflows.write_generated,
)
_JOB_PASSES: tuple[Change, ...] = (
    variables.hand_over,
    revisions.check_out,
    shells.check_shells,
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
    if plan.served:
        return ConfigRewrite(text)
    if ConfigText(text).data.get("setup") is True:
        raise Refusal(
            "setup-config", "The config is a setup config (`setup: true`), continued by another. Migrate it by hand."
        )
    return _made(text, extend(text, plan), _passes(text))


def _made(text: str, plan: ConfigPlan, changes: Iterable[Change]) -> ConfigRewrite:
    notes: list[JobNote] = []
    for change in changes:
        passed = change(text, plan)
        text = passed.text
        notes += passed.notes
    return ConfigRewrite(text, tuple(dict.fromkeys(notes)))


def modernized(text: str) -> ConfigRewrite:
    """Move a config of version 2 or 2.0 to 2.1 and do nothing else. Raises Refusal.

    CircleCI announced that only 2.1 compiles from 21 September 2026 on (CircleCI discuss 54605, 54719).
    """
    plan = ConfigPlan("", "", ())
    changes = (
        *_LEGACY_PASSES,
        patterns.doubt,
        workflows.write_implicit,
        deploys.replace_all,
        version.drop_branches,
    )
    return _made(text, plan, changes if is_legacy(text) else ())


def _passes(text: str) -> Iterator[Change]:
    legacy = is_legacy(text)
    if legacy:
        yield from _LEGACY_PASSES
    yield from _WORKFLOW_PASSES
    yield deploys.replace_all if legacy else deploys.replace_calling
    if legacy or not ConfigText(text).workflows:
        yield version.drop_branches
    yield from _JOB_PASSES
