"""Fit a plan to what an earlier run wrote: the callers of then still start their jobs, with what they send."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from codemods.config.nodes import ConfigText, entries_of
from codemods.config.workflows import is_generated
from migrator.circleci.runs.config import as_mapping
from migrator.circleci.runs.generated import exported, tag
from migrator.model import Variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import ConfigPlan, JobPlan


def extend(text: str, plan: ConfigPlan) -> ConfigPlan:
    """The plan for all callers, those of earlier runs included. The same plan for what the same plan has written."""
    config = ConfigText(text)
    return replace(plan, jobs=tuple(_extended(config, job, plan) for job in plan.jobs))


def _extended(config: ConfigText, job: JobPlan, plan: ConfigPlan) -> JobPlan:
    """Only what callers then and now always send is always sent; whatever else any of them sends is sent sometimes."""
    if job.workflow not in config.workflows or not is_generated(config, job, plan):
        return job
    exports = list(_exports(config, job))
    placed = tuple(_placed(config, job))
    always_then = {*placed, *(variable for variables, is_always in exports if is_always for variable in variables)}
    known = dict.fromkeys((*(v for variables, _ in exports for v in variables), *placed, *job.always, *job.sometimes))
    always = tuple(variable for variable in known if variable in always_then and variable in job.always)
    sometimes = tuple(variable for variable in known if variable not in always)
    was_placed = bool(placed) or not any(is_always for _, is_always in exports)
    return replace(job, always=always, sometimes=sometimes, in_environment=job.in_environment and was_placed)


def _exports(config: ConfigText, job: JobPlan) -> Iterator[tuple[tuple[Variable, ...], bool]]:
    for entry in entries_of(config, job.workflow):
        steps = entry.settings.get("pre-steps")
        for step in steps if entry.job == job.job and isinstance(steps, list) else ():
            found = exported(step)
            if found is not None:
                yield found


def _placed(config: ConfigText, job: JobPlan) -> Iterator[Variable]:
    """The variables of the job's environment that are pipeline parameters as a run declares them."""
    parameters = as_mapping(config.data.get("parameters"))
    carriers = {tag(str(name)): str(name) for name, body in parameters.items() if _is_carrier(body)}
    body = as_mapping(as_mapping(config.data.get("jobs")).get(job.job))
    for name, value in _settings(body.get("environment")):
        if value in carriers:
            yield Variable(name, carriers[value])


def _settings(environment: object) -> Iterator[tuple[str, str]]:
    match environment:
        case dict():
            yield from ((str(name), str(value)) for name, value in environment.items())
        case list():
            for item in environment:
                yield from _settings(item)
        case str():
            name, _, value = environment.partition("=")
            yield name, value


def _is_carrier(body: object) -> bool:
    return as_mapping(body).get("type") == "string" and as_mapping(body).get("default") == ""
