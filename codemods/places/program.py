"""Commands in strings of programs: what `exec("curl …")` runs is reported and never edited."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.places.place import Host, HostKind, behind, read_only
from migrator.model import Literal
from migrator.syntax.programs.languages import language_of
from migrator.syntax.programs.program import TokenKind
from migrator.syntax.text.layers import LayerToken, decoded, guarded
from migrator.syntax.text.source import VerbatimRegion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.programs.text import ProgramText
    from migrator.syntax.programs.program import ProgramToken
    from migrator.syntax.text.regions import DecodedRegion
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
    from codemods.programs.constants import read_program  # few repositories have such a program
    from codemods.programs.expression import expression
    from codemods.programs.requests import is_printed

    language = language_of(source.path, source.text)
    if language is None:
        return
    program = read_program(source.text, language)
    for index, token in enumerate(program.read):
        if token.kind is not TokenKind.STRING or not re.search(r"\b(?:curl|wget)\s", token.text):
            continue
        if is_printed(program.read, index):
            continue
        whole = expression(program, index)
        # What stands before the program's name does not matter here.
        start, end = token.inner[0], token.inner[1]
        if whole.end > index + 1:
            last = program.read[whole.end - 1]
            end = last.inner[1] if last.kind is TokenKind.STRING else last.end
        layer = _SumOfStrings(tuple(_parts(program, index, whole.end)))
        region = behind(VerbatimRegion(source.text[start:end], start), layer)
        yield Host(read_only(region, "program-string", _MESSAGE))


@dataclass(frozen=True, slots=True)
class _SumOfStrings:
    """A command that a program puts together: strings with what stands between them, which only a run shows."""

    parts: tuple[LayerToken, ...]

    def decode(self, text: str) -> DecodedRegion:
        """The strings one behind the other, with a mark for whatever is no string. Raises Refusal."""
        return decoded(text, self.parts)

    def encode(self, text: str) -> str:
        """Nothing is written here."""
        return text


def _parts(program: ProgramText, index: int, end: int) -> Iterator[LayerToken]:
    """What in the sum is no plain text, from the string at `index` on, with places that count from its first letter."""
    read, start = program.read, program.read[index].inner[0]
    strings = [index, *(at for at in range(index + 1, end) if read[at].kind is TokenKind.STRING)]
    for at, following in zip(strings, (*strings[1:], end), strict=True):
        token = read[at]
        for found in _escapes(token).finditer(program.text, *token.inner):
            meaning = _MEANINGS.get(found[0])
            said = guarded(found[0]) if meaning is None else meaning
            yield LayerToken(found.start() - start, found.end() - start, said)
        if following > at + 1 or following in strings:
            stop = read[following].inner[0] if following in strings else read[end - 1].end
            yield LayerToken(token.inner[1] - start, stop - start, _between(program, at + 1, following))


def _between(program: ProgramText, first: int, end: int) -> str:
    """What stands between two strings of a sum: a mark for an expression, or nothing."""
    operands = [token for token in program.read[first:end] if token.text not in {"+", ".", "\\", "&", "~", ".."}]
    if not operands:
        return ""
    known = program.known.get(operands[0].text, ()) if len(operands) == 1 else ()
    value = known[0].text if len(known) == 1 and isinstance(known[0], Literal) else None
    return guarded(program.text[operands[0].start : operands[-1].end], value)


def _escapes(token: ProgramToken) -> re.Pattern[str]:
    escapes = token.style is not None and token.style.escape == "\\"
    return re.compile(f"{_ESCAPES}|{_HOLES}" if escapes else _HOLES)


PROGRAM = HostKind("program", _claims, _find)
