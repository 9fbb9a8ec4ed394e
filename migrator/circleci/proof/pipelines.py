"""Two pipelines side by side: which runs one of them lacks, and what the others differ in.

A deploy step of a job on several nodes runs once, which takes a job of its own in 2.1: the step is compared with that
job (CircleCI docs: migrate-from-deploy-to-run).
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from migrator.circleci.proof.differences import (
    environment_differences,
    run_differences,
    setting_differences,
    step_differences,
)
from migrator.circleci.runs.observed import Difference, step_text
from migrator.model import Proof, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from migrator.circleci.compiler import Step
    from migrator.circleci.runs.observed import Observed, Ran, Seen

    Key = tuple[str, str]


# What these make is the job's own, so the new job may do the same again.
_REPEATED = frozenset({"checkout", "attach_workspace", "restore_cache", "setup_remote_docker", "add_ssh_keys"})
_HARMLESS_LATER = frozenset({"store_artifacts", "store_test_results", "save_cache", "persist_to_workspace", "deploy"})
_TELLING = ("CIRCLE_JOB", "CIRCLE_NODE_")
# A call names its job by the same word: a field of a form, or a key of JSON.
_NAMING = re.compile(r"build_parameters(?:\\?\[|%5B)CIRCLE_JOB|CIRCLE_JOB\\*[\"']\s*(?::|=>)")


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
        text = _NAMING.sub("", str(step.settings))
        if any(name in text for name in _TELLING):
            yield Difference(
                f"{step_text(step)} reads the name of its job or its node, which is another now", sure=False
            )
    first = next(index for index, step in enumerate(steps) if step.kind == "deploy")
    later = [step for step in steps[first:] if step.kind not in _HARMLESS_LATER]
    if later:
        yield Difference(f"{step_text(later[0])} ran after the deploy step, and now runs before it", sure=False)


_SHOWN = 3


def pipeline_differences(old: Ran, new: Ran) -> Iterator[Difference]:
    """What differs between what two configs run for one event, in the order of workflows and jobs."""
    behind = {key: followers(old, new, key) for key in old if key in new and _is_moved(old[key], new[key])}
    accounted = {follower for found in behind.values() for follower in found}
    yield from _only_in(old, old.keys() - new.keys(), {key[0] for key in new}, "does not run any more")
    yield from _only_in(new, new.keys() - old.keys() - accounted, {key[0] for key in old}, "runs as well")
    for key in sorted(old.keys() & new.keys()):
        for found in _same_key(key, old, new, behind):
            yield replace(found, text=f"{_shown(key)}: {found.text}")


def _only_in(ran: Ran, keys: Iterable[Key], others: set[str], what: str) -> Iterator[Difference]:
    """The runs that the other side lacks; a workflow that it lacks altogether is named once. `others` are its own."""
    for workflow, found in groupby(sorted(keys), key=itemgetter(0)):
        jobs = list(found)
        if len(jobs) > 1 and workflow not in others:
            first = min(jobs, key=lambda key: len(ran[key].conditions))
            name = f"workflow {workflow}"
            yield Difference(f"{name} {what}{_conditions(ran[first])}", sure=not ran[first].conditions)
            continue
        for key in jobs:
            yield Difference(f"{_shown(key)} {what}{_conditions(ran[key])}", sure=not ran[key].conditions)


def started_differences(old: Seen, new: Ran) -> Iterator[Difference]:
    """What differs between the one run that v1.1 started and what a pipeline runs."""
    name = old.observed.name
    main = min((key for key in new if key[1] == name), key=partial(_distance, old, new), default=None)
    if main is None:
        runs = ", ".join(sorted(map(_shown, new))) or "nothing"
        yield Difference(f"{runs} runs, not the job {name}")
        return
    behind = followers({}, new, main) if _is_moved(old, new[main]) else ()
    yield from _only_in(new, new.keys() - {main} - set(behind), {main[0]}, "runs as well")
    if new[main].waits:
        yield Difference(f"it waits for {_listed(new[main].waits)}")
    for condition in sorted(new[main].conditions):
        yield Difference(f"it runs only if {condition}", sure=False)
    yield from _run_differences(old, new[main], [new[key] for key in behind])


def _distance(old: Seen, new: Ran, key: Key) -> tuple[int, Key]:
    """How far a run of the job is from the one that v1.1 started: of several, the nearest is the call's own."""
    run = new[key]
    company = sum(other[0] == key[0] for other in new) - 1
    differences = len(list(_run_differences(old, run, [])))
    return 4 * len(run.waits) + 2 * company + len(run.conditions) + differences, key


def verdict(subject: str, differences: Iterable[Difference], claim: str = "") -> Proof:
    """What the differences come to: one that is sure is enough to differ. `claim` is what none of them proves."""
    found = tuple(dict.fromkeys(differences))
    sure = [difference.text for difference in found if difference.sure]
    if sure:
        return Proof(subject, Verdict.DIFFERS, _several(sure))
    if found:
        return Proof(subject, Verdict.UNKNOWN, _several([difference.text for difference in found]))
    return Proof(subject, Verdict.PROVED, claim=claim)


def _same_key(key: Key, old: Ran, new: Ran, behind: dict[Key, tuple[Key, ...]]) -> Iterator[Difference]:
    before, after = old[key], new[key]
    mine = behind.get(key, ())
    yield from _run_differences(before, after, [new[follower] for follower in mine])
    if before.conditions != after.conditions:
        runs = [f"{_conditions(run).strip() or 'always'}" for run in (before, after)]
        yield Difference(f"it runs {runs[0]} before, {runs[1]} after", sure=False)
    moved = {name: {follower[1] for follower in found} for (w, name), found in behind.items() if w == key[0]}
    wanted = before.waits | {follower for name in before.waits for follower in moved.get(name, ())}
    if after.waits != wanted:
        yield Difference(f"it waits for {_listed(before.waits)} before, for {_listed(after.waits)} after")


def _run_differences(old: Seen, new: Seen, behind: list[Seen]) -> Iterator[Difference]:
    if _is_moved(old, new):
        yield from moved_differences(old.observed, new, behind)
    else:
        yield from run_differences(old.observed, new.observed)


def _is_moved(old: Seen, new: Seen) -> bool:
    return has_moved(old.observed, new.observed)


def _shown(key: Key) -> str:
    workflow, name = key
    return f"job {name} of workflow {workflow}"


def _conditions(run: Seen) -> str:
    return f" if {' and '.join(sorted(run.conditions))}" if run.conditions else ""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"


def _several(texts: list[str]) -> str:
    more = f"; and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return "; ".join(texts[:_SHOWN]) + more
