"""A region made of stretches of the file that follow one another: what stands between them is nobody's text."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.errors import Refusal
from migrator.model import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Sequence


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
