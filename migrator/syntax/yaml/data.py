"""Plain data out of YAML nodes, as a YAML 1.1 loader like CircleCI's builds it."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from migrator.errors import ParseError
from migrator.syntax.yaml.nodes import Node, NodeKind, is_merge, merged
from migrator.syntax.yaml.parse import parse

if TYPE_CHECKING:
    from collections.abc import Hashable

_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEANS = {
    word: truth
    for truth, words in ((True, ("yes", "true", "on")), (False, ("no", "false", "off")))
    for lower in words
    for word in (lower, lower.capitalize(), lower.upper())
}
# The type repository of YAML 1.1 defines its types by these expressions.
_INTEGER = re.compile(r"[-+]?(0b[01_]+|0[0-7_]+|0x[0-9a-fA-F_]+|0|[1-9][0-9_]*)")
_SEXAGESIMAL = re.compile(r"[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+")
_EXPONENT = r"([eE][-+]?[0-9]+)"
_FLOAT = re.compile(rf"[-+]?([0-9][0-9_]*\.[0-9_]*{_EXPONENT}?|\.[0-9][0-9_]*{_EXPONENT}?|[0-9][0-9_]*{_EXPONENT})")
_MAX_SIZE = 1_000_000
_SPECIAL_FLOAT = re.compile(r"([-+]?)\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def load(text: str) -> object:
    """The data of the only document in `text`. Raises ParseError."""
    return construct(parse(text))


def construct(node: Node) -> object:
    """The data of a node: aliases and merge keys resolved, an own key before merged ones, of duplicates the last.

    Raises ParseError for an alias without an anchor before it, for a key that is a list or a map, and for aliases of
    aliases that come to more than anybody writes.
    """
    if _size(node, {}) > _MAX_SIZE:
        raise ParseError("the aliases expand to too much", node.line)
    return _construct(node, {})


def resolve_plain(value: str) -> str | int | float | bool | None:
    """What a plain scalar means in YAML 1.1; dates stay text."""
    if value in _NULLS:
        return None
    if value in _BOOLEANS:
        return _BOOLEANS[value]
    if _INTEGER.fullmatch(value):
        return _integer(value.replace("_", ""))
    if _SEXAGESIMAL.fullmatch(value):
        return _sexagesimal(value.replace("_", ""))
    if _FLOAT.fullmatch(value):
        return float(value.replace("_", ""))
    if special := _SPECIAL_FLOAT.fullmatch(value):
        return math.nan if special[3] else float(special[1] + "inf")
    return value


def _size(node: Node, known: dict[Node, int]) -> int:
    """How many nodes stand below a node once every alias is expanded."""
    if node not in known:
        children = [part for pair in node.pairs for part in pair] + list(node.nodes)
        if node.target is not None:
            children.append(node.target)
        known[node] = 1 + sum(_size(child, known) for child in children)
    return known[node]


def _construct(node: Node, known: dict[Node, object]) -> object:
    if node in known:
        return known[node]
    data: object
    match node.kind:
        case NodeKind.ALIAS:
            if node.target is None:
                raise ParseError(f"the alias *{node.value} names no anchor that stands before it", node.line)
            return _construct(node.target, known)
        case NodeKind.SCALAR:
            data = _scalar(node)
        case NodeKind.SEQ:
            data = [_construct(item, known) for item in node.nodes]
        case NodeKind.MAP:
            data = _mapping(node, known)
    known[node] = data
    return data


def _scalar(node: Node) -> str | int | float | bool | None:
    if node.plain:
        return resolve_plain(node.value)
    if node.tag in (None, "!") or node.tag == "tag:yaml.org,2002:str":
        return node.value
    return resolve_plain(node.value) if str(node.tag).startswith("tag:yaml.org,2002:") else node.value


def _mapping(node: Node, known: dict[Node, object]) -> dict[Hashable, object]:
    data = _own_pairs(node, known)
    for source in merged(node):
        if source.kind is not NodeKind.MAP:
            raise ParseError("a merge key `<<` must bring in a map or a list of maps", node.line)
        inherited = _own_pairs(source, known)
        data.update({key: value for key, value in inherited.items() if key not in data})
    return data


def _own_pairs(node: Node, known: dict[Node, object]) -> dict[Hashable, object]:
    data: dict[Hashable, object] = {}
    for key, value in node.pairs:
        item = _construct(value, known)  # of a merge key, too: an alias without a target is an error wherever it stands
        if not is_merge(key):
            data[_key(key, known)] = item
    return data


def _key(node: Node, known: dict[Node, object]) -> Hashable:
    key = _construct(node, known)
    if isinstance(key, list | dict):
        raise ParseError("a key is a list or a map", node.line)
    assert isinstance(key, str | int | float | None)  # all else that _construct makes
    return key


def _integer(value: str) -> int:
    sign, digits = (-1, value[1:]) if value[0] == "-" else (1, value.lstrip("+"))
    if digits.startswith("0b"):
        return sign * int(digits[2:] or "0", 2)
    if digits.startswith("0x"):
        return sign * int(digits[2:] or "0", 16)
    return sign * int(digits, 8 if digits.startswith("0") else 10)


def _sexagesimal(value: str) -> int:
    sign, digits = (-1, value[1:]) if value[0] == "-" else (1, value.lstrip("+"))
    total = 0
    for part in digits.split(":"):
        total = total * 60 + int(part)
    return sign * total
