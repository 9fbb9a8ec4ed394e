"""For random repositories: everything is migrated and proved, a second evaluation agrees, and damage is caught."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from migrator.model import Status
from tests.verifying.evaluator import RefusedError, Start, runs, v1_runs
from tests.verifying.mutants import config_mutants, config_of, is_harmless
from tests.verifying.requests import Asked, calls, new_request, old_request
from tests.verifying.strategies import BRANCHES, TAGS, Repository, repositories
from tests.verifying.support import checked, compared, faults, migrated, report

if TYPE_CHECKING:
    from tests.verifying.support import Files

# A failing example is shown as it was found: to make it smaller takes minutes, and --hypothesis-seed finds it again.
_PHASES = (Phase.explicit, Phase.generate)
EFFORT = int(os.environ.get("MIGRATOR_EFFORT", "1"))
"""With MIGRATOR_EFFORT=50 fifty times as many examples are tried."""

_FAILED = {"proof-differs", "not-proved", "tool-defect"}


def _examples(number: int) -> settings:
    return settings(
        deadline=None,
        max_examples=number * EFFORT,
        database=None,
        phases=_PHASES,
        suppress_health_check=list(HealthCheck),
    )


_NOT_SEEN = "had `branches` of its own"  # which `apply` says too (`job-branches`): such a call is unsafe


@_examples(24)
@given(repositories())
def test_everything_is_migrated_and_proved(repository: Repository) -> None:
    found = report(repository.files)
    assert found.outcomes
    for outcome in found.outcomes:
        codes = {note.code for note in outcome.notes}
        assert outcome.status is not Status.MANUAL, outcome.notes
        assert not codes & _FAILED, outcome.notes
    new = migrated(repository.files)
    assert not [fault for fault in faults(compared(repository.files, new)) if _NOT_SEEN not in fault]
    assert not any("differs" in fault for fault in faults(checked(new)) if "push to any branch" not in fault)


@_examples(8)
@given(repositories())
def test_a_second_evaluation_agrees(repository: Repository) -> None:
    old, new = repository.files, migrated(repository.files)
    configs = config_of(old), config_of(new)
    for start in _ordinary(configs[0]):
        assert _folded(configs, runs(configs[0], start)) == _folded(configs, runs(configs[1], start))
    with tempfile.TemporaryDirectory() as folder:
        for script, arguments in repository.runs:
            for before, after in _requests(old[script], new[script], arguments, Path(folder)):
                _check_request(configs, before, after)


def _ordinary(config: dict[str, Any]) -> list[Start]:
    starts = [Start(branch=name) for name in BRANCHES] + [Start(tag=name) for name in TAGS]
    starts += [Start(branch="main", schedule=name) for name in config.get("workflows") or {} if name != "version"]
    if config.get("parameters"):
        starts += [Start(branch="main", api=True, parameters={"nightly": True, "suite": "full"})]
    return starts


def _folded(configs: tuple[dict[str, Any], ...], found: Counter[tuple[Any, ...]]) -> Counter[tuple[Any, ...]]:
    """The runs with those of a job that only the new config has counted as the job's that it came out of."""
    old_jobs = configs[0]["jobs"]
    folded: Counter[tuple[Any, ...]] = Counter()
    for (*where, contexts, kind, text, environment, commit, nodes), count in found.items():
        *workflow, job = where
        if job not in old_jobs:
            job = job.removesuffix("-deploy")
            if kind != "run":
                continue
        waits = tuple(name for part in workflow[1:] for name in part if name in old_jobs)
        folded[(*workflow[:1], waits, job, contexts, kind, text, environment, commit, nodes)] += count
    # Which job waits for which is compared on what is left: a job behind another waits for that one.
    return (
        Counter({(key[0], *key[2:]): count for key, count in folded.items()})
        if len(next(iter(folded), ())) > 8
        else folded
    )


def _requests(old: str, new: str, arguments: tuple[str, ...], folder: Path) -> list[tuple[Asked, Asked | None]]:
    before = calls(old, arguments, folder)
    after = calls(new, arguments, folder)
    assert len(before) == len(after)
    pairs: list[tuple[Asked, Asked | None]] = []
    for words, new_words in zip(before, after, strict=True):
        try:
            request = old_request(words)
        except ValueError:
            continue  # the old call spliced a quote or a backslash into its JSON, and never worked with it
        try:
            pairs.append((request, new_request(new_words)))
        except ValueError:
            pairs.append((request, None))  # spliced as the old call did; v2 refuses the request
    return pairs


def _check_request(configs: tuple[dict[str, Any], ...], before: Asked, after: Asked | None) -> None:
    if after is None:
        assert any(char in str(before) for char in '"\\')
        return
    assert before.job in configs[0]["jobs"]
    assert after.slug == before.slug.replace("github/", "gh/")
    assert (after.branch, after.tag) == (before.branch, before.tag)
    start = Start(after.branch or ("" if after.tag else "main"), after.tag, api=True, parameters=after.parameters)
    old = v1_runs(configs[0], before.job, before.parameters, before.revision)
    new: Counter[tuple[Any, ...]] = Counter()
    for (_, _, job, contexts, *rest), count in runs(configs[1], start).items():
        if job in configs[0]["jobs"] or rest[0] == "run":
            new[(job if job in configs[0]["jobs"] else before.job, contexts, *rest)] += count
    assert _without_empty(new) == _without_empty(old)


def _without_empty(found: Counter[tuple[Any, ...]]) -> Counter[tuple[Any, ...]]:
    """An empty value arrives as an empty variable, or not at all where not every caller sends it."""
    kept: Counter[tuple[Any, ...]] = Counter()
    for (job, contexts, kind, text, environment, commit, nodes), count in found.items():
        kept[job, contexts, kind, text, tuple(pair for pair in environment if pair[1]), commit, nodes] += count
    return kept


@_examples(15)
@given(repositories(), st.data())
def test_damage_that_shows_is_caught(repository: Repository, data: st.DataObject) -> None:
    new = migrated(repository.files)
    config = config_of(new)
    mutants = [(name, mutant) for name, mutant in config_mutants(new) if not is_harmless(name, config)]
    name, mutant = data.draw(st.sampled_from(mutants), label="mutant")
    assume(_shows(repository, new, mutant))
    assert faults(compared(repository.files, mutant)), name


def _shows(repository: Repository, sound: Files, mutant: Files) -> bool:
    """Whether the second evaluation tells the two apart, on a push or on a request that a caller makes."""
    configs = config_of(sound), config_of(mutant)
    with tempfile.TemporaryDirectory() as folder:
        asked = [
            request
            for script, arguments in repository.runs
            for _, request in _requests(repository.files[script], sound[script], arguments, Path(folder))
        ]
    starts = [Start(a.branch or ("" if a.tag else "main"), a.tag, True, a.parameters) for a in asked if a is not None]
    return any(_tried(configs[0], start) != _tried(configs[1], start) for start in (*_ordinary(configs[0]), *starts))


def _tried(config: dict[str, Any], start: Start) -> object:
    try:
        return runs(config, start)
    except (RefusedError, LookupError, TypeError, AttributeError, SyntaxError, ValueError, RecursionError) as error:
        return type(error).__name__
