"""Check a v2 request against the config it aims at: v2 answers 201 even when nothing runs, or everything does."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from migrator.circleci.api.v2_request import Bare
from migrator.circleci.compiler import CompileError, UnknownError, compile_pipeline
from migrator.circleci.compiler.scope import references
from migrator.circleci.proof.differences import unread_variables, unseen_variables
from migrator.circleci.proof.pipelines import verdict
from migrator.circleci.proof.requests import declaration_differences, event_of, token_differences, type_differences
from migrator.circleci.proof.selection import Choice, choices, connected, given, selecting
from migrator.circleci.runs.config import as_mapping
from migrator.circleci.runs.events import identity
from migrator.circleci.runs.observed import Difference, observe
from migrator.model import Expansion, Literal, Proof, Value, Verdict, flatten, source
from migrator.template import never_empty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.circleci.api.v2_request import V2Request
    from migrator.circleci.compiler import Event, JobRun
    from migrator.circleci.runs.config import ConfigView
    from migrator.model import Template

_PLAIN = "pipeline"
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class StartedRuns:
    """The jobs that an event runs for sure, and those that may run."""

    sure: tuple[JobRun, ...]
    unsure: tuple[JobRun, ...] = ()

    @property
    def conditions(self) -> tuple[str, ...]:
        """Of what it depends whether the others run."""
        return tuple(dict.fromkeys(" and ".join(run.conditions) for run in self.unsure))

    @property
    def open(self) -> tuple[tuple[str, str], ...]:
        """The workflows of which only the run shows whether they run, each with the condition of its first job."""
        found = {run.workflow: " and ".join(run.conditions) for run in reversed(self.unsure)}
        return tuple((name, found[name]) for name in sorted(found.keys() - self.workflows))

    @property
    def workflows(self) -> frozenset[str]:
        """The workflows that run for sure."""
        return frozenset(run.workflow for run in self.sure)


def check_request(config: ConfigView, request: V2Request) -> tuple[Proof, ...]:
    """What the request starts, for every value that decides on it; `differs` names what is wrong."""
    if config.setup:
        return (Proof(_PLAIN, Verdict.UNKNOWN, "the config is a setup config: what runs is decided by another one"),)
    faults = tuple(_request_faults(config, request))
    if request.problem or not request.is_read or any(fault.sure for fault in faults):
        return (verdict(_PLAIN, faults),)
    names = selecting(config, request)
    found = [(choice, _checked(config, request, choice, faults)) for choice in choices(config, request, names)]
    return tuple(proof for choice, proof in found if not choice.assumed or proof.verdict is not Verdict.PROVED)


def _checked(config: ConfigView, request: V2Request, choice: Choice, doubts: tuple[Difference, ...]) -> Proof:
    faults = (*doubts, *_faults(config, request, choice))
    return verdict(str(choice) or _PLAIN, faults, "" if faults else _started_for(config, request, choice))


def _started_for(config: ConfigView, request: V2Request, choice: Choice) -> str:
    """What the request starts, as a clause."""
    started = started_by(config, _event(config, request, choice))
    jobs = dict.fromkeys(f"{run.name} of workflow {run.workflow}" for run in started.sure)
    listed = ", ".join(list(jobs)[:_SHOWN]) + (f" and {len(jobs) - _SHOWN} more" if len(jobs) > _SHOWN else "")
    return f"it starts {listed}" + (" and nothing else" if not started.unsure else ", maybe others")


def _request_faults(config: ConfigView, request: V2Request) -> Iterator[Difference]:
    yield from declaration_differences(request)
    yield from token_differences(request)
    yield from type_differences(request, config)
    if request.branch is not None and request.tag is not None:
        yield Difference("the request names a branch and a tag; v2 takes one of them: remove the other")
    for kind, ref in (("branch", request.branch), ("tag", request.tag)):
        yield from _ref_faults(kind, ref)
    read = set(references(config.data))
    for name, _ in request.parameters:
        if name in config.parameters and f"pipeline.parameters.{name}" not in read:
            yield Difference(f"`{name}` is sent, and nothing in the config reads it", sure=False)
        if name not in config.parameters:
            near = get_close_matches(name, list(config.parameters), n=1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            yield Difference(
                f"the config declares no pipeline parameter `{name}`, so the pipeline fails: declare it{hint}"
            )


def _ref_faults(kind: str, ref: Value | None) -> Iterator[Difference]:
    """v2 takes the short name of a branch or a tag (OpenAPI: `main`, `v3.1.4159`), which git keeps below `refs/`."""
    if ref is None or not ref.template:
        return
    first = flatten(ref.template)[0]
    is_full = isinstance(first, Literal) and first.text.startswith("refs/")
    if is_full or (isinstance(first, Expansion) and identity(first) == "$GITHUB_REF"):
        what = f"the {kind} is `{source(ref.template)}`, the full name of a ref"
        yield Difference(f"{what}; v2 takes its short name only: leave out `refs/heads/` or `refs/tags/`", sure=False)


def _faults(config: ConfigView, request: V2Request, choice: Choice) -> Iterator[Difference]:
    refused = tuple(_refused_others(config, request, choice))
    if refused:
        yield from refused
        return
    try:
        started = started_by(config, _event(config, request, choice))
        idle = started_by(config, event_of(request.branch, request.tag, {}))
    except CompileError as error:
        yield Difference(f"the pipeline fails: {error.message}")
        return
    except UnknownError as error:
        yield Difference(error.message, sure=False)
        return
    if choice.others and started.workflows - idle.workflows:
        yield from _company(config, choice, started, idle)
        yield from _for_none(request, choice)
    elif choice.others:
        yield from _for_others(choice, started)
    elif not started.sure:
        yield from _nothing_sure(config, request, choice, started)
    elif choice.values:
        yield from _company(config, choice, started, idle)
    yield from unseen_variables(started.sure, at_its_word=True)
    for run in started.sure:
        yield from unread_variables((run,), observe(run).exported)


def _refused_others(config: ConfigView, request: V2Request, choice: Choice) -> Iterator[Difference]:
    """What else is sent where v2 takes a few texts only."""
    for name, value in request.parameters:
        members = as_mapping(config.parameters.get(name)).get("enum")
        if name in choice.others and isinstance(members, list) and isinstance(value, Value | Bare):
            listed = ", ".join(map(str, members))
            what = f"`{name}` is `{source(value.template)}`, and v2 refuses the call for anything but {listed}"
            yield Difference(f"{what}: have the script stop for anything else", sure=False)


def _for_others(choice: Choice, started: StartedRuns) -> Iterator[Difference]:
    names = ", ".join(f"`{name}`" for name in sorted(choice.others))
    what = "an ordinary pipeline starts" if started.sure else "nothing runs, and v2 still answers 201"
    yield Difference(f"for any other value of {names} {what}: declare it as an enum of what may be sent", sure=False)


def _for_none(request: V2Request, choice: Choice) -> Iterator[Difference]:
    """What is asked for by any value at all (`when: << p >>`) is not asked for by none."""
    for name, value in request.parameters:
        if name in choice.others and isinstance(value, Value) and not _never_empty(value.template, request.filled):
            shown = source(value.template)
            what = f"`{name}` is `{shown}`, and where that is empty an ordinary pipeline starts"
            yield Difference(f"{what}: have the script stop there", sure=False)


def _never_empty(template: Template, filled: frozenset[str]) -> bool:
    return never_empty(template) or any(
        isinstance(part, Expansion) and identity(part) in filled for part in flatten(template)
    )


def _event(config: ConfigView, request: V2Request, choice: Choice) -> Event:
    return event_of(request.branch, request.tag, {}, given(request, choice), config)


def started_by(config: ConfigView, event: Event) -> StartedRuns:
    """What an event starts. Raises CompileError and UnknownError."""
    runs = compile_pipeline(config.data, event).jobs
    return StartedRuns(tuple(run for run in runs if not run.conditions), tuple(run for run in runs if run.conditions))


def _nothing_sure(config: ConfigView, request: V2Request, choice: Choice, started: StartedRuns) -> Iterator[Difference]:
    if started.unsure:
        yield Difference(f"something runs only if {' or if '.join(started.conditions)}", sure=False)
        return
    on_tag = " for a tag: give the jobs of its workflow `filters: tags`" if request.tag is not None else ""
    unknown = [value for value in choice.values.values() if isinstance(value, str) and value not in config.jobs]
    near = get_close_matches(unknown[0], list(config.jobs), n=1) if unknown else []
    hint = f"; the config has no job {unknown[0]}, did you mean {near[0]}?" if near else ""
    yield Difference(f"nothing runs{on_tag or ', and v2 still answers 201'}{hint}")


def _company(config: ConfigView, choice: Choice, started: StartedRuns, idle: StartedRuns) -> Iterator[Difference]:
    """What runs besides what was selected: an ordinary workflow without a guard, or another job than was named."""
    own = started.workflows - idle.workflows
    named = (value for value in choice.values.values() if isinstance(value, str) and value in config.jobs)
    name = next(named, None)
    if name is not None:
        yield from _beside(name, started, idle)
    elif own:
        yield from _unguarded(started.workflows & idle.workflows, started, ", ".join(sorted(own)))


def _beside(name: str, started: StartedRuns, idle: StartedRuns) -> Iterator[Difference]:
    holders = {run.workflow for run in started.sure if name in (run.name, run.job) and not run.approval}
    if not holders:
        runs = ", ".join(sorted({run.name for run in started.sure}))
        yield Difference(f"job {name} does not run, but {runs}: correct the `when` of the workflow that should run it")
    # A workflow that every push runs may hold the job too: it is not the one that the call is for.
    homes = holders - idle.workflows or holders
    if len(homes) > 1:
        listed = " and ".join(sorted(homes))
        yield Difference(f"job {name} runs once in each of the workflows {listed}: let one of them wait for {name}")
    yield from _unguarded(started.workflows - homes, started, name)
    for run in started.sure:
        if homes and run.workflow in homes and not connected(run, name, started.sure):
            yield Difference(
                f"job {run.name} of workflow {run.workflow} runs besides {name}: take it out of that workflow"
            )


def _unguarded(workflows: frozenset[str] | set[str], started: StartedRuns, selected: str) -> Iterator[Difference]:
    """The workflows that run besides what was selected, and those that may."""
    for workflow in sorted(workflows):
        yield Difference(f"workflow {workflow} runs besides {selected}: {_GUARD}")
    for workflow, condition in started.open:
        what = f"workflow {workflow} runs besides {selected} if {condition}: {_GUARD}"
        yield Difference(what, sure=False)


_GUARD = "give it a `when` (or extend the one it has) that holds only while the parameter has its default"
