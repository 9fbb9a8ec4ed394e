"""Take one simple command of a shell text apart: words with quoting, redirections, here-documents.

tree-sitter says where commands are; it splits some words wrongly (`/$A/$B/` becomes two), so words are read here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migrator.model import Span
from migrator.syntax.shell import scan
from migrator.syntax.shell.scan import decode_ansi
from migrator.syntax.shell.types import (
    Assignment,
    Heredoc,
    LexError,
    Quote,
    Redirect,
    SimpleCommand,
    Word,
    WordBuilder,
)
from migrator.syntax.text.templates import is_mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_BLANK = re.compile(r"(?:[ \t]|\\\n)+")
_PLAIN = re.compile(r"[^\s;&|<>()`'\"\\$\U000F0000-\U000FFFFD]+")
_IN_DOUBLE = re.compile(r"[^\"\\$`\U000F0000-\U000FFFFD]+")
_IN_HEREDOC = re.compile(r"[^\\$`\U000F0000-\U000FFFFD]+")
_REDIRECT = re.compile(r"(\d+|\{\w+\})?(&>>|&>|<<<|<<-|<<|<>|<&|>>|>&|>\||<(?!\()|>(?!\())")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\[[^\]\s]*\])?(\+?)=")
_WORD_END = frozenset(" \t\n;&|<>()")


class ShellLexer:
    """Reads words and simple commands of one text."""

    def __init__(self, text: str, ends: Mapping[int, int] | None = None, heredocs: Iterable[int] = ()) -> None:
        """`text` has no carriage returns before line feeds; its templates are private-use characters.

        `ends` are the ends of substitutions by their start, `heredocs` where the `<<` of here-documents stand.
        """
        self.text = text
        self.ends = ends or {}
        self.heredocs = tuple(heredocs)

    def command(self, start: int, *, backtick: bool = False) -> SimpleCommand:
        """Read the simple command at `start`. What cannot be read ends up in its `failure`."""
        words: list[Word] = []
        assignments: list[Assignment] = []
        redirects: list[Redirect] = []
        failure: LexError | None = None
        at = last = start
        try:
            while not self._ends_command(at := self._blanks(at), backtick=backtick):
                if opened := _REDIRECT.match(self.text, at):
                    redirects.append(self._redirect(opened, backtick=backtick))
                    at = last = redirects[-1].span.end
                elif not words and (opened := _ASSIGNMENT.match(self.text, at)):
                    assignments.append(self._assignment(opened, backtick=backtick))
                    at = last = assignments[-1].span.end
                else:
                    word = self.word(at, backtick=backtick)
                    at = last = word.span.end
                    if not self._is_comment(word):
                        words.append(word)
        except LexError as error:
            failure = error
        except RecursionError:
            failure = LexError(at, "too much is nested here")
        return SimpleCommand(Span(start, last), tuple(words), tuple(assignments), tuple(redirects), failure)

    def word(self, start: int, *, backtick: bool = False) -> Word:
        """Read the word at `start`. Raises LexError."""
        built = WordBuilder()
        at = start
        while (at < len(self.text) and self.text[at] not in _WORD_END) or self._is_process(at):
            if backtick and self.text[at] == "`":
                break
            at = self._piece(at, built, backtick=backtick)
        if self.text.startswith("(", at) and _ASSIGNMENT.fullmatch(self.text, start, at):
            end = scan.parens(self.text, at)
            built.expansion(self.text[at:end], at, end, Quote.NONE)
            at = end
        if at == start:
            raise LexError(start, "a word was expected")
        return Word(Span(start, at), tuple(built.pieces), tuple(built.quoted))

    def heredoc(self, start: int, end: int, *, quoted: bool, tabs: bool = False) -> Heredoc:
        """Read the text of a here-document. Raises LexError."""
        built = WordBuilder()
        if quoted:
            self._lines(built, start, end, tabs=tabs)
        else:
            self._quoted_text(start, end, built, Quote.HEREDOC, _IN_HEREDOC, tabs=tabs)
        return Heredoc(Span(start, end), quoted, Word(Span(start, end), tuple(built.pieces)))

    def _lines(self, built: WordBuilder, start: int, end: int, *, tabs: bool) -> None:
        at = start
        while at < end:
            stop = self.text.find("\n", at) + 1 or end
            first = at
            while tabs and first < stop and self.text[first] == "\t":
                first += 1
            self._raw_literal(built, first, min(stop, end), Quote.HEREDOC, Quote.DOCUMENT)
            at = stop

    def _blanks(self, at: int) -> int:
        found = _BLANK.match(self.text, at)
        return found.end() if found else at

    def _ends_command(self, at: int, *, backtick: bool) -> bool:
        if at >= len(self.text) or self.text[at] in "\n;|)#" or (backtick and self.text[at] == "`"):
            return True
        if self.text[at] == "(":
            raise LexError(at, "a parenthesis stands where an argument was expected")
        return self.text[at] == "&" and not self.text.startswith("&>", at)

    def _is_process(self, at: int) -> bool:
        return self.text.startswith(("<(", ">("), at)

    def _is_comment(self, word: Word) -> bool:
        # `# …` in backticks is the usual way to comment a line of a long command: it expands to nothing.
        piece = word.lone
        if piece is None or piece.quote is not Quote.NONE:
            return False
        source = self.text[piece.span.start : piece.span.end]
        return source.startswith("`") and source[1:-1].lstrip().startswith("#")

    def _redirect(self, opened: re.Match[str], *, backtick: bool) -> Redirect:
        target = self.word(self._blanks(opened.end()), backtick=backtick)
        span = Span(opened.start(), target.span.end)
        if opened[2] not in {"<<", "<<-"}:
            return Redirect(span, opened[1] or "", opened[2], target)
        body = self._heredoc_at(opened.start(2), quoted=bool(target.quoted) or target.static != self._raw(target))
        return Redirect(span, opened[1] or "", opened[2], target, body)

    def _raw(self, word: Word) -> str:
        return self.text[word.span.start : word.span.end]

    def _heredoc_at(self, operator: int, *, quoted: bool) -> Heredoc:
        """The here-document of the operator: those that open earlier on the same logical line come first."""
        opened = scan.heredoc_opening(self.text, operator)
        if opened is None:
            raise LexError(operator, "a here-document without a delimiter")
        at = self._line_end(opened.end())
        for earlier in self._earlier(operator):
            at = scan.heredoc_end(self.text, at, earlier)[1]
        end = scan.heredoc_end(self.text, at, opened)[0]
        return self.heredoc(at, end, quoted=quoted, tabs=bool(opened[1]))

    def _earlier(self, operator: int) -> list[re.Match[str]]:
        line = self.text.rfind("\n", 0, operator) + 1
        starts = (at for at in self.heredocs if line <= at < operator)
        return [found for at in starts if (found := scan.heredoc_opening(self.text, at))]

    def _line_end(self, at: int) -> int:
        """The start of the line behind this logical line: quotes and substitutions may hold line breaks."""
        while at < len(self.text) and self.text[at] != "\n":
            match self.text[at]:
                case "\\":
                    at += 2
                case "'":
                    at = scan.single(self.text, at)
                case '"':
                    at = scan.double(self.text, at)
                case "$":
                    at = scan.dollar(self.text, at)
                case _:
                    at += 1
        return min(at + 1, len(self.text))

    def _assignment(self, opened: re.Match[str], *, backtick: bool) -> Assignment:
        plain = opened[2] is None and not opened[3]
        at = opened.end()
        if self.text.startswith("(", at):
            end = scan.parens(self.text, at)
            return Assignment(Span(opened.start(), end), opened[1], Word(Span(at, end), ()), plain=False)
        value = self.value(at, backtick=backtick)
        return Assignment(Span(opened.start(), value.span.end), opened[1], value, plain)

    def value(self, at: int, *, backtick: bool = False) -> Word:
        """Read what is assigned at `at`: a word, or nothing. Raises LexError."""
        if at >= len(self.text) or self.text[at] in _WORD_END or (backtick and self.text[at] == "`"):
            return Word(Span(at, at), ())
        return self.word(at, backtick=backtick)

    def _piece(self, at: int, built: WordBuilder, *, backtick: bool) -> int:
        text = self.text
        if run := _PLAIN.match(text, at):
            built.literal(run[0], at, run.end(), Quote.NONE)
            return run.end()
        match text[at]:
            case "\\":
                return self._escape(at, built, backtick=backtick)
            case "'":
                end = scan.single(text, at)
                built.quoted.append(Span(at, end))
                if end - at > 2:
                    self._raw_literal(built, at + 1, end - 1, Quote.SINGLE)
                return end
            case '"':
                return self._double(at, built)
            case "$" if text.startswith("$'", at):
                end = scan.ansi(text, at)
                built.quoted.append(Span(at, end))
                built.literal(decode_ansi(text[at + 2 : end - 1]), at + 2, end - 1, Quote.ANSI)
                return end
            case "$" if text.startswith('$"', at):
                return self._double(at + 1, built)
            case "<" | ">":
                end = scan.parens(text, at + 1)
                built.expansion(text[at:end], at, end, Quote.NONE)
                return end
        return self._expansion(at, built, Quote.NONE)

    def _raw_literal(
        self, built: WordBuilder, start: int, end: int, quote: Quote, around_marks: Quote = Quote.SINGLE
    ) -> None:
        """Literal text that may hold template marks: the shell leaves alone what is filled in as well."""
        at = start
        for index in range(start, end):
            if is_mark(self.text[index]):
                if at < index:
                    built.literal(self.text[at:index], at, index, quote)
                built.expansion(self.text[index], index, index + 1, around_marks)
                at = index + 1
        if at < end:
            built.literal(self.text[at:end], at, end, quote)

    def _escape(self, at: int, built: WordBuilder, *, backtick: bool) -> int:
        escaped = self.text[at + 1 : at + 2]
        if backtick and escaped and escaped in "`$\\":
            raise LexError(at, "an escape inside backticks")
        if escaped != "\n":
            built.literal(escaped or "\\", at, min(at + 2, len(self.text)), Quote.NONE)
        return at + 2 if escaped else at + 1

    def _double(self, start: int, built: WordBuilder) -> int:
        end = scan.double(self.text, start)
        built.quoted.append(Span(start, end))
        self._quoted_text(start + 1, end - 1, built, Quote.DOUBLE, _IN_DOUBLE)
        return end

    def _quoted_text(
        self, start: int, end: int, built: WordBuilder, quote: Quote, plain: re.Pattern[str], *, tabs: bool = False
    ) -> None:
        at = start
        special = '$`"\\' if quote is Quote.DOUBLE else "$`\\"
        while at < end:
            if run := plain.match(self.text, at, end):
                self._lines(built, at, run.end(), tabs=tabs) if tabs else built.literal(run[0], at, run.end(), quote)
                at = run.end()
            elif self.text[at] != "\\":
                at = self._expansion(at, built, quote)
            elif self.text.startswith("\\\n", at):
                at += 2
            elif self.text[at + 1 : at + 2] in special:
                built.literal(self.text[at + 1], at, at + 2, quote)
                at += 2
            else:
                built.literal("\\", at, at + 1, quote)
                at += 1

    def _expansion(self, at: int, built: WordBuilder, quote: Quote) -> int:
        char = self.text[at]
        if is_mark(char):
            end = at + 1
        elif char == "`":
            end = scan.backtick(self.text, at)
        elif char == "$":
            end = self.ends.get(at) or scan.dollar(self.text, at)
        else:
            raise LexError(at, f"{char!r} was not expected")
        if char == "$" and end == at + 1:
            built.literal("$", at, end, quote)
        else:
            built.expansion(self.text[at:end], at, end, quote)
        return end
