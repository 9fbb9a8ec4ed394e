"""Calls of functions in a shell text, and the text as a function has it that one of them calls."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.model import values
from migrator.syntax.shell.frames import Frame
from migrator.syntax.shell.resolve import template
from migrator.syntax.shell.script import Use
from migrator.syntax.shell.word import Quote, Word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.shell.script import Command, Script
    from migrator.syntax.shell.word import Piece

_LISTS = re.compile(r"\$(?:[@*]|\{(?:[@*]|[A-Za-z_]\w*\[[@*]\])[^}]*\})\Z")
_SPLITTING = re.compile(r"[\s*?\[]")


def calls_of_function(script: Script, name: str) -> Iterator[Command]:
    """The commands that call a function by its name, in order."""
    return (command for command in script.commands if _name_index(command, name) >= 0)


def enter(script: Script, name: str, call: Command) -> Script:
    """The script as the function sees it that `call` calls. Places stay those of the script."""
    words = call.words[_name_index(call, name) + 1 :]
    known = next((i for i, word in enumerate(words) if _is_list(script, call, word)), len(words))
    if any(script.uses(given.name, script.functions[name]) for given in call.simple.assignments):
        known = 0  # `BASE=x post y`: what the function reads is not what the script assigns
    frame = Frame(name, script.functions[name], call, tuple(words[:known]), known == len(words))
    return replace(script, frame=frame, origins={}, bare=set(), escaped=set())


def _is_list(script: Script, call: Command, word: Word) -> bool:
    """Whether a word may become none or several."""
    return any(piece.text is None and _may_be_several(script, call, word, piece) for piece in word.pieces)


def _may_be_several(script: Script, call: Command, word: Word, piece: Piece) -> bool:
    if piece.quote in {Quote.NONE, Quote.DOUBLE} and _LISTS.match(script.text[piece.span.start : piece.span.end]):
        return True
    if piece.quote is not Quote.NONE:
        return False
    known = values(template(script, Word(piece.span, (piece,)), Use(call.span.start, call.blocks)))
    if known is None:
        return word.lone is not None
    return any(not text or _SPLITTING.search(text) for text in known)


def _name_index(call: Command, name: str) -> int:
    """Which word of the command names the function: behind `time`, the second or third."""
    at = 0
    while at < len(call.words) and call.words[at].static in {"time", "-p"}:
        at += 1
    return at if at < len(call.words) and call.words[at].static == name else -1
