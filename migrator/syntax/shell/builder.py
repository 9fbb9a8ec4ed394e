"""Put a word together from its pieces."""

from __future__ import annotations

import re

from migrator.model import Span
from migrator.syntax.shell.word import Piece, Quote

_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])\}|([A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]))\Z")


class WordBuilder:
    """Collects the pieces of a word; neighbours that read alike become one."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.pieces: list[Piece] = []
        self.quoted: list[Span] = []

    def literal(self, text: str, start: int, end: int, quote: Quote) -> None:
        """Add text that means itself once the quotes are off."""
        last = self.pieces[-1] if self.pieces else None
        if last is not None and _joins(last, start, quote) and len(text) == end - start:
            self.pieces[-1] = Piece(Span(last.span.start, end), quote, (last.text or "") + text)
        else:
            self.pieces.append(Piece(Span(start, end), quote, text))

    def expansion(self, source: str, start: int, end: int, quote: Quote) -> None:
        """Add something that the shell expands."""
        found = _VARIABLE.match(source)
        self.pieces.append(Piece(Span(start, end), quote, None, found[1] or found[2] if found else None))


def _joins(last: Piece, start: int, quote: Quote) -> bool:
    if last.text is None or last.quote is not quote or last.span.end != start:
        return False
    return len(last.text) == last.span.end - last.span.start
