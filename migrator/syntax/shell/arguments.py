"""The arguments that a word becomes, and what may stand in front of a program: `sudo`, `env X=y`, `timeout 30`.

A word may become the elements of an array, the options in an unquoted variable, or `${X:+-d a=$X}`. Only what is
assigned in straight line is followed; otherwise the word stays one argument that is not known.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.model import Span, static
from migrator.syntax.shell.arrays import ARRAY, elements, is_alone
from migrator.syntax.shell.curl import ShellArgument
from migrator.syntax.shell.lexer import ShellLexer
from migrator.syntax.shell.resolve import DEPTH, reaching, template
from migrator.syntax.shell.types import LexError, Quote, Use, Word, WordPiece

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrator.syntax.shell.arrays import Element
    from migrator.syntax.shell.script import Script


# Options of the prefix that take a value of their own; how many operands it takes before the program.
_PREFIXES: dict[str, tuple[str, int]] = {
    "sudo": ("CDghprtTUu", 0),
    "doas": ("Cu", 0),
    "time": ("fo", 0),
    "command": ("", 0),
    "exec": ("a", 0),
    "env": ("uCS", 0),
    "nohup": ("", 0),
    "builtin": ("", 0),
    "timeout": ("ks", 1),
    "gtimeout": ("ks", 1),
    "nice": ("n", 0),
    "ionice": ("cnp", 0),
    "stdbuf": ("ioe", 0),
    "setsid": ("", 0),
    "chronic": ("", 0),
    "unbuffer": ("", 0),
    "torsocks": ("", 0),
}
_RETRYING = re.compile(r"(?:.*[_-])?(?:retry|retries|with|try|repeat|attempt|backoff|until)(?:[_-].*)?\Z")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")


def program_index(words: Sequence[Word]) -> int | None:
    """The index of the word that names the program that really runs, or None when no program is run (`command -v`)."""
    at = 0
    while at < len(words):
        name = (words[at].static or "").rpartition("/")[2]
        if name not in _PREFIXES:
            return at
        after = _after_prefix(words, at, name)
        if after is None:
            return None
        at = after
    return None


def _after_prefix(words: Sequence[Word], at: int, name: str) -> int | None:
    valued, operands = _PREFIXES[name]
    at += 1
    while at < len(words):
        text = words[at].lead
        if text.startswith("-") and text != "-":
            if name == "command" and text[1:2] in {"v", "V"}:
                return None
            at += 2 if not text.startswith("--") and text[-1] in valued and words[at].static == text else 1
        elif name == "env" and _ASSIGNMENT.match(text):
            at += 1
        elif operands:
            operands -= 1
            at += 1
        else:
            break
    return at


def is_prefix(text: str) -> bool:
    """Whether a text in front of a command runs it as it stands, or prints it: nothing, `sudo -E`, `echo`."""
    name = text.split()[0].rpartition("/")[2] if text.split() else ""
    return name in {"", "echo", ":", "true"} or name in _PREFIXES


def is_retrying(name: str) -> bool:
    """Whether a command's name says that it runs its arguments again until they succeed."""
    return _RETRYING.match(name) is not None


_IF_SET = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*:?)\+")
_DEFAULT = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*:?[-=]([^\s'\"\\$`{}]+)\}")
_FOUND = re.compile(r"(?:\$\(|`)(?:which|command -v|type -p)\s+([\w./-]+)(?:\)|`)")
_SPECIAL = frozenset("'\"\\*?")  # a shell takes quotes in a variable for text, and looks for files


def arguments(script: Script, word: Word, use: Use, *, command: bool = False) -> tuple[ShellArgument, ...] | None:
    """What the word becomes when it is known to be other arguments than itself, else None.

    `command`: the word names the program, so that what a variable holds need not look like options.
    """
    text = script.text[word.span.start : word.span.end]
    if found := ARRAY.fullmatch(text):
        return _of_array(script, word, found[1], use)
    piece = word.lone
    if piece is None or (piece.quote is not Quote.NONE and not command):
        return None
    if found := _IF_SET.match(text):
        return _conditional(script, word, piece, found)
    if command and (found := _DEFAULT.fullmatch(text.strip('"')) or _FOUND.fullmatch(text.strip('"'))):
        return (ShellArgument(Word(word.span, (WordPiece(word.span, Quote.DOUBLE, found[1]),)), word, indirect=True),)
    return _of_variable(script, word, piece, use, command=command)


def _of_array(script: Script, word: Word, name: str, use: Use) -> tuple[ShellArgument, ...] | None:
    found = elements(script, name, use)
    if found is None:
        return None
    indirect = not is_alone(script, name, found.base, word.span)
    if indirect and any(element.given is not None for element in found.all):
        return None
    return tuple(_of_element(element, word, indirect=indirect) for element in found.all)


def _of_element(element: Element, word: Word, *, indirect: bool) -> ShellArgument:
    given = element.given
    if given is None:
        return ShellArgument(element.word, word, indirect=indirect)
    return ShellArgument(element.word, word, condition=f"{given.name}:", statement=given.statement)


def _conditional(
    script: Script, word: Word, piece: WordPiece, found: re.Match[str]
) -> tuple[ShellArgument, ...] | None:
    lexer = ShellLexer(script.text[: piece.span.end - 1], script.lexer.ends)
    try:
        words = tuple(_words(lexer, piece.span.start + found.end()))
    except LexError:
        return None
    if not words or not words[0].lead.startswith("-"):
        return None
    return tuple(ShellArgument(inner, word, condition=found[1]) for inner in words)


def _words(lexer: ShellLexer, at: int) -> Iterator[Word]:
    while at < len(lexer.text):
        if lexer.text[at].isspace():
            at += 1
            continue
        yield (word := lexer.word(at))
        at = word.span.end


def _of_variable(
    script: Script, word: Word, piece: WordPiece, use: Use, *, command: bool
) -> tuple[ShellArgument, ...] | None:
    """The blank-separated fields of what is assigned to an unquoted variable."""
    write = reaching(script, piece.name, use) if piece.name is not None and use.depth < DEPTH else None
    if write is None or write.value is None:
        return None
    inner = Use(write.span.start, write.blocks, use.depth + 1)
    if static(template(script, write.value, inner)) == "":
        return ()
    given: list[ShellArgument] = []
    for field in _fields(write.value):
        more = _of_field(script, field, inner, command=command and not given)
        if more is None or not (command or given or more[0].word.lead.startswith("-")):
            return None
        given += (replace(each, source=word, indirect=True) for each in more)
    return tuple(given) or None


def _of_field(script: Script, field: Word, use: Use, *, command: bool) -> tuple[ShellArgument, ...] | None:
    """What one field of a variable becomes: itself, or what the variable holds that is all of it."""
    if any(char in _SPECIAL for piece in field.pieces for char in piece.text or ""):
        return None
    piece = field.lone
    if piece is None:
        return (ShellArgument(replace(field, use=use)),)
    return arguments(script, replace(field, pieces=(replace(piece, quote=Quote.NONE),)), use, command=command)


def _fields(value: Word) -> Iterator[Word]:
    pieces: list[WordPiece] = []
    for piece in value.pieces:
        if piece.text is None:
            pieces.append(piece)
            continue
        exact = piece.span.end - piece.span.start == len(piece.text)
        for found in re.finditer(r"\s+|\S+", piece.text):
            if not found[0].isspace():
                span = Span(piece.span.start + found.start(), piece.span.start + found.end()) if exact else piece.span
                pieces.append(WordPiece(span, Quote.DOUBLE, found[0]))
            elif pieces:
                yield _joined(pieces)
                pieces = []
    if pieces:
        yield _joined(pieces)


def _joined(pieces: list[WordPiece]) -> Word:
    return Word(Span(pieces[0].span.start, pieces[-1].span.end), tuple(pieces))
