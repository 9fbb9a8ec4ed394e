"""Old world ≡ new world, call by call: the v2 request starts the job that v1.1 started, and no other."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from migrator.circleci.api.v2_request import Bare
from migrator.circleci.compiler import CompileError, EventKind, UnknownError, compile_pipeline
from migrator.circleci.plan.assumptions import emptied, with_empty
from migrator.circleci.plan.decide import job_value
from migrator.circleci.proof.differences import (
    boolean_differences,
    unless_renamed,
    unread_variables,
    unseen_variables,
)
from migrator.circleci.proof.pipelines import pipeline_differences, started_differences, verdict
from migrator.circleci.proof.requests import (
    declaration_differences,
    event_of,
    request_differences,
    revision_caveats,
    type_differences,
    unseen_checkouts,
)
from migrator.circleci.proof.selection import bindings
from migrator.circleci.runs.events import UNLESS_NONE, readable, sent, shown_text
from migrator.circleci.runs.observed import REVISION, Difference, Seen, observe, observe_pipeline
from migrator.circleci.runs.templates import filled_in
from migrator.circleci.runs.v1_run import run_v1
from migrator.model import Endpoint, V1Trigger, Value, source, static

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from migrator.circleci.api.v2_request import V2Request
    from migrator.circleci.compiler import JobRun
    from migrator.circleci.runs.config import ConfigView
    from migrator.circleci.runs.observed import Mask
    from migrator.model import Proof


@dataclass(frozen=True, slots=True)
class Worlds:
    """The config before and after.

    `mask` leaves out of a step's shell text what is compared elsewhere. `hands_over`: also look whether variables
    arrive in the shells of the new jobs, which the notes of a plan say otherwise. `renamed` are values that only the
    run shows, by identity, which the other program may have under another name.
    """

    before: ConfigView
    after: ConfigView
    mask: Mask | None = None
    hands_over: bool = False
    renamed: frozenset[str] = frozenset()

    @property
    def is_bumped(self) -> bool:
        """Whether version 2 or 2.0 became 2.1: what 2 made of what 2.1 refuses is not known."""
        return self.before.version in ("2", "2.0") and self.after.version == "2.1"


def prove_call(worlds: Worlds, trigger: V1Trigger, jobs: Sequence[str], request: V2Request) -> tuple[Proof, ...]:
    """Compare what the v1.1 call runs with what the v2 call runs, for every job of `jobs` that it can name."""
    if trigger.endpoint is Endpoint.PIPELINE:
        return (verdict("pipeline", _whole_pipeline(worlds, trigger, request), _ALL + _token(trigger, request)),)
    claim = _ONE + _token(trigger, request)
    found = {job: _for_job(worlds, trigger, job, request) for job in jobs}
    return tuple(
        verdict(job, (unless_renamed(each, worlds.renamed) for each in differences), f"{job} {claim}")
        for job, differences in found.items()
    )


_ALL = "the same pipeline runs as the v1.1 call started"
_ONE = "alone runs, as the v1.1 call started it, with the same variables"


def _token(trigger: V1Trigger, request: V2Request) -> str:
    """Where the token comes from, if that is another place than before: v2 takes personal tokens only."""
    before, after = trigger.token.template if trigger.token else (), request.token.template
    if not before or not after or shown_text(sent(before, {})) == shown_text(sent(after, {})):
        return ""
    names = [f"`{source(template).strip()}`" if static(template) is None else "a text" for template in (after, before)]
    return f"; its token is {names[0]} now, and was {names[1]}"


def prove_request(trigger: V1Trigger, request: V2Request) -> Proof:
    """Compare the requests alone, for a pipeline of a project whose config is not at hand."""
    return verdict("pipeline", request_differences(trigger, request, {}), "the request asks for the same")


def _for_job(worlds: Worlds, trigger: V1Trigger, job: str, request: V2Request) -> Iterator[Difference]:
    if not request.is_read:
        yield from declaration_differences(request)
        return
    others = [value.template for value in _sent_values(trigger, request)]
    found = bindings(job_value(trigger).template, job, others)
    if not found:
        yield Difference(f"the call cannot name {job}", sure=False)
    yield from type_differences(request, worlds.after)
    for known in found:
        yield from request_differences(trigger, request, known)
        always = tuple(_run_differences(worlds, trigger, job, request, known))
        yield from always
        empty = emptied(trigger, known)
        if empty and not any(difference.sure for difference in always):
            bare = sorted({name.removesuffix(UNLESS_NONE).removesuffix(" by str") for name in empty})
            as_text = {f"{name}{spelled}": "" for name in bare for spelled in ("", " by str", f" by str{UNLESS_NONE}")}
            for difference in _run_differences(worlds, trigger, job, request, {**known, **as_text}):
                if difference not in always:
                    # Whether anyone makes the call without the value is not known.
                    when = f"{difference.text} (when {', '.join(bare)} is empty)"
                    yield replace(difference, text=when, sure=False)


def _sent_values(trigger: V1Trigger, request: V2Request) -> Iterator[Value]:
    yield from filter(None, (trigger.branch, trigger.tag, trigger.revision, request.branch, request.tag))
    yield from (value for _, value in trigger.parameters)
    yield from (value for _, value in request.parameters if isinstance(value, Value))


def _hands_over(request: V2Request, revision: str, known: Mapping[str, str], runs: Iterable[JobRun]) -> bool:
    """Whether the commit of the old call goes along with the new one, in whatever way."""
    values = (value.template for _, value in request.parameters if isinstance(value, Value | Bare))
    return any(shown_text(sent(each, known)) == revision for each in values) or any(
        REVISION in observe(run).environment for run in runs
    )


_GOING = re.compile(r"\bgit\b[^\n]*\b(?:reset|checkout|switch)\b")


def _goes_by_hand(runs: Iterable[JobRun], revision: str) -> bool:
    """Whether a step goes to the commit in words of its own: what it does before that is not known."""
    commands = (str(step.settings.get("command", "")) for run in runs for step in run.steps)
    return any(revision in line and _GOING.search(line) is not None for text in commands for line in text.splitlines())


_HEAD = "the old call names a commit, and v2 builds the head of the branch: nothing hands the commit over"


def _run_differences(
    worlds: Worlds, trigger: V1Trigger, job: str, request: V2Request, known: Mapping[str, str]
) -> Iterator[Difference]:
    started = {name: shown_text(sent(value.template, known)) for name, value in trigger.parameters}
    try:
        old = run_v1(worlds.before.data, job, started, event_of(trigger.branch, trigger.tag, known))
        event = event_of(request.branch, request.tag, known, request.parameters, worlds.after)
        new = compile_pipeline(worlds.after.data, event)
    except CompileError as error:
        yield Difference(error.message)
        return
    except UnknownError as error:
        yield Difference(error.message, sure=False)
        return
    revision = shown_text(sent(trigger.revision.template, known)) if trigger.revision else None
    if revision is not None and not _hands_over(request, revision, known, new.jobs):
        yield Difference(_HEAD)
        revision = None
    seen = Seen(observe(filled_in(old, old.injected), revision, worlds.mask))
    empty = [name for name, text in seen.observed.environment.items() if not text and name in started]
    filled = replace(new, jobs=tuple(filled_in(run, old.injected) for run in new.jobs))
    yield from boolean_differences(worlds.after, dict.fromkeys(run.job for run in new.jobs), started)
    ran = observe_pipeline(filled, worlds.mask)
    by_hand = revision is not None and _goes_by_hand(new.jobs, revision)
    for difference in started_differences(seen, {key: with_empty(run, empty) for key, run in ran.items()}):
        is_open = by_hand and revision is not None and readable(revision) in difference.text
        yield replace(difference, sure=difference.sure and not is_open)
    if worlds.hands_over:
        yield from unseen_variables(new.jobs)
        yield from unread_variables(new.jobs, old.injected)
    if worlds.hands_over and revision is not None:
        yield from unseen_checkouts(seen.observed)
    if revision is not None:
        yield from revision_caveats(seen.observed)


def _whole_pipeline(worlds: Worlds, trigger: V1Trigger, request: V2Request) -> Iterator[Difference]:
    """`/build` starts the pipeline as a push does; what it gave as the source of the trigger is not documented."""
    if not request.is_read:
        yield from declaration_differences(request)
        return
    yield from request_differences(trigger, request, {})
    event = event_of(trigger.branch, trigger.tag, {})
    try:
        old, pushed = (
            observe_pipeline(compile_pipeline(worlds.before.data, replace(event, kind=kind)), worlds.mask)
            for kind in (EventKind.API, EventKind.PUSH)
        )
    except CompileError as error:
        # Nothing runs before; the call changes nothing about that.
        yield Difference(f"the config fails as it is: {error.line}", sure=False)
        return
    except UnknownError as error:
        yield Difference(error.message, sure=False)
        return
    try:
        after = event_of(request.branch, request.tag, {}, request.parameters, worlds.after)
        new = compile_pipeline(worlds.after.data, after)
    except CompileError as error:
        yield Difference(error.message)
        return
    except UnknownError as error:
        yield Difference(error.message, sure=False)
        return
    yield from pipeline_differences(old, observe_pipeline(new, worlds.mask))
    for difference in pipeline_differences(pushed, old):
        what = f"whether v1.1 ran it as a push or as an API call is not documented, and for a push {difference.text}"
        yield replace(difference, text=what, sure=False)
    if trigger.revision is not None:
        yield Difference("the commit that the call names runs only if it is the head of the branch", sure=False)
