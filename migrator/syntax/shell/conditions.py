"""What `[ … ]`, `[[ … ]]`, `test …` and `case … in` compare with what.

Source: bash manual, "Bash Conditional Expressions", "Conditional Constructs".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.model import Span
from migrator.syntax.shell.types import LexError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command, Word

_BLANK = " \t\n"
_JOINING = frozenset({"-a", "-o", "&&", "||"})
_BINARY = frozenset({"=", "==", "!=", "=~", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-ef", "-nt", "-ot"})


@dataclass(frozen=True, slots=True)
class Comparison:
    """One primary of a test: `operator` with two words, `-z` or its like with one, or no operator and one word.

    In a `case`, the operator is `case` and the second word a pattern.
    """

    operator: str
    left: Word
    right: Word | None = None


def comparisons(script: Script, command: Command) -> tuple[Comparison, ...] | None:
    """The primaries of a test or the patterns of a `case`; None when the command is no test or is not understood."""
    text = script.text[command.span.start : command.span.end]
    try:
        if command.tests and text.startswith("case"):
            return tuple(_cases(script, command))
        if command.tests and text.startswith("["):
            size = 2 if text.startswith("[[") else 1
            inner = Span(command.span.start + size, command.span.end - size)
            return tuple(_primaries(list(_tokens(script, inner))))
        if command.words and command.words[0].static == "test":
            return tuple(_primaries(list(command.words[1:])))
    except LexError:
        return None
    return None


def _cases(script: Script, command: Command) -> Iterator[Comparison]:
    at = command.span.start + len("case")
    subject = script.lexer.word(_skipped(script, at))
    inner = [other.span for other in script.commands if other.tests and other.span in _Within(command.span)]
    for span in script.patterns:
        if span in _Within(command.span) and not any(span in _Within(nested) for nested in inner):
            yield Comparison("case", subject, script.lexer.word(span.start))


@dataclass(frozen=True, slots=True)
class _Within:
    """The spans inside of one, itself left out."""

    outer: Span

    def __contains__(self, span: Span) -> bool:
        return span != self.outer and self.outer.start <= span.start and span.end <= self.outer.end


def _skipped(script: Script, at: int) -> int:
    while at < len(script.text) and (script.text[at] in _BLANK or script.text.startswith("\\\n", at)):
        at += 2 if script.text[at] == "\\" else 1
    return at


def _tokens(script: Script, span: Span) -> Iterator[Word | str]:
    """Words, and operators that are no words: `&&`, `||`, `(`, `)`, `<`, `>`."""
    at = _skipped(script, span.start)
    while at < span.end:
        operator = next((mark for mark in ("&&", "||", "(", ")", "<", ">") if script.text.startswith(mark, at)), None)
        if operator is not None:
            yield operator
            at += len(operator)
        else:
            word = script.lexer.word(at)
            yield word
            at = word.span.end
        at = _skipped(script, at)


def _primaries(tokens: Sequence[Word | str]) -> Iterator[Comparison]:
    """The primaries between `&&`, `||`, `-a`, `-o`, parentheses and `!`."""
    found: list[Word | str] = []
    for token in (*tokens, "&&"):
        text = token if isinstance(token, str) else token.static
        if (isinstance(token, str) and token in {"(", ")"}) or (text == "!" and not found):
            continue
        if text in _JOINING and (isinstance(token, str) or not token.quoted):
            if found:
                yield _primary(found)
            found = []
        else:
            found.append(token)


def _primary(tokens: Sequence[Word | str]) -> Comparison:
    match tokens:
        case [first] if not isinstance(first, str):
            return Comparison("", first)
        case [operator, word] if not isinstance(operator, str) and not isinstance(word, str):
            return Comparison(operator.static or "", word)
        case [left, operator, right] if not isinstance(left, str) and not isinstance(right, str):
            text = operator if isinstance(operator, str) else operator.static or ""
            if text in _BINARY:
                return Comparison(text, left, right)
    raise LexError(0, "a test that is not understood")
