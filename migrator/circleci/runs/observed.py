"""A job run reduced to what can be observed from outside, so that the old and the new way to write it compare."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from migrator.circleci.compiler import JobRun, Pipeline, Step, effective_environment
from migrator.circleci.compiler.expr import CLOSE, OPEN
from migrator.circleci.runs.bash_env import fixed_exports
from migrator.circleci.runs.events import readable
from migrator.circleci.runs.generated import exports_once_filled_in, read_sent, revision_steps
from migrator.circleci.runs.v1_run import image_environment

_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs. Not `sure`: it may be the same, but that rests on what cannot be seen here.

    `compared` are the two texts, where it is two texts that differ.
    """

    text: str
    sure: bool = True
    compared: tuple[str, str] | None = None


def step_text(step: Step | None) -> str:
    """A step in a few words: its name, or its kind and the first line of its command."""
    if step is None:
        return "nothing"
    name, command = step.settings.get("name"), step.settings.get("command")
    if isinstance(name, str):
        return f"{step.kind} “{cut(name)}”"
    lines = command.strip().splitlines() if isinstance(command, str) else []
    return f"{step.kind} `{cut(lines[0])}`" if lines else step.kind


def cut(text: str) -> str:
    """A text short enough for one line of a table, with what calls send in plain brackets."""
    text = readable(text)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


# What the compiler says of an empty parameter in `environment:`; the generated step makes either reading empty.
EMPTY_SENT = frozenset({"", "<nil>", f"{OPEN}empty, or <nil>{CLOSE}"})
# Early 2.0 spellings of the same step (CircleCI: config-preview-sdk, 2.1 caveats).
_SYNONYMS = {"shell": "run", "setup_docker_engine": "setup_remote_docker"}
REVISION = "CIRCLE_SHA1"

Mask: TypeAlias = Callable[[str], str]
"""Reduces a step's shell text to what has to stay the same, e.g. everything but the calls that are compared alone."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What a job run does.

    `environment` is what its steps see from the config and the trigger; of these, `exported` are the names that a step
    hands on through `$BASH_ENV`. A `checkout` step has the commit that it moves to, if not the ref's own, as
    `revision`. A `deploy` step stands among the steps only where the job has several nodes; else it is a `run` step.
    """

    name: str
    steps: tuple[Step, ...]
    environment: Mapping[str, str]
    exported: frozenset[str] = frozenset()
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """A run in its pipeline: what it does, which runs it waits for, and the conditions that cannot be known."""

    observed: Observed
    waits: frozenset[str] = frozenset()
    conditions: frozenset[str] = frozenset()


Ran: TypeAlias = Mapping[tuple[str, str], Seen]
"""The runs of a pipeline by workflow and name."""


def observe(run: JobRun, revision: str | None = None, mask: Mask | None = None) -> Observed:
    """Reduce one run. `revision` is what v1.1 was asked to check out; v2 says it with steps, which are read here."""
    exported: dict[str, str] = {}
    rest = own_steps(run).steps
    # Only what is exported before anything else has run is there for every step.
    by_hand: dict[str, str] = {}
    for step in run.steps[: len(run.steps) - len(rest)]:
        by_hand |= fixed_exports(step)
        exported |= {name: value for name, value in (_exports(step) or {}).items() if name not in exported}
    steps = tuple(_canonical(rest, revision, run.parallelism, mask))
    # An exporting step leaves alone what the config sets.
    of_image = image_environment(run)
    set_before = {**of_image, **run.environment}
    exported = {name: value for name, value in exported.items() if name not in set_before}
    exported |= by_hand
    if revision is None and (moved := _moved_to(steps)) is not None:
        exported[REVISION] = moved
    asked = {REVISION: revision} if revision is not None else {}
    environment = {**exported, **of_image, **effective_environment(run), **by_hand, **asked}
    return Observed(run.name, steps, environment, frozenset(exported), _settings(run))


def own_steps(run: JobRun) -> JobRun:
    """The run without the steps in front that hand variables on, which say nothing about what else runs there."""
    steps = enumerate(run.steps)
    first = next((at for at, step in steps if _exports(step) is None and not fixed_exports(step)), len(run.steps))
    return replace(run, steps=run.steps[first:])


def observe_pipeline(pipeline: Pipeline, mask: Mask | None = None) -> Ran:
    """Reduce a pipeline."""
    return {
        (run.workflow, run.name): Seen(observe(run, mask=mask), frozenset(run.requires), frozenset(run.conditions))
        for run in pipeline.jobs
    }


def _exports(step: Step) -> dict[str, str] | None:
    """What a generated step hands to the later steps, once its parameters are filled in; None for any other step."""
    if step.kind == "when":
        return _open_export(step)
    sent = read_sent(step.settings)
    if not sent:
        return None
    always, sometimes = exports_once_filled_in(tuple(sent))
    if _is_filled_in(step, always):
        return {name: "" if value in EMPTY_SENT else value for name, value in sent.items()}
    if _is_filled_in(step, sometimes):
        return sent
    return {REVISION: sent["REVISION"]} if _is_filled_in(step, revision_steps()[1]) else None


def _open_export(step: Step) -> dict[str, str] | None:
    """What a conditional export hands on where its parameter is not known: that parameter, as the callers fill it.

    A later run makes such a step of an unconditional one when a new caller does not send the variable.
    """
    match step.settings.get("steps"):
        case (Step() as inner,):
            sent = read_sent(inner.settings)
            _, sometimes = exports_once_filled_in(tuple(sent))
            is_export = len(sent) == 1 and _is_filled_in(inner, sometimes)
            return sent if is_export and f"{OPEN}{step.settings.get('condition')}{CLOSE}" in sent.values() else None
    return None


def _canonical(steps: Sequence[Step], revision: str | None, nodes: int | str, mask: Mask | None) -> Iterator[Step]:
    """The steps in one spelling, a checkout and the generated step behind it as one."""
    at = 0
    while at < len(steps):
        step = steps[at]
        at += 1
        if step.kind == "checkout":
            asked = revision
            if asked is None and at < len(steps) and (asked := _follows(step, steps[at])) is not None:
                at += 1
            yield step if asked is None else replace(step, settings={**step.settings, "revision": asked})
            continue
        yield _one(step, revision, nodes, mask)


def _one(step: Step, revision: str | None, nodes: int | str, mask: Mask | None) -> Step:
    inner = step.settings.get("steps")
    if step.kind == "when" and isinstance(inner, Iterable):
        known = [item for item in inner if isinstance(item, Step)]
        return replace(step, settings={**step.settings, "steps": tuple(_canonical(known, revision, nodes, mask))})
    kind = _SYNONYMS.get(step.kind, step.kind)
    kind = "run" if kind == "deploy" and nodes == 1 else kind
    command = step.settings.get("command")
    if mask is None or not isinstance(command, str):
        return replace(step, kind=kind)
    return replace(step, kind=kind, settings={**step.settings, "command": mask(command)})


def _follows(checkout: Step, step: Step) -> str | None:
    """The commit that the generated step behind a checkout moves to; None for any other step."""
    path = checkout.settings.get("path")
    generated = revision_steps(None if path is None else str(path))[0]
    return read_sent(step.settings).get("REVISION") if _is_filled_in(step, generated) else None


def _moved_to(steps: Iterable[Step]) -> str | None:
    found = (step.settings.get("revision") for step in steps if step.kind == "checkout")
    return next((str(revision) for revision in found if revision is not None), None)


def _is_filled_in(step: Step, generated: Mapping[str, object]) -> bool:
    """Whether a compiled step is the generated one but for the values in its environment."""
    settings = {"environment": {}, **step.settings}
    body = generated.get(step.kind)
    return isinstance(body, dict) and {**settings, "environment": None} == {**body, "environment": None}


def _where(executor: Mapping[str, object]) -> Mapping[str, object]:
    """The executor without the variables of its first image, which are the steps' own (`image_environment`)."""
    match executor.get("docker"):
        case [dict() as first, *others] if "environment" in first:
            rest = {key: value for key, value in first.items() if key != "environment"}
            return {**executor, "docker": [rest, *others]}
    return executor


def _settings(run: JobRun) -> dict[str, object]:
    return {
        "parallelism": run.parallelism,
        "contexts": run.contexts,
        "approval": run.approval,
        "shell": run.shell,
        "working directory": run.working_directory,
        **{str(key): value for key, value in _where(run.executor).items()},
        **{str(key): value for key, value in run.settings.items()},
        "orb": run.opaque,
    }
