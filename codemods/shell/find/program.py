"""Tell which program a shell command really runs, and read its arguments when that is curl or wget."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from migrator.model import values
from migrator.syntax.shell.arguments import arguments, is_prefix, is_retrying, program_index
from migrator.syntax.shell.arrays import ARRAY, elements
from migrator.syntax.shell.curl import Invocation, ShellArgument, is_program, parse_curl, parse_wget
from migrator.syntax.shell.frames import spread
from migrator.syntax.shell.resolve import template, use_of
from migrator.syntax.shell.types import LexError, Quote, Word, WordPiece

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command

_EVALUATING = re.compile(r"\beval\b|\bsh\s+-\w*c\b")
_IF_SET = re.compile(r"\$\{\w+:?\+([\w \t/-]*)\}")


@dataclass(frozen=True, slots=True)
class ShellProgram:
    """What a command runs: its name when known, and its arguments when it is curl or wget.

    `unreadable`: it is one of them, and its arguments cannot be told apart.
    """

    name: str | None
    word: Word
    invocation: Invocation | None = None
    unreadable: bool = False


def find_program(script: Script, command: Command) -> ShellProgram | None:
    """The program behind prefixes like `sudo`, or None when nothing is run."""
    index = program_index(command.words)
    if index is None:
        return None
    name = (command.words[index].static or "").rpartition("/")[2] or None
    if name is not None and _hands_on(script, name):
        index = _curl_index(command, index)
    index += len(_variables_before(script, command, index))
    word = command.words[index]
    try:
        program, *given = _given(script, command, command.words[index:])
        invocation = _invocation(program.word, given)
    except LexError:
        return ShellProgram(name, word, unreadable=True)
    return ShellProgram(name, word, invocation, invocation is not None and command.simple.failure is not None)


def _variables_before(script: Script, command: Command, index: int) -> list[Word]:
    """The variables in front of curl or wget, as in `$DRY_RUN curl …` and `"${prefix[@]}" curl …`."""
    found = list(takewhile(lambda word: _is_variable(script, word), command.words[index:]))
    at = index + len(found)
    is_client = at < len(command.words) and any(is_program(command.words[at], name) for name in ("curl", "wget"))
    return found if is_client else []


def _is_variable(script: Script, word: Word) -> bool:
    return word.lone is not None or ARRAY.fullmatch(script.text[word.span.start : word.span.end]) is not None


def open_prefix(script: Script, command: Command, invocation: Invocation) -> Word | None:
    """A variable in front of curl or wget that may hold more than `sudo` or `echo`; None when there is none."""
    for word in command.words:
        if word.span.start >= invocation.program.span.start:
            return None
        if _is_variable(script, word) and not all(map(is_prefix, _prefixes(script, command, word) or ("?",))):
            return word
    return None


def _prefixes(script: Script, command: Command, word: Word) -> tuple[str, ...] | None:
    """All that a variable may hold; None where only the run shows it."""
    text = script.text[word.span.start : word.span.end]
    if found := _IF_SET.fullmatch(text.strip('"')):
        return ("", found[1])
    if found := ARRAY.fullmatch(text):
        held = elements(script, found[1], use_of(command))
        texts = [element.static for element in held.words] if held is not None else [None]
        whole = None if None in texts else " ".join(map(str, texts))
        sometimes = held is not None and any(element.given is not None for element in held.all)
        return None if whole is None else ("", whole) if sometimes else (whole,)
    return values(template(script, word, use_of(command)))


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


def _given(script: Script, command: Command, words: Sequence[Word]) -> Iterator[ShellArgument]:
    """The program and its arguments; variables and arrays that are known to hold several are read. Raises LexError."""
    use = use_of(command)
    first, *rest = words
    given = arguments(script, first, use, command=True) or ()
    index = program_index([argument.word for argument in given])
    if index is not None and any(is_program(given[index].word, name) for name in ("curl", "wget")):
        yield ShellArgument(Word(first.span, (WordPiece(first.span, Quote.DOUBLE, given[index].word.static),)))
        yield from given[index + 1 :]
    else:
        yield ShellArgument(first)
    for word in spread(script, rest, use):
        known = arguments(script, word, word.use or use)
        yield from (ShellArgument(word),) if known is None else known


def _invocation(program: Word, given: Sequence[ShellArgument]) -> Invocation | None:
    if is_program(program, "curl"):
        return parse_curl(program, given)
    return parse_wget(program, given) if is_program(program, "wget") else None


def home_folder(script: Script, invocation: Invocation) -> str | None:
    """An unquoted `NAME=~` that bash makes the home folder of, though it is an argument and no assignment, or None."""
    words = (option.value for option in invocation.options if option.value is not None and not option.indirect)
    for word in words:
        for piece in word.pieces:
            source = script.text[piece.span.start : piece.span.end]
            if piece.quote is Quote.NONE and piece.text == source and "=~" in source:
                return source
    return None
