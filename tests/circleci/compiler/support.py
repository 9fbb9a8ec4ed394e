"""Shorthands: compile YAML text, and read off what ran."""

from __future__ import annotations

import textwrap

from migrator.circleci.compiler import Event, EventKind, JobRun, Pipeline, compile_pipeline
from migrator.syntax.yaml import load

MAIN = Event(EventKind.PUSH, branch="main")

# Two jobs that need nothing, so that a test can be about a workflow alone.
JOBS = """
jobs:
  build: &job
    docker: [{image: "image:1"}]
    steps: [{run: make}]
  test: *job
  deploy: *job
"""


def data(text: str) -> object:
    """The plain data of YAML text that is indented as its test is."""
    return load(textwrap.dedent(text))


def run(text: str, event: Event = MAIN) -> Pipeline:
    """What the config runs for the event; by default a push to `main`."""
    return compile_pipeline(data(text), event)


def workflows(text: str, event: Event = MAIN) -> Pipeline:
    """What these workflows of a version 2.1 config with the jobs build, test and deploy run."""
    return run(f"version: 2.1\n{JOBS}\n" + textwrap.dedent(text), event)


def push(branch: str) -> Event:
    return Event(EventKind.PUSH, branch=branch)


def tag(name: str) -> Event:
    return Event(EventKind.PUSH, tag=name)


def api(**parameters: object) -> Event:
    return Event(EventKind.API, branch="main", parameters=parameters)


def names(pipeline: Pipeline) -> list[str]:
    """The runs as `workflow/name`, in order; a `?` at the end of one that is not certain."""
    return [f"{job.workflow}/{job.name}{'?' * bool(job.conditions)}" for job in pipeline.jobs]


def only(pipeline: Pipeline) -> JobRun:
    """The one run of a pipeline."""
    (job,) = pipeline.jobs
    return job


def commands(job: JobRun) -> list[object]:
    """The commands of the run's `run` steps, and the kinds of the others."""
    return [step.settings["command"] if step.kind == "run" else step.kind for step in job.steps]
