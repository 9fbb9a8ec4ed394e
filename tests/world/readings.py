"""What the compiler leaves open and a running CircleCI decides: what an empty pipeline value is in `environment:`.

CircleCI docs: pipeline-variables; a value that is not set reads `<nil>` there. Of an empty parameter they say nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from migrator.circleci.compiler import Step
from migrator.circleci.compiler.expr import Unclear, shown

if TYPE_CHECKING:
    from migrator.circleci.compiler import JobRun

_OPEN = shown(Unclear("empty, or <nil>"))


def with_empty_values(run: JobRun, reading: str) -> JobRun:
    """The run with every empty pipeline value in an `environment:` read as `reading`."""
    return replace(run, steps=_read(run.steps, reading), environment=_read(run.environment, reading))


def _read(data: Any, reading: str) -> Any:
    match data:
        case str():
            return data.replace(_OPEN, reading)
        case Step():
            return replace(data, settings=_read(data.settings, reading))
        case dict():
            return {key: _read(value, reading) for key, value in data.items()}
        case list() | tuple():
            return type(data)(_read(item, reading) for item in data)
    return data
