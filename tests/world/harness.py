"""A little repository in a whole world: a fake CircleCI, callers run with real shells, and what ran."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from migrator.circleci.compiler import Event, EventKind
from tests.world import api, network, process
from tests.world.machine import Machine
from tests.world.project import Project, ProjectSlug
from tests.world.scheduler import Scheduler
from tests.world.server import serving
from tests.world.service import JobRequest, Service
from tests.world.switches import Switches
from tests.world.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tests.world.exchange import Recorded
    from tests.world.ran import Ran
    from tests.world.records import Build, Pipeline

HOSTS = ("circleci.com", "app.circleci.com", "circleci.example.com")
"""The names that the fake CircleCI answers to; the last one plays CircleCI Server."""

PATIENCE = 60
"""Seconds that all jobs of one action may take."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something a test did, in words that are the same in both worlds; `caller` is how a program of it ended."""

    label: str
    caller: process.Finished | None = None


class World:
    """One repository behind one fake CircleCI. A context manager; everything it makes is below `root`."""

    def __init__(
        self,
        source: Path,
        root: Path,
        *,
        slug: str = "github/acme/app",
        default_branch: str = "main",
        settings: Mapping[str, str] | None = None,
        contexts: Mapping[str, Mapping[str, str]] | None = None,
        switches: Switches | None = None,
        limit: int = 40,
        seconds: float = 20,
    ) -> None:
        """`source` holds the files of the first commit; `settings` and `contexts` are variables outside the config.

        At most `limit` jobs are run, the others have an error; a step or a caller is stopped after `seconds`.
        """
        root.mkdir(parents=True, exist_ok=True)
        self._root, self._stack = root, ExitStack()
        self._outside = (settings or {}, contexts or {}, seconds)
        self._scheduler = Scheduler(lambda build: self._machine.run(build), limit)
        self.service = Service(Tokens(), switches or Switches(), self._scheduler)
        self.actions: list[Action] = []
        self.project = self.add_project(slug, source, default_branch)

    def __enter__(self) -> Self:
        """Start serving."""
        authority = self._root / "authority.pem"
        port = self._stack.enter_context(serving(lambda request: api.answer(self.service, request), HOSTS, authority))
        proxy = self._stack.enter_context(network.tunnelling(port))
        self._stack.callback(self._scheduler.close)
        self._machine = Machine(self._root / "jobs", authority, port, proxy, *self._outside)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop serving."""
        self._stack.close()

    def add_project(self, slug: str, source: Path, default_branch: str = "main") -> Project:
        """Another project on the same CircleCI, which calls may start things in."""
        provider, organization, repository = slug.split("/")
        root = self._root / f"project-{len(self.service.projects)}"
        root.mkdir()
        project = Project(ProjectSlug.of(provider, organization, repository), source, root, default_branch)
        self.service.projects.append(project)
        return project

    @property
    def tokens(self) -> Tokens:
        """The tokens that callers may show."""
        return self.service.tokens

    @property
    def history(self) -> tuple[Ran, ...]:
        """Every job that ran, in the order of build numbers."""
        return tuple(build.ran for build in self.service.builds if build.ran is not None)

    @property
    def pipelines(self) -> tuple[Pipeline, ...]:
        """Every pipeline, those with errors and those without workflows as well."""
        return tuple(self.service.pipelines)

    @property
    def requests(self) -> tuple[Recorded, ...]:
        """Every request that reached the API."""
        return tuple(self.service.requests)

    def errors_during(self, action: int) -> tuple[str, ...]:
        """The config errors that one action led to, in pipelines and v1.1 builds."""
        records: list[Pipeline | Build] = [*self.service.pipelines, *self.service.builds]
        return tuple(error for record in records if record.action == action for error in record.errors)

    @property
    def errors(self) -> tuple[str, ...]:
        """All config errors."""
        return tuple(error for action in range(len(self.actions)) for error in self.errors_during(action))

    def commit(self, branch: str, files: Mapping[str, str | None], message: str = "") -> str:
        """Commit to a branch without telling CircleCI; returns the SHA."""
        return self.project.commit(branch, files, message)

    def head(self, branch: str = "main") -> str:
        """The SHA of a branch's newest commit. Raises KeyError when there is no such branch."""
        sha = self.project.resolve(branch=branch)
        if sha is None:
            raise KeyError(branch)
        return sha

    def push(self, branch: str = "main", files: Mapping[str, str | None] | None = None, message: str = "") -> None:
        """Commit to a branch (an empty commit when no files are given), push, and run what a push runs."""
        self.project.commit(branch, files or {}, message)
        self._event(f"push {branch}", Event(EventKind.PUSH, branch, None), JobRequest(branch))

    def tag(self, name: str, ref: str = "main", *, announced: bool = True) -> None:
        """Tag a branch's head or a commit, and run what that runs; unless `announced` is False."""
        self.project.tag(name, ref)
        if announced:
            self._event(f"tag {name}", Event(EventKind.PUSH, None, name), JobRequest(tag=name))

    def schedule(self, branch: str = "main", workflow: str | None = None) -> None:
        """Have the schedule in a workflow's `triggers` come due; without a workflow, one of the project's own."""
        event = Event(EventKind.SCHEDULE, branch, None, workflow=workflow)
        self._event(f"schedule {workflow or branch}", event, JobRequest(branch), "scheduled_pipeline")

    def run_by_hand(self, branch: str = "main") -> None:
        """Start a pipeline in the web application, with default parameters."""
        self._event(f"web {branch}", Event(EventKind.API, branch, None), JobRequest(branch), "api")

    def run_script(
        self, path: str, args: Sequence[str] = (), env: Mapping[str, str] | None = None, *, shell: str = "bash"
    ) -> process.Finished:
        """Run a script of the repository with `shell`, and then all jobs that it started.

        The working directory is the working tree, on the branch that was committed to last.
        """
        return self.run([shell, path, *args], env)

    def run(self, argv: Sequence[str], env: Mapping[str, str] | None = None) -> process.Finished:
        """Run any program as a caller outside CircleCI; its environment is `env` and what leads it to the server."""
        label = self.project.plain(" ".join(["run", *argv]))
        directory = self._begin(label)
        environment = self._machine.background(directory / "home", directory) | dict(env or {})
        done = process.run(
            argv,
            cwd=self.project.tree,
            environment=environment,
            scratch=directory / "caller",
            limit=self._machine.limit,
        )
        self.actions[-1] = Action(label, done)
        self._scheduler.wait(PATIENCE)
        return done

    def _event(self, label: str, event: Event, wanted: JobRequest, trigger: str = "webhook") -> None:
        self._begin(label)
        checkout = self.service.locate(self.project, wanted)
        if not self.project.skips(checkout.commit):
            self.service.start_pipeline(self.project, event, checkout, trigger)
        self._scheduler.wait(PATIENCE)

    def _begin(self, label: str) -> Path:
        self.service.action = len(self.actions)
        self.actions.append(Action(label))
        return self._machine.fresh_directory(f"action-{len(self.actions)}")
