"""Configs that somebody has migrated by hand: find the parameters that start what the calls start, and use them.

The conditions are asked what they say, however they are written; the names of workflows and parameters do not matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.compiler import CompileError, workflow_may_run
from migrator.circleci.runs.config import as_mapping
from migrator.circleci.runs.generated import tag
from migrator.model import ConfigPlan, JobPlan, Variable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from migrator.circleci.plan.decide import Decision
    from migrator.circleci.runs.config import ConfigView

_BARE = frozenset({"filters", "name", "pre-steps"})
"""What an entry may say about a job that v1.1 would start alone."""


def served_plan(config: ConfigView, starting: Sequence[Decision]) -> ConfigPlan | None:
    """The plan that says how a config starts all jobs of the calls as it is; None where it lacks anything.

    The tool's own way to carry a commit is not looked for: what sends one is planned as ever.
    """
    jobs = dict.fromkeys(job for decision in starting for job in decision.jobs)
    if config.version != "2.1" or not jobs or any(decision.call.trigger.revision for decision in starting):
        return None
    for selector, declared in config.parameters.items():
        homes = {job: _home(config, selector, job) for job in jobs}
        if as_mapping(declared).get("type") in {"enum", "string"} and None not in homes.values():
            plans = [_job_plan(config, job, str(home), starting) for job, home in homes.items()]
            known = tuple(plan for plan in plans if plan is not None)
            if len(known) == len(plans):
                carriers = dict.fromkeys(v.parameter for plan in known for v in plan.sometimes)
                idle = str(as_mapping(declared).get("default"))
                return ConfigPlan(selector, idle, known, tuple(carriers), served=True)
    return None


def _home(config: ConfigView, selector: str, job: str) -> str | None:
    """The one workflow that runs when the selector is the job, and not by default; it holds nothing but the job."""
    declared = as_mapping(config.parameters[selector])
    members = declared.get("enum")
    if job == declared.get("default") or (isinstance(members, list) and job not in members):
        return None
    running = [name for name, holds in _holding(config, {selector: job}) if holds is not False]
    usual = {name for name, holds in _holding(config, {}) if holds is not False}
    if len(running) != 1 or running[0] in usual:
        return None
    return running[0] if _holds_alone(as_mapping(config.workflows[running[0]]), job) else None


def _holding(config: ConfigView, given: Mapping[str, object]) -> Iterator[tuple[str, bool | None]]:
    """The workflows that no schedule of their own starts, each with whether its condition holds."""
    defaults = {name: as_mapping(body).get("default") for name, body in config.parameters.items()}
    known = {f"pipeline.parameters.{name}": value for name, value in {**defaults, **given}.items()}
    for name, body in config.workflows.items():
        workflow = as_mapping(body)
        if workflow.get("triggers"):
            continue
        try:
            yield name, workflow_may_run(workflow, known)
        except CompileError:
            yield name, None


def _holds_alone(workflow: Mapping[str, object], job: str) -> bool:
    match workflow.get("jobs"):
        case [str() as name]:
            return name == job
        case [{**entry}] if len(entry) == 1:
            ((job_name, settings),) = entry.items()
            return job in {job_name, as_mapping(settings).get("name")} and _BARE.issuperset(as_mapping(settings))
    return False


def _job_plan(config: ConfigView, job: str, home: str, starting: Sequence[Decision]) -> JobPlan | None:
    sent = dict.fromkeys(name for d in starting if job in d.jobs for name, _ in d.call.trigger.parameters)
    found = {name: _carrier(config, job, home, name) for name in sent}
    if None in found.values():
        return None
    variables = tuple(Variable(name, str(parameter)) for name, parameter in found.items())
    tags = any(job in decision.jobs and decision.call.trigger.tag is not None for decision in starting)
    return JobPlan(job, home, sometimes=variables, tags=tags)


def _carrier(config: ConfigView, job: str, home: str, variable: str) -> str | None:
    """The string parameter that the job gets as this variable: in its environment, or by the tool's own step."""
    body = as_mapping(config.jobs.get(job))
    images = body.get("docker")
    primary = as_mapping(images[0]) if isinstance(images, list) and images else {}
    places = (body.get("environment"), primary.get("environment"), as_mapping(config.workflows[home]).get("jobs"))
    pairs = [pair for place in places for pair in _pairs(place)]
    strings = (name for name, body in config.parameters.items() if as_mapping(body).get("type") == "string")
    wanted = (variable, f"SENT_{variable}")
    return next((name for name in strings if any((key, tag(name)) in pairs for key in wanted)), None)


def _pairs(data: object) -> Iterator[tuple[object, str]]:
    """Names with the text beside them, in spaces as the tool writes it: in maps, and in lists of `NAME=text`."""
    match data:
        case dict():
            for key, value in data.items():
                yield from ((key, _spaced(value)),) if isinstance(value, str) else _pairs(value)
        case list():
            for item in data:
                name, equals, value = item.partition("=") if isinstance(item, str) else ("", "", "")
                yield from ((name, _spaced(value)),) if equals else _pairs(item)


def _spaced(text: str) -> str:
    inner = text.removeprefix("<<").removesuffix(">>")
    return f"<< {inner.strip()} >>" if text.startswith("<<") and text.endswith(">>") else text
