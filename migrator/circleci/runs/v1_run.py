"""The old world: what a v1.1 trigger runs, and what CircleCI refuses in a config as it is.

The named job alone: no workflow, so no contexts, no filters and no requirements. Build parameters become environment
variables of that job, but do not override what the config sets. CircleCI docs: api-job-trigger (2018-2020) and
inject-environment-variables-with-api.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from migrator.circleci.compiler import compile_pipeline
from migrator.circleci.compiler.entries import Entry, workflow_entries
from migrator.circleci.compiler.jobs import JobCall, run_job
from migrator.circleci.compiler.model import CompileError, Event, EventKind, JobRun, UnknownError
from migrator.circleci.compiler.pipeline import NO_BUILD_JOB, Config, read_config
from migrator.circleci.compiler.steps import environment_of
from migrator.circleci.runs.events import on_branch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from migrator.circleci.runs.config import ConfigView


DEFAULT_JOB = "build"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SELECTOR = "CIRCLE_JOB"


def run_v1(config: object, job: str | None, build_parameters: Mapping[str, str], event: Event | None = None) -> JobRun:
    """What a v1.1 trigger of `job` (None: `build`) runs; the run's `workflow` is empty.

    `injected` of the result are the build parameters that take effect. `event` says which ref is built, for the
    pipeline values of a 2.1 config; its parameters are not used, they are at their defaults. A job that only a
    workflow entry's `name:` names runs with that entry's arguments. Raises CompileError and UnknownError.
    """
    read = read_config(config, replace(event or Event(EventKind.API), parameters={}), workflows=False)
    run = _run(read, config, DEFAULT_JOB if job is None else job)
    return replace(run, injected=_injected(run, build_parameters))


def _run(read: Config, config: object, job: str) -> JobRun:
    if job in read.frame.namespace.jobs:
        return run_job(JobCall(job, job, ""), read.frame)
    runs = [_entry_run(entry, job) for entry in _entries(read, config) if entry.name == job and not entry.approval]
    if not runs:
        raise CompileError(NO_BUILD_JOB.format(name=job))
    if any(run != runs[0] for run in runs):
        raise UnknownError(f"several workflows name a job {job}, and not the same one")
    return runs[0]


def _entry_run(entry: Entry, job: str) -> JobRun:
    call = JobCall(entry.job, job, "", entry.arguments, entry.pre_steps, entry.post_steps)
    return run_job(call, entry.frame)


def _entries(read: Config, config: object) -> Iterator[Entry]:
    """The entries of all workflows; one that does not compile names no job."""
    workflows = config.get("workflows") if isinstance(config, dict) else None
    for body in workflows.values() if isinstance(workflows, dict) else ():
        if isinstance(body, dict):
            with suppress(CompileError):
                yield from workflow_entries(body.get("jobs"), read.frame)


def _injected(run: JobRun, build_parameters: Mapping[str, str]) -> dict[str, str]:
    taken = {*run.environment, *image_environment(run), _SELECTOR}
    return {
        name: value
        for name, value in build_parameters.items()
        if name not in taken and _NAME.fullmatch(name) is not None
    }


def image_environment(run: JobRun) -> dict[str, str]:
    """What the config sets on the primary container."""
    images = run.executor.get("docker")
    primary = images[0] if isinstance(images, list) and images else None
    return environment_of(primary.get("environment")) if isinstance(primary, dict) else {}


def config_fault(config: ConfigView, jobs: Iterable[str] = ()) -> str | None:
    """The error that CircleCI gives for every push, or for one of `jobs`, in one line; None where there is none.

    A config without workflows may serve calls alone: that a push finds no job `build` in it says nothing.
    """
    if config.workflows and (found := _fault(partial(compile_pipeline, config.data, on_branch(EventKind.PUSH)))):
        return found
    return next(filter(None, (_fault(partial(run_v1, config.data, job, {})) for job in jobs)), None)


def _fault(compiled: Callable[[], object]) -> str | None:
    try:
        compiled()
    except CompileError as error:
        return error.line
    except UnknownError:
        return None
    return None
