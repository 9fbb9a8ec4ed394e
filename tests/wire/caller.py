"""One caller under test, and the values that callers are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

HOSTILE = [
    "plain", "a b", "a;b", "a;type=text/plain", '"quoted"', '"a"b', " padded ", "a+b", "a%41", "100%", "a&b",
    "a&tag=v9", "a=b", "ü", "@file", "<file", "(x", "a\\b", "it's", 'say "x"', "two\nlines", "", "<<x", "[1-2]",
    "{a,b}", "1.50", "true",
]  # fmt: skip
RUNTIME = ["$V", "$V", "x-$V", "$V.$W"]
MILD = {"V": "1.2-rc", "W": "plain", "BRANCH": "topic", "TOKEN": "tok"}
"""Values that mean the same in every encoding."""
WILD = {"V": 'a "b" c\\d \'e', "W": "ü", "BRANCH": "topic", "TOKEN": "tok"}
"""Values that JSON has to escape, and forms have not."""


@dataclass(frozen=True, slots=True)
class WireCaller:
    """A program's text and its language: `sh` or `py`."""

    text: str
    language: str


def some(random: Random, share: float) -> bool:
    """True in that share of the cases."""
    return random.random() < share
