"""What has to hold for a place of a program to be reached."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BLANKS = re.compile(r"\s+")
# A check of the status, which a migration moves from 200 to 201.
_STATUS = re.compile(r"\b20[01]\b")


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition, as it is written, and whether it has to hold or must not. `never`: the place is not reached."""

    text: str
    holds: bool = True
    never: bool = False

    def __str__(self) -> str:
        """The guard as a clause."""
        if self.never:
            return f"`{self.text}` stands before it"
        return f"{'if' if self.holds else 'unless'} `{self.text}`"


def guard(text: str, *, holds: bool = True, never: bool = False) -> Guard:
    """The guard of a condition in one line, without a negation in front of it."""
    plain = _BLANKS.sub(" ", text).strip().rstrip(";").strip()
    while plain.startswith(("! ", "not ")):
        plain, holds = plain.partition(" ")[2], not holds
    return Guard(plain, holds, never)


def new_guards(before: tuple[Guard, ...], after: tuple[Guard, ...]) -> tuple[Guard, ...]:
    """The guards of `after` that `before` has not; a code of success that has changed counts for none."""
    known = {(_STATUS.sub("20x", each.text), each.holds, each.never) for each in before}
    return tuple(each for each in after if (_STATUS.sub("20x", each.text), each.holds, each.never) not in known)
