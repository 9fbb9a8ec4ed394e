"""The texts that a parameter of a function may be: those that every call of it in the program gives, each a literal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.programs.constants import DEFINING, parameter_lists
from codemods.programs.text import CLOSING, OPENING, closing_of, pieces
from migrator.model import static
from migrator.syntax.programs.program import TokenKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemods.programs.text import ProgramText
    from migrator.syntax.programs.program import ProgramToken

# What other files reach: then the calls of this one are not all.
_PUBLIC = frozenset(
    {"class", "export", "exports", "interface", "module", "namespace", "object", "package", "public", "trait"}
)


def values_given(program: ProgramText, at: int, name: str) -> tuple[str, ...] | None:
    """The texts of a name that is used at a token, where it is the parameter of a function around it.

    None where it is none, where some call gives anything but one text, or where other files may call the function.
    """
    read = program.read
    near = [(first, last) for first, last in parameter_lists(read) if last < at and _position(read, first, name) >= 0]
    if not near:
        return None
    opening, closing = max(near)
    function = _function(read, opening)
    if function is None or not _is_around(read, closing, at):
        return None
    uses = [i for i, token in enumerate(read) if token.text == read[function].text and token.kind is TokenKind.WORD]
    number = _position(read, opening, name)
    given = [_argument(program, use, number) for use in uses if use != function]
    known = [text for text in given if text is not None]
    return tuple(dict.fromkeys(known)) if known and len(known) == len(given) else None


def _position(read: Sequence[ProgramToken], opening: int, name: str) -> int:
    """Which of the parameters in the brackets has the name; -1 for none."""
    for number, (first, end) in enumerate(_parts(read, opening)):
        if any(token.text == name for token in read[first:end]):
            return number if end - first <= 2 else -1  # with its type; what has a default is more
    return -1


def _parts(read: Sequence[ProgramToken], opening: int) -> Iterator[tuple[int, int]]:
    """What commas part between two brackets, by the indexes of its tokens."""
    closing = closing_of(read, opening + 1)
    depth, first = 0, opening + 1
    for index in range(opening + 1, closing):
        if read[index].kind is TokenKind.SIGN:
            depth += (read[index].text in OPENING) - (read[index].text in CLOSING)
        if depth == 0 and read[index].text == ",":
            yield first, index
            first = index + 1
    yield first, closing


def _function(read: Sequence[ProgramToken], opening: int) -> int | None:
    """The name of the function, by its token, where nothing says that other files may call it."""
    at = opening - 1
    while at > 0 and (read[at].text in DEFINING or read[at].text in {"async", "=", ":"}):
        at -= 1
    if at < 0 or read[at].kind is not TokenKind.WORD or read[at].text in DEFINING:
        return None
    is_public = any(token.text in _PUBLIC for token in read[:at] if token.kind is TokenKind.WORD)
    return None if is_public or read[at].text[0].isupper() else at


def _is_around(read: Sequence[ProgramToken], closing: int, at: int) -> bool:
    """Whether the body of a function reaches to a token; without braces it is taken to."""
    behind = next((index for index in range(closing + 1, min(closing + 4, at)) if read[index].text == "{"), None)
    return behind is None or closing_of(read, behind + 1) > at


def _argument(program: ProgramText, use: int, number: int) -> str | None:
    """The text that a call gives at a place; None for anything else."""
    read = program.read
    if use + 1 < len(read) and read[use + 1].text == "(":
        parts = list(_parts(read, use + 1))
        first, end = parts[number] if number < len(parts) else (0, 0)
    else:  # a command of Ruby or PowerShell, which has no brackets
        first, end = use + 1, use + 2
        is_line = first < len(read) and "\n" not in program.text[read[use].end : read[first].start]
        first, end = (first, end) if number == 0 and is_line else (0, 0)
    if end != first + 1 or read[first].kind is not TokenKind.STRING:
        return None
    return static(tuple(pieces(read[first])))
