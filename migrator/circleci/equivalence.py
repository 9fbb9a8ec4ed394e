"""Old world ≡ new world: each call starts the same job as before, and everything else runs as it ran."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.compiler import CompileError, Event, EventKind, UnknownError, compile_pipeline
from migrator.circleci.observed import Observed, Ran, observe, observe_pipeline
from migrator.circleci.plan import request_for
from migrator.circleci.samples import ref_names
from migrator.circleci.v1_run import run_v1
from migrator.model import Proof, Value, Verdict, static

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.circleci.config import ConfigView
    from migrator.circleci.decide import Decision
    from migrator.model import ConfigPlan


def prove_call(before: ConfigView, after: ConfigView, decision: Decision, plan: ConfigPlan) -> tuple[Proof, ...]:
    """Compare what the v1.1 call runs with what the v2 call runs, for every job that the call can name."""
    return tuple(_prove_job(before, after, decision, plan, job) for job in decision.jobs)


def _prove_job(before: ConfigView, after: ConfigView, decision: Decision, plan: ConfigPlan, job: str) -> Proof:
    trigger = decision.call.trigger
    request = request_for(decision, plan)
    sent = {name: _instance(name, value) for name, value in trigger.parameters}
    try:
        old = run_v1(before.data, job, sent)
        parameters = {
            name: job if name == plan.selector else _instance(_origin(name, plan), value)
            for name, value in request.parameters
        }
        branch = _instance("branch", request.branch) if request.branch else None
        tag = _instance("tag", request.tag) if request.tag else None
        new = compile_pipeline(after.data, Event(EventKind.API, branch, tag, parameters))
    except CompileError as error:
        return Proof(job, Verdict.DIFFERS, error.message)
    except UnknownError as error:
        return Proof(job, Verdict.UNKNOWN, error.message)
    revision = _instance(plan.revision or "", trigger.revision) if trigger.revision else None
    return _compare_started(job, observe(old, revision), observe_pipeline(new, before.jobs))


def _origin(parameter: str, plan: ConfigPlan) -> str:
    """The variable that a parameter carries; the parameter itself when it carries none."""
    carried = {v.parameter: v.name for job in plan.jobs for v in (*job.always, *job.sometimes)}
    return carried.get(parameter, parameter)


def _instance(name: str, value: Value) -> str:
    """A text for the value: its own where it is static, else one that nothing else is called."""
    text = static(value.template)
    return f"\u27e8{name}\u27e9" if text is None else text


def _compare_started(job: str, old: Observed, new: Ran) -> Proof:
    if len(new) != 1:
        names = ", ".join(sorted(name for _, name in new)) or "nothing"
        return Proof(job, Verdict.DIFFERS, f"one job runs before, {names} after")
    [(observed, waits, conditions)] = new.values()
    if conditions:
        return Proof(job, Verdict.UNKNOWN, f"it runs only if {' and '.join(conditions)}")
    if waits:
        return Proof(job, Verdict.DIFFERS, f"it waits for {', '.join(sorted(waits))}")
    difference = old.difference(observed)
    return Proof(job, Verdict.DIFFERS if difference else Verdict.PROVED, difference)


def prove_ordinary(before: ConfigView, after: ConfigView) -> tuple[Proof, ...]:
    """Compare what runs without the migrated calls: pushes to branches and tags, plain API and web runs, schedules."""
    return tuple(_prove_event(before, after, event, subject) for event, subject in _events(before, after))


def _events(before: ConfigView, after: ConfigView) -> Iterator[tuple[Event, str]]:
    for name in ref_names(before.data, after.data):
        yield Event(EventKind.PUSH, branch=name), f"push to branch {name}"
        yield Event(EventKind.PUSH, tag=name), f"push of tag {name}"
    yield Event(EventKind.API), "plain API or web run of the default branch"
    yield Event(EventKind.SCHEDULE), "scheduled pipeline"
    for workflow in before.workflows:
        yield Event(EventKind.SCHEDULE, branch="main", workflow=workflow), f"schedule of workflow {workflow}"


def _prove_event(before: ConfigView, after: ConfigView, event: Event, subject: str) -> Proof:
    try:
        old, new = (_ran(config, event, before) for config in (before, after))
    except UnknownError as error:
        return Proof(subject, Verdict.UNKNOWN, error.message)
    match old, new:
        case str(), str():
            return Proof(subject, Verdict.PROVED, f"the config fails before and after: {old}")
        case (str(message), _) | (_, str(message)):
            return Proof(
                subject, Verdict.DIFFERS, f"the config fails {'before' if old is message else 'after'}: {message}"
            )
        case _:
            difference = _ran_difference(old, new)
            return Proof(subject, Verdict.DIFFERS if difference else Verdict.PROVED, difference)


def _ran(config: ConfigView, event: Event, before: ConfigView) -> Ran | str:
    """What the event runs, or the error that CircleCI would give."""
    try:
        return observe_pipeline(compile_pipeline(config.data, event), before.jobs)
    except CompileError as error:
        return error.message


def _ran_difference(old: Ran, new: Ran) -> str:
    if old.keys() != new.keys():
        shown = [", ".join(f"{workflow}/{name}" for workflow, name in sorted(ran)) or "nothing" for ran in (old, new)]
        return f"{shown[0]} before, {shown[1]} after"
    for key, (observed, waits, conditions) in old.items():
        other, other_waits, other_conditions = new[key]
        if difference := observed.difference(other):
            return f"{key[1]}: {difference}"
        if waits != other_waits or conditions != other_conditions:
            return f"{key[1]}: it waits for other jobs or runs under other conditions"
    return ""
