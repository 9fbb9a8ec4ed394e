"""What `printf FORMAT ARGUMENTS` prints, for formats of plain text and `%s` (POSIX: printf utility)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migrator.model import Literal, Template

if TYPE_CHECKING:
    from collections.abc import Sequence

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_TOKEN = re.compile(r"%%|%[sdi]|%.?|\\(.)|[^%\\]+", re.DOTALL)


def formatted(text: str, arguments: Sequence[Template]) -> Template | None:
    """The output as a template, or None when the format is used again or does more than put texts together."""
    parts: list[Template] = []
    given = list(arguments)
    for token in _TOKEN.finditer(text):
        if token[0] in {"%s", "%d", "%i"} and given:
            parts.append(given.pop(0))
        elif token[0] == "%%":
            parts.append((Literal("%"),))
        elif token[0].startswith("%") or (token[1] is not None and token[1] not in _ESCAPES):
            return None
        else:
            parts.append((Literal(_ESCAPES[token[1]] if token[1] else token[0]),))
    return None if given else tuple(part for template in parts for part in template)
