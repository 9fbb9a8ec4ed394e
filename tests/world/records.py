"""What the fake CircleCI remembers: pipelines, their workflows, the builds (job runs) of these, and v1.1 builds."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from migrator.circleci.compiler import JobRun
    from tests.world.project import Project
    from tests.world.ran import Ran


class BuildStatus(StrEnum):
    """The state of a build, in the words of v2 (API v2 reference)."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"
    NOT_RUN = "not_run"
    ON_HOLD = "on_hold"
    BLOCKED = "blocked"
    CANCELED = "canceled"
    TIMED_OUT = "timedout"
    BROKEN = "infrastructure_fail"

    @property
    def over(self) -> bool:
        """Whether nothing will change any more."""
        return self not in {self.QUEUED, self.RUNNING}

    @property
    def idle(self) -> bool:
        """Whether it is over, or stands still, without having run."""
        return self in {self.NOT_RUN, self.ON_HOLD, self.BLOCKED}


def fresh_id() -> str:
    """A new id, as pipelines, workflows and jobs have."""
    return str(uuid4())


@dataclass(frozen=True, slots=True)
class Checkout:
    """What is built: a commit, shown as a branch or a tag."""

    commit: str
    branch: str | None = None
    tag: str | None = None


@dataclass(slots=True)
class Build:
    """One run of one job. `job` is None when the config has an error, which `errors` then holds.

    `ssh`: it was run again, open to its user. `started` is False for one that ended before it had a number in v2.
    """

    number: int
    project: Project
    checkout: Checkout
    action: int
    job: JobRun | None
    injected: Mapping[str, str] = field(default_factory=dict)
    workflow: Workflow | None = None
    retry_of: int | None = None
    ssh: bool = False
    started: bool = True
    errors: tuple[str, ...] = ()
    status: BuildStatus = BuildStatus.QUEUED
    ran: Ran | None = None
    id: str = field(default_factory=fresh_id)


@dataclass(slots=True)
class Workflow:
    """A workflow of a pipeline, with the builds that a run of it makes."""

    name: str
    pipeline: Pipeline
    builds: list[Build] = field(default_factory=list)
    id: str = field(default_factory=fresh_id)

    @property
    def status(self) -> str:
        """The workflow's state, in the words of v2."""
        return self.summed({build.status for build in self.builds})

    @staticmethod
    def summed(states: Collection[BuildStatus]) -> str:
        """The state of a workflow whose builds are in these states."""
        if {BuildStatus.FAILED, BuildStatus.TIMED_OUT, BuildStatus.BROKEN} & set(states):
            return "failed" if all(state.over for state in states) else "failing"
        if any(not state.over for state in states):
            return "running"
        if BuildStatus.CANCELED in states:
            return "canceled"
        return "on_hold" if BuildStatus.ON_HOLD in states else "success"


@dataclass(slots=True)
class Pipeline:
    """A pipeline. `errors` are config errors; with one, the state is `errored` and nothing runs."""

    number: int
    project: Project
    checkout: Checkout
    action: int
    trigger: str
    errors: tuple[str, ...] = ()
    workflows: list[Workflow] = field(default_factory=list)
    id: str = field(default_factory=fresh_id)

    @property
    def state(self) -> str:
        """`created` or `errored`."""
        return "errored" if self.errors else "created"
