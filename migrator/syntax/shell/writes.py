"""Which variables a command gives a value, and where: as an assignment or by name (`printf -v`, `read`, `eval`).

A function that assigns by name may change each variable whose name its callers give; the text of an `eval` shows what
it assigns.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.model import Span
from migrator.syntax.shell.scan import NAME, braces
from migrator.syntax.shell.types import LexError, Quote, Word, WordPiece, Write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from migrator.syntax.shell.lexer import ShellLexer
    from migrator.syntax.shell.types import Assignment, Block, Command, Redirect, SimpleCommand


_PREFIXES = frozenset({"command", "builtin"})
_DECLARE = frozenset({"export", "local", "readonly", "declare", "typeset"})
_ASSIGNED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\+?)=")
_GLOBAL = re.compile(r"-[A-Za-z]*g[A-Za-z]*\Z")
_WHOLE = (["-r", "-d", ""], ["-d", "", "-r"], ["-rd", ""])
_TARGET = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:\[.*\])?\Z", re.DOTALL)
_DEFAULT = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*):?=")
_COMPUTED = re.compile(r"\$\(\((.*?)\)\)", re.DOTALL)
_ARITHMETIC = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\s*(?:[-+*/%&|^]|<<|>>)?=(?!=)|([A-Za-z_][A-Za-z0-9_]*)(?:\+\+|--)")


def locals_of(command: SimpleCommand) -> Iterator[str]:
    """The variables that the command makes local to the function around it."""
    if any(_GLOBAL.match(word.static or "") for word in command.words[1:]):  # `declare -g`
        return
    if command.words and command.words[0].static in {"local", "declare", "typeset"}:
        yield from (found[0] for word in command.words[1:] if (found := NAME.match(word.lead)))


def in_own_shell(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words from the builtin on that really runs: `command read`, `builtin source`."""
    at = 0
    while at < len(words) and words[at].static in _PREFIXES:
        at += 1
    return words[at:]


def writes_of(command: SimpleCommand, blocks: tuple[Block, ...], lexer: ShellLexer) -> Iterator[Write]:
    """Every variable that stays changed after the command."""
    source = lexer.text[command.span.start : command.span.end]
    for found in _DEFAULT.finditer(source):
        yield _defaulted(found[1], command.span.start + found.start(), blocks, lexer)
    for found in _COMPUTED.finditer(source):
        yield from computed(found[1], command.span, blocks)
    if not command.words:
        yield from (_assigned(assignment, blocks, lexer) for assignment in command.assignments)
        return
    command = replace(command, words=in_own_shell(command.words))
    program = command.words[0].static if command.words else None
    if program in _DECLARE:
        yield from _declared(command, blocks, lexer)
        return
    document = _document(command)
    for name in _read_by(program, command.words[1:]):
        text = document.heredoc.body if document is not None and document.heredoc is not None else None
        formatted = _formatted(program, command.words)
        yield Write(name, command.span, blocks, text, document=document, formatted=formatted)


def _formatted(program: str | None, words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The format and the arguments of `printf -v NAME FORMAT …`."""
    if program != "printf" or len(words) < 4 or words[1].static != "-v" or not _NAME.match(words[2].static or ""):
        return ()
    return words[4:] if words[3].static == "--" else words[3:]


def computed(text: str, span: Span, blocks: tuple[Block, ...]) -> Iterator[Write]:
    """What an arithmetic expression assigns: `i++`, `n = 2`."""
    yield from (Write(found[1] or found[2], span, blocks) for found in _ARITHMETIC.finditer(text))


def _defaulted(name: str, start: int, blocks: tuple[Block, ...], lexer: ShellLexer) -> Write:
    """`${X:=default}`: from there on the variable is what the expansion is."""
    try:
        span = Span(start, braces(lexer.text, start + 1))
    except LexError:
        return Write(name, Span(start, start + 1), blocks)
    return Write(name, span, blocks, Word(span, (WordPiece(span, Quote.DOUBLE),)))


def _document(command: SimpleCommand) -> Redirect | None:
    """The here-document that ends up in one variable as it is: `read -r -d '' NAME <<EOF`."""
    texts = [word.static for word in command.words]
    match texts:
        case ["read", *options, str()] if options in _WHOLE and len(command.redirects) == 1:
            return command.redirects[0] if command.redirects[0].heredoc is not None else None
    return None


def _assigned(assignment: Assignment, blocks: tuple[Block, ...], lexer: ShellLexer) -> Write:
    if assignment.plain:
        return Write(assignment.name, assignment.span, blocks, assignment.value)
    is_added = lexer.text.startswith(f"{assignment.name}+=", assignment.span.start)
    is_list = lexer.text.startswith("(", assignment.value.span.start)
    return Write(assignment.name, assignment.span, blocks, added=assignment.value if is_added and not is_list else None)


def _declared(command: SimpleCommand, blocks: tuple[Block, ...], lexer: ShellLexer) -> Iterator[Write]:
    options = [text for word in command.words if (text := word.static or "").startswith("-")]
    exported = command.words[0].static == "export" or any(text.startswith("-x") for text in options)
    fixed = command.words[0].static == "readonly" or any("r" in text for text in options)
    for word in command.words[1:]:
        found = _ASSIGNED.match(word.lead)
        if not found:
            continue
        array = lexer.text.startswith("(", word.span.start + found.end())
        value = None if found[2] or array else word.after(found.end())
        yield Write(found[1], word.span, blocks, value, exported=exported, fixed=fixed)


def _read_by(program: str | None, words: tuple[Word, ...]) -> Iterator[str]:
    """The variables that a builtin fills: every plain name among its arguments, which may be one too many."""
    texts = [word.static or "" for word in words]
    match program:
        case "read" | "mapfile" | "readarray" | "getopts" | "unset":
            yield from (found[1] for text in texts if (found := _TARGET.match(text)))
        case "printf" if "-v" in texts:
            yield from (t.partition("[")[0] for t in texts[texts.index("-v") + 1 :][:1])
        case "printf" if texts[:1] and texts[0].startswith("-v"):
            yield texts[0].removeprefix("-v").partition("[")[0]
        case "wait" if "-p" in texts[:-1]:
            yield texts[texts.index("-p") + 1]
        case "let":
            yield from (found[1] or found[2] for text in texts for found in _ARITHMETIC.finditer(text))


_FILLING = frozenset({"read", "mapfile", "readarray", "getopts", "unset"})
_DECLARING = frozenset({"export", "local", "readonly", "declare", "typeset"})
_REFERENCE = re.compile(r"[-+][A-Za-z]*n[A-Za-z]*\Z")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_ASSIGNED_ANYWHERE = re.compile(r"(?<![\w$])([A-Za-z_][A-Za-z0-9_]*)(?:\[[^]]*\])?\+?=")


def writes_by_name(commands: Sequence[Command], functions: Mapping[str, Span], text: str) -> Iterator[Write]:
    """What may be assigned by commands that do not spell the variable as the target of an assignment."""
    senders = {name for name, span in functions.items() if any(c.span.start in span and _is_open(c) for c in commands)}
    for command in commands:
        texts = [word.static for word in command.words]
        program = texts[0] if texts else None
        if program in functions:  # `NAME=value f` holds while the function runs
            given = (assignment.name for assignment in command.simple.assignments)
            yield from (Write(name, command.span, command.blocks) for name in given)
        if program == "eval":
            source = text[command.span.start : command.span.end]
            names = {found[1] for found in _ASSIGNED_ANYWHERE.finditer(source)}
        elif program in _DECLARING and _has_reference(texts):
            names = {(value or "").partition("=")[2] for value in texts[1:]}
        elif senders and program in functions:
            names = {value for value in texts[1:] if value is not None}
        else:
            continue
        yield from (Write(name, command.span, command.blocks) for name in sorted(names) if _NAME.match(name))


def _is_open(command: Command) -> bool:
    """Whether it assigns to a variable whose name is known only at run time."""
    texts = [word.static for word in command.words]
    match texts[:1]:
        case ["eval"]:
            return None in texts
        case [str(program)] if program in _FILLING:
            return None in texts
        case ["printf"]:
            return "-v" in texts[:-1] and texts[texts.index("-v") + 1] is None
        case [str(program)] if program in _DECLARING:
            bare = any(word.static is None and "=" not in word.lead for word in command.words[1:])
            return bare or (_has_reference(texts) and None in texts)
    return False


def _has_reference(texts: Sequence[str | None]) -> bool:
    return any(text is not None and _REFERENCE.match(text) for text in texts[1:])
