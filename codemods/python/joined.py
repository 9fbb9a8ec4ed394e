"""Words of a Python program that it joins with blanks into a text for a shell: `" ".join(["curl", "-d", …])`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.runners import behind
from codemods.python.words import ArgumentWord, words_of
from migrator.errors import Refusal
from migrator.model import Edit, Span, static
from migrator.syntax.python.editor import Editor
from migrator.syntax.python.region import PythonText, plain_value, python_text, with_values
from migrator.syntax.python.strings import Quoting, quote_style
from migrator.syntax.python.text import shape, text
from migrator.syntax.shell.scan import raw_words
from migrator.syntax.text.layers import guarded
from migrator.syntax.text.regions import Joined, ReadOnly

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrator.syntax.python.program import Operand
    from migrator.syntax.text.source import Region


_WRAPPED = "The command is put together in a function that other calls go through. Change it by hand."
_SHARED = "The list of words is read by something else. Write it into the call, then run this again."
_STAYS = "The words of the command cannot be edited where they stand. Change it by hand."


@dataclass(frozen=True, slots=True, eq=False)
class JoinedWords:
    """The text that a shell gets; each part of `joined` is the text of one of the `words`."""

    words: tuple[ArgumentWord, ...]
    joined: Joined
    holes: tuple[Operand, ...]

    @property
    def text(self) -> str:
        """The joined text."""
        return self.joined.text

    def locate(self, index: int) -> int:
        """Where the word has it."""
        return self.joined.locate(index)

    def edits(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """The edits of the words; words that come or go do so in the list. Raises Refusal."""
        return tuple(made for edit in dict.fromkeys(edits) for made in self._edit(edit))

    def _edit(self, edit: Edit) -> Iterator[Edit]:
        places = self._places()
        start, end = edit.span.start, edit.span.end
        touched = [i for i, place in enumerate(places) if start <= place.end and place.start <= end]
        inside = [i for i in touched if max(start, places[i].start) < min(end, places[i].end)]
        if len(touched) == 1 and not (start == end and _adds_words(edit.text)):
            yield from self._inside(touched[0], places, edit)
        elif start == end:
            yield from self._added(touched, places, edit)
        elif len(inside) == 1 and start >= places[inside[0]].start and end <= places[inside[0]].end:
            yield from self._inside(inside[0], places, edit)
        elif all(start <= places[i].start and places[i].end <= end for i in inside):
            yield from self._replaced(inside, edit.text)
        else:
            raise _stays()

    def _places(self) -> list[Span]:
        places: list[Span] = []
        at = 0
        for part in self.joined.parts:
            places.append(Span(at, at + len(part.text)))
            at += len(part.text) + len(self.joined.separator)
        return places

    def _inside(self, index: int, places: list[Span], edit: Edit) -> tuple[Edit, ...]:
        """An edit within one word."""
        at = places[index].start
        return self.joined.parts[index].edits((Edit(Span(edit.span.start - at, edit.span.end - at), edit.text),))

    def _added(self, touched: Sequence[int], places: list[Span], edit: Edit) -> Iterator[Edit]:
        """New words between two."""
        at, new = edit.span.start, raw_words(edit.text)
        behind = next((i for i in touched if places[i].start == at and edit.text.endswith((" ", "\n"))), None)
        before = next((i for i in touched if places[i].end == at and edit.text.startswith((" ", "\n"))), None)
        if behind is not None:
            yield self._new(behind, new)
        elif before is not None:
            yield self._new(before, new, after=True)
        else:
            raise _stays()

    def _replaced(self, inside: Sequence[int], text: str) -> Iterator[Edit]:
        """Whole words become others: the last of them in the place of the old ones, those before in front of these."""
        new = raw_words(text)
        more = max(0, len(new) - len(inside))
        if more:
            yield self._new(inside[0], new[:more])
        for index, word in zip(inside, new[more:], strict=False):
            if word != self.joined.parts[index].text:
                yield from self.joined.parts[index].edits((Edit(Span(0, len(self.joined.parts[index].text)), word),))
        yield from self._removed(inside[len(new[more:]) :])

    def _new(self, index: int, words: Sequence[str], *, after: bool = False) -> Edit:
        operand = self.words[index].operand
        how = Quoting("", quote_style(operand.module))
        code = ", ".join(f"{how.quote}{with_values(word, how)}{how.quote}" for word in words)
        place = operand.module.outer(operand.node)
        at = place.end if after else place.start
        return Edit(Span(at, at), f", {code}" if after else f"{code}, ")

    def _removed(self, gone: Sequence[int]) -> Iterator[Edit]:
        """The elements of a list go, with the commas before them."""
        for index in gone:
            word, before = self.words[index], self.words[index - 1]
            module = word.operand.module
            span = Span(module.outer(before.operand.node).end, module.outer(word.operand.node).end)
            comments = (module.span(each) for each in module.all(cst.Comment))
            if index == 0 or before.owner.node is not word.owner.node or any(c.start in span for c in comments):
                raise _stays()
            yield Edit(span, "")


@dataclass(frozen=True, slots=True, eq=False)
class _Value:
    """A word that is a value of the program and nothing else: it can only become another word."""

    operand: Operand

    @property
    def text(self) -> str:
        return guarded(self.operand.code, plain_value(shape(self.operand)))

    @property
    def holes(self) -> tuple[Operand, ...]:
        return (self.operand,)

    def locate(self, index: int) -> int:
        return _in_word(self.operand, index, self.text)

    def edits(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        if any(edit.span != Span(0, len(self.text)) for edit in edits):
            raise _stays()
        how = Quoting("", quote_style(self.operand.module))
        return tuple(Edit(self._place(), f"{how.quote}{with_values(e.text, how)}{how.quote}") for e in edits)

    def _place(self) -> Span:
        return self.operand.module.outer(self.operand.node)


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """A word that a name gives, which nothing else reads: it is changed where the name gets it."""

    operand: Operand
    inner: PythonText

    @property
    def text(self) -> str:
        return self.inner.text

    @property
    def holes(self) -> tuple[Operand, ...]:
        return self.inner.holes

    def locate(self, index: int) -> int:
        return _in_word(self.operand, index, self.text)

    def edits(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        return self.inner.edits(edits)


def _in_word(operand: Operand, index: int, text: str) -> int:
    """Where a character stands of a word that is text of another place: where the word begins or ends."""
    place = operand.module.outer(operand.node)
    return place.end - 1 if index >= len(text) - 1 else place.start


def _part(operand: Operand) -> PythonText | _Held | _Value:
    """The text of a word."""
    inner = behind(operand)
    found = python_text(shape(inner))
    if found is None or inner is operand:
        return found or _Value(operand)
    here = inner.frame.at_root and inner.frame.call is None
    return _Held(operand, found) if here and Editor(frozenset()).may_edit(operand, inner) else _Value(operand)


def _stays() -> Refusal:
    return Refusal("host-text", _STAYS)


def _adds_words(text: str) -> bool:
    return text.strip() != text


def joined_words(command: Operand) -> tuple[ArgumentWord, ...] | None:
    """The words that an expression joins with blanks; None for any other expression."""
    match command.node:
        case cst.Call(
            func=cst.Attribute(value=between, attr=cst.Name(value="join")),
            args=[cst.Arg(keyword=None, star="", value=value)],
        ) if static(text(command.of(between))) == " ":
            return words_of(command.of(value))
    return None


def joined_text(command: Operand) -> Region | None:
    """The text of the words that an expression joins; None for any other, and where a word cannot be read."""
    words = joined_words(command)
    if not words or not all(word.operand.frame.at_root for word in words):
        return None
    parts = [_part(word.operand) for word in words]
    region = JoinedWords(words, Joined(tuple(parts), " "), tuple(hole for part in parts for hole in part.holes))
    if any(word.operand.frame.call is not None for word in words):
        return ReadOnly(region, "wrapped-call", _WRAPPED)
    held = {pair[0].node: pair for word in words for pair in word.held}.values()
    is_own = all(Editor(frozenset()).may_edit(name, value) for name, value in held)
    return region if is_own else ReadOnly(region, "payload-shared", _SHARED)
