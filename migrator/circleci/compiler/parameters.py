"""Declared parameters and the arguments given for them, checked as strictly as CircleCI checks them.

CircleCI docs: reusing-config, "Parameter types"; pipeline-variables (pipeline parameters, limits of the API).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.circleci.api.v2_request import MAX_PARAMETERS, MAX_VALUE
from migrator.circleci.compiler.evaluate import same, type_name
from migrator.circleci.compiler.expr import (
    All,
    AnyOf,
    Compare,
    Equal,
    Expr,
    Matches,
    Not,
    Ref,
    Section,
    Template,
    shown,
)
from migrator.circleci.compiler.model import CompileError, UnknownError
from migrator.circleci.compiler.template import is_templated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PIPELINE_TYPES = ("string", "boolean", "integer", "enum")
ELEMENT_TYPES = (*PIPELINE_TYPES, "executor", "steps", "env_var_name")
MAX_KEY = 128
_POSIX_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VALUE_TYPES = {"pipeline.number": "integer", "pipeline.git.branch.is_default": "boolean"}
_UNTYPED = ("pipeline.event.", "pipeline.trigger_parameters.")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A declared parameter; without a default it is required."""

    name: str
    type: str
    default: object = None
    required: bool = True
    choices: tuple[object, ...] = ()


def declared(declarations: object, types: tuple[str, ...] = ELEMENT_TYPES) -> dict[str, Parameter]:
    """The parameters that a `parameters:` map declares. Raises CompileError."""
    match declarations:
        case None:
            return {}
        case dict():
            return {str(name): _parameter(str(name), body, types) for name, body in declarations.items()}
    raise CompileError("parameters: expected type: Mapping")


def pipeline_parameters(declarations: object) -> dict[str, Parameter]:
    """The pipeline parameters of a config: four types, and a default each."""
    parameters = declared(declarations, PIPELINE_TYPES)
    for parameter in parameters.values():
        if parameter.required:
            raise CompileError(f"Pipeline parameter '{parameter.name}' must have a default")
        if isinstance(parameter.default, str) and is_templated(parameter.default):
            raise UnknownError(
                f"what a tag in the default of pipeline parameter '{parameter.name}' does is not documented"
            )
    return parameters


def bind_pipeline(parameters: Mapping[str, Parameter], arguments: Mapping[str, object]) -> dict[str, object]:
    """The value of every pipeline parameter for what a trigger sends, the API's limits checked. Raises CompileError."""
    if len(arguments) > MAX_PARAMETERS:
        raise CompileError(f"Too many parameters: {len(arguments)}, at most {MAX_PARAMETERS} are allowed")
    for name, given in arguments.items():
        if len(name) > MAX_KEY:
            raise CompileError(f"Parameter name is longer than {MAX_KEY} characters: {name}")
        if isinstance(given, str) and len(given) > MAX_VALUE:
            raise CompileError(f"Value of parameter {name} is longer than {MAX_VALUE} characters")
    return bind(parameters, arguments)


def bind(parameters: Mapping[str, Parameter], arguments: Mapping[str, object]) -> dict[str, object]:
    """The value of every parameter: the argument, else the default. Raises CompileError."""
    unexpected = [name for name in arguments if name not in parameters]
    if unexpected:
        raise CompileError(f"Unexpected argument(s): {', '.join(unexpected)}")
    missing = [name for name, parameter in parameters.items() if parameter.required and name not in arguments]
    if missing:
        raise CompileError(f"Missing required argument(s): {', '.join(missing)}")
    for name, given in arguments.items():
        _check(parameters[name], given)
    return {name: arguments.get(name, parameter.default) for name, parameter in parameters.items()}


def _parameter(name: str, body: object, types: tuple[str, ...]) -> Parameter:
    if not isinstance(body, dict) or body.get("type") not in types:
        raise CompileError(f"Parameter '{name}' must have a type: {', '.join(types)}")
    parameter = Parameter(name, body["type"], body.get("default"), "default" not in body, _choices(name, body))
    if not parameter.required:
        _check(parameter, parameter.default)
    return parameter


def _choices(name: str, body: Mapping[str, object]) -> tuple[object, ...]:
    if body["type"] != "enum":
        return ()
    choices = body.get("enum")
    if not isinstance(choices, list) or not choices:
        raise CompileError(f"Parameter '{name}' of type enum must have a list of values under 'enum'")
    return tuple(choices)


def _check(parameter: Parameter, given: object) -> None:
    kind = _type_of_unknown(given) if isinstance(given, Expr) else None
    if isinstance(given, Expr):
        fits = kind is None or kind == parameter.type or (kind == "string" and parameter.type in _TEXTS)
    else:
        fits = _FITS[parameter.type](parameter, given)
    if not fits:
        raise CompileError(
            f"Type error for argument {parameter.name}: expected type: {_expected(parameter)}, "
            f"actual value: {_actual(given)} (type {kind or type_name(given)})"
        )


def _expected(parameter: Parameter) -> str:
    if parameter.type != "enum":
        return parameter.type
    return f"enum, one of: {', '.join(str(choice) for choice in parameter.choices)}"


def _actual(given: object) -> str:
    return shown(given) if isinstance(given, Expr) else json.dumps(given, default=str, ensure_ascii=False)


def _type_of_unknown(expr: Expr) -> str | None:
    match expr:
        case Ref(name) if name.startswith("pipeline.") and not name.startswith(_UNTYPED):
            return _VALUE_TYPES.get(name, "string")
        case Template() | Section():
            return "string"
        case Not() | All() | AnyOf() | Compare() | Equal() | Matches():
            return "boolean"
    return None


_TEXTS = ("string", "enum", "env_var_name", "executor")
_FITS: dict[str, Callable[[Parameter, object], bool]] = {
    "string": lambda _, given: isinstance(given, str),
    "boolean": lambda _, given: isinstance(given, bool),
    "integer": lambda _, given: isinstance(given, int) and not isinstance(given, bool),
    "enum": lambda parameter, given: any(same(given, choice) for choice in parameter.choices),
    "env_var_name": lambda _, given: isinstance(given, str) and _POSIX_NAME.fullmatch(given) is not None,
    # Values that were resolved where they were written are of the resolver's own types.
    "executor": lambda _, given: given is not None and not isinstance(given, bool | int | float | list),
    "steps": lambda _, given: isinstance(given, list | tuple),
}
