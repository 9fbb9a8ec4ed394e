"""Compile a config for an event: which jobs run, and exactly what they do.

CircleCI docs: configuration-reference (`version`, `workflows`), pipeline-variables ("Configuration processing stages").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.circleci.compiler.calls import Frame
from migrator.circleci.compiler.model import CompileError, Event, Pipeline
from migrator.circleci.compiler.namespace import Namespace, config_namespace
from migrator.circleci.compiler.parameters import bind_pipeline, pipeline_parameters
from migrator.circleci.compiler.schema import refusals
from migrator.circleci.compiler.scope import pipeline_scope
from migrator.circleci.compiler.workflows import workflow_runs

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_BUILD_JOB = (
    "Cannot find a job named `{name}` to run in the `jobs:` section of your configuration file.\n"
    "If you expected a workflow to run, check your config contains a top-level key called 'workflows:'"
)


@dataclass(frozen=True, slots=True)
class Config:
    """A config that was read for an event: its workflows by name, and the frame they are written in."""

    frame: Frame
    workflows: Mapping[str, object]
    setup: bool = False


def compile_pipeline(config: object, event: Event) -> Pipeline:
    """What the event runs.

    `config` is the plain data of a `.circleci/config.yml`. Raises CompileError where CircleCI would refuse the config
    or the event's parameters, and UnknownError where what runs cannot be known and cannot be left open either.
    """
    read = read_config(config, event)
    runs = [run for name, body in read.workflows.items() for run in workflow_runs(name, body, read.frame, event)]
    started = dict.fromkeys(run.workflow for run in runs)
    return Pipeline(tuple(runs), tuple(started), read.setup)


def read_config(config: object, event: Event, *, workflows: bool = True) -> Config:
    """Check the config's frame and bind the event's parameters. Raises CompileError.

    Without `workflows` they are neither read nor made up.
    """
    if not isinstance(config, dict):
        raise CompileError("Config: expected type: Mapping")
    templated = is_templated_version(config.get("version"))
    if templated and (refused := next(refusals(config), None)):
        raise CompileError(refused)
    declarations = config.get("parameters") if templated else None
    values = _bound(config, declarations, event)
    scope = pipeline_scope(event, values)
    namespace = config_namespace(config, scope) if templated else Namespace(_jobs(config), templated=False)
    found = _workflows(config, namespace) if workflows else {}
    return Config(Frame(namespace, scope), found, config.get("setup") is True)


def _bound(config: Mapping[str, object], declarations: object, event: Event) -> dict[str, object]:
    try:
        return bind_pipeline(pipeline_parameters(declarations), event.parameters)
    except CompileError as error:
        if declarations is None and config.get("parameters"):
            raise error.inside(f"Version {config.get('version')} has no `parameters`, only 2.1 has") from error
        raise


def is_templated_version(version: object) -> bool:
    """Whether a config of this version has tags, parameters and conditions: True for 2.1, False for 2 and 2.0.

    Raises CompileError for any other version.
    """
    match version:
        case 2.1 | "2.1":
            return True
        case 2 | "2" | "2.0":
            return False
        case None:
            raise CompileError("required key [version] not found")
    raise CompileError(f"version: {version} is not one of 2, 2.0, 2.1")


def _jobs(config: Mapping[str, object]) -> dict[str, object]:
    match config.get("jobs"):
        case None:
            return {}
        case dict() as jobs:
            return {str(name): body for name, body in jobs.items()}
    raise CompileError("jobs: expected type: Mapping")


def _workflows(config: Mapping[str, object], namespace: Namespace) -> dict[str, object]:
    match config.get("workflows"):
        case None:
            workflows: dict[str, object] = {}
        case dict() as found:
            workflows = {str(name): body for name, body in found.items() if name != "version"}
        case _:
            raise CompileError("workflows: expected type: Mapping")
    return workflows or implicit_workflow(namespace)


def implicit_workflow(namespace: Namespace) -> dict[str, object]:
    """The workflow of a config without any: the job `build`, with the job's own `branches` as its filter."""
    build = namespace.jobs.get("build")
    if not isinstance(build, dict):
        raise CompileError(NO_BUILD_JOB.format(name="build"))
    filters = {"branches": build["branches"]} if build.get("branches") is not None else None
    return {"build": {"jobs": [{"build": {"filters": filters}}]}}
