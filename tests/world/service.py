"""The fake CircleCI behind its API: projects, pipelines, builds, and how each is started."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import RLock
from typing import TYPE_CHECKING

from migrator.circleci.compiler import CompileError, Event, EventKind, compile_pipeline
from migrator.circleci.runs.v1_run import run_v1
from migrator.errors import ParseError
from migrator.syntax.yaml import load
from tests.world.pace import Looks
from tests.world.project import CONFIG
from tests.world.readings import with_empty_values
from tests.world.records import Build, Checkout, Pipeline, Workflow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from migrator.circleci.compiler import JobRun
    from tests.world.exchange import Recorded
    from tests.world.project import Project, ProjectSlug
    from tests.world.scheduler import Scheduler
    from tests.world.switches import Switches
    from tests.world.tokens import Tokens


@dataclass(frozen=True, slots=True)
class JobRequest:
    """What a v1/v1.1 trigger asks for. `config` is a config sent along as a file. CircleCI docs: API v1 reference."""

    branch: str | None = None
    tag: str | None = None
    revision: str | None = None
    job: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    config: str | None = None


class RefNotFoundError(Exception):
    """The branch, tag or revision does not exist."""


class Service:
    """The state of the service. Everything is started here, by the API and by pushes alike."""

    def __init__(self, tokens: Tokens, switches: Switches, scheduler: Scheduler) -> None:
        """The service without projects; `action` is what a test does at the moment, counted from 0."""
        self.tokens = tokens
        self.switches = switches
        self.projects: list[Project] = []
        self.pipelines: list[Pipeline] = []
        self.builds: list[Build] = []
        self.requests: list[Recorded] = []
        self.action = 0
        self.looks = Looks()
        self.scheduler = scheduler
        self._lock = RLock()

    def find(self, slug: ProjectSlug) -> Project | None:
        """The project of that name."""
        return next((project for project in self.projects if project.slug == slug), None)

    def locate(self, project: Project, request: JobRequest) -> Checkout:
        """The commit that a request means, and how it is shown. Raises RefNotFoundError."""
        commit = project.resolve(branch=request.branch, tag=request.tag, revision=request.revision)
        if commit is None:
            missing = next((kind for kind in ("revision", "tag") if getattr(request, kind)), "branch")
            raise RefNotFoundError(f"{missing.capitalize()} not found")
        if request.tag is not None:
            return Checkout(commit, tag=request.tag)
        return Checkout(commit, branch=request.branch or project.default_branch)

    def one_job(self, project: Project, request: JobRequest) -> Build:
        """A build of one job as v1.1 runs it: alone, no contexts. Raises RefNotFoundError.

        CircleCI docs: api-job-trigger.
        """
        checkout = self.locate(project, request)
        job, errors = _one_job(project, checkout, request)
        build = self._build(project, checkout, job, request.parameters)
        build.errors = errors
        return build

    def start_pipeline(self, project: Project, event: Event, checkout: Checkout, trigger: str) -> Pipeline:
        """Run the workflows that the event selects; config errors end up in the pipeline, as in v2."""
        with self._lock:
            pipeline = Pipeline(len(self.pipelines) + 1, project, checkout, self.action, trigger)
            self.pipelines.append(pipeline)
        try:
            compiled = compile_pipeline(_config(project, checkout), replace(event, values=_values(pipeline)))
        except CompileError as error:
            pipeline.errors = (str(error),)
            return pipeline
        for name in compiled.workflows:
            reading = self.switches.empty_value
            jobs = (with_empty_values(job, reading) for job in compiled.jobs if job.workflow == name)
            self._run_workflow(pipeline, name, jobs)
        return pipeline

    def refuses_parameters(self, project: Project, event: Event, checkout: Checkout) -> bool:
        """Whether it is the event's parameters that the config does not take: without them, it compiles."""
        return not _compiles(project, checkout, event) and _compiles(project, checkout, replace(event, parameters={}))

    def rerun(self, workflow: Workflow, builds: Iterable[Build], *, ssh: bool = False) -> Workflow:
        """Run builds of a workflow again, in a new workflow of the same pipeline. CircleCI docs: API v2 reference."""
        again = Workflow(workflow.name, workflow.pipeline)
        for build in builds:
            again.builds.append(self._again(build, again, ssh=ssh))
        workflow.pipeline.workflows.append(again)
        self.submit(again.builds)
        return again

    def retry(self, build: Build, *, ssh: bool = False) -> Build:
        """A build that does the same again, as v1.1's `retry` and `ssh` make it."""
        return self._again(build, build.workflow, ssh=ssh)

    def submit(self, builds: Sequence[Build]) -> None:
        """Have builds run, or end as the pace has it."""
        pace = self.switches.pace
        if pace is None or pace.ending is None:
            self.scheduler.submit(builds)
            return
        for build in builds:
            build.status, build.started = pace.ending, not pace.unstarted

    def cancel(self, build: Build) -> None:
        """Have a build seen as canceled from now on; what it does, it does."""
        self.looks.canceled.add(build.id)

    def _run_workflow(self, pipeline: Pipeline, name: str, jobs: Iterable[JobRun]) -> None:
        workflow = Workflow(name, pipeline)
        for job in jobs:
            build = self._build(pipeline.project, pipeline.checkout, job, {})
            build.workflow = workflow
            workflow.builds.append(build)
        pipeline.workflows.append(workflow)
        self.submit(workflow.builds)

    def _again(self, build: Build, workflow: Workflow | None, *, ssh: bool) -> Build:
        again = self._build(build.project, build.checkout, build.job, build.injected)
        again.errors, again.workflow, again.retry_of, again.ssh = build.errors, workflow, build.number, ssh
        return again

    def _build(self, project: Project, checkout: Checkout, job: JobRun | None, injected: Mapping[str, str]) -> Build:
        with self._lock:
            build = Build(len(self.builds) + 1, project, checkout, self.action, job, injected)
            self.builds.append(build)
        return build


def _values(pipeline: Pipeline) -> dict[str, object]:
    """The pipeline values that only the service knows. CircleCI docs: pipeline-variables, "Pipeline values"."""
    slug = pipeline.project.slug
    return {
        "pipeline.id": pipeline.id,
        "pipeline.number": pipeline.number,
        "pipeline.git.revision": pipeline.checkout.commit,
        "pipeline.project.git_url": f"https://{slug.provider}.com/{slug.organization}/{slug.repository}",
        "pipeline.project.type": slug.provider,
    }


def _compiles(project: Project, checkout: Checkout, event: Event) -> bool:
    try:
        compile_pipeline(_config(project, checkout), event)
    except CompileError:
        return False
    return True


def _one_job(project: Project, checkout: Checkout, request: JobRequest) -> tuple[JobRun | None, tuple[str, ...]]:
    try:
        config = _loaded(request.config) if request.config is not None else _config(project, checkout)
        event = Event(EventKind.API, checkout.branch, checkout.tag)
        return run_v1(config, request.job, request.parameters, event), ()
    except CompileError as error:
        return None, (str(error),)


def _config(project: Project, checkout: Checkout) -> object:
    text = project.read(checkout.commit)
    if text is None:
        raise CompileError(f"No configuration was found in your project: {CONFIG} is missing")
    return _loaded(text)


def _loaded(text: str) -> object:
    try:
        return load(text)
    except ParseError as error:
        raise CompileError(f"Unable to parse YAML: {error.message}") from error
