"""Regular expressions as CircleCI reads them: Java syntax, matched against the whole string.

CircleCI docs: workflows, "Using regular expressions to filter tags and branches". Python's `re` stands in where the two
agree; where they do not, the answer is None: not known.
"""

from __future__ import annotations

import re
from functools import lru_cache

EVERYTHING = frozenset({".*", "^.*", ".*$", "^.*$", "(.*)", "^(.*)$"})
# Java only, or read differently: nested and intersected classes, \Q..\E, \p{..}, \h, \R, \X, \z, \Z, \G, octal escapes,
# named references, inline flags after the start.
_DIFFERS = re.compile(r"\\[QEpPhHvVRXzZGkKN0]|\[[^\]]*\[|&&|(?<!^)\(\?[a-zA-Z-]+[:)]|\(\?P|\(\?\(")


def matches_whole(pattern: str, text: str) -> bool | None:
    """Whether all of `text` matches, or None when `re` cannot be trusted to agree with Java."""
    compiled = _compiled(pattern)
    return None if compiled is None else compiled.fullmatch(text) is not None


def matches_somewhere(pattern: str, text: str) -> bool | None:
    """Whether a part of `text` matches, or None when `re` cannot be trusted to agree with Java."""
    compiled = _compiled(pattern)
    return None if compiled is None else compiled.search(text) is not None


def matches_everything(pattern: str) -> bool:
    """Whether the pattern is one of the usual spellings of "any text without a line break"."""
    return pattern in EVERYTHING


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    if _DIFFERS.search(pattern):
        return None
    try:
        # Java's \d, \w, \s and \b know ASCII only unless told otherwise.
        return re.compile(re.sub(r"\(\?<(?=[A-Za-z])", "(?P<", pattern), re.ASCII)
    except re.error:
        return None
