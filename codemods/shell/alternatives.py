"""The text that a script itself puts into an expansion: the word of `${X:-word}`, what `${X//a/b}` puts in."""

from __future__ import annotations

import re
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


_READING = re.compile(r"(?:\$\(|`)\s*(?:date|git|cat|hostname|whoami|id|uname|basename|dirname|pwd)\b[^|;&\n]*\Z")
"""A command by itself that prints what it finds, and nothing of how it is called."""


def own_text_of(word: str) -> str:
    """A word without sums, and without commands that only read something: what they give is not written there."""
    kept, at = "", 0
    while at < len(word):
        start = min((found for mark in ("$(", "`") if (found := word.find(mark, at)) >= 0), default=len(word))
        kept += word[at:start]
        if start == len(word):
            break
        try:
            at = scan.dollar(word, start) if word[start] == "$" else scan.backtick(word, start)
        except LexError:
            return word
        is_number = word.startswith("$((", start)
        kept += "" if is_number or _READING.match(word[start : at - 1]) else word[start:at]
    return kept


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
