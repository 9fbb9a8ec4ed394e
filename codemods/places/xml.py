"""Commands in XML: of Maven's and Ant's `exec`, MSBuild's `Exec`, jobs of Jenkins. They are reported and never edited.

Sources: exec-maven-plugin (`executable`, `arguments`), Ant manual (`exec` with `arg value`, `arg line`), MSBuild
reference (`Exec Command`), Jenkins' shell step (`<command>`).
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from xml.parsers import expat

from codemods.places.place import Host, HostKind, read_only
from migrator.errors import ParseError
from migrator.syntax.text.regions import Fixed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.text.source import Source

_SUFFIXES = frozenset({".xml", ".csproj", ".fsproj", ".vbproj", ".vcxproj", ".proj", ".props", ".targets", ".pom"})
_MESSAGE = "The call is in XML, and what quotes it is not known. Rewrite it by hand."
_PROGRAM = re.compile(r"\b(?:curl|wget)(?:\.exe)?\s")
_PROGRAMS = frozenset({"curl", "wget", "curl.exe", "wget.exe"})
_SHELLS = frozenset({"sh", "bash", "/bin/sh", "/bin/bash"})


@dataclass(slots=True)
class _Element:
    name: str
    start: int
    attributes: dict[str, str]
    text: str = ""
    inner: list[_Element] = field(default_factory=list)

    def walk(self) -> Iterator[_Element]:
        yield self
        for element in self.inner:
            yield from element.walk()


def _claims(source: Source) -> bool:
    return PurePosixPath(source.path).suffix.lower() in _SUFFIXES


def _find(source: Source) -> tuple[Host, ...]:
    root = _parse(source.text)
    return tuple(
        Host(read_only(Fixed(text, element.start), "program-string", _MESSAGE))
        for element in root.walk()
        for text in _commands(element)
    )


def _parse(text: str) -> _Element:
    """The elements of a document. Raises ParseError."""
    data = text.encode()
    root = _Element("", 0, {})
    stack = [root]
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def opened(name: str, attributes: dict[str, str]) -> None:
        start = len(data[: parser.CurrentByteIndex].decode())
        element = _Element(name.rpartition(":")[2], start, attributes)
        stack[-1].inner.append(element)
        stack.append(element)

    def closed(_: str) -> None:
        stack.pop()

    def said(piece: str) -> None:
        stack[-1].text += piece

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = opened, closed, said
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ParseError(expat.ErrorString(error.code), error.lineno) from error
    return root


def _commands(element: _Element) -> Iterator[str]:
    """The commands that an element runs: as one text, or as a program with its arguments."""
    yield from (text for text in (element.text, *element.attributes.values()) if _PROGRAM.search(text))
    program = element.attributes.get("executable") or next(
        (each.text.strip() for each in element.inner if each.name == "executable"), ""
    )
    words = list(_arguments(element))
    if program.rpartition("/")[2] in _PROGRAMS and words:
        yield " ".join(("curl" if "curl" in program else "wget", *words))
    elif program in _SHELLS and len(words) > 1:
        yield shlex.split(words[-1])[0] if words[-1][:1] == "'" else words[-1]


def _arguments(element: _Element) -> Iterator[str]:
    """The arguments as a shell would have them: those given as a line stand as they are."""
    for each in element.walk():
        if each.name in {"argument", "arg"}:
            line = each.attributes.get("line") or each.attributes.get("commandline")
            yield line if line is not None else shlex.quote(each.attributes.get("value", each.text.strip()))


XML = HostKind("XML", _claims, _find)
