"""Runs builds in the background: one workflow after its `requires`, several workflows at once, a bounded number."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Condition
from typing import TYPE_CHECKING

from tests.world.records import BuildStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.world.ran import Ran
    from tests.world.records import Build

WORKERS = 4
"""How many workflows may run at once: a job that waits for one that it triggered must not wait for ever."""


TOO_MANY = "more jobs than the world allows: a job triggers itself"
"""The error of a build that was not run because of the limit."""


class WorldError(Exception):
    """The world itself gave up: jobs took too long, need what is not known here, or met a defect of the world."""


class Scheduler:
    """Takes builds and runs them; `wait` returns when nothing is left."""

    def __init__(self, run: Callable[[Build], Ran], limit: int) -> None:
        """`run` executes one build; builds beyond `limit` are not run, and have an error."""
        self._run = run
        self._left = limit
        self._pool = ThreadPoolExecutor(WORKERS, "world")
        self._idle = Condition()
        self._pending = 0
        self._faults: list[BaseException] = []

    def submit(self, builds: Sequence[Build]) -> None:
        """Queue the builds of one workflow, or a single build."""
        with self._idle:
            self._pending += 1
        self._pool.submit(self._work, builds)

    def fail(self, fault: BaseException) -> None:
        """Have `wait` raise: something that a background thread did went wrong."""
        self._faults.append(fault)

    def wait(self, seconds: float) -> None:
        """Return when every queued build is over. Raises WorldError when that takes longer, or something broke."""
        with self._idle:
            done = self._idle.wait_for(lambda: self._pending == 0, seconds)
        if self._faults:
            raise WorldError(f"the world is broken: {self._faults[0]}") from self._faults[0]
        if not done:
            raise WorldError(f"jobs still run after {seconds} seconds")

    def close(self) -> None:
        """Start nothing any more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _work(self, builds: Sequence[Build]) -> None:
        try:
            for build in _in_order(builds):
                self._take_turn(build, builds)
        except Exception as fault:  # noqa: BLE001 - handed to the thread that waits
            self.fail(fault)
        finally:
            with self._idle:
                self._pending -= 1
                self._idle.notify_all()

    def _exhausted(self) -> bool:
        with self._idle:
            self._left -= 1
            return self._left < 0

    def _take_turn(self, build: Build, builds: Sequence[Build]) -> None:
        build.status = _before_running(build, builds)
        if build.status is not BuildStatus.RUNNING:
            return
        if self._exhausted():
            build.status, build.errors = BuildStatus.NOT_RUN, (TOO_MANY,)
            return
        build.ran = self._run(build)
        build.status = BuildStatus.SUCCESS if build.ran.succeeded else BuildStatus.FAILED


def _before_running(build: Build, builds: Sequence[Build]) -> BuildStatus:
    """What becomes of a build whose requirements are over."""
    if build.job is None:
        return BuildStatus.FAILED
    required = _required(build, builds)
    if any(other.status in {BuildStatus.ON_HOLD, BuildStatus.BLOCKED} for other, _ in required):
        return BuildStatus.BLOCKED
    if any(not accepted & {other.status.value, "terminal"} for other, accepted in required):
        return BuildStatus.NOT_RUN
    return BuildStatus.ON_HOLD if build.job.approval else BuildStatus.RUNNING


def _required(build: Build, builds: Sequence[Build]) -> list[tuple[Build, set[str]]]:
    """The builds of the same run that must end first, and the ends that will do (success unless the config says more).

    A requirement that was filtered out binds nobody.
    """
    required = []
    for requirement in build.job.requires if build.job else ():
        name, _, statuses = requirement.partition(":")
        accepted = set(statuses.split(",")) if statuses else {"success"}
        required += [(other, accepted) for other in builds if other.job and other.job.name == name]
    return required


def _in_order(builds: Sequence[Build]) -> Iterator[Build]:
    """The builds, each after those that it requires."""
    waiting = list(builds)
    while waiting:
        free = [build for build in waiting if not any(other in waiting for other, _ in _required(build, builds))]
        if not free:
            raise WorldError("jobs require each other in a circle")
        waiting = [build for build in waiting if build not in free]
        yield from free
