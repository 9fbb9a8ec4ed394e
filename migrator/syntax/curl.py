"""The command line of curl or wget as options with values, each with the place of the option and of the value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.model import Span
from migrator.syntax.curl_options import CURL_FLAGS, CURL_SHORT, CURL_WITH_VALUE, WGET_SHORT, WGET_WITH_VALUE
from migrator.syntax.shell_word import Piece, Quote, Word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Option:
    """One option or bare argument; `name` is the long name without dashes, `url` for a bare argument.

    `span` goes from the dash (inside a cluster of short options: from the letter) to the end of the value.
    `indirect`: the option comes out of a variable and cannot be edited where the command stands.
    """

    name: str
    span: Span
    value: Word | None = None
    short: bool = False
    clustered: bool = False
    bare: bool = False
    equals: bool = False
    indirect: bool = False


@dataclass(frozen=True, slots=True)
class Invocation:
    """A curl or wget command: the program's word, its options in order, and option names that are not known."""

    program: Word
    wget: bool
    options: tuple[Option, ...]
    unknown: tuple[str, ...] = ()

    def all(self, *names: str) -> tuple[Option, ...]:
        """The options with one of the names, in order."""
        return tuple(option for option in self.options if option.name in names)

    def last(self, *names: str) -> Option | None:
        """The last option with one of the names: the one that counts."""
        found = self.all(*names)
        return found[-1] if found else None


def parse_curl(program: Word, words: Sequence[Word], split: Callable[[Word], tuple[str, ...] | None]) -> Invocation:
    """Read curl's arguments. `split` gives the arguments that an unquoted variable is known to hold, or None."""
    reader = _Reader(CURL_SHORT, CURL_WITH_VALUE, CURL_FLAGS)
    return Invocation(program, False, tuple(reader.read(words, split)), tuple(reader.unknown))


def parse_wget(program: Word, words: Sequence[Word], split: Callable[[Word], tuple[str, ...] | None]) -> Invocation:
    """Read wget's arguments, as `parse_curl` does."""
    reader = _Reader(WGET_SHORT, WGET_WITH_VALUE, None)
    return Invocation(program, True, tuple(reader.read(words, split)), tuple(reader.unknown))


class _Reader:
    """Walks over arguments. `flags` are the options without a value, or None when every other name is one."""

    def __init__(self, short: Mapping[str, str], valued: frozenset[str], flags: frozenset[str] | None) -> None:
        self.short = short
        self.valued = valued
        self.flags = flags
        self.unknown: list[str] = []

    def read(self, words: Sequence[Word], split: Callable[[Word], tuple[str, ...] | None]) -> Iterator[Option]:
        queue = [pair for word in words for pair in _expanded(word, split)]
        bare_only = False
        while queue:
            word, indirect = queue.pop(0)
            text = word.lead
            if bare_only or not text.startswith("-") or word.static == "-":
                yield Option("url", word.span, word, bare=True, indirect=indirect)
            elif word.static == "--":
                bare_only = True
            elif text.startswith("--"):
                yield self._long(word, queue, indirect=indirect)
            else:
                yield from self._cluster(word, queue, indirect=indirect)

    def _long(self, word: Word, queue: list[tuple[Word, bool]], *, indirect: bool) -> Option:
        written, equals, _ = word.lead[2:].partition("=")
        name = self._full(written)
        if equals:
            rest = _rest(word, len(written) + 3, indirect=indirect)
            return Option(name, word.span, rest, equals=True, indirect=indirect)
        if name not in self.valued or not queue:
            return Option(name, word.span, indirect=indirect)
        value, inner = queue.pop(0)
        return Option(name, Span(word.span.start, value.span.end), value, indirect=indirect or inner)

    def _full(self, name: str) -> str:
        """The whole name of an option that is cut short: curl and getopt accept any beginning that only one has."""
        known = self.valued | (self.flags or frozenset())
        plain = name.removeprefix("no-")
        if name in known or plain in known:
            return name if name in known else plain
        longer = [option for option in known if option.startswith(name)]
        if len(longer) == 1:
            return longer[0]
        if self.flags is not None:
            self.unknown.append("--" + name)
        return name

    def _cluster(self, word: Word, queue: list[tuple[Word, bool]], *, indirect: bool) -> Iterator[Option]:
        letters = word.lead[1:]
        for index, letter in enumerate(letters):
            name = self.short.get(letter)
            place = _rest(word, index + 1, indirect=indirect).span
            start = word.span.start if index == 0 else place.start
            if name is None or name not in self.valued:
                if name is None and self.flags is not None:
                    self.unknown.append("-" + letter)
                yield Option(name or letter, Span(start, place.start + 1), None, True, index > 0, indirect=indirect)
                continue
            rest = _rest(word, index + 2, indirect=indirect)
            if rest.pieces or rest.quoted:
                yield Option(name, Span(start, word.span.end), rest, True, index > 0, indirect=indirect)
            elif queue:
                value, inner = queue.pop(0)
                span = Span(start, value.span.end)
                yield Option(name, span, value, True, index > 0, indirect=indirect or inner)
            return


def _rest(word: Word, count: int, *, indirect: bool) -> Word:
    """The word behind its first characters; what comes out of a variable stands all at one place."""
    if not indirect:
        return word.after(count)
    text = (word.static or "")[count:]
    return Word(word.span, (Piece(word.span, Quote.DOUBLE, text),) if text else ())


def _expanded(word: Word, split: Callable[[Word], tuple[str, ...] | None]) -> Iterator[tuple[Word, bool]]:
    """The word itself, or the arguments that it becomes when it is a variable that holds several options."""
    texts = split(word)
    if texts is None:
        yield word, False
        return
    for text in texts:
        yield Word(word.span, (Piece(word.span, Quote.DOUBLE, text),)), True


def is_program(word: Word, name: str) -> bool:
    """Whether the word runs the program, by name or by path."""
    text = word.static
    return text is not None and text.rpartition("/")[2].removesuffix(".exe") == name
