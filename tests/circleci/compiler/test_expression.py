"""Expression strings: grammar, precedence, types."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.circleci.compiler import CompileError, evaluate_condition
from migrator.circleci.compiler.evaluate import operand
from migrator.circleci.compiler.expr import (
    EQUALITIES,
    ORDERS,
    And,
    Compare,
    Const,
    Expr,
    Holds,
    Not,
    Or,
    Pattern,
    Ref,
    Unclear,
    render,
)
from migrator.circleci.compiler.expression import parse_expression

A, B, C = Ref("pipeline.a"), Ref("pipeline.b"), Ref("pipeline.c")

REFS = st.sampled_from(["pipeline.git.branch", "parameters.dry-run", "pipeline.parameters.a_b", "matrix.x"]).map(Ref)
TEXTS = st.one_of(st.text(), st.text('\\"/a')).map(Const)
PATTERNS = st.sampled_from(["a.*", "a/b", r"\d+", "", r"\."]).map(lambda source: Const(Pattern(source)))
LEAVES = st.one_of(REFS, TEXTS, PATTERNS, st.integers(0, 999).map(Const), st.booleans().map(Const))


def _grown(children: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    return st.one_of(
        st.builds(lambda child: Not(Holds(child)), children),
        st.builds(And, children, children),
        st.builds(Or, children, children),
        st.builds(Compare, st.sampled_from(EQUALITIES + ORDERS), children, children),
    )


@given(st.recursive(LEAVES, _grown, max_leaves=12))
def test_what_is_rendered_parses_to_the_same_tree(tree: Expr) -> None:
    assert repr(parse_expression(render(tree))) == repr(tree)


@pytest.mark.parametrize(
    ("source", "tree"),
    [
        ("pipeline.a", A),
        ("  pipeline.a  ", A),
        ("not pipeline.a and pipeline.b", And(Not(Holds(A)), B)),
        ("NOT (pipeline.a AND pipeline.b)", Not(Holds(And(A, B)))),
        ("not not pipeline.a", Not(Holds(Not(Holds(A))))),
        ("!pipeline.a == pipeline.b", Compare("==", Not(Holds(A)), B)),
        ("! (pipeline.a)", Not(Holds(A))),
        ("pipeline.a!=pipeline.b", Compare("!=", A, B)),
        ("pipeline.a or pipeline.b and pipeline.c", Or(A, And(B, C))),
        ("(pipeline.a OR pipeline.b) and pipeline.c", And(Or(A, B), C)),
        ("pipeline.a or pipeline.b or pipeline.c", Or(Or(A, B), C)),
        ("pipeline.a == pipeline.b == pipeline.c", Compare("==", Compare("==", A, B), C)),
        ("pipeline.a == pipeline.b < pipeline.c", Compare("==", A, Compare("<", B, C))),
        ("pipeline.a < 2 != true", Compare("!=", Compare("<", A, Const(2)), Const(True))),
        ('pipeline.a starts-with "x"', Compare("starts-with", A, Const("x"))),
        ('pipeline.a STARTS-WITH "x"', Compare("starts-with", A, Const("x"))),
        ('pipeline.a contains "x"', Compare("contains", A, Const("x"))),
        ("pipeline.a matches /x y/", Compare("matches", A, Const(Pattern("x y")))),
        (r"pipeline.a MATCHES /rel\/\d+/", Compare("matches", A, Const(Pattern(r"rel/\d+")))),
        (r"pipeline.a matches /(a|b)\.\\c/", Compare("matches", A, Const(Pattern(r"(a|b)\.\\c")))),
        ("pipeline.a matches 'x y'", Compare("matches", A, Unclear("'x y'"))),
        ("pipeline.a>=10", Compare(">=", A, Const(10))),
        ("pipeline.a < 1.5", Compare("<", A, Unclear("1.5"))),
        ("pipeline.a > -1", Compare(">", A, Unclear("-1"))),
        ("pipeline.a != FALSE", Compare("!=", A, Const(False))),
        ("pipeline.a\n\tor pipeline.b\n", Or(A, B)),
        ('pipeline.a == ""', Compare("==", A, Const(""))),
        (r'pipeline.a == "say \"hi\", c:\\dir \d"', Compare("==", A, Const(r'say "hi", c:\dir \d'))),
        ("pipeline.and.or", Ref("pipeline.and.or")),
        ("pipeline.parameters.not-me", Ref("pipeline.parameters.not-me")),
        ("pipeline.parameters.is_it?", Ref("pipeline.parameters.is_it?")),
        ("And", Ref("And")),
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
        "_a",
        "-a",
        "!",
        "a !",
        "!and",
        "a <",
        "a matches /x",
        "a contains",
        "a, b",
        "a ? b",
        "9223372036854775808",
        "a\u00a0or b",
        "matches",
        'a "b"',
    ],
)
def test_what_does_not_parse(source: str) -> None:
    with pytest.raises(CompileError, match="Unable to parse expression"):
        parse_expression(source)


BRANCH, TAG = "pipeline.git.branch", "pipeline.git.tag"
DEV = {BRANCH: "dev", TAG: "", "pipeline.number": 7, "pipeline.parameters.env": ""}


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ('"hello world" starts-with "hello"', True),
        ('"hello" starts-with "hello world"', False),
        ('"hello world" contains "o w"', True),
        ('"hello world" contains "W"', False),
        ('pipeline.git.branch == "dev"', True),
        ('pipeline.git.branch != "dev"', False),
        ('pipeline.git.branch == "main" or pipeline.git.branch starts-with "de"', True),
        ('"1" == 1', False),
        ('"1" != 1', True),
        ("true == 1", False),
        ('"TRUE" == TRUE', False),
        ("2 > 1 and 1 >= 1 and 0 < 1 and 1 <= 1", True),
        ("2 < 1", False),
        ("pipeline.number > 5 == true", True),
        ("not (pipeline.git.branch matches /^release-.*$/)", True),
        ("pipeline.git.branch matches /dev/", True),
        ("pipeline.git.branch matches /d/", False),
        ("pipeline.git.branch matches /^d/", False),
        ("pipeline.git.branch matches /v$/", False),
        ("pipeline.git.branch matches /d.*|x/", True),
        (r'"a/b" matches /\w\/\w/', True),
        (r'"a.b" matches /a\.b/', True),
        ('"" matches //', True),
        ("not true and false", False),
        ("not (true and false)", True),
        ('not pipeline.git.branch == "dev"', False),
        ('!pipeline.git.branch == "dev"', False),
        ('false or "text"', True),
        ("0", True),
        ('""', True),
        ("/x/", True),
        ("0 and false", False),
        ("not 0", False),
        ('not ""', False),
        ("pipeline.parameters.env", True),
        ('pipeline.parameters.env == ""', True),
        ("pipeline.git.branch or pipeline.git.tag", True),
        ("pipeline.git.tag", False),
        ("not pipeline.git.tag", True),
        ('pipeline.git.tag == "v1"', False),
        ('pipeline.git.tag != "v1"', False),
        ('not (pipeline.git.tag == "v1")', True),
        ('not (pipeline.git.tag != "v1")', True),
        ('pipeline.git.tag starts-with "v"', False),
        ("pipeline.git.tag matches /.*/", False),
        ("pipeline.git.tag > 3", False),
        ("pipeline.git.tag == pipeline.git.tag", False),
        ('pipeline.git.tag == ""', False),
    ],
)
def test_evaluation(source: str, answer: bool) -> None:
    assert evaluate_condition(source, DEV) is answer


@pytest.mark.parametrize(
    "source",
    [
        "pipeline.git.branch == 'dev'",
        "not (pipeline.git.branch matches '^release-.*$')",
        "1 == 1.0",
        "2 > 1.5",
        "pipeline.number > -1",
        "/a/ == /a/",
        "pipeline.git.branch matches /(?!main).*/",
        r"pipeline.git.branch matches /(.)\1/",
        "pipeline.git.branch matches /d++ev/",
        f"pipeline.git.branch matches /{'(dev)' * 26}/",
        "pipeline.id",
        'pipeline.id == "x" and true',
    ],
)
def test_what_the_sources_leave_open_is_not_known(source: str) -> None:
    assert evaluate_condition(source, DEV) is None


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ('pipeline.git.branch == "dev" and 10 or 1', 10),
        ('pipeline.git.branch == "main" and 10 or 1', 1),
        ('pipeline.git.branch or "none"', "dev"),
        ('pipeline.git.tag or "none"', "none"),
        ("pipeline.git.tag and 1", None),
        ("1 and pipeline.git.tag", None),
        ("pipeline.git.tag or false", False),
        ("false or pipeline.git.tag", None),
        ("0 or 5", 0),
        ('"" or 5', ""),
        ("pipeline.number and pipeline.git.branch", "dev"),
        ("pipeline.git.tag > 1", None),
        ("not pipeline.git.tag", True),
        ('pipeline.git.tag and 1 or pipeline.git.branch == "dev" and "deploy"', "deploy"),
        ("pipeline.parameters.env", ""),
    ],
)
def test_values(source: str, result: object) -> None:
    assert repr(operand(parse_expression(source), lambda name: Const(DEV[name]))) == repr(Const(result))


@pytest.mark.parametrize(
    "source",
    [
        '1 starts-with "a"',
        '"a" starts-with true',
        '1 contains "a"',
        '"a" contains 5',
        '"a" contains /a/',
        "true > 1",
        '"2" >= 1',
        "1 matches /1/",
        '1 < "a"',
        "5 > /a/",
    ],
)
def test_operands_of_wrong_types_are_errors(source: str) -> None:
    with pytest.raises(CompileError, match="cannot be applied"):
        evaluate_condition(source, {})


@pytest.mark.parametrize("right", ['"^dev$"', "true", "12", "pipeline.git.branch"])
def test_matches_takes_a_pattern(right: str) -> None:
    with pytest.raises(CompileError, match="must be a pattern"):
        evaluate_condition(f"pipeline.git.branch matches {right}", DEV)
    assert evaluate_condition(f"pipeline.git.tag matches {right}", DEV) is False


def test_an_operand_that_is_not_reached_is_no_error() -> None:
    assert evaluate_condition('false and 1 starts-with "a"', {}) is False
    assert evaluate_condition('true or 1 starts-with "a"', {}) is True
    assert evaluate_condition('pipeline.id and 1 starts-with "a"', {}) is None


def test_in_a_logic_statement_the_value_of_an_expression_is_a_literal() -> None:
    """There `""` is falsy, where an expression of its own takes it as true."""
    assert evaluate_condition('"" or true', DEV) is True
    assert evaluate_condition({"and": ['<< "" or true >>']}, DEV) is False
    assert evaluate_condition({"and": ["<< pipeline.id or true >>"]}, DEV) is None
    assert evaluate_condition({"and": ['<< pipeline.id == "x" or true >>']}, DEV) is True
    assert evaluate_condition({"or": ["<< pipeline.git.tag and 1 >>"]}, DEV) is False
    assert evaluate_condition({"equal": ["<< pipeline.git.tag and 1 >>", ""]}, DEV) is None
