"""Commands in strings of programs: what `exec("curl …")` runs is reported and never edited."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.places.place import Host, HostKind, behind, read_only
from migrator.syntax.programs.languages import language_of
from migrator.syntax.programs.program import ProgramToken, TokenKind, tokens
from migrator.syntax.text.layers import Escapes
from migrator.syntax.text.source import VerbatimRegion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.text.source import Source

_MESSAGE = "A program puts this command together or runs it. Rewrite the call by hand."
_MEANINGS = {r"\n": "\n", r"\t": "\t", r"\\": "\\", r"\'": "'", r"\"": '"', r"\$": "$", "\\\n": ""}
_ESCAPES = r"\\(?:\n|.)"
_HOLES = r"[$#]\{[^{}]*\}|\\\([^()]*\)|%[sdv](?![0-9A-Fa-f])"


def _claims(source: Source) -> bool:
    return language_of(source.path, source.text) is not None


def _find(source: Source) -> tuple[Host, ...]:
    return tuple(_hosts(source))


def _hosts(source: Source) -> Iterator[Host]:
    from codemods.programs.requests import is_printed  # few repositories have such a program

    language = language_of(source.path, source.text)
    read = tokens(source.text, language) if language is not None else ()
    for index, token in enumerate(read):
        if token.kind is not TokenKind.STRING or not re.search(r"\b(?:curl|wget)\s", token.text):
            continue
        if is_printed(read, index):
            continue
        region = behind(VerbatimRegion(source.text[slice(*token.inner)], token.inner[0]), _layer(token))
        yield Host(read_only(region, "program-string", _MESSAGE))


def _layer(token: ProgramToken) -> Escapes:
    escapes = token.style is not None and token.style.escape == "\\"
    return Escapes(re.compile(f"{_ESCAPES}|{_HOLES}" if escapes else _HOLES), _MEANINGS, {})


PROGRAM = HostKind("program", _claims, _find)
