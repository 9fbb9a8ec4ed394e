"""Tell which program a shell command really runs, and read its arguments when that is curl or wget."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.model import static, values
from migrator.syntax.curl import Invocation, is_program, parse_curl, parse_wget
from migrator.syntax.shell_prefix import is_retrying, program_index
from migrator.syntax.shell_resolve import template, use_of
from migrator.syntax.shell_word import LexError, Piece, Quote, Word

if TYPE_CHECKING:
    from migrator.syntax.shell import Command, Script

_EVALUATING = re.compile(r"\beval\b|\bsh\s+-\w*c\b")
_BRACES = re.compile(r"\{[^{}]*(?:,|\.\.)[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Program:
    """What a command runs: its name when known, and its arguments when it is curl or wget.

    `unreadable`: it is one of them, and its arguments cannot be told apart.
    """

    name: str | None
    word: Word
    invocation: Invocation | None = None
    unreadable: bool = False


def find_program(script: Script, command: Command) -> Program | None:
    """The program behind prefixes like `sudo`, or None when nothing is run."""
    index = program_index(command.words)
    if index is None:
        return None
    word = command.words[index]
    name = (word.static or "").rpartition("/")[2] or None
    if name is not None and _hands_on(script, name):
        index = _curl_index(command, index)
        word = command.words[index]
    try:
        invocation = _invocation(script, command, index)
    except LexError:
        return Program(name, word, unreadable=True)
    return Program(name, word, invocation, invocation is not None and command.simple.failure is not None)


def _hands_on(script: Script, name: str) -> bool:
    """Whether the command runs its arguments as they are: a function with `"$@"`, or a program that retries."""
    span = script.functions.get(name)
    if span is None:
        return is_retrying(name.removesuffix(".sh"))
    body = script.text[span.start : span.end]
    return '"$@"' in body and not _EVALUATING.search(body)


def _curl_index(command: Command, index: int) -> int:
    rest = range(index, len(command.words))
    return next(
        (i for i in rest if is_program(command.words[i], "curl") or is_program(command.words[i], "wget")), index
    )


def _invocation(script: Script, command: Command, index: int) -> Invocation | None:
    word, arguments = command.words[index], command.words[index + 1 :]
    if is_program(word, "curl"):
        return parse_curl(word, arguments, lambda w: _split(script, command, w))
    if is_program(word, "wget"):
        return parse_wget(word, arguments, lambda w: _split(script, command, w))
    return None


def splitting_word(script: Script, command: Command, invocation: Invocation) -> str | None:
    """An unquoted part of the command that a shell makes several words of, or None."""
    words = [option.value for option in invocation.options if option.value is not None and not option.indirect]
    for word in words:
        for piece in word.pieces:
            if piece.quote is Quote.NONE and _splits(script, command, piece):
                return script.text[piece.span.start : piece.span.end]
    return None


def _splits(script: Script, command: Command, piece: Piece) -> bool:
    if piece.text is not None:
        return _BRACES.search(piece.text) is not None and len(piece.text) == piece.span.end - piece.span.start
    known = values(template(script, Word(piece.span, (piece,)), use_of(command)))
    return known is not None and any(len(text.split()) > 1 or "*" in text for text in known)


def _split(script: Script, command: Command, word: Word) -> tuple[str, ...] | None:
    """The arguments that an unquoted variable is known to hold, when it holds options."""
    piece = word.lone
    if piece is None or piece.quote is not Quote.NONE:
        return None
    text = static(template(script, word, use_of(command)))
    if text is None or (text and not text.startswith("-")) or any(char in text for char in "'\"\\*?"):
        return None
    return tuple(text.split())
