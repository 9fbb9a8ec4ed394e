"""A file's text, stretches of other languages inside it with the way back to the file, and edits of the text.

Spans of edits never overlap; they are applied from the end.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from migrator.model import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Iterable


class OverlapError(Exception):
    """Two edits want the same characters."""


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Return `text` with the edits made. Equal edits count once; insertions at one place keep their given order.

    Raises OverlapError when two different edits share a character.
    """
    ordered = sorted(dict.fromkeys(edits), key=lambda edit: (edit.span.start, edit.span.end))
    pieces: list[str] = []
    at = 0
    for edit in ordered:
        if edit.span.start < at:
            raise OverlapError(f"two edits meet at character {edit.span.start}")
        pieces += (text[at : edit.span.start], edit.text)
        at = edit.span.end
    return "".join(pieces) + text[at:]


def newline_of(text: str) -> str:
    r"""The line ending that most lines of `text` have: `\r\n` or `\n`."""
    windows = text.count("\r\n")
    return "\r\n" if windows * 2 > text.count("\n") else "\n"


_BOM = "\ufeff"


class Siblings(Protocol):
    """The other files of the repository that a source belongs to. Paths are relative to its root, with `/`."""

    def read(self, path: str) -> str | None:
        """The text of a file; None when there is no such file, or no text in it."""

    def holding(self, literal: str) -> tuple[str, ...]:
        """The paths of the Python files whose text holds `literal`, in order."""

    def naming(self, literal: str) -> tuple[str, ...]:
        """The paths of all text files whose text holds `literal`, in order."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its path relative to the root, and its text without a byte order mark, line endings as they stand.

    `siblings` gives the files that it may depend on; without it, they are not looked at.
    """

    path: str
    text: str
    bom: bool = False
    siblings: Siblings | None = field(default=None, compare=False, repr=False)
    _starts: list[int] = field(default_factory=list, compare=False, repr=False)

    @classmethod
    def decode(cls, path: str, data: bytes, siblings: Siblings | None = None) -> Source:
        """Read UTF-8 strictly. Raises UnicodeDecodeError."""
        text = data.decode("utf-8")
        bom = text.startswith(_BOM)
        return cls(path, text[1:] if bom else text, bom, siblings)

    def with_text(self, text: str) -> Source:
        """The same file with another text."""
        return Source(self.path, text, self.bom, self.siblings)

    def encode(self, text: str) -> bytes:
        """The bytes of the file if its text were `text`."""
        return (_BOM + text if self.bom else text).encode("utf-8")

    def position(self, index: int) -> tuple[int, int]:
        """Line and column of a character, both counted from 1."""
        if not self._starts:
            self._starts.append(0)
            self._starts.extend(i + 1 for i, char in enumerate(self.text) if char == "\n")
        line = bisect_right(self._starts, index)
        return line, index - self._starts[line - 1] + 1


class Region(Protocol):
    """A stretch of one language inside a file: its text as that language sees it, and the way back."""

    @property
    def text(self) -> str:
        """The text as the language's own parser must see it."""

    def locate(self, index: int) -> int:
        """The index in the file's text of a character of the region's text."""

    def edits(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """Edits of the region's text as edits of the file's. Raises Refusal when the host cannot hold the result."""


@dataclass(frozen=True, slots=True)
class VerbatimRegion:
    """A region that stands in the file character by character."""

    text: str
    start: int = 0

    def locate(self, index: int) -> int:
        """Shift by where the region starts."""
        return self.start + index

    def edits(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """Shift every edit by where the region starts."""
        return tuple(Edit(Span(e.span.start + self.start, e.span.end + self.start), e.text) for e in edits)
