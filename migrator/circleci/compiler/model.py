"""What goes into a compilation and what comes out, and what stops it.

Events, pipelines, job runs and steps; an error of CircleCI's own, or a thing that cannot be known offline.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class CompileError(Exception):
    """CircleCI would refuse the config or the arguments; worded as CircleCI words it where that is known."""

    def __init__(self, message: str) -> None:
        """`message` may have several lines: the place first (`Error calling job: 'build'`), the complaint last."""
        super().__init__(message)
        self.message = message

    @property
    def line(self) -> str:
        """The message in one line: the place, then the complaint."""
        return ": ".join(line.strip().rstrip(":.") for line in self.message.splitlines() if line.strip())

    def inside(self, place: str) -> CompileError:
        """The same error, said to have happened in `place`, as CircleCI prefixes its messages."""
        return type(self)(f"{place}\n{self.message}")


class EvaluationError(CompileError):
    """A condition that is well formed but whose operands have the wrong types; it only counts where it is evaluated."""


class UnknownError(Exception):
    """What would run cannot be decided from the config and the event alone."""

    def __init__(self, message: str) -> None:
        """`message` says in one sentence what is not known."""
        super().__init__(message)
        self.message = message


class EventKind(StrEnum):
    """What makes a pipeline."""

    PUSH = "push"
    API = "api"
    SCHEDULE = "schedule"


@dataclass(frozen=True, slots=True)
class Event:
    """One trigger of a pipeline.

    Neither `branch` nor `tag` means the default branch, whose name is then not known. `parameters` are the pipeline
    parameters that the trigger sends. A schedule event with a `workflow` is the schedule of that workflow's `triggers`;
    without one it is a schedule trigger (scheduled pipeline) of the project. `values` are pipeline values that are
    known besides those which follow from the rest, by full name, e.g. `pipeline.event.name`.
    """

    kind: EventKind = EventKind.PUSH
    branch: str | None = None
    tag: str | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    workflow: str | None = None
    values: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """A pipeline is of a branch or of a tag."""
        if self.branch is not None and self.tag is not None:
            raise ValueError("an event has a branch or a tag, not both")


@dataclass(frozen=True, slots=True)
class Step:
    """One step after expansion.

    `kind` is the built-in step (`run`, `checkout`, `deploy`, …), `opaque` for what cannot be resolved offline (a step
    of a registry orb), or `when` for steps whose condition is not known: `settings` then hold `condition` and `steps`.
    A `run` or `deploy` step always has its `command` in the settings. Values that are not known stand in the settings
    as canonical text in double angle brackets.
    """

    kind: str
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JobRun:
    """One job of one workflow as it would run; two equal ones do the same thing.

    `name` is what CircleCI calls the run (`CIRCLE_JOB`), `job` the key of its definition. `environment` is the job's
    own, executor included; `injected` what a v1.1 trigger adds: where a name is in both, `environment` wins.
    `requires` are names of other runs, each followed by `:status,…` where it is not success that is waited for.
    `parallelism` is text where it is not known. `executor` holds the docker, machine or macos settings and the resource
    class; `settings` the job keys and entry keys that are left (`circleci_ip_ranges`, `serial-group`, …). `opaque`
    names what cannot be resolved offline: a job of a registry orb. `conditions` are what the run depends on and cannot
    be known; without any it runs for sure.
    """

    workflow: str
    name: str
    job: str
    steps: tuple[Step, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    parallelism: int | str = 1
    contexts: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    approval: bool = False
    shell: object = None
    working_directory: str | None = None
    executor: Mapping[str, object] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    injected: Mapping[str, str] = field(default_factory=dict)
    opaque: str | None = None
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What an event runs: the jobs in the order of the config, and the workflows that have at least one of them.

    `setup` says that the config is a setup config: what runs after it is decided elsewhere.
    """

    jobs: tuple[JobRun, ...] = ()
    workflows: tuple[str, ...] = ()
    setup: bool = False


def effective_environment(run: JobRun) -> dict[str, str]:
    """The variables the run's steps see from the config and the trigger; what the config sets is not overridden."""
    return {**run.injected, **run.environment}
