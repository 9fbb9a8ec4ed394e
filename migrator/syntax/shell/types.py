"""The values of a parsed shell text: words and their pieces, commands, assignments, and the blocks around them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from migrator.model import Expansion, Span


class Quote(StrEnum):
    """What stands around a piece of a word."""

    NONE = ""
    SINGLE = "'"
    DOUBLE = '"'
    ANSI = "$'"
    HEREDOC = "<<"
    DOCUMENT = "<<'"
    """A here-document with a quoted delimiter, of which the shell reads nothing."""


class LexError(Exception):
    """The text is not what a shell accepts, or more than this reader knows. `index` is where it gave up."""

    def __init__(self, index: int, message: str) -> None:
        """`message` says what was missing or unknown."""
        super().__init__(message)
        self.index = index
        self.message = message


@dataclass(frozen=True, slots=True)
class WordPiece:
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
    pieces: tuple[WordPiece, ...]
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
    def lone(self) -> WordPiece | None:
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
                rest.insert(0, WordPiece(Span(start, piece.span.end), piece.quote, text[count:]))
            count -= min(count, len(text))
        kept = tuple(span for span in self.quoted if span.start >= start)
        return Word(Span(start, self.span.end), tuple(rest), kept, self.use)


def _inside(piece: WordPiece, count: int) -> int:
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


@dataclass(frozen=True, slots=True)
class Block:
    """A construct around a command that may keep it from running, run it again, or hide its assignments."""

    kind: str
    span: Span


def function_around(blocks: tuple[Block, ...]) -> Span | None:
    """Where the innermost function around a place stands."""
    return next((block.span for block in reversed(blocks) if block.kind == "function_definition"), None)


@dataclass(frozen=True, slots=True)
class CommandPlace:
    """Where tree-sitter sees a command, the blocks around it from the outside, and whether it is inside backticks."""

    span: Span
    blocks: tuple[Block, ...]
    backtick: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A simple command and where it stands: the blocks around it, and whether the parser was unsure of it.

    `backtick`: it stands in backticks, where backslashes count twice. `tests`: it is `[ … ]`, `[[ … ]]`, `(( … ))` or a
    whole `case`, of which only the text counts.
    """

    simple: SimpleCommand
    blocks: tuple[Block, ...]
    broken: bool = False
    tests: bool = False
    backtick: bool = False

    @property
    def words(self) -> tuple[Word, ...]:
        """The words without assignments and redirections."""
        return self.simple.words

    @property
    def span(self) -> Span:
        """From the first word to the end of the last word or redirection."""
        return self.simple.span


@dataclass(frozen=True, slots=True)
class Use:
    """Where a word is evaluated: its index, the blocks around it, and how many variables led there."""

    index: int
    blocks: tuple[Block, ...]
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an expansion comes from: the quotes around it, and where it is evaluated."""

    quote: Quote
    use: Use


def origin_of(part: Expansion) -> Origin | None:
    """Where the expansion was read, if a shell text was read for it."""
    return part.origin if isinstance(part.origin, Origin) else None


@dataclass(frozen=True, slots=True)
class Write:
    """A place that gives a variable a value; `value` is None when it cannot be read off (`read X`, `X+=…`).

    `choices` are the words of a `for` loop; `exported` says that programs started later see the variable; `document` is
    the here-document that `read -r -d ''` takes all of; `fixed` says that nothing can change the variable any more.
    `added` is what `+=` puts behind the old value, `formatted` the format of `printf -v` with its arguments, `known`
    the text that another file gives. Of these `value` is None too.
    """

    name: str
    span: Span
    blocks: tuple[Block, ...]
    value: Word | None = None
    choices: tuple[Word, ...] | None = None
    exported: bool = False
    document: Redirect | None = None
    fixed: bool = False
    added: Word | None = None
    formatted: tuple[Word, ...] = ()
    known: str | None = None

    @property
    def is_text(self) -> bool:
        """Whether it can be read off which text the variable is given."""
        return self.value is not None or self.added is not None or bool(self.formatted) or self.known is not None


@dataclass(frozen=True, slots=True)
class Unnamed:
    """A command that may give any variable a value. `called`: it is the call of a function that has such a command.

    `own`: what it gives a value ends with the function around it. `argument` is the argument of that function which
    names the variable.
    """

    span: Span
    blocks: tuple[Block, ...]
    called: bool = False
    own: bool = False
    argument: int | None = None


@dataclass(frozen=True, slots=True)
class ShellFrame:
    """A function, where it stands, and one call of it. `complete`: `arguments` are all that the call gives.

    Where a word of the call stands for any number of arguments, only those before it are known.
    """

    name: str
    function: Span
    call: Command
    arguments: tuple[Word, ...]
    complete: bool


_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])\}|([A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]))\Z")


class WordBuilder:
    """Collects the pieces of a word; neighbours that read alike become one."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.pieces: list[WordPiece] = []
        self.quoted: list[Span] = []

    def literal(self, text: str, start: int, end: int, quote: Quote) -> None:
        """Add text that means itself once the quotes are off."""
        last = self.pieces[-1] if self.pieces else None
        if last is not None and _joins(last, start, quote) and len(text) == end - start:
            self.pieces[-1] = WordPiece(Span(last.span.start, end), quote, (last.text or "") + text)
        else:
            self.pieces.append(WordPiece(Span(start, end), quote, text))

    def expansion(self, source: str, start: int, end: int, quote: Quote) -> None:
        """Add something that the shell expands."""
        found = _VARIABLE.match(source)
        self.pieces.append(WordPiece(Span(start, end), quote, None, found[1] or found[2] if found else None))


def _joins(last: WordPiece, start: int, quote: Quote) -> bool:
    if last.text is None or last.quote is not quote or last.span.end != start:
        return False
    return len(last.text) == last.span.end - last.span.start
