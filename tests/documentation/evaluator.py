"""What a CircleCI config runs for an event, as plain data: a second reading, which shares nothing with the product.

What is not known here (orbs, job groups, steps of any name) is kept as data, so a change of it still shows.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.documentation.expressions import NotReadError, filled, holds, spelt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Look = Callable[[str], Any]

# Of a workflow's entry, what is no argument for the job.
_ENTRY = {
    "requires", "context", "type", "filters", "name", "matrix", "pre-steps", "post-steps", "serial-group",
    "override-with", "max_auto_reruns", "when", "unless",
}  # fmt: skip
_SOURCES = {"push": "webhook", "api": "api", "schedule": "scheduled_pipeline"}


@dataclass(frozen=True, slots=True)
class Event:
    """What starts a pipeline: a push of a branch or a tag, a request, a schedule (of a workflow, when it is named)."""

    kind: str
    branch: str | None = None
    tag: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    workflow: str | None = None

    def value(self, name: str) -> Any:
        """A pipeline value; one that is not known here is a text of its own."""
        known = {
            "git.branch": self.branch,
            "git.tag": self.tag,
            "git.branch.is_default": self.branch == "main",
            "trigger_source": _SOURCES[self.kind],
            "trigger.type": {"push": "github_oauth"}.get(self.kind, self.kind),
            "event.name": self.kind,
            "schedule.name": "nightly" if self.kind == "schedule" else None,
            "number": 7,
        }
        return known.get(name, f"the {name}")


class Config:
    """A config as plain data, and what runs."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.declared = _maps(data.get("parameters"))
        self.jobs = _maps(data.get("jobs"))
        workflows = _maps(data.get("workflows"))
        self.workflows: dict[str, Any] = workflows or ({"": {"jobs": ["build"]}} if "build" in self.jobs else {})

    def runs(self, event: Event) -> dict[str, Any]:
        """Each workflow that runs, with its jobs by their names."""
        look = self._looks(event)
        found = {}
        for name, workflow in self.workflows.items():
            if self._starts(name, workflow, event, look):
                rest = {key: value for key, value in workflow.items() if key not in {"jobs", "when", "unless"}}
                found[name] = {**rest, "jobs": dict(self._entries(workflow.get("jobs") or [], event, look))}
        return {name: workflow for name, workflow in found.items() if workflow["jobs"]}

    def alone(self, name: str, event: Event) -> dict[str, Any]:
        """The job that API v1.1 ran, without any workflow."""
        return self._job(name, {}, self._looks(event))

    def _looks(self, event: Event) -> Look:
        for name in event.parameters:
            if name not in self.declared:
                raise NotReadError(f"parameter {name} is not declared")
        given = {name: event.parameters.get(name, about.get("default")) for name, about in self.declared.items()}
        for name, about in self.declared.items():
            if about.get("type") == "enum" and given[name] not in about["enum"]:
                raise NotReadError(f"parameter {name} may not be {given[name]!r}")

        def look(name: str) -> Any:
            if name.startswith("pipeline.parameters."):
                return _known(given, name.removeprefix("pipeline.parameters."), name)
            if name.startswith("pipeline."):
                return event.value(name.removeprefix("pipeline."))
            raise NotReadError(f"{name} is not known")

        return look

    def _starts(self, name: str, workflow: dict[str, Any], event: Event, look: Look) -> bool:
        if bool(workflow.get("triggers")) != (event.workflow is not None) or event.workflow not in {None, name}:
            return False
        if "when" in workflow and not holds(workflow["when"], look):
            return False
        return "unless" not in workflow or not holds(workflow["unless"], look)

    def _entries(self, entries: list[Any], event: Event, look: Look) -> Iterator[tuple[str, Any]]:
        seen: dict[str, int] = {}
        for entry in entries:
            name, options = (entry, {}) if isinstance(entry, str) else next(iter(entry.items()))
            for label, some in _cells(name, options or {}, look):
                if _passes(some.get("filters"), event, look):
                    seen[label] = seen.get(label, 0) + 1
                    yield label if seen[label] == 1 else f"{label}-{seen[label]}", self._entry(name, some, look)

    def _entry(self, name: str, options: dict[str, Any], look: Look) -> dict[str, Any]:
        plan = {key: filled(value, look) for key, value in options.items() if key in _ENTRY - {"name", "filters"}}
        plan = {key: value for key, value in plan.items() if not key.endswith("-steps")}
        if options.get("type") == "approval":
            return plan
        given = {key: filled(value, look) for key, value in options.items() if key not in _ENTRY}
        body = self._job(name, given, look)
        around = [self._steps(options.get(key) or [], look) for key in ("pre-steps", "post-steps")]
        if any(around):
            body["steps"] = [*around[0], *body.get("steps", []), *around[1]]
        return {**plan, "job": name, "body": body}

    def _job(self, name: str, given: dict[str, Any], look: Look) -> dict[str, Any]:
        job = self.jobs.get(name)
        if job is None:
            group = (self.data.get("job-groups") or {}).get(name)
            return {"given": given, "group": group}
        inner = _inside(job, given, look)
        found = {
            key: filled(value, inner)
            for key, value in job.items()
            if key not in {"parameters", "description", "steps", "executor"}
        }
        if "executor" in job:
            found = self._executed(filled(job["executor"], inner), found, look)
        if "steps" in job:
            found["steps"] = self._steps(job["steps"], inner)
        return found

    def _executed(self, executor: Any, job: dict[str, Any], look: Look) -> dict[str, Any]:
        name, given = (executor, {}) if isinstance(executor, str) else (executor["name"], dict(executor))
        given.pop("name", None)
        body = (self.data.get("executors") or {}).get(name)
        if not isinstance(body, dict):
            return {**job, "executor": [executor, body]}
        inner = _inside(body, given, look)
        found = {k: filled(v, inner) for k, v in body.items() if k not in {"parameters", "description"}}
        if isinstance(found.get("environment"), dict) and isinstance(job.get("environment"), dict):
            job = {**job, "environment": {**found["environment"], **job["environment"]}}
        return {**found, **job}

    def _steps(self, steps: Any, look: Look) -> list[Any]:
        found: list[Any] = []
        for step in filled(steps, look) if isinstance(steps, str) else steps or []:
            found += self._step(filled(step, look) if isinstance(step, str) else step, look)
        return found

    def _step(self, step: Any, look: Look) -> list[Any]:
        if isinstance(step, list):
            return self._steps(step, look)
        name, given = (step, {}) if isinstance(step, str) else next(iter(step.items()))
        if name in {"when", "unless"} and isinstance(given, dict) and "steps" in given:
            wanted = holds(given.get("condition"), look) == (name == "when")
            return self._steps(given["steps"], look) if wanted else []
        command = (self.data.get("commands") or {}).get(name)
        if isinstance(command, dict):
            return self._steps(command["steps"], _inside(command, filled(given or {}, look), look))
        if name == "run" and not isinstance(given, dict):
            given = {"command": given}
        return [{name: filled(given, look) or {}}]


def _maps(section: Any) -> dict[str, Any]:
    return {k: v for k, v in section.items() if isinstance(v, dict)} if isinstance(section, dict) else {}


def _known(values: Mapping[str, Any], name: str, whole: str) -> Any:
    if name not in values:
        raise NotReadError(f"{whole} is not known")
    return values[name]


def _inside(body: dict[str, Any], given: dict[str, Any], look: Look) -> Look:
    """What a job, command or executor sees: its own parameters, and the pipeline."""
    declared = body.get("parameters") or {}
    for name in given:
        if name not in declared:
            raise NotReadError(f"argument {name} is not declared")
    values = {name: given.get(name, (about or {}).get("default")) for name, about in declared.items()}
    for name, about in declared.items():
        if name not in given and "default" not in (about or {}):
            raise NotReadError(f"argument {name} is missing")

    def inner(name: str) -> Any:
        if name.startswith("parameters."):
            return _known(values, name.removeprefix("parameters."), name)
        return look(name)

    return inner


def _cells(name: str, options: dict[str, Any], look: Look) -> Iterator[tuple[str, dict[str, Any]]]:
    """An entry, or each job of its matrix, under the name that it has."""
    if "matrix" not in options:
        yield spelt(filled(options.get("name", name), look)), options
        return
    matrix = filled(options["matrix"], look)
    rest = {key: value for key, value in options.items() if key != "matrix"}
    axes = {key: value if isinstance(value, list) else [value] for key, value in matrix["parameters"].items()}
    for values in itertools.product(*axes.values()):
        cell = dict(zip(axes, values, strict=True))
        if cell in (matrix.get("exclude") or []):
            continue

        def inner(asked: str, cell: dict[str, Any] = cell) -> Any:
            return cell[asked.removeprefix("matrix.")] if asked.startswith("matrix.") else look(asked)

        label = options.get("name", "-".join([name, *map(spelt, values)]))
        plain = {key: value if key.endswith("-steps") else filled(value, inner) for key, value in rest.items()}
        yield spelt(filled(label, inner)), {**plain, **cell}


def _passes(filters: Any, event: Event, look: Look) -> bool:
    if isinstance(filters, str):
        return holds(filters, look)
    filters = filled(filters or {}, look)
    if event.tag is not None:
        return bool(filters.get("tags")) and _filtered(filters["tags"], event.tag)
    return _filtered(filters.get("branches"), event.branch or "")


def _filtered(names: Any, name: str) -> bool:
    if not isinstance(names, dict):
        return names is None or _hits(names, name)
    if names.get("only") is not None and not _hits(names["only"], name):
        return False
    return names.get("ignore") is None or not _hits(names["ignore"], name)


def _hits(patterns: Any, name: str) -> bool:
    return any(_hit(spelt(each), name) for each in (patterns if isinstance(patterns, list) else [patterns]))


def _hit(pattern: str, name: str) -> bool:
    if len(pattern) > 1 and pattern[0] == pattern[-1] == "/":
        return re.fullmatch(pattern[1:-1], name) is not None
    return pattern == name
