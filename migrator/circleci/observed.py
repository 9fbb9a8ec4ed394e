"""A job run reduced to what can be observed from outside, so that the old and the new way to write it compare equal."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from migrator.circleci.compiler import JobRun, Pipeline, Step, effective_environment
from migrator.circleci.compiler.expr import CLOSE, OPEN
from migrator.circleci.generated_steps import exports_once_filled_in, read_sent, revision_steps

# What the compiler says of an empty parameter in `environment:`; the generated step makes either reading empty.
EMPTY_SENT = frozenset({"", "<nil>", f"{OPEN}empty, or <nil>{CLOSE}"})
# Early 2.0 spellings of the same step (CircleCI: config-preview-sdk, 2.1 caveats).
_SYNONYMS = {"shell": "run", "setup_docker_engine": "setup_remote_docker"}


@dataclass(frozen=True, slots=True)
class Observed:
    """What a job run does: compare two for equality.

    `steps` run on every node; `once` on one node after all nodes are done; `revision` is the commit that is checked
    out instead of the ref's own.
    """

    name: str
    steps: tuple[Step, ...]
    environment: Mapping[str, str]
    once: tuple[Step, ...] = ()
    revision: str | None = None
    rest: tuple[object, ...] = field(default=())

    def difference(self, other: Observed) -> str:
        """The first thing in which two runs differ, in words; empty when they are equal."""
        for attribute, words in _WORDS.items():
            ours, theirs = getattr(self, attribute), getattr(other, attribute)
            if ours != theirs:
                return f"{words}: {_shown(ours)} before, {_shown(theirs)} after"
        return ""


_WORDS = {
    "name": "the job",
    "environment": "the environment",
    "revision": "the commit checked out",
    "once": "the steps that run once",
    "steps": "the steps",
    "rest": "the settings of the job",
}


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= 200 else f"{text[:200]}…"


def observe(run: JobRun, revision: str | None = None) -> Observed:
    """Reduce one run. `revision` is what v1.1 was asked to check out; v2 says it with steps, which are read here."""
    environment = effective_environment(run)
    steps: list[Step] = []
    for step in run.steps:
        if (variables := _exported_variables(step)) is not None:
            # The exporting step leaves alone what is already set.
            environment = {**variables, **environment}
        elif (asked := _requested_revision(step)) is not None:
            revision = asked
        else:
            steps.append(_canonical(step))
    once: list[Step] = []
    if run.parallelism > 1:
        once = [replace(step, kind="run") for step in steps if step.kind == "deploy"]
        steps = [step for step in steps if step.kind != "deploy"]
    steps = [replace(step, kind="run") if step.kind == "deploy" else step for step in steps]
    return Observed(run.name, tuple(steps), environment, tuple(once), revision, _rest(run))


def _exported_variables(step: Step) -> dict[str, str] | None:
    """What a generated export step exports once its parameters are filled in; None for any other step."""
    sent = read_sent(step.settings)
    always, sometimes = exports_once_filled_in(tuple(sent))
    if sent and _is_filled_in(step, always):
        return {name: "" if value in EMPTY_SENT else value for name, value in sent.items()}
    return sent if sent and _is_filled_in(step, sometimes) else None


def _requested_revision(step: Step) -> str | None:
    """The commit that a generated revision step moves to; None for any other step."""
    sent = read_sent(step.settings)
    directory = step.settings.get("working_directory")
    steps = revision_steps(str(directory) if directory is not None else None)
    return sent.get("REVISION") if any(_is_filled_in(step, generated) for generated in steps) else None


def _is_filled_in(step: Step, generated: Mapping[str, object]) -> bool:
    """Whether a compiled step is the generated one but for the values in its environment."""
    settings = {"environment": {}, **step.settings}
    body = generated.get(step.kind)
    return isinstance(body, dict) and {**settings, "environment": None} == {**body, "environment": None}


def _canonical(step: Step) -> Step:
    return replace(step, kind=_SYNONYMS.get(step.kind, step.kind))


def _rest(run: JobRun) -> tuple[object, ...]:
    return (
        run.parallelism,
        run.contexts,
        run.approval,
        run.shell,
        run.working_directory,
        run.executor,
        run.settings,
        run.opaque,
    )


Ran = Mapping[tuple[str, str], tuple[Observed, frozenset[str], tuple[str, ...]]]
"""By workflow and run name: what is observed, what it waits for, and the conditions that cannot be known."""


def observe_pipeline(pipeline: Pipeline, known_jobs: Collection[str]) -> Ran:
    """Reduce a pipeline. A job that is not among `known_jobs` is the once-only part of the one it waits for."""
    parts = {(run.workflow, run.name): run for run in pipeline.jobs if _is_part(run, known_jobs)}
    ran = {}
    for run in pipeline.jobs:
        if (run.workflow, run.name) in parts:
            continue
        once = [part for part in parts.values() if part.workflow == run.workflow and run.name in part.requires]
        observed = observe(run)
        observed = replace(observed, once=observed.once + tuple(step for part in once for step in _own_steps(part)))
        waits = frozenset(name for name in run.requires if (run.workflow, name) not in parts)
        ran[run.workflow, run.name] = (observed, waits, run.conditions)
    return ran


def _is_part(run: JobRun, known_jobs: Collection[str]) -> bool:
    return run.job not in known_jobs and not run.approval and run.opaque is None and len(run.requires) == 1


def _own_steps(part: JobRun) -> Iterator[Step]:
    """The steps of a once-only part without the checkouts that give it the files."""
    return (step for step in observe(part).steps if step.kind != "checkout")
