"""`explain`, `rules` and `settings`: what the tool knows of itself."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from migrator.report.console import emit, paint, wants_color

if TYPE_CHECKING:
    from collections.abc import Sequence


def explain(codes: Sequence[str], color: str) -> int:
    """Print the page of each code, or the list of all when none is named. Raises UsageError for an unknown one."""
    from migrator.report.explain import page
    from migrator.rules import find_rule

    if not codes:
        return rules("text", color)
    found = [find_rule(code.strip("[]")) for code in codes]
    on = wants_color(color, sys.stdout)
    emit("\n".join(page(rule, color=on) for rule in found))
    return 0


def rules(style: str, color: str) -> int:
    """Print the list of all codes."""
    from migrator.report import explain

    if style == "text":
        emit(explain.listing(color=wants_color(color, sys.stdout)))
    else:
        emit(explain.markdown() if style == "markdown" else explain.document())
    return 0


def settings(paths: Sequence[str], color: str) -> int:
    """Print every setting of the roots that the paths lie in, with where its value comes from. Raises UsageError."""
    from migrator.repository.roots import scopes
    from migrator.settings import origins

    on = wants_color(color, sys.stdout)
    roots = [scope.root for scope in scopes(paths)]
    for number, root in enumerate(roots):
        if len(roots) > 1:
            emit(("\n" if number else "") + paint(f"# {root}", "dim", on=on) + "\n")
        emit("".join(_line(name, value, origin, on=on) for name, (value, origin) in origins(root).items()))
    return 0


def _line(name: str, value: object, origin: str, *, on: bool) -> str:
    where = origin if origin == "default" else os.path.relpath(origin)
    return f"{_toml(name, value):<24} {paint(f'# {where}', 'dim', on=on)}\n"


def _toml(name: str, value: object) -> str:
    """As it stands in a settings file; TOML has nothing for what is not set."""
    match value:
        case None:
            return f"# {name} is not set"
        case bool():
            return f"{name} = {str(value).lower()}"
        case tuple():
            items = ", ".join(f'"{item}"' for item in value)
            return f"{name} = [{items}]"
        case _:
            return f'{name} = "{value}"'
