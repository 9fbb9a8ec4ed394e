"""The text that a script itself puts into an expansion: the word of `${X:-word}`, what `${X//a/b}` puts in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.syntax.shell import scan
from migrator.syntax.shell.scan import NAME
from migrator.syntax.shell.types import LexError

if TYPE_CHECKING:
    from collections.abc import Iterator


def own_words(text: str) -> Iterator[str]:
    """The words and the replacements of all `${…}` in shell text, from the outside in."""
    at = text.find("${")
    while at >= 0:
        try:
            end = scan.braces(text, at + 1)
        except LexError:
            return
        word = _word(text[at + 2 : end - 1])
        if word:
            yield word
            yield from own_words(word)
        at = text.find("${", end)


def _word(inner: str) -> str:
    """The word of one expansion, given what stands between its braces; empty when it has none."""
    name = NAME.match(inner) or None
    rest = inner[name.end() :] if name else inner[1:]
    operator = rest.removeprefix(":")
    if operator[:1] in {"-", "=", "+"}:
        return operator[1:]
    if not rest.startswith("/"):
        return ""
    pattern = rest[1:].removeprefix("/")
    at = 0
    while at < len(pattern) and pattern[at] != "/":
        at += 2 if pattern[at] == "\\" else 1
    return pattern[at + 1 :]
