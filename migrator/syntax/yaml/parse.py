"""Parse YAML text, whole or document by document: most readers of YAML here know one document only."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.yaml.nodes import Node


_SEPARATOR = re.compile(r"^(?:---(?=\s|\Z)|\.\.\.[ \t]*$)", re.MULTILINE)


def documents(text: str) -> Iterator[tuple[int, str]]:
    """Each document's start and text. A separator in a block scalar at column 0 ends the scalar, as YAML has it."""
    starts = [0, *(found.start() for found in _SEPARATOR.finditer(text) if found.start())]
    for start, end in zip(starts, (*starts[1:], len(text)), strict=True):
        if text[start:end].strip(" \t\r\n-."):
            yield start, text[start:end]


@lru_cache(maxsize=64)
def parse(text: str) -> Node:
    """The root of the only document in `text`, which must not start with a byte order mark. Raises ParseError."""
    from migrator.syntax.yaml.builder import Builder  # ruamel is heavy and most runs see no YAML

    return Builder(text).build()
