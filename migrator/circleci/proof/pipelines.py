"""Two pipelines side by side: which runs one of them lacks, and what the others differ in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.proof.differences import run_differences
from migrator.circleci.proof.moved import followers, has_moved, moved_differences
from migrator.circleci.runs.observed import Difference
from migrator.model import Proof, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from migrator.circleci.runs.observed import Ran, Seen

    Key = tuple[str, str]

_SHOWN = 3


def pipeline_differences(old: Ran, new: Ran) -> Iterator[Difference]:
    """What differs between what two configs run for one event."""
    behind = {key: followers(old, new, key) for key in old if key in new and _is_moved(old[key], new[key])}
    accounted = {follower for found in behind.values() for follower in found}
    for key in old.keys() - new.keys():
        yield Difference(f"{_shown(key)} does not run any more{_conditions(old[key])}", sure=not old[key].conditions)
    for key in new.keys() - old.keys() - accounted:
        yield Difference(f"{_shown(key)} runs as well{_conditions(new[key])}", sure=not new[key].conditions)
    for key in old.keys() & new.keys():
        for found in _same_key(key, old, new, behind):
            yield Difference(f"{_shown(key)}: {found.text}", found.sure)


def started_differences(old: Seen, new: Ran) -> Iterator[Difference]:
    """What differs between the one run that v1.1 started and what a pipeline runs."""
    name = old.observed.name
    main = next((key for key in new if key[1] == name), None)
    if main is None:
        runs = ", ".join(sorted(map(_shown, new))) or "nothing"
        yield Difference(f"{runs} runs, not the job {name}")
        return
    behind = followers({}, new, main) if _is_moved(old, new[main]) else ()
    for key in new.keys() - {main} - set(behind):
        yield Difference(f"{_shown(key)} runs as well{_conditions(new[key])}", sure=not new[key].conditions)
    if new[main].waits:
        yield Difference(f"it waits for {_listed(new[main].waits)}")
    for condition in sorted(new[main].conditions):
        yield Difference(f"it runs only if {condition}", sure=False)
    yield from _run_differences(old, new[main], [new[key] for key in behind])


def verdict(subject: str, differences: Iterable[Difference]) -> Proof:
    """What the differences come to: one that is sure is enough to differ."""
    found = tuple(dict.fromkeys(differences))
    sure = [difference.text for difference in found if difference.sure]
    if sure:
        return Proof(subject, Verdict.DIFFERS, _several(sure))
    if found:
        return Proof(subject, Verdict.UNKNOWN, _several([difference.text for difference in found]))
    return Proof(subject, Verdict.PROVED)


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
