"""The command line of jq: which word is its program, and where its input comes from.

Source: jq 1.7 manual, "Invoking jq".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.syntax.shell.types import Word

JQ = frozenset({"jq", "gojq", "jaq"})
"""The programs that understand jq's language and options."""

_VALUES = {"arg": 2, "argjson": 2, "slurpfile": 2, "rawfile": 2, "argfile": 2, "indent": 1, "from-file": 1}
_SHORT = {"n": "null-input", "r": "raw-output", "j": "join-output", "c": "compact-output", "e": "exit-status"}
_SHORT |= {"a": "ascii-output", "C": "color-output", "M": "monochrome-output", "S": "sort-keys", "s": "slurp"}
_SHORT |= {"R": "raw-input", "f": "from-file", "L": "library"}
_PLAIN_NAMES = """
    raw-output join-output compact-output exit-status ascii-output color-output monochrome-output sort-keys tab
    unbuffered arg argjson indent
"""
_PLAIN = frozenset(_PLAIN_NAMES.split())


@dataclass(frozen=True, slots=True)
class JqCommand:
    """A call of jq: its program, the files that it reads (none: its input), and its options by their long names.

    `names` are the variables that `--arg` and its like define. `simple`: every option is one that changes neither what
    the program's input is nor where the program stands.
    """

    program: Word
    files: tuple[Word, ...]
    options: frozenset[str]
    names: frozenset[str]

    @property
    def simple(self) -> bool:
        """Whether each input is one JSON value that the program gets as it is."""
        return self.options <= _PLAIN


def parse_jq_command(words: Sequence[Word]) -> JqCommand | None:
    """Read the words behind the name of jq; None without a program in them."""
    options: set[str] = set()
    names: set[str] = set()
    bare: list[Word] = []
    at = 0
    while at < len(words):
        text = words[at].static if words[at].lead.startswith("-") else None
        at += 1
        if text is None or text == "-":
            bare.append(words[at - 1])
            continue
        for name in _named(text):
            options.add(name)
            if name in {"args", "jsonargs"}:
                return JqCommand(bare[0], tuple(bare[1:]), frozenset(options), frozenset(names)) if bare else None
            count = _VALUES.get(name, 0)
            if count == 2 and at < len(words):
                names.add(words[at].static or "")
            at += count
    if not bare:
        return None
    return JqCommand(bare[0], tuple(bare[1:]), frozenset(options), frozenset(names))


def _named(text: str) -> list[str]:
    """The long names of an option, or of the letters of a short one."""
    if text.startswith("--"):
        return [text[2:]]
    return [_SHORT.get(letter, letter) for letter in text[1:]]
