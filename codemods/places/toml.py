"""Commands in TOML: tasks of poe, cargo-make, netlify and the like. Who runs them, and how, differs; they are reported.

Source: TOML 1.0.0 (strings, escapes).
"""

from __future__ import annotations

import shlex
import tomllib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.places.place import UNKNOWN_TEXT, Host, HostKind, read_only
from migrator.errors import ParseError
from migrator.syntax.text.regions import Fixed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.text.source import Source

_PROGRAMS = frozenset({"curl", "wget"})


def _claims(source: Source) -> bool:
    return PurePosixPath(source.path).suffix.lower() == ".toml"


def _find(source: Source) -> tuple[Host, ...]:
    """Raises ParseError for what is no TOML."""
    try:
        data = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        raise ParseError(str(error), 1) from error
    hosts: list[Host] = []
    at = 0
    for command in _commands(data):
        at = max(_place(source.text, command, at), at)
        hosts.append(Host(read_only(Fixed(command, at), "unknown-text", UNKNOWN_TEXT)))
        at += 1
    return tuple(hosts)


def _commands(data: object) -> Iterator[str]:
    """The texts and lists of words that call curl or wget, in order."""
    match data:
        case {"command": str(program), "args": [*words]} if program.rpartition("/")[2] in _PROGRAMS:
            yield shlex.join([program, *map(str, words)])
        case dict():
            for value in data.values():
                yield from _commands(value)
        case [str(program), *words] if program.rpartition("/")[2] in _PROGRAMS:
            yield shlex.join([program, *map(str, words)])
        case list():
            for value in data:
                yield from _commands(value)
        case str() if any(program in data for program in _PROGRAMS):
            yield data


def _place(text: str, command: str, start: int) -> int:
    """Where the program of a command stands, the nearest behind what was found before."""
    program = min((command.find(name), name) for name in _PROGRAMS if name in command)[1]
    return max(text.find(program, start), 0)


TOML = HostKind("TOML", _claims, _find)
