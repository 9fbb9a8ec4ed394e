"""Projects whose config is not at hand and is declared migrated: the names that their calls are rewritten with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.plan.decide import job_value
from migrator.circleci.plan.plan import IDLE, REVISION, SELECTOR
from migrator.circleci.runs import generated as names
from migrator.model import ConfigPlan, Endpoint, JobPlan, Note, Severity, Variable, told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.circleci.plan.decide import Decision


def assumed_plan(decisions: Sequence[Decision]) -> ConfigPlan | None:
    """The plan that a config gets which has no parameters of its own, for all calls that start its jobs.

    Its names are those that the tool chooses where nothing is taken: `run_job`, `revision`, and for each build
    parameter its name in small letters. None when no call needs anything of the config.
    """
    starting = [decision for decision in decisions if decision.call.trigger.endpoint is Endpoint.JOB]
    if not starting:
        return None
    taken = {SELECTOR, REVISION}
    if not any(decision.call.trigger.revision for decision in starting):
        taken.discard(REVISION)
    variables: dict[str, Variable] = {}
    for name in dict.fromkeys(name for decision in starting for name, _ in decision.call.trigger.parameters):
        variables[name] = Variable(name, names.parameter_name(name, taken))
        taken.add(variables[name].parameter)
    carriers = tuple(variables.values())
    jobs = tuple(_job(decision, carriers) for decision in starting)
    parameters = tuple(variable.parameter for variable in carriers)
    return ConfigPlan(SELECTOR, IDLE, jobs, parameters, REVISION if REVISION in taken else None)


def _job(decision: Decision, carriers: tuple[Variable, ...]) -> JobPlan:
    name = told(job_value(decision.call.trigger).template)
    return JobPlan(name, workflow=f"run-{name}", sometimes=carriers)


def ready_note(plan: ConfigPlan, decision: Decision) -> Note:
    """What the rewrite of one call rests on, in the names that it uses."""
    declared = _declared(plan, decision)
    also = f", with string parameters {', '.join(declared)}" if declared else ""
    trigger = decision.call.trigger
    job = told(job_value(trigger).template)
    return Note(
        "project-ready",
        Severity.WARNING,
        f"The rewrite rests on the config of {trigger.slug.told()} running {job}, and nothing else, when its parameter "
        f"{plan.selector} is {job}{also}: the project was declared ready, its config is not here.",
    )


def caller_note(plan: ConfigPlan, decision: Decision) -> Note:
    """What a call that is elsewhere has to send, and whether `--ready` would come to the same."""
    parts = [f"{plan.selector} = {told(job_value(decision.call.trigger).template)}", *_declared(plan, decision)]
    usual = assumed_plan((decision,))
    by_hand = usual is None or (usual.selector, *_declared(usual, decision)) != (plan.selector, *parts[1:])
    further = " These are not the names that --ready stands for: name both checkouts." if by_hand else ""
    return Note(
        "caller-names", Severity.INFO, f"Once the config is merged, the call sends {', '.join(parts)}.{further}"
    )


def _declared(plan: ConfigPlan, decision: Decision) -> list[str]:
    """The string parameters that one call needs, each with what it carries."""
    trigger = decision.call.trigger
    sent = {name for name, _ in trigger.parameters}
    variables = (v for job in plan.jobs for v in (*job.always, *job.sometimes) if v.name in sent)
    declared = [
        f"{parameter} for {name}" for name, parameter in dict.fromkeys((v.name, v.parameter) for v in variables)
    ]
    return [*declared, *([f"{plan.revision} for the commit"] if trigger.revision and plan.revision else [])]
