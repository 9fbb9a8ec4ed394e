"""Regular expressions in filters that CircleCI's present compiler refuses (CircleCI discuss 54605)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Look-ahead and look-behind, back-references by number or name, possessive quantifiers.
_REFUSED = re.compile(r"\(\?<?[=!]|\\[1-9]|\\k<|[*+?}]\+")
_MAX_LENGTH = 128


def doubtful_patterns(config: Mapping[object, object]) -> Iterator[str]:
    """The branch and tag patterns of workflow entries and jobs that the compiler would refuse, each once."""
    seen = dict.fromkeys(_patterns([config.get("workflows"), config.get("jobs")]))
    for pattern in seen:
        if _REFUSED.search(re.sub(r"\\[^1-9k]", "x", pattern)) or len(pattern) > _MAX_LENGTH:
            yield pattern


def _patterns(data: object) -> Iterator[str]:
    """Every `/…/` under `only` or `ignore`."""
    match data:
        case dict():
            for key, value in data.items():
                if key in ("only", "ignore"):
                    yield from (text for text in _texts(value) if len(text) > 1 and text[0] == text[-1] == "/")
                else:
                    yield from _patterns(value)
        case list():
            for item in data:
                yield from _patterns(item)


def _texts(value: object) -> Iterator[str]:
    values = value if isinstance(value, list) else [value]
    yield from (str(text) for text in values)
