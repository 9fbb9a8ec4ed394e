"""What a host gives: one stretch of shell text in a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from migrator.errors import Refusal
from migrator.syntax.text.regions import ReadOnly, layered
from migrator.syntax.text.source import VerbatimRegion

if TYPE_CHECKING:
    from collections.abc import Callable

    from migrator.model import Note
    from migrator.syntax.text.regions import Layer
    from migrator.syntax.text.source import Region, Source
    from migrator.syntax.yaml import Node


UNKNOWN_TEXT = "What runs this text is not known, nor how it quotes. Rewrite the call by hand."
"""What is said of a command in text of which nobody knows what runs it."""


@dataclass(frozen=True, slots=True)
class Host:
    """One stretch of shell text in a file. `templated`: `<< … >>` in it is CircleCI 2.1 template syntax.

    `notes` are said about every call in it.
    """

    region: Region
    templated: bool = False
    notes: tuple[Note, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class HostKind:
    """A kind of file that shell text stands in: which files it is, and where in them the shell text is.

    `find` may raise ParseError; where the kind is not `strict`, the file is then read as plain text.
    """

    name: str
    claims: Callable[[Source], bool]
    find: Callable[[Source], tuple[Host, ...]]
    strict: bool = False


def read_only(region: Region, code: str, message: str) -> ReadOnly:
    """A region whose calls are reported and never edited, with the reason and the next step."""
    return ReadOnly(region, code, message)


def behind(outer: Region, layer: Layer) -> Region:
    """The region behind a layer; as it stands, and to be read only, when the layer does not understand it."""
    try:
        return layered(outer, layer)
    except Refusal as refusal:
        return ReadOnly(outer, refusal.code, refusal.message)


def of_scalar(text: str, node: Node) -> Region:
    """The region of a YAML scalar; as it stands, and to be read only, when it cannot be decoded."""
    from migrator.syntax.yaml import scalar_region

    try:
        return scalar_region(text, node)
    except Refusal as refusal:
        outer = VerbatimRegion(text[node.span.start : node.span.end], node.span.start)
        return ReadOnly(outer, refusal.code, refusal.message)
