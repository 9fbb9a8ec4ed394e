"""Addresses that begin with what a function of another file makes: `${projectPath(vcs)}/tree/${branch}`.

The function is read where it is defined, and counts where its file has the root of the API too.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.programs.constants import DEFINING, read_program
from codemods.programs.expression import expression
from codemods.programs.requests import below
from migrator.circleci.api.v1_url import trigger_url
from migrator.model import Endpoint, Expansion, Literal
from migrator.syntax.programs.languages import language_of
from migrator.syntax.programs.program import TokenKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from codemods.programs.text import ProgramText, Text
    from migrator.circleci.api.v1_url import TriggerUrl
    from migrator.model import Template
    from migrator.syntax.text.source import Source


_CALL = re.compile(r"(?:\$\{|#\{|\\\()\s*(?:this\.|self\.)?([A-Za-z_]\w*)\(")
_BODY = 60  # tokens of a function in which the text stands that it makes
_RERUN = re.compile(r"\bretry\b", re.IGNORECASE)


def paths_in(source: Source, program: ProgramText) -> Callable[[Text], TriggerUrl | None]:
    """What reads an address of one program that begins with a call of a function of another file."""
    return _Paths(source, program)


class _Paths:
    def __init__(self, source: Source, program: ProgramText) -> None:
        self._source = source
        self._reruns = bool(_RERUN.search(program.text))
        self._made: dict[str, Template | None] = {}

    def __call__(self, text: Text) -> TriggerUrl | None:
        """The trigger that an address is; None for any other text."""
        first = text.template[0] if text.template else None
        found = _CALL.match(first.source) if isinstance(first, Expansion) else None
        if found is None or self._source.siblings is None:
            return None
        if found[1] not in self._made:
            self._made[found[1]] = next(self._defined(found[1]), None)
        start = self._made[found[1]]
        return self._trigger((*start, *text.template[1:])) if start is not None else None

    def _trigger(self, whole: Template) -> TriggerUrl | None:
        url = trigger_url(whole)
        last = whole[-1]
        if url is not None or not self._reruns or not isinstance(last, Expansion):
            return url
        # What is done to a build stands in a variable; the program names a rerun as one of its values.
        again = trigger_url((*whole[:-1], Literal("retry")))
        return again if again is not None and again.endpoint is Endpoint.RETRY else None

    def _defined(self, name: str) -> Iterator[Template]:
        """What the function makes, below the root of the API, in each file that defines it."""
        assert self._source.siblings is not None
        suffix = PurePosixPath(self._source.path).suffix
        for path in self._source.siblings.naming(name):
            other = self._source.siblings.read(path) if PurePosixPath(path).suffix == suffix else None
            language = language_of(path, other) if other is not None and path != self._source.path else None
            if other is None or language is None or "/v1" not in other:
                continue
            program = read_program(other, language)
            made = _made_by(program, name)
            whole = below(program, made) if made is not None else None
            if whole is not None:
                yield whole


def _made_by(program: ProgramText, name: str) -> Text | None:
    """The first text in a function."""
    read = program.read
    for index in range(1, len(read) - 1):
        is_defined = read[index - 1].text in DEFINING or read[index + 1].text == "="
        if read[index].text == name and read[index].kind is TokenKind.WORD and is_defined:
            inside = range(index + 1, min(index + _BODY, len(read)))
            return next((expression(program, at) for at in inside if _is_path(program, at)), None)
    return None


def _is_path(program: ProgramText, at: int) -> bool:
    token = program.read[at]
    return token.kind is TokenKind.STRING and "/" in token.text
