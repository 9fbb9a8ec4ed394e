"""The command line of curl or wget as options with values, each with the place of the option and of the value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from migrator.model import Span
from migrator.syntax.shell.curl_options import CURL_FLAGS, CURL_SHORT, CURL_WITH_VALUE, WGET_SHORT, WGET_WITH_VALUE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from migrator.syntax.shell.word import Word


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a command. `source` is the word of the command that it comes out of, when it is not that word.

    `indirect`: it cannot be edited where it stands; `condition`: the variable that must hold something for it to be
    given at all, with a colon (`${V:+…}`), or just be set (`${V+…}`).
    """

    word: Word
    source: Word | None = None
    indirect: bool = False
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One option or bare argument; `name` is the long name without dashes, `url` for a bare argument.

    `span` goes from the dash (inside a cluster of short options: from the letter) to the end of the value.
    `source`, `indirect` and `condition` are those of its argument.
    """

    name: str
    span: Span
    value: Word | None = None
    short: bool = False
    clustered: bool = False
    bare: bool = False
    equals: bool = False
    source: Word | None = None
    indirect: bool = False
    condition: str | None = None


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


def parse_curl(program: Word, arguments: Sequence[Argument]) -> Invocation:
    """Read curl's arguments. Raises LexError when an escape splits an option."""
    reader = _Reader(CURL_SHORT, CURL_WITH_VALUE, CURL_FLAGS)
    return Invocation(program, False, tuple(reader.read(arguments)), tuple(reader.unknown))


def parse_wget(program: Word, arguments: Sequence[Argument]) -> Invocation:
    """Read wget's arguments, as `parse_curl` does."""
    reader = _Reader(WGET_SHORT, WGET_WITH_VALUE, None)
    return Invocation(program, True, tuple(reader.read(arguments)), tuple(reader.unknown))


class _Reader:
    """Walks over arguments. `flags` are the options without a value, or None when every other name is one."""

    def __init__(self, short: Mapping[str, str], valued: frozenset[str], flags: frozenset[str] | None) -> None:
        self.short = short
        self.valued = valued
        self.flags = flags
        self.unknown: list[str] = []

    def read(self, arguments: Sequence[Argument]) -> Iterator[Option]:
        queue = list(arguments)
        bare_only = False
        while queue:
            given = queue.pop(0)
            text = given.word.lead
            if bare_only or not text.startswith("-") or given.word.static == "-":
                yield _of(given, Option("url", given.word.span, given.word, bare=True))
            elif given.word.static == "--":
                bare_only = True
            elif text.startswith("--"):
                yield self._long(given, queue)
            else:
                yield from self._cluster(given, queue)

    def _long(self, given: Argument, queue: list[Argument]) -> Option:
        word = given.word
        written, equals, _ = word.lead[2:].partition("=")
        name = self._full(written)
        if equals:
            return _of(given, Option(name, word.span, word.after(len(written) + 3), equals=True))
        if name not in self.valued or not queue:
            return _of(given, Option(name, word.span))
        return _with_value(given, queue.pop(0), Option(name, word.span))

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

    def _cluster(self, given: Argument, queue: list[Argument]) -> Iterator[Option]:
        word = given.word
        letters = word.lead[1:]
        for index, letter in enumerate(letters):
            name = self.short.get(letter)
            place = word.after(index + 1).span
            start = word.span.start if index == 0 else place.start
            if name is None or name not in self.valued:
                if name is None and self.flags is not None:
                    self.unknown.append("-" + letter)
                yield _of(given, Option(name or letter, Span(start, place.start + 1), None, True, index > 0))
                continue
            rest = word.after(index + 2)
            if rest.pieces or rest.quoted:
                yield _of(given, Option(name, Span(start, word.span.end), rest, True, index > 0))
            elif queue:
                yield _with_value(given, queue.pop(0), Option(name, Span(start, word.span.end), None, True, index > 0))
            return


def _of(given: Argument, option: Option) -> Option:
    return replace(option, source=given.source, indirect=given.indirect, condition=given.condition)


def _with_value(given: Argument, value: Argument, option: Option) -> Option:
    """The option with the argument behind it as its value; where they stand apart, neither can be edited."""
    apart = given.source is not value.source or given.word.use != value.word.use or given.condition != value.condition
    end = option.span.end if apart else value.word.span.end
    indirect = given.indirect or value.indirect or apart
    made = replace(option, span=Span(option.span.start, end), value=value.word, source=given.source)
    return replace(made, indirect=indirect, condition=given.condition or value.condition)


def is_program(word: Word, name: str) -> bool:
    """Whether the word runs the program, by name or by path."""
    text = word.static
    return text is not None and text.rpartition("/")[2].removesuffix(".exe") == name
