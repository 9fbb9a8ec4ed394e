"""Which values to send for pipeline parameters, so that one comparison speaks for all that can be sent."""

from __future__ import annotations

import re
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from migrator.circleci.runs.config import as_mapping
from migrator.circleci.runs.unknowns import parameter_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from migrator.circleci.runs.config import ConfigView

MOST = 64
"""Combinations that are tried."""

_CONDITIONAL = frozenset({"when", "unless", "condition", "filters"})
_NODES = (1, 7)


def open_values(before: ConfigView, after: ConfigView) -> list[dict[str, object]] | None:
    """Assignments of all parameters that were declared before, unknown wherever nothing else is needed.

    Where the choices of an enum have changed, the old ones are tried one by one. None when those are too many.
    """
    return _products({name: _open(name, before, after) for name in before.parameters})


def pinned_values(before: ConfigView, after: ConfigView) -> list[dict[str, object]] | None:
    """Assignments for parameters that decide what cannot stay unknown, e.g. on how many nodes a job runs.

    Numbers and strings are pinned only where no condition of either config reads them: then one value shows as much as
    another. None when that is not so, or when the assignments are too many.
    """
    decided = {name for config in (before, after) for name in _deciding(config.data)}
    choices = {name: _pinned(name, body, decided) for name, body in before.parameters.items()}
    known = {name: values for name, values in choices.items() if values is not None}
    return _products(known) if len(known) == len(choices) else None


def _products(choices: Mapping[str, tuple[object, ...]]) -> list[dict[str, object]] | None:
    if prod(map(len, choices.values())) > MOST:
        return None
    return [dict(zip(choices, values, strict=True)) for values in product(*choices.values())]


def _open(name: str, before: ConfigView, after: ConfigView) -> tuple[object, ...]:
    old, new = (as_mapping(config.parameters.get(name)) for config in (before, after))
    choices = old.get("enum")
    if isinstance(choices, list) and choices != new.get("enum"):
        return tuple(choices)
    return (parameter_unknown(name),)


def _pinned(name: str, body: object, decided: set[str]) -> tuple[object, ...] | None:
    declared = as_mapping(body)
    match declared.get("type"), declared.get("enum"):
        case "enum", list(choices):
            return tuple(choices)
        case "boolean", _:
            return (False, True)
        case "integer", _ if name not in decided:
            return tuple(dict.fromkeys((*_NODES, declared.get("default"))))
        case "string", _ if name not in decided:
            return (declared.get("default"),)
    return None


def _deciding(data: object, *, inside: bool = False) -> Iterator[str]:
    """The parameters that a condition reads, wherever it stands."""
    match data:
        case dict():
            for key, value in data.items():
                yield from _deciding(value, inside=inside or key in _CONDITIONAL)
        case list():
            for item in data:
                yield from _deciding(item, inside=inside)
        case str() if inside:
            yield from re.findall(r"pipeline\.parameters\.([\w.-]+)", data)
