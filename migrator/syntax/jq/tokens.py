"""The words of jq programs, and the nodes of the trees that they are read into.

Source: jq 1.7 manual.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from migrator.model import Span

_BLANK = re.compile(r"(?:\s|#[^\n]*)*")
_TOKEN = re.compile(
    r"""(?P<field>\.[A-Za-z_]\w*)|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)|(?P<variable>\$(?:__loc__|[A-Za-z_]\w*))"""
    r"""|(?P<format>@[A-Za-z0-9]+)|(?P<name>[A-Za-z_]\w*(?:::[A-Za-z_]\w*)*)|(?P<quote>")"""
    r"""|(?P<mark>\.\.|\?//|//=|\|=|\+=|-=|\*=|/=|%=|//|==|!=|<=|>=|[.\[\]{}()|,:;?=<>+\-*/%])"""
)


class JqError(Exception):
    """The program is not one that is understood here."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One node of a program: what kind it is, its name or text, the filters in it, and where it stands.

    Kinds: `identity`, `recurse`, `field` (of the first of `inside`), `index` (of the first, by the second), `slice`,
    `iterate`, `literal`, `string` (its pieces), `format`, `variable`, `call`, `group`, `array`, `object` (keys and
    values), `member` (a key that is its own value),
    `if`, `try`, `optional`, `negation`, `bind` (source and body), `pipe`, `comma`, `binary` (by `name`).
    """

    kind: str
    span: Span
    name: str = ""
    inside: tuple[Filter, ...] = ()


class Tokens:
    """Steps through a program word by word."""

    def __init__(self, text: str) -> None:
        """Start in front of the first word."""
        self.text = text
        self.at = 0
        self.skip()

    def skip(self) -> None:
        """Step over blanks and comments."""
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def token(self) -> re.Match[str] | None:
        """The next token as it was matched."""
        return _TOKEN.match(self.text, self.at)

    def peek(self) -> str:
        """The next token, or nothing at the end."""
        found = self.token()
        return found[0] if found else self.text[self.at : self.at + 1]

    def next(self) -> tuple[str, str]:
        """Step over the next token and what is blank behind it: its kind and its text. Raises JqError."""
        found = self.token()
        if not found:
            raise JqError(f"character {self.at} is not understood")
        self.at = found.end()
        if found.lastgroup != "quote":
            self.skip()
        return found.lastgroup or "", found[0]

    def expect(self, mark: str) -> None:
        """Step over a token that has to come. Raises JqError."""
        if self.next()[1] != mark:
            raise JqError(f"`{mark}` was expected")

    def made(self, kind: str, start: int, name: str = "", inside: tuple[Filter, ...] = ()) -> Filter:
        """A node from `start` to the last token."""
        end = len(self.text[: self.at].rstrip())
        return Filter(kind, Span(start, max(end, start)), name, inside)
