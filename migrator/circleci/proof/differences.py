"""What two observed runs differ in, in words; and whether the difference is sure or only cannot be ruled out."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from migrator.circleci.compiler.expr import CLOSE, OPEN
from migrator.circleci.runs.config import as_mapping
from migrator.circleci.runs.events import UNLESS_NONE, as_unknown, readable
from migrator.circleci.runs.exports import run_doubt
from migrator.circleci.runs.observed import Difference, cut, observe, own_steps, step_text
from migrator.circleci.runs.shells import unseen_exports, writes_bash_env
from migrator.circleci.runs.templates import read_by_circleci

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from migrator.circleci.compiler import JobRun, Step
    from migrator.circleci.runs.config import ConfigView
    from migrator.circleci.runs.observed import Observed


def unseen_variables(runs: Iterable[JobRun], *, at_its_word: bool = False) -> Iterator[Difference]:
    """The runs with variables that go through `$BASH_ENV` and a shell that does not read it, or may not.

    `at_its_word`: not those of which nothing is known, as where nobody asks for the variables of old.
    """
    for run in runs:
        names = sorted(observe(run).exported)
        doubt = run_doubt(own_steps(run), names)
        if names and doubt is not None and (doubt.sure or not at_its_word):
            what = f"{', '.join(names)} reaches job {run.name} through $BASH_ENV, which only bash reads"
            yield Difference(f"{what}, and {doubt.reason}", sure=False)


def unread_variables(runs: Iterable[JobRun], names: Iterable[str]) -> Iterator[Difference]:
    """The variables that CircleCI itself reads for a run, where what is handed to a job may not be seen."""
    for run in runs:
        for name, where in read_by_circleci(run, names):
            what = f"CircleCI itself reads {name} in {where} of job {run.name}, and may not see what the job is handed"
            yield Difference(what, sure=False)


_UNKNOWN = re.compile(f"{OPEN}.*?{CLOSE}", re.DOTALL)

_NONE = re.compile(rf" by \w+{re.escape(UNLESS_NONE)}")
_AS_TEXT = re.compile(r" by str(?=\u27e9)")
"""What the alias of a value ends with that is made text: where it is text already, it is itself."""

CALL = "\u27e6call\u27e7"
"""Stands in a step's shell text for a call that is compared on its own."""


def run_differences(old: Observed, new: Observed) -> Iterator[Difference]:
    """What differs between two runs; nothing when they do the same."""
    if old.name != new.name:
        yield Difference(f"the job is called {new.name}, not {old.name}")
    may_export = any(writes_bash_env(step) for step in new.steps if step not in old.steps)
    for found in environment_differences(old.environment, new.environment):
        yield replace(found, sure=found.sure and not may_export)
    yield from step_differences(old.steps, new.steps)
    yield from setting_differences(old.settings, new.settings)
    yield from unseen_exports(old, new)


_ONE_PARAMETER = re.compile(r"<<\s*(pipeline\.)?parameters\.([\w.-]+)\s*>>")


def boolean_differences(config: ConfigView, jobs: Iterable[str], names: Container[str]) -> Iterator[Difference]:
    """Variables that the old call sent as text and that come from a boolean now.

    It may read 1 or 0 in the environment (CircleCI docs: reusing-config, note on booleans).
    """
    for job in jobs:
        body = as_mapping(config.jobs.get(job))
        for name, value in _declared(body).items():
            found = _ONE_PARAMETER.fullmatch(value.strip()) if name in names and isinstance(value, str) else None
            declared = config.parameters if found and found[1] else as_mapping(body.get("parameters"))
            if found and as_mapping(declared.get(found[2])).get("type") == "boolean":
                what = (
                    f"{name} comes from the boolean `{found[2]}`, which CircleCI may write as 1 or 0 in `environment`"
                )
                yield Difference(f"{what}: declare a string", sure=False)


def _declared(job: Mapping[str, object]) -> Mapping[str, object]:
    """The `environment` of a job with that of its first image."""
    images = job.get("docker")
    first = as_mapping(images[0]) if isinstance(images, list) and images else {}
    return {**as_mapping(first.get("environment")), **as_mapping(job.get("environment"))}


def environment_differences(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Difference]:
    """The variables that differ."""
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if before != after:
            what = f"variable {name} is {_value(before)} before, {_value(after)} after"
            compared = (before, after) if before is not None and after is not None else None
            yield Difference(what, not _may_agree(before, after), compared)


def setting_differences(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[Difference]:
    """The settings of the job that differ: contexts, executor, number of nodes and so on."""
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if before != after:
            what = f"{name}: {_value(before)} before, {_value(after)} after"
            yield Difference(what, sure=not _may_agree(before, after))


def step_differences(old: Sequence[Step], new: Sequence[Step]) -> Iterator[Difference]:
    """The first place where two lists of steps part."""
    for number, (before, after) in enumerate(zip_longest(old, new), 1):
        if before == after:
            continue
        yield _step_difference(number, before, after, old[number:], new[number:])
        return


def _step_difference(
    number: int, before: Step | None, after: Step | None, old_rest: Sequence[Step], new_rest: Sequence[Step]
) -> Difference:
    if before is None or (after is not None and before in new_rest[: len(new_rest) - len(old_rest)]):
        return Difference(f"step {number} is new: {step_text(after)}", sure=not writes_bash_env(after))
    if after is None or after in old_rest[: len(old_rest) - len(new_rest)]:
        return Difference(f"step {number} is gone: {step_text(before)}")
    if before.kind != after.kind:
        return Difference(f"step {number} is {step_text(before)} before, {step_text(after)} after")
    old_settings, new_settings = ({str(key): step.settings[key] for key in step.settings} for step in (before, after))
    found = next(setting_differences(old_settings, new_settings))
    return Difference(f"step {number} ({step_text(before)}): {found.text}", found.sure)


def _value(value: object) -> str:
    match value:
        case None | () | []:
            return "not set"
        case tuple() | list() if all(isinstance(item, str) for item in value):
            return ", ".join(value)
        case str():
            return f"`{cut(value)}`"
    return cut(str(value))


def _may_agree(first: object, second: object) -> bool:
    """Whether two texts that differ may be the same once what is unknown in them is known."""
    if not isinstance(first, str) or not isinstance(second, str):
        return False
    if CALL in first and CALL in second:
        return True
    return _is_one_text(readable(first), readable(second))


def _is_one_text(first: str, second: str) -> bool:
    if _AS_TEXT.sub("", first) == second:  # the other way round, `str(True)` is not what v1.1 made of `true`
        return True
    first, second = (_NONE.sub("", text) for text in (first, second))
    return first == second or _fits(first, second) or _fits(second, first)


def unless_renamed(difference: Difference, renamed: Container[str]) -> Difference:
    """The difference, not sure where one of the values `renamed` (by identity) may be the other text."""
    if not difference.sure or difference.compared is None:
        return difference
    first, second = (as_unknown(text, renamed) for text in difference.compared)
    return replace(difference, sure=not _is_one_text(first, second))


def _fits(pattern: str, text: str) -> bool:
    pieces = _UNKNOWN.split(pattern)
    return len(pieces) > 1 and re.fullmatch(".*".join(map(re.escape, pieces)), text, re.DOTALL) is not None
