"""Names in a program that are assigned once, to text: what they surely stand for."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from migrator.syntax.programs.program import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from migrator.syntax.programs.program import Token

_ASSIGNS = frozenset({"=", ":=", "<-"})
_PLAIN = re.compile(r"[A-Za-z0-9_./:%@+,=~-]*\Z")


def constants(read: Sequence[Token]) -> Mapping[str, str]:
    """The names whose only assignment is one string of text that means itself everywhere."""
    times = Counter(name for name, _ in assignments(read))
    made: dict[str, str] = {}
    for name, at in assignments(read):
        token = read[at] if at < len(read) else None
        alone = at + 1 >= len(read) or read[at + 1].text not in {"+", ".", "%", "?", "["}
        if times[name] == 1 and token is not None and token.kind is Kind.STRING and alone and _PLAIN.match(token.text):
            made[name] = token.text
    return made


def assignments(read: Sequence[Token]) -> list[tuple[str, int]]:
    """Each assigned name with the index of the token behind the sign."""
    return [
        (token.text, index + 2)
        for index, token in enumerate(read[:-1])
        if token.kind is Kind.WORD and read[index + 1].text in _ASSIGNS | {"+="}
    ]
