"""Turn one job, called with arguments, into what runs, and where: its own executor keys over those of its executor.

CircleCI docs: configuration-reference, `jobs`; reusing-config, "Authoring parameterized jobs", "Invoking reusable
executors" and "Overriding keys when invoking an executor".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from migrator.circleci.compiler.calls import ExecutorRef, Frame, entered, executor_reference
from migrator.circleci.compiler.expr import Expr, render, shown
from migrator.circleci.compiler.model import CompileError, JobRun, Step, UnknownError
from migrator.circleci.compiler.namespace import OpaqueDefinition, required
from migrator.circleci.compiler.steps import (
    environment_of,
    expand,
    merged_environment,
    opaque_arguments,
    with_environment,
)
from migrator.circleci.compiler.template import settled
from migrator.circleci.compiler.vocabulary import EXECUTOR_KEYS, JOB_KEYS, JOB_TYPES, MACHINES

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


RESERVED = frozenset({"name", "requires", "context", "type", "filters", "matrix"})
_NOT_TEXT = ("branches", "description", "parameters", "steps")
# What has its own place in a run; any other key, known here or not, is one of its settings.
_PLACED = frozenset({*EXECUTOR_KEYS, "executor", "parallelism"})
_WITHOUT_STEPS = ("approval", "no-op", "release", "lock", "unlock")


@dataclass(frozen=True, slots=True)
class JobCall:
    """A job as a workflow entry (or a v1.1 trigger) calls it: arguments and steps as they are written."""

    job: str
    name: str
    workflow: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    pre_steps: object = None
    post_steps: object = None


def run_job(call: JobCall, caller: Frame) -> JobRun:
    """What the call runs, contexts and requirements aside. Raises CompileError and UnknownError."""
    try:
        return _run(call, caller)
    except CompileError as error:
        raise error.inside(f"Error calling job: '{call.job}'") from error


def _run(call: JobCall, caller: Frame) -> JobRun:
    if not caller.namespace.templated and call.job not in caller.namespace.jobs:
        # Version 2 looks a job up when it starts: that run fails, and no other (circleci-cli issue 11).
        return JobRun(call.workflow, call.name, call.job, opaque=f"job {call.job}, which is not defined")
    found = required(caller.namespace, "job", call.job)
    if isinstance(found, OpaqueDefinition):
        return _opaque(call, found, caller)
    _check_parameters(found.body, caller)
    frame = entered(found, call.arguments if caller.namespace.templated else {}, caller, expand)
    keys = frame.substitute_map({key: value for key, value in found.body.items() if key not in _NOT_TEXT})
    keys = with_executor(keys, frame)
    kind = keys.get("type") if caller.namespace.templated else None
    is_known = kind in (None, *JOB_TYPES) or not caller.namespace.templated
    inner = () if kind in _WITHOUT_STEPS or not is_known else _steps(found.body, frame)
    return JobRun(
        call.workflow,
        call.name,
        call.job,
        steps=(*expand(call.pre_steps, caller), *inner, *expand(call.post_steps, caller)),
        environment=environment_of(keys.get("environment")),
        parallelism=_parallelism(keys.get("parallelism", 1)),
        approval=kind == "approval",
        shell=settled(keys.get("shell")),
        working_directory=_text(keys.get("working_directory")),
        executor=executor_settings(keys),
        settings=_rest(keys if is_known else {**keys, "steps": found.body.get("steps")}, caller),
        opaque=None if is_known else f"job {call.job} of type {settled(kind)}",
    )


def _check_parameters(body: Mapping[str, object], caller: Frame) -> None:
    reserved = RESERVED.intersection(_names(body.get("parameters")))
    if reserved and caller.namespace.templated:
        raise CompileError(f"Parameter name is reserved: {min(reserved)}")


def _names(parameters: object) -> tuple[str, ...]:
    return tuple(str(name) for name in parameters) if isinstance(parameters, dict) else ()


def _steps(body: Mapping[str, object], frame: Frame) -> tuple[Step, ...]:
    if not frame.namespace.templated:
        return expand(body.get("steps"), frame)
    if "steps" not in body:
        raise CompileError("required key [steps] not found")
    # A key that is not known here may be a new kind of machine.
    if not any(key in body for key in ("docker", "machine", "macos", "windows", "executor")) and set(body) <= JOB_KEYS:
        raise CompileError("required key [docker], [machine], [macos] or [executor] not found")
    return expand(body["steps"], frame)


def _opaque(call: JobCall, found: OpaqueDefinition, caller: Frame) -> JobRun:
    """A job of a registry orb: what is known of it is its name, its arguments and the steps around it."""
    settings = {"orb": found.orb, "arguments": opaque_arguments(call.arguments, caller)}
    return JobRun(
        call.workflow,
        call.name,
        call.job,
        steps=(*expand(call.pre_steps, caller), Step("opaque", settings), *expand(call.post_steps, caller)),
        opaque=f"{found.name} of {found.orb}",
    )


def _parallelism(value: object) -> int | str:
    match value:
        case bool():
            raise CompileError("parallelism: expected type: Integer")
        case int():
            return max(value, 1)
        case str() if value.strip().isdecimal():
            return max(int(value), 1)
    if isinstance(value, Expr):
        return shown(value)
    raise CompileError("parallelism: expected type: Integer")


def _text(value: object) -> str | None:
    if value is None:
        return None
    return shown(value) if isinstance(value, Expr) else str(value)


def _rest(keys: Mapping[str, object], caller: Frame) -> dict[str, object]:
    """The keys without a place of their own; those that version 2 does not know, it ignores."""
    known_to_2 = JOB_KEYS - {"type"}
    kept = {key: value for key, value in keys.items() if key in known_to_2 or caller.namespace.templated}
    known = settled({key: value for key, value in kept.items() if key not in _PLACED})
    assert isinstance(known, dict)
    return known
