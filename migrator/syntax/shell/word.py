"""The words of a shell command: literal and expanded pieces, each with its place and the quotes around it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from migrator.model import Span

if TYPE_CHECKING:
    from migrator.syntax.shell.script import Use


class Quote(StrEnum):
    """What stands around a piece of a word."""

    NONE = ""
    SINGLE = "'"
    DOUBLE = '"'
    ANSI = "$'"
    HEREDOC = "<<"


class LexError(Exception):
    """The text is not what a shell accepts, or more than this reader knows. `index` is where it gave up."""

    def __init__(self, index: int, message: str) -> None:
        """`message` says what was missing or unknown."""
        super().__init__(message)
        self.index = index
        self.message = message


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a word under one kind of quoting, without the quotes.

    `text` is what a literal stretch means and None for an expansion; `name` is the variable of an expansion that reads
    one variable and does nothing else.
    """

    span: Span
    quote: Quote
    text: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """One word. `quoted` are the spans of its quoted stretches, quotes included.

    `use` is where it is evaluated, when that is not where the command stands that gets it: an element of an array.
    """

    span: Span
    pieces: tuple[Piece, ...]
    quoted: tuple[Span, ...] = ()
    use: Use | None = None

    @property
    def static(self) -> str | None:
        """The word's text, or None when it holds an expansion."""
        if any(piece.text is None for piece in self.pieces):
            return None
        return "".join(piece.text or "" for piece in self.pieces)

    @property
    def lead(self) -> str:
        """The text before the first expansion."""
        pieces: list[str] = []
        for piece in self.pieces:
            if piece.text is None:
                break
            pieces.append(piece.text)
        return "".join(pieces)

    @property
    def lone(self) -> Piece | None:
        """The expansion that is the whole word."""
        return self.pieces[0] if len(self.pieces) == 1 and self.pieces[0].text is None else None

    def after(self, count: int) -> Word:
        """What is left of the word behind its first `count` characters, all literal."""
        rest = list(self.pieces)
        start = self.span.start
        while count and rest:
            piece = rest.pop(0)
            text = piece.text or ""
            start = piece.span.end
            if len(text) > count:
                start = _inside(piece, count)
                rest.insert(0, Piece(Span(start, piece.span.end), piece.quote, text[count:]))
            count -= min(count, len(text))
        kept = tuple(span for span in self.quoted if span.start >= start)
        return Word(Span(start, self.span.end), tuple(rest), kept, self.use)


def _inside(piece: Piece, count: int) -> int:
    if piece.span.end - piece.span.start != len(piece.text or ""):
        raise LexError(piece.span.start, "an option is split by an escape")
    return piece.span.start + count


@dataclass(frozen=True, slots=True)
class Heredoc:
    """The text of a here-document: where it stands, whether its delimiter is quoted, its pieces."""

    span: Span
    quoted: bool
    body: Word


@dataclass(frozen=True, slots=True)
class Redirect:
    """One redirection: `descriptor` as written or empty, the operator, its word, and the text of a here-document."""

    span: Span
    descriptor: str
    operator: str
    target: Word
    heredoc: Heredoc | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """`NAME=value`, `NAME+=value` or `NAME[i]=value`, where it stands."""

    span: Span
    name: str
    value: Word
    plain: bool = True


@dataclass(frozen=True, slots=True)
class SimpleCommand:
    """A simple command: assignments before it, its words, its redirections, and where the last of them ends."""

    span: Span
    words: tuple[Word, ...]
    assignments: tuple[Assignment, ...] = ()
    redirects: tuple[Redirect, ...] = ()
    failure: LexError | None = None
