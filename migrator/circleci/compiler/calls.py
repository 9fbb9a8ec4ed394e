"""Call an element (job, command, executor): check and bind its arguments, and enter its own scope."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from migrator.circleci.compiler.model import CompileError, Step
from migrator.circleci.compiler.parameters import bind, declared
from migrator.circleci.compiler.template import substitute

if TYPE_CHECKING:
    from migrator.circleci.compiler.namespace import Definition, Namespace
    from migrator.circleci.compiler.scope import Scope


@dataclass(frozen=True, slots=True)
class Frame:
    """The place where something is written: the names and values in reach, and the elements being called."""

    namespace: Namespace
    scope: Scope
    calls: tuple[object, ...] = ()

    def substitute(self, data: object) -> object:
        """Plain data with its tags replaced; version 2 has none. Raises CompileError."""
        return substitute(data, self.scope) if self.namespace.templated else data

    def substitute_map(self, data: Mapping[str, object]) -> dict[str, object]:
        """The same for a map whose keys are CircleCI's own: what stands under `environment` is read as such."""
        found = self.substitute(dict(data))
        assert isinstance(found, dict)
        return found

    def is_inside(self, element: Definition) -> bool:
        """Whether the element is being called already."""
        return any(body is element.body for body in self.calls)


@dataclass(frozen=True, slots=True)
class ExecutorRef:
    """The value of an `executor` parameter: an executor's name and arguments, and where they were written."""

    frame: Frame
    name: str
    arguments: Mapping[str, object]

    def __str__(self) -> str:
        """The name, which is how the value reads in text."""
        return self.name


Expand: TypeAlias = Callable[[object, Frame], tuple[Step, ...]]


def entered(
    element: Definition, arguments: Mapping[str, object], caller: Frame, expand: Expand, *, evaluated: bool = False
) -> Frame:
    """The frame inside `element`, called from `caller`. Raises CompileError.

    The arguments are as they are written, or `evaluated`: their tags have been replaced already.
    """
    if not element.namespace.templated:
        return replace(caller, namespace=element.namespace)
    own = Frame(
        element.namespace,
        caller.scope.element({}, in_orb=element.namespace.in_orb),
        (*caller.calls, element.body),
    )
    declarations = _with_defaults(element.body.get("parameters"), own, expand)
    kinds = {name: body.get("type") for name, body in declarations.items() if isinstance(body, dict)}
    if not evaluated:
        arguments = {name: _written(kinds.get(name), value, caller) for name, value in arguments.items()}
    given = {name: _argument(kinds.get(name), value, caller, expand) for name, value in arguments.items()}
    bound = bind(declared(declarations or None), given)
    return replace(own, scope=own.scope.element(bound, in_orb=element.namespace.in_orb))


def _with_defaults(declarations: object, own: Frame, expand: Expand) -> dict[str, object]:
    """The declarations with their defaults evaluated; they see pipeline values, and no other parameter."""
    if declarations is None:
        return {}
    if not isinstance(declarations, dict):
        raise CompileError("parameters: expected type: Mapping")
    return {str(name): _with_default(body, own, expand) for name, body in declarations.items()}


def _with_default(body: object, own: Frame, expand: Expand) -> object:
    if not isinstance(body, dict) or "default" not in body:
        return body
    kind = body.get("type")
    return {**body, "default": _argument(kind, _written(kind, body["default"], own), own, expand)}


def _written(kind: object, value: object, frame: Frame) -> object:
    """A written argument with its tags replaced; those in a list of steps are replaced step by step."""
    return frame.substitute(value) if kind != "steps" or isinstance(value, str) else value


def _argument(kind: object, value: object, frame: Frame, expand: Expand) -> object:
    """An argument as its parameter's type reads it, in the frame where it is written."""
    if kind == "steps" and isinstance(value, list):
        return expand(value, frame)
    return executor_reference(value, frame) if kind == "executor" else value


def executor_reference(value: object, frame: Frame) -> object:
    """What an `executor:` value refers to; a value that refers to none is returned as it is."""
    match value:
        case str():
            return ExecutorRef(frame, value, {})
        case {"name": str() as name, **arguments}:
            return ExecutorRef(frame, name, {str(key): argument for key, argument in arguments.items()})
        case {"name": ExecutorRef() as reference, **arguments}:
            return replace(reference, arguments={**reference.arguments, **_named(arguments)})
    return value


def _named(arguments: Mapping[object, object]) -> dict[str, object]:
    return {str(key): argument for key, argument in arguments.items()}
