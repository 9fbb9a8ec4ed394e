"""Regular expressions: where Python's agree with Java's they are used, elsewhere nothing is said."""

from __future__ import annotations

import pytest

from migrator.circleci.compiler.patterns import matches_everything, matches_expression, matches_whole


@pytest.mark.parametrize(
    ("pattern", "text", "answer"),
    [
        ("v[0-9]+", "v12", True),
        ("v[0-9]+", "v12a", False),
        ("^v[0-9]+$", "v12", True),
        ("v\\d+", "v\u0663", False),
        ("(?i)MAIN", "main", True),
        ("(?<major>[0-9])\\.x", "1.x", True),
        ("(a|b)\\1", "aa", True),
        ("a++", "aaa", True),
        ("(?!main).*", "main", False),
        ("", "", True),
        ("\\p{L}+", "abc", None),
        ("\\Qa.b\\E", "a.b", None),
        ("[a-z&&[^b]]", "a", None),
        ("[a[b]]", "a", None),
        ("a(?i)b", "aB", None),
        ("(", "(", None),
        ("\\h", " ", None),
    ],
)
def test_whole_matches(pattern: str, text: str, answer: bool | None) -> None:
    assert matches_whole(pattern, text) is answer


def test_patterns_of_expressions() -> None:
    assert matches_expression("a|ab", "ab") is True
    assert matches_expression("é", "é") is True
    for refused in ("(?!x)a", r"\x61", "a|\u23f0", "a|" * 70):
        assert matches_expression(refused, "a") is None


def test_case_is_folded_alike_for_ascii_only() -> None:
    assert matches_whole("(?i)k", "K") is True
    assert matches_whole("(?i)k", "\u212a") is None


def test_patterns_for_everything() -> None:
    assert matches_everything(".*")
    assert matches_everything("^.*$")
    assert not matches_everything(".+")
