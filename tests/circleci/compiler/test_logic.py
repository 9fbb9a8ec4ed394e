"""Logic statements: truthiness, operators, what is invalid."""

from __future__ import annotations

import math

import pytest

from migrator.circleci.compiler import CompileError, evaluate_condition
from tests.circleci.compiler.support import data


@pytest.mark.parametrize(
    ("literal", "answer"),
    [
        (True, True),
        (42, True),
        (-1, True),
        (0.5, True),
        ({"and": [True, "no"]}, True),
        ({"or": ["0"]}, True),
        (False, False),
        (None, False),
        (0, False),
        (0.0, False),
        (math.nan, False),
        ("", False),
        ({}, False),
        ({"and": None}, False),
        ({"or": None}, False),
        ({"not": ""}, True),
        ({"not": "false"}, False),
    ],
)
def test_truthiness(literal: object, answer: bool) -> None:
    assert evaluate_condition(literal, {}) is answer


KNOWN = {"pipeline.git.branch": "staging", "pipeline.number": 42, "pipeline.parameters.on": True}


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        ("and: [true, true, false]", False),
        ("and: [true, 1, x]", True),
        ("or: [false, true, false]", True),
        ("or: [false, '', 0]", False),
        ("not: true", False),
        ("equal: [42, << pipeline.number >>]", True),
        ("equal: ['42', << pipeline.number >>]", False),
        ("equal: [1, true]", False),
        ("equal: [1, 1.0]", True),
        ("equal: [a]", True),
        ("equal: [staging, << pipeline.git.branch >>, staging]", True),
        ("equal: [staging, << pipeline.git.branch >>, main]", False),
        ("equal: [{and: [1, 2]}, true]", True),
        ("matches: {pattern: '^stag.+$', value: << pipeline.git.branch >>}", True),
        ("matches: {pattern: 'stag', value: << pipeline.git.branch >>}", False),
        ("matches: {pattern: '^s', value: << pipeline.git.branch >>}", False),
        ("or: [{equal: [main, << pipeline.git.branch >>]}, {equal: [staging, << pipeline.git.branch >>]}]", True),
        ("and: [{not: {matches: {pattern: x.*, value: << pipeline.git.branch >>}}}, << pipeline.number >>]", True),
        ("and: [<< pipeline.parameters.on and pipeline.number > 41 >>]", True),
        ("equal: ['n-42', 'n-<< pipeline.number >>']", True),
        ("<< pipeline.parameters.on >>", True),
        ("<< pipeline.number == 42 >>", True),
        ("pipeline.number == 42", True),
        ("''", False),
    ],
)  # fmt: skip
def test_statements(statement: str, answer: bool) -> None:
    assert evaluate_condition(data(statement), KNOWN) is answer


def test_text_inside_a_statement_is_a_literal() -> None:
    """Only the string right under `when` is an expression."""
    assert evaluate_condition({"and": ['pipeline.git.branch == "main"']}, KNOWN) is True
    assert evaluate_condition('pipeline.git.branch == "main"', KNOWN) is False


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        ('"<< pipeline.git.branch >>" == "main"', True),
        ('<< pipeline.parameters.on >> and pipeline.git.branch == "nowhere"', True),
        ("<< pipeline.git.tag >><< pipeline.git.tag >>", None),
        (" << pipeline.parameters.on >>", None),
        (r"\<< pipeline.parameters.on >>", None),
    ],
)
def test_text_around_a_tag_makes_text_of_it_all(condition: str, answer: bool | None) -> None:
    """Which is true (docs: orchestration-cookbook); where a tag stands all but alone, nothing is said."""
    assert evaluate_condition(condition, KNOWN) is answer


@pytest.mark.parametrize(
    "statement",
    [
        "and: []",
        "or: []",
        "equal: []",
        "{and: [true], or: [true]}",
        "xor: [true]",
        "and: true",
        "matches: x",
        "matches: {pattern: a}",
        "matches: {pattern: a, value: b, flags: c}",
        "[true]",
        "and: [[]]",
        "equal: x",
    ],
)
def test_invalid_statements(statement: str) -> None:
    with pytest.raises(CompileError):
        evaluate_condition(data(statement), {})


def _nested(levels: int) -> object:
    statement: object = True
    for _ in range(levels - 1):
        statement = {"and": [statement]}
    return statement


def test_a_hundred_levels_are_allowed_and_no_more() -> None:
    assert evaluate_condition(_nested(100), {}) is True
    with pytest.raises(CompileError, match="100 levels"):
        evaluate_condition(_nested(101), {})
