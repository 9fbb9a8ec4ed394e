"""How states pass in the fake CircleCI: by looks at them, not by the clock, so that every run sees the same."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.world.records import BuildStatus
from tests.world.scheduler import WorldError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.world.records import Build, Pipeline, Workflow
    from tests.world.switches import Switches

_PATIENCE = 30
_SETUP = 2


@dataclass(slots=True)
class Looks:
    """What programs have looked at, and how often; what they see is as old as that."""

    counted: Counter[str] = field(default_factory=Counter)
    canceled: set[str] = field(default_factory=set)

    def hiccup(self, switches: Switches) -> int | None:
        """The status that this request fails with, where the pace asks for one."""
        left = switches.pace.hiccups if switches.pace else ()
        at = self.counted["hiccups"]
        self.counted["hiccups"] = min(at + 1, len(left))
        return left[at] if at < len(left) else None

    def look(self, id_: str) -> int:
        """Count one look; how many there were before."""
        self.counted[id_] += 1
        return self.counted[id_] - 1

    def state(self, pipeline: Pipeline, switches: Switches, seen: int) -> str:
        """The state of a pipeline that was looked at so often before."""
        pace = switches.pace
        if pace is None or seen >= pace.workflows + (_SETUP if pace.setup else 0):
            return pipeline.state
        return "setup" if pace.setup and seen >= pace.workflows else "pending"

    def workflows(self, pipeline: Pipeline, switches: Switches, seen: int) -> Sequence[Workflow]:
        """The workflows that are there by now, those of a setup not counted."""
        state = self.state(pipeline, switches, seen)
        return () if state in {"pending", "setup"} else pipeline.workflows

    def build(self, build: Build, switches: Switches) -> BuildStatus:
        """Look at one build: queued at first, then running, at last over."""
        pace = switches.pace
        seen = self.look(build.id)
        if build.id in self.canceled:
            return BuildStatus.CANCELED
        if pace is None:
            return build.status
        if seen <= pace.running:
            return BuildStatus.RUNNING if seen else BuildStatus.QUEUED
        return _settled(build)

    def in_workflow(self, build: Build, switches: Switches, seen: int) -> BuildStatus:
        """The status of a build in the list of its workflow's jobs, which was looked at so often before."""
        pace = switches.pace
        if pace is None or seen >= pace.queued + pace.running:
            return build.status if pace is None else _settled(build)
        if seen < pace.queued:
            return BuildStatus.QUEUED
        return build.status if build.status.idle or _approves(build) else BuildStatus.RUNNING

    def of_workflow(self, workflow: Workflow, switches: Switches) -> str:
        """The status of a workflow, as old as its jobs are."""
        if switches.pace is None:
            return workflow.status
        seen = self.counted[workflow.id]
        return workflow.summed({self.in_workflow(build, switches, seen) for build in workflow.builds})


def _approves(build: Build) -> bool:
    return build.job is not None and build.job.approval


def _settled(build: Build) -> BuildStatus:
    """The status when the build is over, which is waited for: how fast it runs must not be seen."""
    end = time.monotonic() + _PATIENCE
    while not build.status.over:
        if time.monotonic() > end:
            raise WorldError(f"build {build.number} is not over")
        time.sleep(0.01)
    return build.status
