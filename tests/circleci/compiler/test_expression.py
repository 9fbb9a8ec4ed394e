"""Expression strings: grammar, precedence, types."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.circleci.compiler import CompileError, evaluate_condition
from migrator.circleci.compiler.expr import And, Compare, Const, Expr, Not, Or, Ref, render
from migrator.circleci.compiler.expression import COMPARISONS, parse_expression

A, B, C = Ref("pipeline.a"), Ref("pipeline.b"), Ref("pipeline.c")

REFS = st.sampled_from(["pipeline.git.branch", "parameters.dry-run", "pipeline.parameters.a_b", "matrix.x"]).map(Ref)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters='\\"', exclude_categories=("Cc", "Cs"))).map(Const)
LEAVES = st.one_of(REFS, TEXTS, st.integers(-999, 999).map(Const), st.booleans().map(Const))


def _grown(children: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    return st.one_of(
        st.builds(Not, children),
        st.builds(And, children, children),
        st.builds(Or, children, children),
        st.builds(Compare, st.sampled_from(COMPARISONS), children, children),
    )


@given(st.recursive(LEAVES, _grown, max_leaves=12))
def test_what_is_rendered_parses_to_the_same_tree(tree: Expr) -> None:
    assert repr(parse_expression(render(tree))) == repr(tree)


@pytest.mark.parametrize(
    ("source", "tree"),
    [
        ("pipeline.a", A),
        ("  pipeline.a  ", A),
        ("not pipeline.a and pipeline.b", And(Not(A), B)),
        ("not (pipeline.a and pipeline.b)", Not(And(A, B))),
        ("not not pipeline.a", Not(Not(A))),
        ("not pipeline.a == pipeline.b", Compare("==", Not(A), B)),
        ("pipeline.a or pipeline.b and pipeline.c", Or(A, And(B, C))),
        ("(pipeline.a or pipeline.b) and pipeline.c", And(Or(A, B), C)),
        ("pipeline.a or pipeline.b or pipeline.c", Or(Or(A, B), C)),
        ('pipeline.a starts-with "x"', Compare("starts-with", A, Const("x"))),
        ("pipeline.a matches 'x y'", Compare("matches", A, Const("x y"))),
        ("pipeline.a>=10", Compare(">=", A, Const(10))),
        ("pipeline.a < 1.5", Compare("<", A, Const(1.5))),
        ("pipeline.a != false", Compare("!=", A, Const(False))),
        ("pipeline.a\n  or pipeline.b\n", Or(A, B)),
        ('pipeline.a == ""', Compare("==", A, Const(""))),
        ("pipeline.and.or", Ref("pipeline.and.or")),
        ("pipeline.parameters.not-me", Ref("pipeline.parameters.not-me")),
    ],
)
def test_grammar(source: str, tree: Expr) -> None:
    assert repr(parse_expression(source)) == repr(tree)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "and",
        "pipeline.a and",
        "pipeline.a pipeline.b",
        "(pipeline.a",
        "pipeline.a)",
        '"open',
        "a = b",
        "a && b",
        "not",
        "== 1",
        "a == == b",
        "1abc",
        "a..b",
        ".a",
        "!a",
        "matches",
        'a "b"',
    ],
)
def test_what_does_not_parse(source: str) -> None:
    with pytest.raises(CompileError, match="Unable to parse expression"):
        parse_expression(source)


BRANCH = "pipeline.git.branch"


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ('"hello world" starts-with "hello"', True),
        ('"hello" starts-with "hello world"', False),
        ('pipeline.git.branch == "dev"', True),
        ('pipeline.git.branch != "dev"', False),
        ('pipeline.git.branch == "main" or pipeline.git.branch starts-with "de"', True),
        ('"1" == 1', False),
        ('"1" != 1', True),
        ("true == 1", False),
        ("1 == 1.0", True),
        ("2 > 1 and 1 >= 1 and 0 < 1 and 1 <= 1", True),
        ("2 < 1", False),
        ("not (pipeline.git.branch matches '^release-.*$')", True),
        ("pipeline.git.branch matches 'dev'", True),
        ("not true and false", False),
        ("not (true and false)", True),
        ("not pipeline.git.branch == 'dev'", False),
        ("false or 'text'", True),
        ("0 or ''", False),
    ],
)
def test_evaluation(source: str, answer: bool) -> None:
    assert evaluate_condition(source, {BRANCH: "dev"}) is answer


@pytest.mark.parametrize(
    "source",
    ["1 starts-with 'a'", "'a' starts-with true", "true > 1", "'2' >= 1", "1 matches '1'", "1 < 'a'"],
)
def test_operands_of_wrong_types_are_errors(source: str) -> None:
    with pytest.raises(CompileError, match="cannot be applied"):
        evaluate_condition(source, {})


def test_an_operand_that_is_not_reached_is_no_error() -> None:
    assert evaluate_condition("false and 1 starts-with 'a'", {}) is False
    assert evaluate_condition("true or 1 starts-with 'a'", {}) is True
    assert evaluate_condition("pipeline.id and 1 starts-with 'a'", {}) is None


def test_a_backslash_is_read_both_ways() -> None:
    """The docs do not say whether it escapes, so only what holds for both readings is known."""
    version = {BRANCH: "v1.2"}
    assert evaluate_condition(r'pipeline.git.branch matches "^v[0-9]\\.[0-9]$"', version) is None
    assert evaluate_condition(r'pipeline.git.branch matches "^w\.[0-9]$"', version) is False
    assert evaluate_condition(r'pipeline.git.branch == "\"v1.2\""', version) is False


def test_a_partial_match_is_not_known() -> None:
    assert evaluate_condition('pipeline.git.branch matches "dev"', {BRANCH: "dev-2"}) is None
    assert evaluate_condition('pipeline.git.branch matches "x"', {BRANCH: "dev-2"}) is False
