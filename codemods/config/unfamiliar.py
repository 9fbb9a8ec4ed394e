"""Say what in a job is not known here: it is left as it is, and what it does is CircleCI's to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config.nodes import ConfigText, JobNote, Passed, StepSite, info, job_steps
from migrator.circleci.compiler.vocabulary import JOB_KEYS, JOB_TYPES, STEP_KEYS, WORKFLOW_KEYS
from migrator.syntax.yaml import NodeKind, entries, get

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import ConfigPlan
    from migrator.syntax.yaml import Node

# Steps that hold others.
_HOLDERS = frozenset({"when", "unless", "steps"})


def name_unknown(text: str, plan: ConfigPlan) -> Passed:
    """Change nothing; for each job that calls start, and for the workflows, name what is not known here."""
    config = ConfigText(text)
    found: list[JobNote] = []
    for job in plan.jobs:
        if job.job in config.jobs:
            found += _note(job.job, f"Job `{job.job}`", _in_job(config, config.jobs[job.job]))
    for name, workflow in config.workflows.items():
        unknown = set(entries(workflow)) - WORKFLOW_KEYS
        found += _note(None, f"Workflow `{name}`", (f"the key `{key}`" for key in unknown))
    return Passed(text, tuple(found))


def _note(job: str | None, where: str, names: Iterator[str]) -> Iterator[JobNote]:
    listed = list(dict.fromkeys(names))
    if listed:
        message = f"{where} has {', '.join(sorted(listed))}, not known here and left as it is."
        yield info(job, "not-known-here", message)


def _in_job(config: ConfigText, job: Node) -> Iterator[str]:
    yield from (f"the key `{key}`" for key in entries(job) if key not in JOB_KEYS)
    kind = get(job, "type")
    if kind is not None and kind.value not in JOB_TYPES and "<<" not in kind.value:
        yield f"the type `{kind.value}`"
    commands = config.definitions("commands")
    for site in job_steps(config, job):
        if site.name in STEP_KEYS:
            yield from _in_step(site)
        elif site.name not in commands and site.name not in _HOLDERS and not _is_elsewhere(config, site.name):
            yield f"the step `{site.name}`"


def _in_step(site: StepSite) -> Iterator[str]:
    if site.body is not None and site.body.kind is NodeKind.MAP:
        unknown = set(entries(site.body)) - STEP_KEYS[site.name]
        yield from (f"the key `{key}` of a `{site.name}` step" for key in unknown)


def _is_elsewhere(config: ConfigText, name: str) -> bool:
    """Whether the step is an orb's, a function's, or in a template."""
    functions = config.data.get("functions")
    is_function = isinstance(functions, dict) and name.partition("/")[0] in functions
    return "<<" in name or "/" in name or is_function
