"""What a host gives: one stretch of shell text in a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from migrator.syntax.regions import ReadOnly

if TYPE_CHECKING:
    from collections.abc import Callable

    from migrator.model import Note
    from migrator.syntax.source import Region, Source


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
