"""The project that builds are rerun in, and what a program reran."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.world import Finished, World

REMOTE = "https://github.com/acme/app.git"
CONFIG = """\
version: 2.1
jobs:
  first: {machine: true, steps: [run: echo first >> "$EFFECTS"]}
  second: {machine: true, steps: [run: echo second >> "$EFFECTS"]}
  third: {machine: true, steps: [run: echo third >> "$EFFECTS"]}
workflows:
  all: {jobs: [first, second, third]}
"""


def number(world: World, job: str = "third") -> str:
    return next(str(build.number) for build in world.service.builds if build.job and build.job.name == job)


def ran(world: World, shell: str, text: str, **env: str) -> tuple[Finished, list[tuple[object, ...]]]:
    """How a script ended, and the builds that it started."""
    return program_ran(world, [shell, "-c", text], **env)


def program_ran(world: World, argv: Sequence[str], **env: str) -> tuple[Finished, list[tuple[object, ...]]]:
    """How a program ended, and the builds that it started."""
    before = len(world.service.builds)
    done = world.run(argv, {"TOKEN": "personal-token", "N": number(world), **env})
    return done, [(b.job and b.job.name, b.retry_of, b.ssh, b.status) for b in world.service.builds[before:]]
