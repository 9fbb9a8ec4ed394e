"""One plan per project: names, parameters, and how each job is started. Callers and config both read it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.circleci.api.v2_request import v2_branch
from migrator.circleci.plan.decide import Decision, job_value
from migrator.circleci.plan.served import served_plan
from migrator.circleci.runs import generated as names
from migrator.circleci.runs.config import ConfigView, as_mapping, entry_jobs
from migrator.circleci.runs.exports import export_doubt
from migrator.circleci.runs.generated import selects, tag
from migrator.model import (
    ConfigPlan,
    Endpoint,
    Expansion,
    JobPlan,
    Literal,
    ParameterNames,
    PipelineRequest,
    Presence,
    Status,
    Value,
    Variable,
)
from migrator.template import never_empty

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from migrator.model import V1Trigger

SELECTOR = "run_job"
IDLE = "none"
REVISION = "revision"


def plan_config(config: ConfigView, all_calls: Sequence[Decision], chosen: Sequence[Decision]) -> ConfigPlan | None:
    """Plan what the config must get for the `chosen` calls; None when none of them needs anything of it.

    `all_calls` are all calls into the project, migrated or not: a call that stays on v1.1 starts the same jobs.
    """
    starting = [decision for decision in chosen if decision.call.trigger.endpoint is Endpoint.JOB]
    if not starting:
        return None
    served = served_plan(config, starting)
    if served is not None and not all(_is_ours(job.workflow, config, served.selector) for job in served.jobs):
        return served
    selector, idle = _selector(config)
    taken = {*config.parameters, selector}
    revision = None
    if any(decision.call.trigger.revision for decision in starting):
        revision = _carrier(config, REVISION, taken)
        taken.add(revision)
    variables = _variables(config, starting, taken)
    started = dict.fromkeys(job for decision in starting for job in decision.jobs)
    jobs = tuple(_job_plan(job, config, all_calls, starting, variables, selector) for job in started)
    parameters = tuple(variable.parameter for variable in variables.values())
    return ConfigPlan(selector, idle, _named(jobs, config, selector), parameters, revision)


def request_for(decision: Decision, plan: ConfigPlan | None) -> PipelineRequest:
    """The v2 request that does what the call asks for, in the names of `plan`."""
    trigger = decision.call.trigger
    if plan is None or trigger.endpoint is not Endpoint.JOB:
        return PipelineRequest(_branch(trigger.branch), trigger.tag)
    carriers = {variable.name: variable.parameter for job in plan.jobs for variable in (*job.always, *job.sometimes)}
    job = job_value(trigger)
    parameters = [(plan.selector, _of(job, decision.jobs) if decision.jobs else job)]
    parameters += [(carriers[name], value) for name, value in trigger.parameters]
    if trigger.revision and plan.revision:
        parameters.append((plan.revision, trigger.revision))
    variables = tuple((name, carriers[name]) for name, _ in trigger.parameters)
    names = ParameterNames(plan.selector, variables, plan.revision if trigger.revision else None)
    return PipelineRequest(_branch(trigger.branch), trigger.tag, tuple(parameters), names=names)


def _of(job: Value, jobs: Sequence[str]) -> Value:
    """The job, known to be one of `jobs`: neither v1.1 nor the enum takes any other."""
    match job.template:
        case (Expansion(resolved=None, values=None) as expansion,):
            return replace(job, template=(replace(expansion, values=tuple(jobs)),))
        case (Literal(text), Expansion(resolved=None, values=None) as expansion):
            rests = tuple(name.removeprefix(text) for name in jobs)
            return replace(job, template=(job.template[0], replace(expansion, values=rests)))
        case _:
            return job


def _branch(branch: Value | None) -> Value | None:
    """The branch as v2 calls it."""
    return replace(branch, template=v2_branch(branch.template)) if branch is not None else None


def _selector(config: ConfigView) -> tuple[str, str]:
    """The selector and its idle value: those that an earlier run wrote, or new ones."""
    for name, declared in config.parameters.items():
        if name.startswith(SELECTOR) and is_selector(config, name) and not _is_of_others(config, name, declared):
            return name, str(as_mapping(declared)["default"])
    return names.unique(SELECTOR, set(config.parameters)), names.unique(IDLE, set(config.jobs))


def _is_of_others(config: ConfigView, name: str, declared: object) -> bool:
    """Whether a workflow that somebody else wrote waits for one of the choices."""
    choices = as_mapping(declared).get("enum")
    wanted = [selects(name, str(choice)) for choice in choices[1:]] if isinstance(choices, list) else []
    waiting = [flow for flow, body in config.workflows.items() if as_mapping(body).get("when") in wanted]
    return not all(_is_ours(workflow, config, name) for workflow in waiting)


def is_selector(config: ConfigView, name: str) -> bool:
    """Whether an earlier run wrote this parameter: an enum, idle first, with a workflow for each other choice."""
    declared = as_mapping(config.parameters.get(name))
    choices = declared.get("enum")
    if declared.get("type") != "enum" or not isinstance(choices, list) or choices[:1] != [declared.get("default")]:
        return False
    conditions = [as_mapping(body).get("when") for body in config.workflows.values()]
    return all(selects(name, str(choice)) in conditions for choice in choices[1:])


def _carrier(config: ConfigView, name: str, taken: set[str]) -> str:
    """A string parameter for `name`: the one that an earlier run wrote for it, or a new one."""
    written = [parameter for parameter in config.parameters if carries(config, parameter, name)]
    return written[0] if written else names.parameter_name(name, taken)


def carries(config: ConfigView, parameter: str, variable: str) -> bool:
    """Whether the config already hands this parameter to jobs as that variable, the way the tool writes it."""
    declared = as_mapping(config.parameters.get(parameter))
    if declared.get("type") != "string" or declared.get("default") != "":
        return False
    sent = f"SENT_{variable.upper() if variable == REVISION else variable}"
    return any(found in {(variable, tag(parameter)), (sent, tag(parameter))} for found in _pairs(config.data))


def _pairs(data: object) -> Iterable[tuple[object, object]]:
    if isinstance(data, dict):
        for key, value in data.items():
            if isinstance(value, str):
                yield key, value
            yield from _pairs(value)
    elif isinstance(data, list):
        for item in data:
            yield from _pairs(item)


def _variables(config: ConfigView, chosen: Sequence[Decision], taken: set[str]) -> Mapping[str, Variable]:
    variables: dict[str, Variable] = {}
    for decision in chosen:
        for name, _ in decision.call.trigger.parameters:
            if name not in variables:
                variables[name] = Variable(name, _carrier(config, name, taken))
                taken.add(variables[name].parameter)
    return variables


def _job_plan(
    job: str,
    config: ConfigView,
    all_calls: Sequence[Decision],
    chosen: Sequence[Decision],
    variables: Mapping[str, Variable],
    selector: str,
) -> JobPlan:
    # Of calls that a person changes, those that the config gets nothing for do not go through it.
    counted = (decision for decision in all_calls if not decision.by_hand or decision in chosen)
    callers = [decision for decision in counted if job in decision.jobs]
    sent = [{name for name, _ in decision.call.trigger.parameters} for decision in callers]
    used = [v for v in variables.values() if any(v.name in names_sent for names_sent in sent)]
    certain = [names_sent - decision.call.trigger.optional for names_sent, decision in zip(sent, callers, strict=True)]
    always = tuple(v for v in used if all(v.name in names_sent for names_sent in certain))
    # `environment:` would give callers that are still on v1.1 an empty value as soon as the config is merged, and the
    # config is merged first; so it is for jobs that an export cannot reach.
    only_callers = (
        export_doubt(config, job, [v.name for v in used]) is not None
        and job not in _jobs_of_others(config, selector)
        and all(_is_never_empty(decision, always) for decision in callers)
        and all(decision in chosen and not decision.by_hand for decision in all_calls if job in decision.jobs)
        and not any(_may_start_anything(decision) for decision in all_calls)
    )
    return JobPlan(
        job,
        workflow=f"run-{job}",
        always=always,
        sometimes=tuple(v for v in used if v not in always),
        in_environment=only_callers,
        revision=_presence([decision.call.trigger for decision in callers]),
        tags=any(decision.call.trigger.tag is not None for decision in callers),
    )


def _jobs_of_others(config: ConfigView, selector: str) -> frozenset[str]:
    """The jobs that run without being asked for by a caller: all but those of workflows that an earlier run wrote."""
    others = {name: body for name, body in config.workflows.items() if not _is_ours(str(name), config, selector)}
    if not others:
        return config.workflow_jobs if not config.workflows else frozenset()
    return frozenset(name for body in others.values() for name in entry_jobs(as_mapping(body)))


def _is_never_empty(decision: Decision, always: Sequence[Variable]) -> bool:
    """Whether the call sends text for each: what an empty parameter becomes in `environment:` is not certain."""
    sent = dict(decision.call.trigger.parameters)
    return all(never_empty(sent[variable.name].template) for variable in always)


def _may_start_anything(decision: Decision) -> bool:
    """Whether a call stays on v1.1 and may start any job of its project, or is taken to: no grammar has read it."""
    is_open = not decision.jobs or any(note.code == "other-language" for note in decision.by_hand)
    return decision.status is Status.MANUAL and is_open and decision.call.trigger.api_version != "v2"


def _presence(triggers: Sequence[V1Trigger]) -> Presence:
    """Whether the calls name a revision."""
    named = [trigger for trigger in triggers if trigger.revision is not None]
    if len(named) == len(triggers) and not any(REVISION in trigger.optional for trigger in named):
        return Presence.ALWAYS
    return Presence.SOMETIMES if named else Presence.NEVER


def _named(jobs: tuple[JobPlan, ...], config: ConfigView, selector: str) -> tuple[JobPlan, ...]:
    """The jobs with workflow names that collide with nothing but what an earlier run wrote for the same job."""
    taken = {name for name in config.workflows if not _is_ours(name, config, selector)}
    named: list[JobPlan] = []
    for job in jobs:
        workflow = names.unique(job.workflow, taken, "-")
        taken.add(workflow)
        named.append(replace(job, workflow=workflow))
    return tuple(named)


def _is_ours(workflow: str, config: ConfigView, selector: str) -> bool:
    condition = as_mapping(config.workflows.get(workflow)).get("when")
    return any(condition == selects(selector, job) and workflow.startswith(f"run-{job}") for job in config.jobs)
