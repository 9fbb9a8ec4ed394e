"""Find where a quoted or nested stretch of shell text ends, and decode `$'…'`. Positions count characters."""

from __future__ import annotations

import re

from migrator.syntax.shell.types import LexError
from migrator.syntax.text.layers import marks_in

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LONG_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:(?:\\\n)+[A-Za-z0-9_]+)*")
SPECIAL_PARAMETERS = frozenset("@*#?-$!0123456789")
_HEREDOC = re.compile(r"<<(-?)[ \t]*(?:'([^'\n]*)'|\"([^\"\n]*)\"|\\?([^\s;&|<>()'\"\\]+))")


def single(text: str, start: int) -> int:
    """The end of a single-quoted string whose opening quote is at `start`."""
    end = text.find("'", start + 1)
    if end < 0:
        raise LexError(start, "a single quote is not closed")
    return end + 1


def ansi(text: str, start: int) -> int:
    """The end of a `$'…'` string whose dollar is at `start`."""
    at = start + 2
    while at < len(text) and text[at] != "'":
        at += 2 if text[at] == "\\" else 1
    if at >= len(text):
        raise LexError(start, "a single quote is not closed")
    return at + 1


def double(text: str, start: int) -> int:
    """The end of a double-quoted string whose opening quote is at `start`."""
    at = start + 1
    while at < len(text):
        match text[at]:
            case '"':
                return at + 1
            case "\\":
                at += 2
            case "$":
                at = dollar(text, at)
            case "`":
                at = backtick(text, at)
            case _:
                at += 1
    raise LexError(start, "a double quote is not closed")


def backtick(text: str, start: int) -> int:
    """The end of a backtick substitution whose opening backtick is at `start`."""
    at = start + 1
    while at < len(text) and text[at] != "`":
        at += 2 if text[at] == "\\" else 1
    if at >= len(text):
        raise LexError(start, "a backtick is not closed")
    return at + 1


def dollar(text: str, start: int) -> int:
    """The end of the expansion at `start`, or of the lone dollar sign. Quotes after it are the caller's affair."""
    at = start + 1
    while text.startswith("\\\n", at):  # the shell joins lines before it reads names
        at += 2
    following = text[at : at + 1]
    if following == "(":
        return parens(text, at)
    if following == "{":
        return braces(text, at)
    if following == "[":
        end = text.find("]", at)
        return end + 1 if end > 0 else start + 1
    if following and following in SPECIAL_PARAMETERS:
        return at + 1
    name = _LONG_NAME.match(text, at)
    return name.end() if name else start + 1


def braces(text: str, start: int) -> int:
    """The end of `{…}` of a parameter expansion whose brace is at `start`."""
    at = start + 1
    while at < len(text):
        match text[at]:
            case "}":
                return at + 1
            case "\\":
                at += 2
            case '"':
                at = double(text, at)
            case "'" if "'" in text[at + 1 :]:
                at = _apostrophe(text, at)
            case "$":
                at = dollar(text, at)
            case "`":
                at = backtick(text, at)
            case _:
                at += 1
    raise LexError(start, "a brace is not closed")


def _apostrophe(text: str, start: int) -> int:
    # Inside double quotes an apostrophe of ${x:-it's} is plain text: it only counts when its partner comes first.
    partner, close = text.find("'", start + 1), text.find("}", start)
    return partner + 1 if partner < close and "\n" not in text[start:partner] else start + 1


def parens(text: str, start: int) -> int:
    """The end of `(…)` whose parenthesis is at `start`: a substitution, a subshell, arithmetic or an array."""
    at, depth = start, 0
    arithmetic = text.startswith("((", start)
    pending: list[re.Match[str]] = []
    while at < len(text):
        match text[at]:
            case "(":
                depth += 1
                at += 1
            case ")":
                depth -= 1
                at += 1
                if depth == 0:
                    return at
            case "\n":
                at = _bodies(text, at + 1, pending)
            case "<" if text.startswith("<<<", at):
                at += 3
            case "<" if not arithmetic and (found := _HEREDOC.match(text, at)):
                pending.append(found)
                at = found.end()
            case _:
                at = _skip(text, at)
    raise LexError(start, "a parenthesis is not closed")


def _skip(text: str, at: int) -> int:
    match text[at]:
        case "\\":
            return at + 2
        case "'":
            return single(text, at)
        case '"':
            return double(text, at)
        case "`":
            return backtick(text, at)
        case "$" if text.startswith("$'", at):
            return ansi(text, at)
        case "$":
            return dollar(text, at)
        case "#" if text[at - 1] in " \t\n;(":
            end = text.find("\n", at)
            return len(text) if end < 0 else end
    return at + 1


def raw_words(text: str) -> list[str]:
    """The words of a piece of a command as they are written, quotes and all; templates are parts of words.

    Raises LexError.
    """
    ends = {mark.start: mark.end for mark in marks_in(text)}
    words: list[str] = []
    at, start = 0, None
    while at < len(text):
        if text[at].isspace():
            words += [text[start:at]] if start is not None else []
            at, start = at + 1, None
            continue
        start = at if start is None else start
        at = ends.get(at) or _skip(text, at)
    return [*words, *([text[start:]] if start is not None else [])]


def _bodies(text: str, at: int, pending: list[re.Match[str]]) -> int:
    """Step over the here-documents that begin at this line."""
    for opened in pending:
        at = heredoc_end(text, at, opened)[1]
    pending.clear()
    return at


def heredoc_end(text: str, start: int, opened: re.Match[str]) -> tuple[int, int]:
    """Where the text of a here-document ends, and where the line of its delimiter ends."""
    delimiter = next((group for group in opened.groups()[1:] if group is not None), "")
    at = start
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end]
        if (line.lstrip("\t") if opened[1] else line) == delimiter:
            return at, min(end + 1, len(text))
        if line.lstrip("\t" if opened[1] else "").startswith(delimiter + ")"):
            return at, at + line.index(")")
        at = end + 1
    return len(text), len(text)


def heredoc_opening(text: str, start: int) -> re.Match[str] | None:
    """The operator and delimiter of the here-document that opens at `start`."""
    return _HEREDOC.match(text, start)


_SIMPLE = {
    "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\\": "\\", "'": "'", '"': '"', "?": "?",
}  # fmt: skip
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})|(.))", re.DOTALL)


def decode_ansi(text: str) -> str:
    """The text that the inside of `$'…'` means; an unknown escape stays as it stands."""
    return _ESCAPE.sub(_decoded, text)


def _decoded(found: re.Match[str]) -> str:
    hexadecimal = found[1] or found[2] or found[3]
    if hexadecimal:
        return chr(int(hexadecimal, 16))
    if found[4]:
        return chr(int(found[4], 8) & 0xFF)
    return _SIMPLE.get(found[5], found[0])
