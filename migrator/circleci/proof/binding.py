"""Which values the expansions of a call take when it starts a certain job, and every value of those that are listed."""

from __future__ import annotations

import re
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from migrator.circleci.runs.events import identity
from migrator.model import Expansion, Literal, flatten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from migrator.model import Template

MOST = 64
"""Combinations of listed values that are looked at, for one job of one call; with more, they stay unknown."""


def bindings(job: Template, name: str, others: Iterable[Template]) -> tuple[dict[str, str], ...]:
    """The values, by expansion, with which the template `job` becomes `name`; those that `others` list are tried out.

    Empty when the template cannot become the name.
    """
    listed = _listed(others)
    if prod(map(len, listed.values())) > MOST:
        listed = {}
    combined = ({**free, **known} for known in _jobs(job, name) for free in _products(listed))
    return tuple({tuple(sorted(binding.items())): binding for binding in combined}.values())


def _jobs(job: Template, name: str) -> Iterator[dict[str, str]]:
    parts = flatten(job)
    listed = _listed((job,))
    for known in _products(listed):
        found = re.fullmatch(_pattern(parts, known), name, re.DOTALL)
        if found is not None:
            names = _open_names(parts, known)
            yield {**known, **{name: found[f"v{number}"] for number, name in enumerate(names)}}


def _pattern(parts: Template, known: Mapping[str, str]) -> str:
    names = _open_names(parts, known)
    pieces: list[str] = []
    seen: set[str] = set()
    for part in parts:
        if isinstance(part, Literal):
            pieces.append(re.escape(part.text))
        elif (name := identity(part)) in known:
            pieces.append(re.escape(known[name]))
        else:
            number = names.index(name)
            pieces.append(f"(?P=v{number})" if name in seen else f"(?P<v{number}>.*?)")
            seen.add(name)
    return "".join(pieces)


def _open_names(parts: Template, known: Mapping[str, str]) -> list[str]:
    names = dict.fromkeys(identity(part) for part in parts if isinstance(part, Expansion))
    return [name for name in names if name not in known]


def _listed(templates: Iterable[Template]) -> dict[str, tuple[str, ...]]:
    """The expansions whose values are all known."""
    parts = (part for template in templates for part in flatten(template))
    return {identity(part): part.values for part in parts if isinstance(part, Expansion) and part.values is not None}


def _products(listed: Mapping[str, tuple[str, ...]]) -> Iterator[dict[str, str]]:
    for values in product(*listed.values()):
        yield dict(zip(listed, values, strict=True))
