"""Functions of a shell text with the arguments of one call put in: what `$1` and `"$@"` stand for in them.

Source: POSIX shell, 2.9.5 (Function Definition Command) and 2.5.1 (Positional Parameters); `shift` in 2.14.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.model import Span
from migrator.syntax.shell.types import Quote, Use, Word, Write, function_around

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command


_CHANGING = frozenset({"set", "eval"})


def given(script: Script, name: str, use: Use) -> Write | None:
    """What the call gives for `$name` at a use inside the function, as an assignment; nothing where it gives none."""
    frame = script.frame
    if frame is None or frame.function != function_around(use.blocks):
        return None
    at = argument_index(script, frame.function, name, use)
    if at is None or at < 0:
        return None
    if at < len(frame.arguments):
        word = frame.arguments[at]
        return Write(name, word.span, frame.call.blocks, word)
    end = frame.call.span.end
    return Write(name, Span(end, end), frame.call.blocks, Word(Span(end, end), ())) if frame.complete else None


def given_to_all(script: Script, name: str, use: Use) -> tuple[Write, ...]:
    """What each call gives there, when all calls of the function are known and what they give is."""
    function = function_around(use.blocks)
    found = [given(each, name, use) for each in script.known_calls.get(function, ())] if function is not None else []
    return tuple(write for write in found if write is not None) if None not in found else ()


def spread(script: Script, words: Sequence[Word], use: Use) -> tuple[Word, ...]:
    """The words of a command inside the function with `"$@"` replaced by what the call gives."""
    frame = script.frame
    if frame is None or not frame.complete or frame.function != function_around(use.blocks):
        return tuple(words)
    first = argument_index(script, frame.function, "1", use)
    if first is None:
        return tuple(words)
    given_there = Use(frame.call.span.start, frame.call.blocks)
    rest = tuple(replace(word, use=word.use or given_there) for word in frame.arguments[first:])
    spreading = [word.lone is not None and word.lone.name == "@" and _quoted(word) for word in words]
    pairs = zip(words, spreading, strict=True)
    return tuple(w for word, spreads in pairs for w in (rest if spreads else (word,)))


def _quoted(word: Word) -> bool:
    return word.lone is not None and word.lone.quote is Quote.DOUBLE


def argument_index(script: Script, function: Span, name: str, use: Use) -> int | None:
    """Which argument of the call `$name` is at a use, counted from 0, or None when it cannot be told."""
    shifted = 0
    for command in script.within(function):
        word = command.words[0].static if command.words else None
        if word in _CHANGING and function_around(command.blocks) == function and _sets(command):
            return None
        if word != "shift" or function_around(command.blocks) != function:
            continue
        surely = all(block in use.blocks for block in command.blocks)
        looping = any(block.kind == "loop" and block in use.blocks for block in command.blocks)
        if surely and not looping and command.span.end <= use.index:
            count = _count(command)
            if count is None:
                return None
            shifted += count
        elif looping or command.span.start < use.index:
            return None
    return int(name) - 1 + shifted


def _sets(command: Command) -> bool:
    """Whether a command may give the function other arguments: `set -- …`, `set a b`, `eval` of any command."""
    texts = [word.static for word in command.words]
    return any(text is None or text == "--" or not text.startswith(("-", "+")) for text in _without_names(texts[1:]))


def _without_names(texts: list[str | None]) -> list[str | None]:
    """The words behind `set` without the names of options: `-o pipefail`, `-euo pipefail`."""
    rest = []
    named = False
    for text in texts:
        if not named:
            rest.append(text)
        named = text is not None and text[:1] in {"-", "+"} and text.endswith("o")
    return rest


def _count(command: Command) -> int | None:
    match [word.static for word in command.words[1:]]:
        case []:
            return 1
        case [str(text)] if text.isdecimal():
            return int(text)
    return None
