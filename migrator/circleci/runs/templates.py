"""Variables that CircleCI itself reads for a job, in cache keys and paths, before or between its steps.

`{{ .Environment.X }}` knows what CircleCI or a context sets, and "not any arbitrary environment variable" (CircleCI
docs: configuration-reference, `save_cache`): neither what a step exports nor, for all that is known, what a job's
`environment:` sets. That `$X` is filled in anywhere else is documented nowhere, and is not ruled out.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.circleci.compiler import Step
from migrator.circleci.runs.observed import step_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from migrator.circleci.compiler import JobRun

# What a shell reads, or nobody. The arguments of an orb's step may become shell text.
_NOT_READ = frozenset({"command", "name", "environment", "steps"})


def each_step(steps: Iterable[Step]) -> Iterator[Step]:
    """The steps with those that they hold."""
    for step in steps:
        yield step
        inner = step.settings.get("steps")
        if isinstance(inner, tuple):
            yield from each_step(item for item in inner if isinstance(item, Step))


def read_by_circleci(run: JobRun, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The variables that CircleCI itself reads for the run, each with where it does."""
    for name in sorted(names):
        template = rf"\.Environment\.{re.escape(name)}\b"
        anywhere = rf"{template}|\$(?:{re.escape(name)}\b|\{{{re.escape(name)}\b)"
        if re.search(anywhere, f"{run.working_directory} {_read(run.executor)}"):
            yield name, "the settings"
        for step in each_step(run.steps):
            if re.search(template if step.kind == "opaque" else anywhere, str(_read(step.settings))):
                yield name, step_text(step)


def _read(settings: object) -> object:
    """The part of settings that no shell reads."""
    match settings:
        case dict():
            return {key: _read(value) for key, value in settings.items() if key not in _NOT_READ}
        case list() | tuple():
            return [_read(value) for value in settings]
    return settings


def filled_in(run: JobRun, values: Mapping[str, str]) -> JobRun:
    """The run with `{{ .Environment.X }}` replaced by the values that are known, wherever CircleCI reads it."""
    return replace(run, steps=tuple(_step(step, values) for step in run.steps))


def _step(step: Step, values: Mapping[str, str]) -> Step:
    return replace(step, settings={key: _filled(key, value, values) for key, value in step.settings.items()})


def _filled(key: str, value: object, values: Mapping[str, str]) -> object:
    match value:
        case str() if key not in _NOT_READ:
            return _TEMPLATE.sub(lambda found: values.get(found[1], found[0]), value)
        case list() | tuple():
            return type(value)(_filled(key, item, values) for item in value)
        case Step():
            return _step(value, values)
    return value


_TEMPLATE = re.compile(r"\{\{\s*\.Environment\.(\w+)\s*\}\}")
