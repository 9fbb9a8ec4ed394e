"""A text that a program splits into words at its blanks, read as the shell command that has the same words.

No shell ever reads the text: what means something to a shell is quoted in the command, and new text is written without
quotes. A word with a blank in it cannot be written.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from migrator.errors import Refusal
from migrator.model import Edit, Span
from migrator.syntax.text.layers import marks_in
from migrator.syntax.text.source import apply_edits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrator.syntax.text.source import Region

_PLAIN = re.compile(r"[\w./:@%+=,-]+\Z", re.ASCII)
_HEADER = re.compile(r"([A-Za-z-]+:)\s+(\S+)\Z")
_FIRST = 0xE100
"""Where the characters begin that stand for templates while words are compared; region texts use four before them."""


@dataclass(frozen=True, slots=True)
class SplitWords:
    """The words of the inner region's text as a shell command. `places` says where each character stands in that text.

    `code` and `message` tell why an edit is refused that cannot be written without quotes. Made by `split_words`.
    """

    inner: Region
    text: str
    places: tuple[int, ...]
    code: str
    message: str

    def locate(self, index: int) -> int:
        """As the inner region does; a quote stands where its word does."""
        return self.inner.locate(self.places[index] if index < len(self.places) else len(self.inner.text))

    def edits(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """The edits of the inner region that make the same words. Raises Refusal where there are none."""
        if not edits:
            return ()
        wanted = apply_edits(self.text, edits)
        table = _table(self.inner.text, wanted)
        old, new = _packed(self.inner.text, table), _packed(wanted, table)
        before, after = list(_words(old)), self._new_words(new, {old[s.start : s.end] for s in _words(old)})
        made = _changes(old, before, after)
        back = {char: mark for mark, char in table.items()}
        places = _unpacked_places(old, back)
        unpacked = (Edit(Span(places[e.span.start], places[e.span.end]), _unpacked(e.text, back)) for e in made)
        return self.inner.edits(tuple(unpacked))

    def _new_words(self, text: str, known: set[str]) -> list[str]:
        try:
            words = shlex.split(text)
        except ValueError as error:
            raise Refusal(self.code, self.message) from error
        tight = [word if word in known else _tight(word) for word in words]
        if any(word not in known and (not word or _has_any(word, " \t\n$`")) for word in tight):
            raise Refusal(self.code, self.message)
        return tight


def split_words(inner: Region, code: str, message: str) -> SplitWords | None:
    """The words of a text; None for one in which a word cannot be quoted."""
    text: list[str] = []
    places: list[int] = []
    at = 0
    marks = marks_in(inner.text)
    for span in _words(inner.text):
        word = inner.text[span.start : span.end]
        has_mark = any(mark.overlaps(span) for mark in marks)
        if "'" in _without(word, marks, span.start):
            return None
        quote = "" if _PLAIN.match(word) and not has_mark else "'"
        gap = range(at, span.start)
        text.append(f"{' ' * len(gap)}{quote}{word}{quote}")
        places += [*gap, *([span.start] if quote else []), *range(span.start, span.end)]
        places += [span.end - 1] if quote else []
        at = span.end
    return SplitWords(inner, "".join(text), tuple(places), code, message)


def _words(text: str) -> Iterator[Span]:
    """Where the words of a text stand; a template is a part of one, whatever is in it."""
    marks = marks_in(text)
    start = None
    for index, char in enumerate(text):
        blank = char.isspace() and not any(index in mark for mark in marks)
        if blank and start is not None:
            yield Span(start, index)
        start = None if blank else index if start is None else start
    if start is not None:
        yield Span(start, len(text))


def _without(word: str, marks: Sequence[Span], start: int) -> str:
    """A word that begins at `start`, without its templates."""
    return "".join(char for index, char in enumerate(word, start) if not any(index in mark for mark in marks))


def _has_any(word: str, chars: str) -> bool:
    return any(char in word for char in chars)


def _tight(word: str) -> str:
    """A word without the blanks that mean nothing in it: between the tokens of JSON, and before a header's value."""
    if word.startswith("{"):
        try:
            return json.dumps(json.loads(word), separators=(",", ":"), ensure_ascii=False)
        except ValueError:
            return word
    return _HEADER.sub(r"\1\2", word)


def _table(*texts: str) -> dict[str, str]:
    """A character for each template of the texts."""
    marks = dict.fromkeys(text[mark.start : mark.end] for text in texts for mark in marks_in(text))
    return {mark: chr(_FIRST + index) for index, mark in enumerate(marks)}


def _packed(text: str, table: dict[str, str]) -> str:
    for mark, char in table.items():
        text = text.replace(mark, char)
    return text


def _unpacked(text: str, back: dict[str, str]) -> str:
    return "".join(back.get(char, char) for char in text)


def _unpacked_places(text: str, back: dict[str, str]) -> list[int]:
    """Where each character of a packed text stands in the text itself, and where that ends."""
    places = [0]
    for char in text:
        places.append(places[-1] + len(back.get(char, char)))
    return places


def _changes(text: str, before: list[Span], after: list[str]) -> Iterator[Edit]:
    """The edits that make the words `after` of a text with the words `before`."""
    old = [text[span.start : span.end] for span in before]
    for kind, start, end, first, last in SequenceMatcher(None, old, after, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        if end - start == last - first:
            yield from (
                _change(text, span, word) for span, word in zip(before[start:end], after[first:last], strict=True)
            )
        elif end == start:
            at = before[start - 1].end if start else 0
            yield Edit(Span(at, at), " ".join(["", *after[first:last]] if start else [*after[first:last], ""]))
        elif first == last:
            yield Edit(Span(before[start - 1].end if start else 0, before[end - 1].end), "")
        else:
            yield Edit(Span(before[start].start, before[end - 1].end), " ".join(after[first:last]))


def _change(text: str, span: Span, word: str) -> Edit:
    """The edit of one word, without what stays of it on both sides."""
    start, end = span.start, span.end
    while start < end and word and text[start] == word[0]:
        start, word = start + 1, word[1:]
    while end > start and word and text[end - 1] == word[-1]:
        end, word = end - 1, word[:-1]
    return Edit(Span(start, end), word)
