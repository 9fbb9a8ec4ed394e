"""Programs of languages that are reported and not rewritten, and which files are worth looking for them.

`languages.py` finds them; it is imported only for such a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.syntax.programs.languages import language_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from migrator.model import Span
    from migrator.syntax.text.source import Source

# What a call in a program cannot do without: the URL, the data, or a library.
_SIGNS = ("project", "build_parameters", "circleci", "CircleCi")
_DATA = {".yml": "YAML", ".yaml": "YAML", ".json": "JSON", ".ipynb": "JSON"}


def data_of(path: str) -> str | None:
    """The format of a file of data by its name: YAML, JSON, or None for any other."""
    return next((name for suffix, name in _DATA.items() if path.lower().endswith(suffix)), None)


def may_hold_request(text: str) -> bool:
    """Whether text of an unknown language may hold a request for v1."""
    return "project/" in text and "/v1" in text


def is_worth_reading(source: Source, known: Iterable[Span]) -> bool:
    """Whether a program may stand in the file beside the `known` calls, which were found in it already."""
    if not any(sign in source.text for sign in _SIGNS):
        return False
    if language_of(source.path, source.text) is not None or data_of(source.path) is not None:
        return True
    at, rest = 0, []
    for span in sorted(known):
        rest.append(source.text[at : span.start])
        at = max(at, span.end)
    return may_hold_request("\n".join((*rest, source.text[at:])))
