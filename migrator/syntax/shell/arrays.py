"""Arrays of a script: what they hold where they are filled in straight line, some of it maybe only sometimes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from migrator.syntax.shell.flow import shown_at
from migrator.syntax.shell.overwritten import may_be_overwritten
from migrator.syntax.shell.sometimes import sometimes
from migrator.syntax.shell.types import LexError, Use

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import Span
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.sometimes import Sometimes
    from migrator.syntax.shell.types import Word, Write

# `"${name[@]}"`, and `${name[@]+"${name[@]}"}` for shells that take an empty array for an unset variable.
ARRAY = re.compile(r'"?\$\{(\w+)\[@\](?:\+"?\$\{\1\[@\]\}"?)?\}"?')
_FILLED = re.compile(r"\w+(\+?)=\(")
_COMMENT = re.compile(r"#[^\n]*")


@dataclass(frozen=True, slots=True)
class Element:
    """One word of an array; `given` says when it is there, if that is not always."""

    word: Word
    given: Sometimes | None = None


@dataclass(frozen=True, slots=True)
class Elements:
    """What an array holds, and the assignment that it begins with."""

    base: Write
    all: tuple[Element, ...]

    @property
    def words(self) -> tuple[Word, ...]:
        """The words of the array, with those that are not always there."""
        return tuple(element.word for element in self.all)


def elements(script: Script, name: str, use: Use) -> Elements | None:
    """What the array holds at the use, or None when that is not certain."""
    writes = sorted(script.writes.get(name, ()), key=lambda write: write.span)
    before = [write for write in writes if write.span.end <= use.index]
    start = next((i for i in reversed(range(len(before))) if _kind(script, before[i]) == ""), None)
    if start is None:
        return None
    base, added = before[start], before[start + 1 :]
    if may_be_overwritten(script, base, use):
        return None
    again = [block for block in use.blocks if block.kind in {"loop", "function_definition"}]
    shared = all(block in base.blocks for block in again)
    if not shared and len(writes) > len(added) + 1:
        return None  # another run of the loop, or the call of the function, may come after other assignments
    if any(block not in use.blocks for block in base.blocks):
        return None
    apart = [write for write in added if any(block not in use.blocks for block in write.blocks)]
    given = {write.span: sometimes(script, write, use) for write in apart}
    if None in given.values() or any(_kind(script, write) != "+" or _repeats(write, base) for write in added):
        return None
    try:
        words = [(word, write) for write in (base, *added) for word in _element_words(script, write)]
    except LexError:
        return None
    return Elements(base, tuple(Element(word, given.get(write.span)) for word, write in words))


def _kind(script: Script, write: Write) -> str | None:
    """`+` for what is added to an array, nothing for a new array, None for anything else."""
    found = _FILLED.match(script.text, write.span.start)
    return found[1] if found and found.end() <= write.span.end else None


def _repeats(write: Write, base: Write) -> bool:
    return any(block.kind in {"loop", "function_definition"} and block not in base.blocks for block in write.blocks)


def _element_words(script: Script, write: Write) -> Iterator[Word]:
    found = _FILLED.match(script.text, write.span.start)
    at = found.end() if found else write.span.end
    while at < write.span.end - 1:
        if script.text[at].isspace() or script.text.startswith("\\\n", at):
            at += 1 if script.text[at].isspace() else 2
        elif comment := _COMMENT.match(script.text, at):
            at = comment.end()
        else:
            word = script.lexer.word(at)
            if word.lead.startswith("[") and "]=" in word.lead:
                raise LexError(at, "an element with a key")
            at = word.span.end
            yield replace(word, use=Use(write.span.start, write.blocks, 1))


def is_alone(script: Script, name: str, base: Write, word: Span) -> bool:
    """Whether nothing but the word reads the array as it is filled from `base` on, other than to show it."""
    is_shown = shown_at(script)
    starts = [w.span.start for w in script.writes.get(name, ()) if _kind(script, w) == ""]
    for found in re.finditer(r"\$\{?[#!]?" + re.escape(name) + r"(?![A-Za-z0-9_])", script.text):
        at = found.start()
        if at in word or is_shown(at):
            continue
        last = max((start for start in starts if start < at), default=base.span.start)
        if last == base.span.start or _functions(script, last) != _functions(script, at):
            return False
    return not base.exported


def _functions(script: Script, at: int) -> tuple[Span, ...]:
    return tuple(span for span in script.functions.values() if at in span)
