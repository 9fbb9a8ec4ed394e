"""Apply edits to a text: spans never overlap, and they are applied from the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from migrator.model import Edit


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
