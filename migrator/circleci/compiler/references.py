"""The names that a config reads: pipeline values and parameters, wherever a tag or an expression stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.compiler.expr import Ref, nodes_of
from migrator.circleci.compiler.expression import parse_expression
from migrator.circleci.compiler.model import CompileError
from migrator.circleci.compiler.template import is_templated, parse_template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from migrator.circleci.compiler.expr import Expr

_EXPRESSIONS = frozenset({"when", "unless", "filters"})
_TEXTS = frozenset({"description"})


def references(data: object) -> Iterator[str]:
    """Every name of a pipeline value that plain data reads, as often as it does."""
    match data:
        case dict():
            for key, value in data.items():
                yield from references(key)
                if key in _EXPRESSIONS and isinstance(value, str) and not is_templated(value):
                    yield from _read(value, parse_expression)
                elif key not in _TEXTS:
                    yield from references(value)
        case list():
            for item in data:
                yield from references(item)
        case str() if is_templated(data):
            yield from _read(data, parse_template)


def _read(text: str, parse: Callable[[str], Expr]) -> Iterator[str]:
    """The names in a text; one that does not parse is told where it is compiled."""
    try:
        nodes = nodes_of(parse(text))
        yield from (node.name for node in nodes if isinstance(node, Ref) and node.name.startswith("pipeline."))
    except CompileError:
        return
