"""Expand a workflow entry with a `matrix` into one entry per combination.

CircleCI docs: configuration-reference, `matrix`: names are the job's with the values in the order of the parameters'
names; `<< matrix.x >>` gives the value; `alias` (else the job's name) is what other entries require.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

from migrator.circleci.compiler.evaluate import same
from migrator.circleci.compiler.expr import Expr, shown, text_of
from migrator.circleci.compiler.model import CompileError, UnknownError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from migrator.circleci.compiler.calls import Frame


def combinations(matrix: object, frame: Frame) -> tuple[dict[str, object], ...]:
    """The argument maps of a matrix, without the excluded ones. Raises CompileError and UnknownError."""
    match matrix:
        case {"parameters": dict() as parameters, **rest}:
            pass
        case _:
            raise CompileError("matrix: required key [parameters] not found")
    unknown = [key for key in rest if key not in ("exclude", "alias")]
    if unknown:
        raise UnknownError(f"what `{unknown[0]}` does in a matrix is not known")
    names = sorted(str(name) for name in parameters)
    axes = [_axis(name, frame.substitute(parameters[name])) for name in names]
    excluded = _excluded(frame.substitute(rest.get("exclude")), names)
    found = (dict(zip(names, chosen, strict=True)) for chosen in product(*axes))
    return tuple(arguments for arguments in found if not any(_equal(arguments, other) for other in excluded))


def matrix_alias(matrix: object, job: str) -> str:
    """The name under which the whole matrix is required."""
    alias = matrix.get("alias") if isinstance(matrix, dict) else None
    return job if alias is None else str(alias)


def matrix_name(job: str, arguments: Mapping[str, object]) -> str:
    """The name of one job of a matrix that has no `name`."""
    return "-".join((job, *(_text(value) for value in arguments.values())))


def matrix_frame(frame: Frame, arguments: Mapping[str, object]) -> Frame:
    """The frame of one entry of the matrix: `<< matrix.x >>` is in scope."""
    return replace(frame, scope=replace(frame.scope, matrix=arguments))


def _axis(name: str, values: object) -> list[object]:
    if not isinstance(values, list):
        raise CompileError(f"matrix: values of parameter '{name}' must be a list")
    return values


def _excluded(excluded: object, names: list[str]) -> list[dict[str, object]]:
    if excluded is None:
        return []
    if not isinstance(excluded, list):
        raise CompileError("matrix: exclude must be a list of maps")
    for arguments in excluded:
        if not isinstance(arguments, dict):
            raise CompileError("matrix: exclude must be a list of maps")
        if sorted(map(str, arguments)) != names:
            raise UnknownError(
                "what an exclude of a matrix does that names only some of the parameters is not documented"
            )
    return excluded


def _equal(left: Mapping[str, object], right: Mapping[str, object]) -> bool:
    return all(same(value, right[name]) for name, value in left.items())


def _text(value: object) -> str:
    match value:
        case {"name": str() as name}:
            return name  # an executor with arguments
    return shown(value) if isinstance(value, Expr) else text_of(value)
