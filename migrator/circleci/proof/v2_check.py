"""Check a v2 request against the config it aims at: v2 answers 201 even when nothing runs, or everything does."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from migrator.circleci.compiler import CompileError, EventKind, UnknownError, compile_pipeline, workflow_may_run
from migrator.circleci.plan.plan import is_selector
from migrator.circleci.proof.differences import unseen_variables
from migrator.circleci.proof.pipelines import verdict
from migrator.circleci.proof.requests import declaration_differences, event_of, type_differences
from migrator.circleci.proof.selection import Choice, choices, connected, given, selecting
from migrator.circleci.runs.config import as_mapping
from migrator.circleci.runs.events import on_branch, on_tag
from migrator.circleci.runs.generated import selects
from migrator.circleci.runs.observed import Difference
from migrator.model import Proof, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.circleci.api.v2_request import V2Request
    from migrator.circleci.compiler import Event, JobRun
    from migrator.circleci.runs.config import ConfigView

_PLAIN = "pipeline"


@dataclass(frozen=True, slots=True)
class _Started:
    """The jobs that an event runs for sure, and the conditions of those that may run."""

    sure: tuple[JobRun, ...]
    conditions: tuple[str, ...]

    @property
    def workflows(self) -> frozenset[str]:
        return frozenset(run.workflow for run in self.sure)


def check_request(config: ConfigView, request: V2Request) -> tuple[Proof, ...]:
    """What the request starts, for every value that decides on it; `differs` names what is wrong."""
    if config.setup:
        return (Proof(_PLAIN, Verdict.UNKNOWN, "the config is a setup config: what runs is decided by another one"),)
    faults = tuple(_request_faults(config, request))
    if faults:
        return (verdict(_PLAIN, faults),)
    names = selecting(config, request)
    return tuple(
        verdict(str(choice) or _PLAIN, _faults(config, request, choice)) for choice in choices(config, request, names)
    )


def check_pushes(config: ConfigView) -> Proof:
    """Whether an ordinary push still runs something; where only tags or schedules are built, one of these."""
    subject = "push to any branch"
    try:
        runs = any(_runs(config, event) for event in _ORDINARY)
    except CompileError as error:
        return Proof(subject, Verdict.DIFFERS, f"the config fails: {error.message}")
    except UnknownError as error:
        return Proof(subject, Verdict.UNKNOWN, error.message)
    if runs or _waits_for_calls(config):
        return Proof(subject, Verdict.PROVED)
    return Proof(
        subject,
        Verdict.DIFFERS,
        "nothing runs: with the default parameters no workflow's `when` holds; correct the guards",
    )


_ORDINARY = (on_branch(EventKind.PUSH), on_tag(EventKind.PUSH), on_branch(EventKind.SCHEDULE))


def _runs(config: ConfigView, event: Event) -> bool:
    started = _started(config, event)
    return bool(started.sure or started.conditions)


def _waits_for_calls(config: ConfigView) -> bool:
    """Whether no workflow is meant for pushes: each is scheduled, switched off, or the one for what a call names."""
    workflows = map(as_mapping, config.workflows.values())
    alive = [body for body in workflows if not body.get("triggers") and workflow_may_run(body, {}) is not False]
    choices = [body.get("when") for body in alive]
    selectors = [name for name in config.parameters if is_selector(config, name)]
    selections = [selects(name, choice) for name in selectors for choice in _choices_of(config, name)]
    return all(choice in selections for choice in choices) and all(choices.count(choice) == 1 for choice in choices)


def _choices_of(config: ConfigView, selector: str) -> list[str]:
    declared = as_mapping(config.parameters.get(selector)).get("enum")
    return [str(choice) for choice in declared[1:]] if isinstance(declared, list) else []


def _request_faults(config: ConfigView, request: V2Request) -> Iterator[Difference]:
    yield from declaration_differences(request)
    yield from type_differences(request, config)
    if request.branch is not None and request.tag is not None:
        yield Difference("the request names a branch and a tag; v2 takes one of them: remove the other")
    for name, _ in request.parameters:
        if name not in config.parameters:
            near = get_close_matches(name, list(config.parameters), n=1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            yield Difference(
                f"the config declares no pipeline parameter `{name}`, so the pipeline fails: declare it{hint}"
            )


def _faults(config: ConfigView, request: V2Request, choice: Choice) -> Iterator[Difference]:
    try:
        started = _started(config, _event(config, request, choice))
        idle = _started(config, event_of(request.branch, request.tag, {}))
    except CompileError as error:
        yield Difference(f"the pipeline fails: {error.message}")
        return
    except UnknownError as error:
        yield Difference(error.message, sure=False)
        return
    if choice.others:
        yield from _for_others(choice, started)
    elif not started.sure:
        yield from _nothing_sure(config, request, choice, started)
    elif choice.values:
        yield from _company(config, choice, started, idle)
    yield from unseen_variables(started.sure)


def _for_others(choice: Choice, started: _Started) -> Iterator[Difference]:
    names = ", ".join(f"`{name}`" for name in sorted(choice.others))
    what = "an ordinary pipeline starts" if started.sure else "nothing runs, and v2 still answers 201"
    yield Difference(f"for any other value of {names} {what}: declare it as an enum of what may be sent", sure=False)


def _event(config: ConfigView, request: V2Request, choice: Choice) -> Event:
    return event_of(request.branch, request.tag, {}, given(request, choice), config)


def _started(config: ConfigView, event: Event) -> _Started:
    runs = compile_pipeline(config.data, event).jobs
    conditions = dict.fromkeys(" and ".join(run.conditions) for run in runs if run.conditions)
    return _Started(tuple(run for run in runs if not run.conditions), tuple(conditions))


def _nothing_sure(config: ConfigView, request: V2Request, choice: Choice, started: _Started) -> Iterator[Difference]:
    if started.conditions:
        yield Difference(f"something runs only if {' or if '.join(started.conditions)}", sure=False)
        return
    on_tag = " for a tag: give the jobs of its workflow `filters: tags`" if request.tag is not None else ""
    unknown = [value for value in choice.values.values() if isinstance(value, str) and value not in config.jobs]
    near = get_close_matches(unknown[0], list(config.jobs), n=1) if unknown else []
    hint = f"; the config has no job {unknown[0]}, did you mean {near[0]}?" if near else ""
    yield Difference(f"nothing runs{on_tag or ', and v2 still answers 201'}{hint}")


def _company(config: ConfigView, choice: Choice, started: _Started, idle: _Started) -> Iterator[Difference]:
    """What runs besides what was selected: an ordinary workflow without a guard, or another job than was named."""
    own = started.workflows - idle.workflows
    for name in (value for value in choice.values.values() if isinstance(value, str) and value in config.jobs):
        yield from _beside(name, started)
        return
    if own:
        for workflow in sorted(started.workflows & idle.workflows):
            yield Difference(_unguarded(workflow, ", ".join(sorted(own))))


def _beside(name: str, started: _Started) -> Iterator[Difference]:
    homes = {run.workflow for run in started.sure if name in (run.name, run.job)}
    if not homes:
        runs = ", ".join(sorted({run.name for run in started.sure}))
        yield Difference(f"job {name} does not run, but {runs}: correct the `when` of the workflow that should run it")
    for workflow in sorted(started.workflows - homes):
        yield Difference(_unguarded(workflow, name))
    for run in started.sure:
        if homes and run.workflow in homes and not connected(run, name, started.sure):
            yield Difference(
                f"job {run.name} of workflow {run.workflow} runs besides {name}: take it out of that workflow"
            )


def _unguarded(workflow: str, selected: str) -> str:
    return (
        f"workflow {workflow} runs besides {selected}: give it a `when` (or extend the one it has) that holds only "
        "while the parameter has its default"
    )
