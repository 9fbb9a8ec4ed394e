"""Regions made of regions: behind an escaping layer, joined out of pieces, shifted, checked, or only to be read."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from migrator.errors import ParseError, Refusal
from migrator.model import Edit, Span
from migrator.syntax.text.source import OverlapError, apply_edits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from migrator.syntax.text.source import Region


@dataclass(frozen=True, slots=True)
class DecodedRegion:
    """A text behind a layer: its character `i` is made of what goes from `starts[i]` to `ends[i]` in the outer text."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]


class Layer(Protocol):
    """A way in which a host writes text of another language: its escapes, and the templates that it replaces."""

    def decode(self, text: str) -> DecodedRegion:
        """The text as the inner language sees it. Raises Refusal for what is not understood."""

    def encode(self, text: str) -> str:
        """Inner text as the host writes it. That it can be written is for the caller to check."""


@dataclass(frozen=True, slots=True)
class Layered:
    """A region behind a layer. Made by `layered`."""

    decoded: DecodedRegion
    outer: Region
    layer: Layer

    @property
    def text(self) -> str:
        """The decoded text."""
        return self.decoded.text

    def locate(self, index: int) -> int:
        """Through the layer, then on through the outer region."""
        return self.outer.locate(self._start(index))

    def edits(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """The edits as the layer writes them, which must decode to just what is wanted. Raises Refusal."""
        made = tuple(Edit(self._span(edit.span), self.layer.encode(edit.text)) for edit in dict.fromkeys(edits))
        wanted = apply_edits(self.text, edits)
        if self.layer.decode(apply_edits(self.outer.text, made)).text != wanted:
            raise Refusal("host-text", "What the text stands in cannot hold the rewritten call; edit it by hand.")
        return self.outer.edits(made)

    def _start(self, index: int) -> int:
        starts = self.decoded.starts
        if index < len(starts):
            return starts[index]
        return self.decoded.ends[-1] if starts else 0

    def _span(self, span: Span) -> Span:
        if span.start == span.end:
            # Behind what stands before it: a layer may drop text between the two.
            at = self.decoded.ends[span.start - 1] if span.start else self._start(0)
            return Span(at, at)
        return Span(self.decoded.starts[span.start], self.decoded.ends[span.end - 1])


def layered(outer: Region, layer: Layer) -> Layered:
    """The region behind a layer. Raises Refusal."""
    return Layered(layer.decode(outer.text), outer, layer)


@dataclass(frozen=True, slots=True)
class Joined:
    """Regions one behind the other, with a `separator` between them that is nowhere in the file."""

    parts: tuple[Region, ...]
    separator: str = "\n"

    @property
    def text(self) -> str:
        """The texts of the parts."""
        return self.separator.join(part.text for part in self.parts)

    def locate(self, index: int) -> int:
        """Where the part has it; what separates two parts is at the start of the second."""
        at, start = self._part(index)
        text = self.parts[at].text
        if index - start > len(text) - 1 and at + 1 < len(self.parts):
            return self.parts[at + 1].locate(0)
        return self.parts[at].locate(index - start)

    def edits(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """The edits of each part. Raises Refusal for one that reaches over several."""
        grouped: dict[int, list[Edit]] = {}
        for edit in edits:
            at, start = self._part(edit.span.start)
            if edit.span.end - start > len(self.parts[at].text):
                raise Refusal("over-parts", "The call is spread over several entries of a list; edit it by hand.")
            inner = Edit(Span(edit.span.start - start, edit.span.end - start), edit.text)
            grouped.setdefault(at, []).append(inner)
        return tuple(made for at, inner in grouped.items() for made in self.parts[at].edits(tuple(inner)))

    def _part(self, index: int) -> tuple[int, int]:
        """The part that holds a character, and where it starts in the joined text."""
        starts = [0]
        for part in self.parts:
            starts.append(starts[-1] + len(part.text) + len(self.separator))
        at = min(bisect_right(starts, index) - 1, len(self.parts) - 1)
        return at, starts[at]


@dataclass(frozen=True, slots=True)
class Fixed:
    """Text that stands for an expression of the host at `start`; it cannot be edited."""

    text: str
    start: int

    def locate(self, index: int) -> int:  # noqa: ARG002 - one signature
        """Where the expression starts."""
        return self.start

    def edits(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """Raises Refusal unless nothing is to be edited."""
        if not edits:
            return ()
        raise Refusal("host-text", "The call is put together by an expression; edit it by hand.")


@dataclass(frozen=True, slots=True)
class Shifted:
    """A region of a stretch of the file."""

    inner: Region
    start: int

    @property
    def text(self) -> str:
        """The inner region's text."""
        return self.inner.text

    def locate(self, index: int) -> int:
        """Further down by where the stretch starts."""
        return self.start + self.inner.locate(index)

    def edits(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """The inner region's edits, further down."""
        moved = self.inner.edits(edits)
        return tuple(Edit(Span(e.span.start + self.start, e.span.end + self.start), e.text) for e in moved)


@dataclass(frozen=True, slots=True)
class Nested:
    """A region of the text of another region."""

    inner: Region
    outer: Region

    @property
    def text(self) -> str:
        """The inner region's text."""
        return self.inner.text

    def locate(self, index: int) -> int:
        """Through both regions."""
        return self.outer.locate(self.inner.locate(index))

    def edits(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """Through both regions. Raises Refusal."""
        return self.outer.edits(self.inner.edits(edits))


@dataclass(frozen=True, slots=True)
class Filled:
    """A region with other text in the place `at` of the inner region's text: it can be read and not be edited."""

    inner: Region
    at: Span
    filling: str

    @property
    def text(self) -> str:
        """The inner region's text around what is filled in."""
        text = self.inner.text
        return text[: self.at.start] + self.filling + text[self.at.end :]

    def locate(self, index: int) -> int:
        """As the inner region does; all that is filled in stands where its place begins."""
        return self.inner.locate(self._start(index))

    def edits(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """The inner region's edits. Raises Refusal for one that touches what is filled in."""
        place = Span(self.at.start, self.at.start + len(self.filling))
        if any(edit.span.overlaps(place) or place.start < edit.span.start < place.end for edit in edits):
            raise Refusal("host-text", "What is put into the text would have to change; edit it by hand.")
        moved = (Edit(Span(self._start(e.span.start), self._start(e.span.end)), e.text) for e in edits)
        return self.inner.edits(tuple(moved))

    def _start(self, index: int) -> int:
        filled = self.at.start + len(self.filling)
        if index < filled:
            return min(index, self.at.start)
        return index - filled + self.at.end


@dataclass(frozen=True, slots=True)
class _Guarded:
    """A region that is read as the inner one, and may refuse edits for a reason."""

    inner: Region
    code: str
    message: str

    @property
    def text(self) -> str:
        """The inner region's text."""
        return self.inner.text

    def locate(self, index: int) -> int:
        """As the inner region does."""
        return self.inner.locate(index)


@dataclass(frozen=True, slots=True)
class ReadOnly(_Guarded):
    """A region that can be searched and not be written, with the reason."""

    def edits(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """Raises Refusal, always, unless nothing is to be edited."""
        if not edits:
            return ()
        raise Refusal(self.code, self.message)


@dataclass(frozen=True, slots=True)
class WordsOnly(_Guarded):
    """A region whose text is split into words without a shell: nothing in it is ever run or expanded."""

    def edits(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """Those of the inner region. Raises Refusal for text that only a shell could read."""
        if any("$" in edit.text or "`" in edit.text for edit in edits):
            raise Refusal(self.code, self.message)
        return self.inner.edits(edits)


@dataclass(frozen=True, slots=True)
class OneLine:
    """A region of which the line ends are blanks, as in a text that is split into words without a shell."""

    inner: Region

    @property
    def text(self) -> str:
        """The inner region's text, character by character but for the line ends."""
        return self.inner.text.replace("\n", " ")

    def locate(self, index: int) -> int:
        """Where the inner region has it."""
        return self.inner.locate(index)

    def edits(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """Those of the inner region. Raises Refusal when that does."""
        return self.inner.edits(edits)


@dataclass(frozen=True, slots=True)
class CheckedRegion:
    """A region whose edits must leave all other regions of the file as they are. `scan` finds them; this is one."""

    inner: Region
    file: str
    scan: Callable[[str], Sequence[Region]]
    index: int

    @property
    def text(self) -> str:
        """The inner region's text."""
        return self.inner.text

    def locate(self, index: int) -> int:
        """As the inner region does."""
        return self.inner.locate(index)

    def edits(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """The inner region's edits, if the edited file holds the same texts but for this one. Raises Refusal."""
        made = self.inner.edits(edits)
        wanted = [region.text for region in self.scan(self.file)]
        wanted[self.index] = apply_edits(self.text, edits)
        if self._texts(made) != wanted:
            raise Refusal("host-text", "The file cannot hold the rewritten call at this place; edit it by hand.")
        return made

    def _texts(self, made: tuple[Edit, ...]) -> list[str]:
        try:
            return [region.text for region in self.scan(apply_edits(self.file, made))]
        except (OverlapError, ParseError, Refusal):
            return []


def checked(file: str, scan: Callable[[str], Sequence[Region]]) -> tuple[CheckedRegion, ...]:
    """The regions that `scan` finds in a file's text, each checked when it is edited."""
    return tuple(CheckedRegion(region, file, scan, index) for index, region in enumerate(scan(file)))


@dataclass(frozen=True, slots=True)
class Spliced:
    """Stretches of a file's text as one text: `offsets[i]` is where the one that starts at `starts[i]` begins in it.

    `between` is what stands in the file behind each line end of a text that is put in: the prefix of such lines.
    """

    text: str
    file: str
    starts: tuple[int, ...]
    offsets: tuple[int, ...]
    between: str = ""

    @classmethod
    def of(cls, file: str, stretches: Sequence[tuple[int, int]], between: str = "\t") -> Spliced:
        """Take the stretches out of a file's text; empty ones are left out."""
        kept = [(start, end) for start, end in stretches if end > start] or [(stretches[0][0], stretches[0][0])]
        offsets: list[int] = []
        length = 0
        for start, end in kept:
            offsets.append(length)
            length += end - start
        text = "".join(file[start:end] for start, end in kept)
        return cls(text, file, tuple(start for start, _ in kept), tuple(offsets), between)

    def locate(self, index: int) -> int:
        """Where the stretch that holds the character has it."""
        at = bisect_right(self.offsets, index) - 1
        return self.starts[at] + index - self.offsets[at]

    def edits(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """The edits of the file; one that reaches over stretches takes blanks between them along, but no comment.

        Raises Refusal.
        """
        return tuple(self._edit(edit) for edit in edits)

    def _edit(self, edit: Edit) -> Edit:
        start, end = edit.span.start, edit.span.end
        text = edit.text.replace("\n", "\n" + self.between)
        if start == end:
            at = self.locate(start) if start == 0 else self.locate(start - 1) + 1
            return Edit(Span(at, at), text)
        span = Span(self.locate(start), self.locate(end - 1) + 1)
        if "".join(self.file[span.start : span.end].split()) != "".join(self.text[start:end].split()):
            raise Refusal(
                "comment-inside", "A comment stands where the call must change. Move it away, then run again."
            )
        return Edit(span, text)
