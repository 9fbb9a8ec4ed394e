"""Which variables a command gives a value, and where."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.model import Span
from migrator.syntax.shell.scan import NAME, braces
from migrator.syntax.shell.word import LexError, Piece, Quote, Word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.shell.lexer import ShellLexer
    from migrator.syntax.shell.tree import Block
    from migrator.syntax.shell.word import Assignment, Redirect, SimpleCommand

_DECLARE = frozenset({"export", "local", "readonly", "declare", "typeset"})
_ASSIGNED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\+?)=")
_WHOLE = (["-r", "-d", ""], ["-d", "", "-r"], ["-rd", ""])
_TARGET = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:\[.*\])?\Z", re.DOTALL)
_DEFAULT = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*):?=")
_ARITHMETIC = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\s*(?:[-+*/%&|^]|<<|>>)?=(?!=)|([A-Za-z_][A-Za-z0-9_]*)(?:\+\+|--)")


@dataclass(frozen=True, slots=True)
class Write:
    """A place that gives a variable a value; `value` is None when it cannot be read off (`read X`, `X+=…`).

    `choices` are the words of a `for` loop; `exported` says that programs started later see the variable; `document` is
    the here-document that `read -r -d ''` takes all of.
    """

    name: str
    span: Span
    blocks: tuple[Block, ...]
    value: Word | None = None
    choices: tuple[Word, ...] | None = None
    exported: bool = False
    document: Redirect | None = None


def locals_of(command: SimpleCommand) -> Iterator[str]:
    """The variables that the command makes local to the function around it."""
    if command.words and command.words[0].static in {"local", "declare", "typeset"}:
        yield from (found[0] for word in command.words[1:] if (found := NAME.match(word.lead)))


def writes_of(command: SimpleCommand, blocks: tuple[Block, ...], lexer: ShellLexer) -> Iterator[Write]:
    """Every variable that stays changed after the command."""
    source = lexer.text[command.span.start : command.span.end]
    for found in _DEFAULT.finditer(source):
        yield _defaulted(found[1], command.span.start + found.start(), blocks, lexer)
    if not command.words:
        yield from (_assigned(assignment, blocks) for assignment in command.assignments)
        return
    program = command.words[0].static
    if program in _DECLARE:
        exported = program == "export" or any((w.static or "").startswith("-x") for w in command.words)
        yield from _declared(command, blocks, lexer, exported=exported)
        return
    document = _document(command)
    for name in _read_by(program, command.words[1:]):
        text = document.heredoc.body if document is not None and document.heredoc is not None else None
        yield Write(name, command.span, blocks, text, document=document)


def _defaulted(name: str, start: int, blocks: tuple[Block, ...], lexer: ShellLexer) -> Write:
    """`${X:=default}`: from there on the variable is what the expansion is."""
    try:
        span = Span(start, braces(lexer.text, start + 1))
    except LexError:
        return Write(name, Span(start, start + 1), blocks)
    return Write(name, span, blocks, Word(span, (Piece(span, Quote.DOUBLE),)))


def _document(command: SimpleCommand) -> Redirect | None:
    """The here-document that ends up in one variable as it is: `read -r -d '' NAME <<EOF`."""
    texts = [word.static for word in command.words]
    match texts:
        case ["read", *options, str()] if options in _WHOLE and len(command.redirects) == 1:
            return command.redirects[0] if command.redirects[0].heredoc is not None else None
    return None


def _assigned(assignment: Assignment, blocks: tuple[Block, ...]) -> Write:
    return Write(assignment.name, assignment.span, blocks, assignment.value if assignment.plain else None)


def _declared(
    command: SimpleCommand, blocks: tuple[Block, ...], lexer: ShellLexer, *, exported: bool
) -> Iterator[Write]:
    for word in command.words[1:]:
        found = _ASSIGNED.match(word.lead)
        if not found:
            continue
        array = lexer.text.startswith("(", word.span.start + found.end())
        value = None if found[2] or array else word.after(found.end())
        yield Write(found[1], word.span, blocks, value, exported=exported)


def _read_by(program: str | None, words: tuple[Word, ...]) -> Iterator[str]:
    """The variables that a builtin fills: every plain name among its arguments, which may be one too many."""
    texts = [word.static or "" for word in words]
    match program:
        case "read" | "mapfile" | "readarray" | "getopts" | "unset":
            yield from (found[1] for text in texts if (found := _TARGET.match(text)))
        case "printf" if "-v" in texts:
            yield from (t.partition("[")[0] for t in texts[texts.index("-v") + 1 :][:1])
        case "let":
            yield from (found[1] or found[2] for text in texts for found in _ARITHMETIC.finditer(text))
