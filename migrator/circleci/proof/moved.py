"""A deploy step of a job on several nodes runs once, which takes a job of its own in 2.1: compare step and job.

CircleCI docs: migrate-from-deploy-to-run.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.circleci.proof.differences import (
    environment_differences,
    run_differences,
    setting_differences,
    step_differences,
)
from migrator.circleci.runs.observed import Difference, step_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrator.circleci.compiler import Step
    from migrator.circleci.runs.observed import Observed, Ran, Seen

# What these make is the job's own, so the new job may do the same again.
_REPEATED = frozenset({"checkout", "attach_workspace", "restore_cache", "setup_remote_docker", "add_ssh_keys"})
_HARMLESS_LATER = frozenset({"store_artifacts", "store_test_results", "save_cache", "persist_to_workspace", "deploy"})
_TELLING = ("CIRCLE_JOB", "CIRCLE_NODE_")


def has_moved(old: Observed, new: Observed) -> bool:
    """Whether the old run has deploy steps on several nodes and the new one has them no more."""
    return any(step.kind == "deploy" for step in old.steps) and not any(step.kind == "deploy" for step in new.steps)


def followers(old: Ran, new: Ran, key: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """The runs that only the new pipeline has and that wait for the run `key` alone."""
    workflow, name = new_key = key
    assert new_key in new
    fresh = (other for other in new if other not in old and other[0] == workflow)
    return tuple(other for other in fresh if new[other].waits == {name})


def moved_differences(old: Observed, new: Seen, behind: Sequence[Seen]) -> Iterator[Difference]:
    """What differs when the deploy steps of `old` run in the one job `behind` the new one."""
    deploys = [step for step in old.steps if step.kind == "deploy"]
    rest = tuple(step for step in old.steps if step.kind != "deploy")
    yield from run_differences(replace(old, steps=rest), new.observed)
    if len(behind) != 1:
        times = "does not run" if not behind else f"runs in {len(behind)} jobs"
        yield Difference(f"the deploy step ({step_text(deploys[0])}) {times}")
        return
    if behind[0].conditions != new.conditions:
        yield Difference("the job with the deploy step runs under other conditions")
    yield from _behind_differences(old, behind[0].observed, deploys)
    yield from _caveats(old.steps, deploys)


def _behind_differences(old: Observed, behind: Observed, deploys: Sequence[Step]) -> Iterator[Difference]:
    yield from environment_differences(old.environment, behind.environment)
    yield from setting_differences({**old.settings, "parallelism": 1}, behind.settings)
    last = max(index for index, step in enumerate(old.steps) if step.kind == "deploy")
    again = [step for step in old.steps[:last] if step.kind in _REPEATED]
    own = [step for step in behind.steps if step not in again]
    yield from step_differences([replace(step, kind="run") for step in deploys], own)


def _caveats(steps: Sequence[Step], deploys: Sequence[Step]) -> Iterator[Difference]:
    for step in deploys:
        if any(name in str(step.settings) for name in _TELLING):
            yield Difference(
                f"{step_text(step)} reads the name of its job or its node, which is another now", sure=False
            )
    first = next(index for index, step in enumerate(steps) if step.kind == "deploy")
    later = [step for step in steps[first:] if step.kind not in _HARMLESS_LATER]
    if later:
        yield Difference(f"{step_text(later[0])} ran after the deploy step, and now runs before it", sure=False)
