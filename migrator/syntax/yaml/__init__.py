"""YAML by its text: nodes with exact spans, plain data, and scalars as regions of other languages.

Nothing is ever printed from a tree: parsers locate, edits splice.
"""

from migrator.syntax.yaml.data import construct, load
from migrator.syntax.yaml.nodes import Node, NodeKind, entries, get, is_key, is_merge, merged, own, path_of
from migrator.syntax.yaml.parse import parse
from migrator.syntax.yaml.region import ScalarRegion, ancestors, scalar_region

__all__ = [
    "Node",
    "NodeKind",
    "ScalarRegion",
    "ancestors",
    "construct",
    "entries",
    "get",
    "is_key",
    "is_merge",
    "load",
    "merged",
    "own",
    "parse",
    "path_of",
    "scalar_region",
]
