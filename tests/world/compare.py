"""What ran in the old world against what ran in the new one: readable differences, none when the migration is right."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.world.compare_runs import run_differences

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from tests.world.harness import World
    from tests.world.ran import Ran


@dataclass(frozen=True, slots=True)
class Allowance:
    """Differences that are meant. `added`: names of jobs that only the new world has, into which steps moved.

    `ignored`: names of variables that may differ, e.g. `CIRCLE_SHA1` where a `revision` older than the branch is built.
    """

    added: Collection[str] = ()
    ignored: Collection[str] = ()


def compare(old: World, new: World, *, added: Collection[str] = (), ignored: Collection[str] = ()) -> tuple[str, ...]:
    """The differences between what ran in two worlds whose tests did the same things. See Allowance.

    Job, ref, commit, environment, contexts, side effects, number of runs and of nodes must agree; names of workflows
    where the old run had one. Raises ValueError when the two tests did not do the same.
    """
    labels = [action.label for action in old.actions]
    if labels != [action.label for action in new.actions]:
        raise ValueError("the two worlds were treated differently")
    allowance = Allowance(added, ignored)
    found = []
    for index, label in enumerate(labels):
        lines = [*_of_callers(old, new, index), *_of_errors(old, new, index)]
        lines += _of_runs(_during(old, index), _during(new, index), allowance)
        if added:
            lines += _of_effects(_during(old, index), _during(new, index))
        found += [f"{label}: {line}" for line in lines]
    return tuple(found)


def _during(world: World, action: int) -> list[Ran]:
    return [ran for ran in world.history if ran.action == action]


def _of_callers(old: World, new: World, action: int) -> Iterator[str]:
    before, after = old.actions[action].caller, new.actions[action].caller
    if before and after and before.status != after.status:
        yield f"the caller ended with {after.status}, not {before.status}: {after.stderr.strip()}"


def _of_errors(old: World, new: World, action: int) -> Iterator[str]:
    """Config errors of the new world, where the old one had none."""
    if not old.errors_during(action):
        for error in new.errors_during(action):
            yield f"config error: {error}"


def _of_runs(old: Iterable[Ran], new: Iterable[Ran], allowance: Allowance) -> Iterator[str]:
    candidates: dict[tuple[str, str], list[Ran]] = defaultdict(list)
    for ran in new:
        candidates[ran.project, ran.job].append(ran)
    for ran in old:
        fitting = candidates[ran.project, ran.job]
        if not fitting:
            yield f"{_name(ran)} did not run"
            continue
        differences, best = _closest(ran, fitting, allowance)
        fitting.remove(best)
        yield from (f"{_name(ran)}: {difference}" for difference in differences)
    for ran in (ran for left in candidates.values() for ran in left):
        if ran.name not in allowance.added:
            yield f"{_name(ran)} ran as well, in workflow {ran.workflow}"
        elif not ran.succeeded:
            yield f"{_name(ran)} failed"


def _of_effects(old: Iterable[Ran], new: Iterable[Ran]) -> Iterator[str]:
    """What all jobs wrote together: with steps in other jobs than before, no single job's lines can be compared."""
    before, after = (sorted(line for ran in runs for line in ran.effects) for runs in (old, new))
    if before != after:
        yield f"the jobs wrote {after}, not {before}"


def _closest(old: Ran, candidates: Iterable[Ran], allowance: Allowance) -> tuple[list[str], Ran]:
    compared = [(list(run_differences(old, new, allowance)), new) for new in candidates]
    return min(compared, key=lambda pair: len(pair[0]))


def _name(ran: Ran) -> str:
    return f"{ran.project} job {ran.name} on {ran.tag or ran.branch}"
