"""Where a job runs: its own executor keys over those of the executor it names.

CircleCI docs: reusing-config, "Invoking reusable executors" and "Overriding keys when invoking an executor".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.compiler.calls import ExecutorRef, Frame, entered, executor_reference
from migrator.circleci.compiler.environment import merged_environment, with_environment
from migrator.circleci.compiler.expr import Expr, render
from migrator.circleci.compiler.faults import CompileError, UnknownError
from migrator.circleci.compiler.namespace import OpaqueDefinition, required
from migrator.circleci.compiler.steps import expand
from migrator.circleci.compiler.template import settled
from migrator.circleci.compiler.vocabulary import MACHINES

if TYPE_CHECKING:
    from collections.abc import Mapping


def with_executor(job: Mapping[str, object], frame: Frame) -> dict[str, object]:
    """A job's keys, tags replaced, with what its `executor` adds. A registry orb's executor stays under `executor`."""
    if "executor" not in job or not frame.namespace.templated:
        return dict(job)
    base = _resolved(job["executor"], frame)
    own = {key: value for key, value in job.items() if key != "executor"}
    environment = merged_environment(base.get("environment"), own.get("environment"))
    if any(kind in own for kind in MACHINES[:-1]):
        base = {key: value for key, value in base.items() if key not in MACHINES[:-1]}
    return {**base, **own, "environment": environment}


def executor_settings(job: Mapping[str, object]) -> dict[str, object]:
    """The part of a job's keys that says where it runs, in one form."""
    chosen = {key: _images(job[key]) for key in (*MACHINES, "executor") if key in job}
    known = settled(chosen)
    assert isinstance(known, dict)
    return known


def _images(value: object) -> object:
    if not isinstance(value, list):
        return value
    return [with_environment(image) if isinstance(image, dict) else image for image in value]


def _resolved(value: object, frame: Frame) -> dict[str, object]:
    reference = value if isinstance(value, ExecutorRef) else executor_reference(value, frame)
    if isinstance(reference, Expr):
        raise UnknownError(f"the executor {render(reference)} is not known")
    if not isinstance(reference, ExecutorRef):
        raise CompileError("executor: expected a name, or a map with a name")
    found = required(reference.frame.namespace, "executor", reference.name)
    if isinstance(found, OpaqueDefinition):
        return {"executor": {"orb": found.orb, "name": found.name, "arguments": dict(reference.arguments)}}
    inside = entered(found, reference.arguments, reference.frame, expand, evaluated=True)
    return inside.substitute_map(
        {key: value for key, value in found.body.items() if key not in ("parameters", "description")}
    )
