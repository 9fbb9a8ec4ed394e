"""The spellings of `environment:`: a map, a list of `KEY=VALUE` or of maps, a single `KEY=VALUE`.

CircleCI docs: set-environment-variable. Values become text; what becomes of null and of whole numbers with more than
six digits is not sure, so such values stay unclear.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.compiler.expr import Expr, Unclear, shown, text_of
from migrator.circleci.compiler.faults import CompileError

if TYPE_CHECKING:
    from collections.abc import Mapping

EXPONENTIAL_FROM = 10**6


def environment_of(declared: object) -> dict[str, str]:
    """The variables as text. Raises CompileError."""
    match declared:
        case None | "":
            return {}
        case str() if "=" in declared:
            name, _, value = declared.partition("=")
            return {name: value}
        case list():
            merged: dict[str, str] = {}
            for item in declared:
                merged |= environment_of(item)
            return merged
        case dict():
            return {str(name): _text(str(name), value) for name, value in declared.items()}
    raise CompileError("environment: expected type: Mapping")


def merged_environment(*layers: object) -> dict[str, str]:
    """The variables of several declarations, the later ones on top."""
    merged: dict[str, str] = {}
    for layer in layers:
        merged |= environment_of(layer)
    return merged


def with_environment(settings: Mapping[str, object]) -> dict[str, object]:
    """Settings whose `environment`, if they have one, is in the one form of a map of texts."""
    if "environment" not in settings:
        return dict(settings)
    return {**settings, "environment": environment_of(settings["environment"])}


def _text(name: str, value: object) -> str:
    match value:
        case None:
            return shown(Unclear("null"))
        case int() if not isinstance(value, bool) and abs(value) >= EXPONENTIAL_FROM:
            return shown(Unclear(str(value)))
        case str() | bool() | int() | float():
            return text_of(value)
    if isinstance(value, Expr):
        return shown(value)
    raise CompileError(f"environment: value of {name} must be a string")
