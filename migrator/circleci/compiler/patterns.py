"""Regular expressions as CircleCI reads them, matched against the whole string.

The documentation promises Java's syntax (workflows, "Using regular expressions to filter tags and branches"). The
compiler of 2026 reads `/…/` of expressions with RE2 (`CircleCI-Public/expr`), and refuses what RE2 does not have in the
filters of jobs, too (CircleCI discuss 54605). Python's `re` stands in where all of them agree; where they do not, the
answer is None: not known.
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
    if "(?i" in pattern and not text.isascii():
        return None  # RE2 folds the case of all letters, Java that of ASCII only
    return None if compiled is None else compiled.fullmatch(text) is not None


def matches_expression(pattern: str, text: str) -> bool | None:
    """The same for `/…/` of an expression, which RE2 reads; None, too, for what its compiler may refuse."""
    return None if refused_part(pattern) else matches_whole(pattern, text)


def matches_everything(pattern: str) -> bool:
    """Whether the pattern is one of the usual spellings of "any text without a line break"."""
    return pattern in EVERYTHING


_LATIN_1 = 0xFF
MAX_LENGTH = 128  # the documented library's limit; a later version of it has 256
_REPETITION = re.compile(r"[*+?]|\{[0-9]+(?:,[0-9]*)?\}")
_GROUP = re.compile(r"\(\?(?:(?P<look><?[=!])|(?P<atomic>>)|P?<[^>]*>|(?P<flags>[A-Za-z-]*)[:)])")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|\[:\^?[a-z]+:\]|[^\]\\])*\]", re.DOTALL)
# The library refuses `\x` as RE2 would not (its corpus, "invalid-patterns").
_RE2_ESCAPES = frozenset("AbBCQEpPdDsSwWzafnrtv0")
_RE2_FLAGS = frozenset("imsU-")


@lru_cache(maxsize=512)
def refused_part(pattern: str) -> str | None:
    """What in the pattern CircleCI's present compiler may refuse, as RE2 does, in words; None when there is nothing."""
    if len(pattern) > MAX_LENGTH:
        return f"more than {MAX_LENGTH} characters"
    if strange := next((char for char in pattern if ord(char) > _LATIN_1), None):
        return f"`{strange}`, which is not in Latin-1"
    return _refused_construct(pattern) or _flaw(pattern)


def _refused_construct(pattern: str) -> str | None:
    index = repeated = 0
    while index < len(pattern):
        if found := _REPETITION.match(pattern, index):
            if repeated and found.group() == "+":
                return "a possessive quantifier"
            repeated += 1
        else:
            found = _GROUP.match(pattern, index) or _CLASS.match(pattern, index)
            repeated = 0
            escaped = pattern[index + 1 : index + 2] if pattern[index] == "\\" else ""
            if reason := _refused_escape(escaped) or _refused_group(found):
                return reason
        index = found.end() if found else _after_literal(pattern, index)
    return None


def _after_literal(pattern: str, index: int) -> int:
    if pattern.startswith("\\Q", index):
        end = pattern.find("\\E", index)
        return len(pattern) if end < 0 else end + 2
    return index + (2 if pattern[index] == "\\" else 1)


def _refused_escape(char: str) -> str | None:
    if char and char in "123456789k":
        return "a back-reference"
    return f"`\\{char}`" if char.isascii() and char.isalnum() and char not in _RE2_ESCAPES else None


def _refused_group(found: re.Match[str] | None) -> str | None:
    groups = found.groupdict() if found else {}
    if groups.get("look"):
        return "look-around"
    if groups.get("atomic"):
        return "an atomic group"
    return None if _RE2_FLAGS.issuperset(groups.get("flags") or "") else f"the flags `{groups['flags']}`"


def _flaw(pattern: str) -> str | None:
    """What makes the pattern no regular expression at all, where Python, Java and RE2 agree on that."""
    if _DIFFERS.search(pattern):
        return None
    try:
        _python(pattern)
    except re.error as error:
        return f"no regular expression: {error.msg}"
    return None


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    if _DIFFERS.search(pattern):
        return None
    try:
        return _python(pattern)
    except re.error:
        return None


def _python(pattern: str) -> re.Pattern[str]:
    # Java's \d, \w, \s and \b know ASCII only unless told otherwise.
    return re.compile(re.sub(r"\(\?<(?=[A-Za-z])", "(?P<", pattern), re.ASCII)
