"""What planning needs to know about a config: its jobs, parameters and workflows, read from plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Data = Mapping[str, object]


def as_mapping(value: object) -> Data:
    """The value when it is a mapping, else an empty one: configs hold null where a mapping may stand."""
    return value if isinstance(value, Mapping) else {}


def _environment_names(value: object) -> Iterator[str]:
    """The names in an `environment:` of any form: a map, a list of maps or of `KEY=VALUE`, or one string."""
    match value:
        case Mapping():
            yield from (str(name) for name in value)
        case list():
            for item in value:
                yield from _environment_names(item)
        case str():
            yield value.partition("=")[0]


@dataclass(frozen=True, slots=True)
class ConfigView:
    """One `.circleci/config.yml` as plain data (`migrator.syntax.yaml.load`)."""

    data: Data

    @property
    def version(self) -> str:
        """The config's version as text: `2`, `2.0` or `2.1`; empty where there is none."""
        version = self.data.get("version")
        return "" if version is None else str(version)

    @property
    def setup(self) -> bool:
        """Whether this is a setup config, whose pipeline another config continues (CircleCI docs: dynamic-config)."""
        return self.data.get("setup") is True

    @property
    def jobs(self) -> Data:
        """The job definitions by name, without those that no text names (`unnamed`)."""
        return {name: body for name, body in as_mapping(self.data.get("jobs")).items() if isinstance(name, str)}

    @property
    def unnamed(self) -> tuple[object, ...]:
        """The keys of jobs that YAML reads as no text (`3.6:`, `no:`): what such a job is called is not documented."""
        return tuple(name for name in as_mapping(self.data.get("jobs")) if not isinstance(name, str))

    @property
    def parameters(self) -> Data:
        """The pipeline parameters by name; only 2.1 has them."""
        return as_mapping(self.data.get("parameters"))

    @property
    def workflows(self) -> Data:
        """The workflows by name, without the `version` key that 2.0 wants among them."""
        return {name: body for name, body in as_mapping(self.data.get("workflows")).items() if name != "version"}

    def required_parameters(self, job: str) -> tuple[str, ...]:
        """The job parameters without a default: the job cannot run without arguments (docs: reusing-config)."""
        declared = as_mapping(as_mapping(self.jobs.get(job)).get("parameters"))
        return tuple(name for name, body in declared.items() if "default" not in as_mapping(body))

    @property
    def startable(self) -> tuple[str, ...]:
        """The jobs that a trigger can start by name alone."""
        return tuple(job for job in self.jobs if not self.required_parameters(job))

    @property
    def workflow_jobs(self) -> frozenset[str]:
        """The jobs that run without being asked for: those in workflows, or the implicit `build`."""
        if not self.workflows:
            return frozenset({"build"}) & frozenset(self.jobs)
        return frozenset(name for body in self.workflows.values() for name in entry_jobs(as_mapping(body)))

    def environment_of(self, job: str) -> frozenset[str]:
        """The variables that the config itself sets for the whole job: by job, executor or primary image."""
        body = as_mapping(self.jobs.get(job))
        executor = body.get("executor")
        name = executor if isinstance(executor, str) else as_mapping(executor).get("name")
        shared = as_mapping(as_mapping(self.data.get("executors")).get(str(name)))
        names: set[str] = set()
        for holder in (body, shared):
            names.update(_environment_names(holder.get("environment")))
            images = holder.get("docker")
            if isinstance(images, list) and images:
                names.update(_environment_names(as_mapping(images[0]).get("environment")))
        return frozenset(names)


def entry_jobs(workflow: Data) -> Iterator[str]:
    """The jobs that a workflow names."""
    entries = workflow.get("jobs")
    for entry in entries if isinstance(entries, list) else ():
        match entry:
            case str():
                yield entry
            case Mapping():
                yield from (str(name) for name in entry)
