"""What an earlier run wrote for a job, so that a later run extends it and breaks no caller that was migrated then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.circleci.config import ConfigView, as_mapping
from migrator.circleci.generated_steps import exported, selects
from migrator.model import Variable

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPEN, _CLOSE = "<< pipeline.parameters.", " >>"


@dataclass(frozen=True, slots=True)
class Earlier:
    """How callers that were migrated before hand variables to a job; `environment` are those in its `environment:`."""

    always: tuple[Variable, ...]
    sometimes: tuple[Variable, ...]
    environment: tuple[Variable, ...]


def earlier(config: ConfigView, selector: str, job: str) -> Earlier | None:
    """What the generated workflow of `job` hands over, or None when there is no such workflow."""
    for body in config.workflows.values():
        if as_mapping(body).get("when") == selects(selector, job):
            exports = list(_exports(as_mapping(body).get("jobs"), job))
            environment = tuple(_carried(as_mapping(as_mapping(config.jobs.get(job)).get("environment"))))
            always = tuple(variable for variables, sure in exports if sure for variable in variables)
            sometimes = tuple(variable for variables, sure in exports if not sure for variable in variables)
            return Earlier((*always, *environment), sometimes, environment)
    return None


def _exports(entries: object, job: str) -> Iterator[tuple[tuple[Variable, ...], bool]]:
    for entry in entries if isinstance(entries, list) else ():
        steps = as_mapping(as_mapping(entry).get(job)).get("pre-steps")
        for step in steps if isinstance(steps, list) else ():
            if (found := exported(step)) is not None:
                yield found


def _carried(environment: object) -> Iterator[Variable]:
    for name, value in as_mapping(environment).items():
        if isinstance(value, str) and value.startswith(_OPEN) and value.endswith(_CLOSE):
            yield Variable(name, value.removeprefix(_OPEN).removesuffix(_CLOSE))
