"""What one workflow runs: its `when` or `unless`, its schedule, its jobs.

CircleCI docs: configuration-reference, "Using when in workflows", `triggers`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.circleci.compiler.entries import Entry, workflow_entries
from migrator.circleci.compiler.evaluate import decided, negated, truth
from migrator.circleci.compiler.expr import All, AnyOf, Const, Expr, Ref, Unclear, render
from migrator.circleci.compiler.graph import Graph, name_condition
from migrator.circleci.compiler.jobs import JobCall, run_job
from migrator.circleci.compiler.logic import parse_condition
from migrator.circleci.compiler.model import CompileError, Event, EventKind, JobRun, Step, UnknownError
from migrator.circleci.compiler.normal import BRANCH, normal
from migrator.circleci.compiler.template import settled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from migrator.circleci.compiler.calls import Frame

# What says whether, when and what a workflow runs; any other key, known here or not, is a setting of its jobs.
_PLACED = frozenset({"jobs", "when", "unless", "triggers"})


def workflow_runs(name: str, body: object, frame: Frame, event: Event) -> tuple[JobRun, ...]:
    """The jobs of the workflow that run, or may run, for the event. Raises CompileError and UnknownError."""
    try:
        if not isinstance(body, dict):
            raise CompileError("expected type: Mapping")
        return _runs(name, body, frame, event)
    except CompileError as error:
        raise error.inside(f"Error calling workflow: '{name}'") from error


def workflow_condition(body: Mapping[str, object], frame: Frame) -> Expr:
    """What the workflow's `when` or `unless` comes to, evaluated as far as it is known. Raises CompileError."""
    if not frame.namespace.templated:
        return Const(True)  # version 2 knows neither key
    if "when" in body and "unless" in body:
        raise CompileError("A workflow cannot have both when and unless")
    if "when" in body:
        return truth(parse_condition(body["when"]), frame.scope)
    if "unless" in body:
        return negated(truth(parse_condition(body["unless"]), frame.scope))
    return Const(True)


def _runs(name: str, body: Mapping[str, object], frame: Frame, event: Event) -> tuple[JobRun, ...]:
    own = workflow_condition(body, frame)
    if event.workflow == name and decided(own) is not True:
        own = Unclear("a scheduled workflow runs although its condition may not hold")
    if decided(own) is False:
        return ()  # and is not compiled: circleci-cli issue 1077
    started = _started(name, body, frame, event, own)
    try:
        runs = tuple(_entries_run(name, body.get("jobs"), frame, started, on_tag=event.tag is not None))
    except CompileError as error:
        if decided(own):
            raise
        raise UnknownError(f"workflow '{name}' has an error, and whether it runs is not known: {error}") from error
    rest = settled(frame.substitute({key: value for key, value in body.items() if key not in _PLACED}))
    assert isinstance(rest, dict)
    return tuple(replace(run, settings={**run.settings, **rest}) for run in runs)


def _started(name: str, body: Mapping[str, object], frame: Frame, event: Event, own: Expr) -> Expr:
    """When the event starts the workflow, whose own condition is `own`."""
    if body.get("triggers") is None:
        return own if event.workflow is None else Const(False)
    if event.kind is not EventKind.SCHEDULE or event.workflow != name:
        return Const(False)
    return truth(All((own, _schedules(body["triggers"]))), frame.scope)


def _schedules(triggers: object) -> Expr:
    """The branches the workflow is scheduled for; `only` counts alone where both are given."""
    if not isinstance(triggers, list) or not triggers:
        raise CompileError("triggers: expected a list of schedules")
    return AnyOf(tuple(_schedule(trigger) for trigger in triggers))


def _schedule(trigger: object) -> Expr:
    match trigger:
        case {"schedule": {"cron": str(), "filters": {"branches": dict() as rules}}}:
            used = {"only": rules["only"]} if rules.get("only") else rules
            return name_condition(used, Ref(BRANCH))
    raise CompileError("triggers: a schedule requires a cron and filters with branches")


def _entries_run(workflow: str, jobs: object, frame: Frame, started: Expr, *, on_tag: bool) -> Iterator[JobRun]:
    entries = workflow_entries(jobs, frame)
    graph = Graph(workflow, entries, on_tag=on_tag)
    for entry in entries:
        condition = truth(All((started, graph.condition(entry.name))), entry.frame.scope)
        condition = normal(condition, on_tag=on_tag)
        if decided(condition) is False:
            with suppress(UnknownError):  # it is compiled all the same, before filters are looked at
                _called(workflow, entry, on_tag=on_tag)
            continue
        run = _called(workflow, entry, on_tag=on_tag)
        yield replace(
            run,
            contexts=entry.contexts,
            requires=graph.requires(entry.name),
            settings={**run.settings, **entry.settings},
            opaque=entry.overridden or run.opaque,
            conditions=_conditions(condition),
        )


def _called(workflow: str, entry: Entry, *, on_tag: bool) -> JobRun:
    if entry.approval:
        return JobRun(workflow, entry.name, entry.job, approval=True)
    namespace = entry.frame.namespace
    if entry.job in namespace.job_groups and entry.job not in namespace.jobs:
        return _group(workflow, entry, namespace.job_groups[entry.job], on_tag=on_tag)
    call = JobCall(entry.job, entry.name, workflow, entry.arguments, entry.pre_steps, entry.post_steps)
    return run_job(call, entry.frame)


def _group(workflow: str, entry: Entry, group: object, *, on_tag: bool) -> JobRun:
    """A job group: what its jobs do is known, how they and their requirements are named is not."""
    if not isinstance(group, dict):
        raise CompileError(f"Job group '{entry.job}': expected type: Mapping")
    runs = tuple(_entries_run(workflow, group.get("jobs"), entry.frame, Const(True), on_tag=on_tag))
    rest = settled({key: value for key, value in group.items() if key != "jobs"})
    step = Step("opaque", {"job-group": entry.job, "jobs": runs, "settings": rest})
    return JobRun(workflow, entry.name, entry.job, steps=(step,), opaque=f"job group {entry.job}")


def _conditions(condition: Expr) -> tuple[str, ...]:
    if decided(condition):
        return ()
    pieces = condition.operands if isinstance(condition, All) else (condition,)
    return tuple(render(piece) for piece in pieces)
