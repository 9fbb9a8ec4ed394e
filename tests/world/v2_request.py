"""The bodies of v2's trigger endpoints, read as strictly as v2 reads them. CircleCI docs: API v2 reference."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.world.exchange import Request

MOST_PARAMETERS = 100
LONGEST_NAME = 128
LONGEST_VALUE = 512
"""Limits of pipeline parameters, in entries and in characters. CircleCI docs: API v2 reference."""

Parameter = str | int | bool


class RefusedError(Exception):
    """A body that v2 answers with 400; the message says why."""


@dataclass(frozen=True, slots=True)
class PipelineBody:
    """What a caller asks for: a branch, a tag or neither, and parameters."""

    branch: str | None = None
    tag: str | None = None
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


def json_body(request: Request) -> dict[str, Any] | None:
    """The body; None when its content type is not JSON: it is then ignored, silently. Raises RefusedError."""
    if request.media_type != "application/json":
        return None
    if not request.body.strip():
        return {}
    try:
        data = json.loads(request.body)
    except ValueError:
        raise RefusedError("The request body is not JSON.") from None
    if not isinstance(data, dict):
        raise RefusedError("Unexpected request body provided.")
    return data


def pipeline_body(fields: Mapping[str, object], *, strict: bool) -> PipelineBody:
    """The body of `POST /project/{slug}/pipeline`. `strict` refuses other keys. Raises RefusedError."""
    if strict:
        _only(fields, {"branch", "tag", "parameters"})
    branch, tag = _ref(fields)
    return PipelineBody(branch, tag, _parameters(fields.get("parameters", {})))


def run_body(fields: Mapping[str, object]) -> PipelineBody:
    """The body of `POST /project/{slug}/pipeline/run`: config and checkout of one repository. Raises RefusedError."""
    _only(fields, {"definition_id", "config", "checkout", "parameters"})
    refs = {_ref(_map(fields[name], {"branch", "tag"})) for name in ("config", "checkout") if name in fields}
    if len(refs) > 1:
        raise RefusedError("config and checkout must name the same ref")
    branch, tag = next(iter(refs), (None, None))
    return PipelineBody(branch, tag, _parameters(fields.get("parameters", {})))


def _only(fields: Mapping[str, object], known: set[str]) -> None:
    if set(fields) - known:
        raise RefusedError("Unexpected request body provided.")


def _map(value: object, known: set[str]) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise RefusedError("Unexpected request body provided.")
    _only(value, known)
    return value


def _ref(fields: Mapping[str, object]) -> tuple[str | None, str | None]:
    if "branch" in fields and "tag" in fields:
        raise RefusedError("branch and tag exclude each other")
    return _ref_name(fields, "branch"), _ref_name(fields, "tag")


def _ref_name(fields: Mapping[str, object], key: str) -> str | None:
    value = fields.get(key)
    if key in fields and not isinstance(value, str):
        raise RefusedError(f"{key} must be a string")
    return value if isinstance(value, str) else None


def _parameters(given: object) -> dict[str, Parameter]:
    if not isinstance(given, dict):
        raise RefusedError("parameters must be an object")
    if len(given) > MOST_PARAMETERS:
        raise RefusedError(f"more than {MOST_PARAMETERS} parameters")
    return {_parameter_name(name): _parameter_value(name, value) for name, value in given.items()}


def _parameter_name(name: str) -> str:
    if len(name) > LONGEST_NAME:
        raise RefusedError(f"a parameter's name is longer than {LONGEST_NAME} characters")
    return name


def _parameter_value(name: str, value: object) -> Parameter:
    if not isinstance(value, str | int):
        raise RefusedError(f"parameter {name}: only strings, integers and booleans")
    if isinstance(value, str) and (len(value) > LONGEST_VALUE or "\0" in value):
        raise RefusedError(f"parameter {name}: more than {LONGEST_VALUE} characters, or a NUL")
    return value
