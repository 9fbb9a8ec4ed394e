"""Names that surely stand for one text: assigned once, and no parameter, loop variable or default."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from codemods.programs.expression import expression
from codemods.programs.text import CLOSING, OPENING, ProgramText, pieces
from migrator.syntax.programs.program import TokenKind, assignments, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from migrator.model import Template
    from migrator.syntax.programs.program import Language, ProgramToken

_NEAR = 25  # tokens
_ADDRESSES = ("http:", "https:", "/api/v1", "project/")
_CONTROL = frozenset({"if", "while", "for", "switch", "catch", "foreach", "elseif", "until", "with", "match"})
DEFINING = frozenset({"function", "def", "func", "fun", "fn", "sub", "defp"})
"""The words in front of the name of a function."""


def read_program(text: str, language: Language) -> ProgramText:
    """Read a program, with what its names surely stand for."""
    read = tokens(text, language)
    lisp = language.name == "Clojure"
    data = language.name == "Terraform"
    program = ProgramText(text, read, _constants(read), lisp, data)
    # Constants that are made of constants.
    return ProgramText(text, read, {**program.known, **_sums(program)}, lisp, data)


def _constants(read: tuple[ProgramToken, ...]) -> dict[str, Template]:
    """Names that are assigned once, to one string."""
    names = assignments(read)
    times = Counter(name for name, _ in names)
    texts = {name: at for name, at in names if at < len(read) and read[at].kind is TokenKind.STRING}
    once = {name: at for name, at in texts.items() if times[name] == 1 and not _is_default(read, at - 2)}
    taken = frozenset(_bound(read)) if once else frozenset()
    # What an address is given to may have a parameter of that name: the call must be found all the same.
    fit = (name for name, at in once.items() if name not in taken or read[at].text.startswith(_ADDRESSES))
    made: dict[str, Template] = {name: tuple(pieces(read[once[name]])) for name in fit}
    for index in range(len(read) - 2):
        if (
            read[index].text == "def"
            and read[index + 1].kind is TokenKind.WORD
            and read[index + 2].kind is TokenKind.STRING
        ):
            made[read[index + 1].text] = tuple(pieces(read[index + 2]))
    return made


def _bound(read: Sequence[ProgramToken]) -> Iterator[str]:
    """The names that are parameters of functions and blocks, or take turns in a loop."""
    for index in range(1, len(read) - 1):
        before, behind = read[index - 1].text, read[index + 1].text
        if read[index].kind is TokenKind.WORD and (before in {"as", "|"} or behind in {"of", "in", "|"}):
            yield read[index].text
    for opening, closing in parameter_lists(read):
        yield from (each.text for each in read[opening + 1 : closing] if each.kind is TokenKind.WORD)


def parameter_lists(read: Sequence[ProgramToken]) -> Iterator[tuple[int, int]]:
    """The brackets of the parameters of each function, by their indexes."""
    open_ones: list[int] = []
    for index, token in enumerate(read):
        if token.text == "(" and token.kind is TokenKind.SIGN:
            open_ones.append(index)
        elif token.text == ")" and token.kind is TokenKind.SIGN and open_ones:
            opening = open_ones.pop()
            if _are_parameters(read, opening, index):
                yield opening, index


def _are_parameters(read: Sequence[ProgramToken], opening: int, closing: int) -> bool:
    """Whether brackets hold the parameters of a function: by the word in front of its name, or by its body behind."""
    if DEFINING & {token.text for token in read[max(opening - 2, 0) : opening]}:
        return True
    behind = read[closing + 1].text if closing + 1 < len(read) else ""
    name = read[opening - 1]
    is_method = behind == "{" and opening > 0 and name.kind is TokenKind.WORD and name.text.lower() not in _CONTROL
    return behind == "=>" or is_method


def _is_default(read: Sequence[ProgramToken], at: int) -> bool:
    """Whether a name is a parameter, or taken out of an object: what it is assigned is only its default."""
    before = read[at - 1].text if at else ""
    if before in {"(", ",", "{", "["}:
        return True
    depth = 0
    for index in range(at - 1, max(at - _NEAR, -1), -1):
        if read[index].kind is TokenKind.SIGN:
            depth += (read[index].text in CLOSING) - (read[index].text in OPENING)
            if depth < 0:
                return read[index].text == "("
            if read[index].text == ";":
                return False
    return False


def _sums(program: ProgramText) -> Mapping[str, Template]:
    return {
        name: expression(program, at).template
        for name, at in assignments(program.read)
        if name in program.known and at < len(program.read)
    }
