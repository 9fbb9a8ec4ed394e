"""Text that HTML shows as code, in documents of any kind: tags dropped, references resolved, lines kept.

Source: HTML standard (`pre`, `code`, character references).
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.syntax.text.layers import LayerToken, decoded, encoded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.text.regions import DecodedRegion

HTML = frozenset({".html", ".htm", ".xhtml"})
"""What pages are called."""
_TAG = r"<!--.*?-->|</?[A-Za-z][^<>]*>"
_MARK = re.compile(rf"{_TAG}|&(?:#\d+|#[xX][0-9A-Fa-f]+|[A-Za-z]\w*);", re.DOTALL)
_BLOCK = re.compile(r"<pre\b[^>]*>(?P<code>.*?)</pre\s*>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Html:
    """Text of HTML as it is shown."""

    def decode(self, text: str) -> DecodedRegion:
        """Without tags, and with characters for references. Raises Refusal."""
        found = _MARK.finditer(text)
        return decoded(text, [LayerToken(mark.start(), mark.end(), _meaning(mark[0])) for mark in found])

    def encode(self, text: str) -> str:
        """Text that HTML shows as it is."""
        return encoded(text, lambda plain: html.escape(plain, quote=False))


def _meaning(mark: str) -> str:
    if mark.startswith("&"):
        return html.unescape(mark)
    return "\n" if re.match(r"<br\b", mark, re.IGNORECASE) else ""


def code_blocks(text: str) -> Iterator[tuple[int, int]]:
    """Where the text of each `<pre>` starts and ends."""
    yield from (found.span("code") for found in _BLOCK.finditer(text))


def shown_text(text: str) -> str:
    """A page as it is shown, every line where it was."""
    return _MARK.sub(lambda mark: html.unescape(mark[0]) if mark[0][0] == "&" else "\n" * mark[0].count("\n"), text)
