"""Calls of functions in a shell text, the text as such a function has it, and what gives its positional parameters."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.model import values
from migrator.syntax.shell.resolve import template
from migrator.syntax.shell.types import Quote, ShellFrame, Use, Word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import Span
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command, WordPiece


_LISTS = re.compile(r"\$(?:[@*]|\{(?:[@*]|[A-Za-z_]\w*\[[@*]\])[^}]*\})\Z")
_SPLITTING = re.compile(r"[\s*?\[]")


def calls_of_function(script: Script, name: str) -> Iterator[Command]:
    """The commands that call a function by its name, in order, or have another function run it."""
    return (command for command in script.commands if _name_index(script, command, name) >= 0)


def enter(script: Script, name: str, call: Command) -> Script:
    """The script as the function sees it that `call` calls. Places stay those of the script."""
    words = call.words[_name_index(script, call, name) + 1 :]
    known = next((i for i, word in enumerate(words) if _is_list(script, call, word)), len(words))
    if any(script.uses(given.name, script.functions[name]) for given in call.simple.assignments):
        known = 0  # `BASE=x post y`: what the function reads is not what the script assigns
    frame = ShellFrame(name, script.functions[name], call, tuple(words[:known]), known == len(words))
    return replace(script, frame=frame)


def _is_list(script: Script, call: Command, word: Word) -> bool:
    """Whether a word may become none or several."""
    return any(piece.text is None and _may_be_several(script, call, word, piece) for piece in word.pieces)


def _may_be_several(script: Script, call: Command, word: Word, piece: WordPiece) -> bool:
    if piece.quote in {Quote.NONE, Quote.DOUBLE} and _LISTS.match(script.text[piece.span.start : piece.span.end]):
        return True
    if piece.quote is not Quote.NONE:
        return False
    known = values(template(script, Word(piece.span, (piece,)), Use(call.span.start, call.blocks)))
    if known is None:
        return word.lone is not None
    return any(not text or _SPLITTING.search(text) for text in known)


def _name_index(script: Script, call: Command, name: str) -> int:
    """Which word of the command names the function: behind `time`, the second or third."""
    at = 0
    while at < len(call.words) and call.words[at].static in {"time", "-p"}:
        at += 1
    if at == len(call.words):
        return -1
    first = call.words[at].static
    function = script.functions.get(first or "")
    if first != name and function is not None and _runs_rest(script, function):
        behind = range(at + 1, len(call.words))
        return next((i for i in behind if call.words[i].static == name), -1)
    return at if first == name else -1


def _runs_rest(script: Script, function: Span) -> bool:
    """Whether a function runs what is left of its arguments: a command of it is `"$@"`, and nothing else."""
    return any(len(command.words) == 1 and _text(script, command) == '"$@"' for command in script.within(function))


_OPTIONS = re.compile(r"[-+][A-Za-z]+\Z")


def _moves_positional(command: Command) -> bool:
    """Whether a command gives `$1` and its like other values: `set -euo pipefail` sets options alone.

    Source: POSIX shell, "set".
    """
    words = [word.static for word in command.words]
    if words[:1] != ["set"]:
        return words[:1] == ["shift"]
    at = 1
    while at < len(words) and (word := words[at]) is not None and _OPTIONS.match(word):
        at += 1 + word.count("o")  # each `o` takes a name
    return at < len(words)


def positional(script: Script, at: int) -> tuple[str, ...]:
    """The commands that decide what `$1` and its like are at a character of the script, as they are written.

    `set` and `shift` around it, each before or behind it; in a function also its calls, and what decides at those.
    """
    return tuple(_deciding(script, at, frozenset()))


def _deciding(script: Script, at: int, seen: frozenset[str]) -> list[str]:
    home = _function(script, at)
    found = []
    for other in script.commands:
        if _moves_positional(other) and _function(script, other.span.start) == home:
            side = "before" if other.span.start < at else "behind"
            found.append(f"{side}: {_text(script, other)}")
    if home is None or home in seen:
        return found
    for call in script.commands:
        if call.words and call.words[0].static == home:
            found += [f"called: {_text(script, call)}", *_deciding(script, call.span.start, seen | {home})]
    return found


def _function(script: Script, at: int) -> str | None:
    """The name of the innermost function around a place."""
    around = [(span.end - span.start, name) for name, span in script.functions.items() if at in span]
    return min(around)[1] if around else None


def _text(script: Script, command: Command) -> str:
    return script.view.source(command.span)
