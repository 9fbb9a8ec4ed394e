"""Which filter patterns CircleCI's present compiler refuses."""

from __future__ import annotations

import pytest

from codemods.config.patterns import doubtful_patterns


def _doubtful(pattern: str) -> bool:
    entry = {"build": {"filters": {"branches": {"only": ["main", f"/{pattern}/"]}, "tags": {"ignore": "v1"}}}}
    return list(doubtful_patterns({"workflows": {"w": {"jobs": [entry]}}})) == [f"/{pattern}/"]


@pytest.mark.parametrize(
    "pattern",
    ["(?!x).*", "(?=x)x", "(?<=a)b", "(?<!a)b", r"(a)\1", r"(?<n>a)\k<n>", "a++", "a*+", "a?+", "a{2}+", "a" * 130],
)
def test_refused(pattern: str) -> None:
    assert _doubtful(pattern)


@pytest.mark.parametrize(
    "pattern", [".*", "(?:a|b)", r"\\1x", r"a\+\+", "(?<n>a)", r"rel-\d+", r"v\d+\.\d+(-\w+)?", "(?i)a"]
)
def test_taken(pattern: str) -> None:
    assert not _doubtful(pattern)


def test_only_patterns_of_filters_count() -> None:
    config = {"jobs": {"build": {"branches": {"only": "/(?!x)/"}, "environment": {"A": "/(?!y)/"}}}}
    assert list(doubtful_patterns(config)) == ["/(?!x)/"]
