"""What every job finds: project settings, contexts, client settings; and the running of whole jobs on such machines."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.world.git import ISOLATED
from tests.world.network import client_environment, write_client_settings
from tests.world.node import Node
from tests.world.ran import Ran
from tests.world.scheduler import WorldError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from migrator.circleci.compiler import JobRun
    from tests.world.records import Build


@dataclass(frozen=True, slots=True)
class Machine:
    """The image of all jobs. `limit` bounds one step, in seconds; `root` gets the scratch directories."""

    root: Path
    authority: Path
    port: int
    proxy: int
    settings: Mapping[str, str] = field(default_factory=dict)
    contexts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    limit: float = 20

    def fresh_directory(self, name: str) -> Path:
        """A new scratch directory with a home that leads clients to the fake CircleCI."""
        directory = self.root / name
        home = directory / "home"
        home.mkdir(parents=True)
        write_client_settings(home, self.authority, self.port, self.proxy)
        (directory / "bash_env").touch()
        return directory

    def background(self, home: Path, directory: Path) -> dict[str, str]:
        """The variables that the world needs; only PATH comes from the process that runs the tests."""
        own = {"PATH": os.environ["PATH"], "HOME": str(home), "CURL_HOME": str(home)}
        return (
            own | ISOLATED | client_environment(self.authority, self.proxy) | {"BASH_ENV": str(directory / "bash_env")}
        )

    def of_contexts(self, names: Iterable[str]) -> dict[str, str]:
        """The variables of some contexts; one that the test does not define is empty."""
        return {name: value for context in names for name, value in self.contexts.get(context, {}).items()}

    def run(self, build: Build) -> Ran:
        """Run the job of a build: its nodes one after the other, `deploy` steps once, after all nodes succeeded."""
        assert build.job is not None
        _refuse_unknown(build.job)
        nodes = [Node(self, build, index) for index in range(build.job.parallelism)]
        for step in build.job.steps:
            if step.kind != "deploy":
                for node in nodes:
                    node.take(step)
            elif not any(node.failed for node in nodes):
                nodes[0].take(step)
        checkout, job = build.checkout, build.job
        return Ran(
            action=build.action,
            project=str(build.project.slug),
            workflow=build.workflow.name if build.workflow else None,
            name=job.name,
            job=job.job,
            branch=checkout.branch,
            tag=checkout.tag,
            head=build.project.labels()[checkout.commit],
            contexts=job.contexts,
            nodes=tuple(node.finish() for node in nodes),
            number=build.number,
        )


def _refuse_unknown(job: JobRun) -> None:
    """Raise WorldError for a job of which it cannot be known offline what it does."""
    unknown = [*job.conditions, *(str(step.settings) for step in job.steps if step.kind == "when")]
    if unknown:
        raise WorldError(f"job {job.name} depends on what is not known here: {unknown}")
