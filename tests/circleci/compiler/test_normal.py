"""Conditions that say the same in other words are one text; the one form is as true as what it was made of."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from migrator.circleci.compiler.evaluate import decided, truth
from migrator.circleci.compiler.expr import Const, Ref, render
from migrator.circleci.compiler.logic import parse_condition
from migrator.circleci.compiler.normal import normal

if TYPE_CHECKING:
    from collections.abc import Callable

    from migrator.circleci.compiler.expr import Expr

BRANCH = "<< pipeline.git.branch >>"
EQUAL_ON_BRANCHES: list[tuple[object, object]] = [
    ('pipeline.git.branch != "main"', {"not": {"equal": ["main", BRANCH]}}),
    ('pipeline.git.branch == "main"', {"equal": [BRANCH, "main"]}),
    ('"main" == pipeline.git.branch', {"equal": [BRANCH, "main"]}),
    (
        'not (pipeline.git.branch == "a" or pipeline.git.branch == "b")',
        'pipeline.git.branch != "b" and not (pipeline.git.branch == "a")',
    ),
    ('NOT (pipeline.git.branch == "a" AND pipeline.number > 3)', 'pipeline.number <= 3 or pipeline.git.branch != "a"'),
    ("pipeline.number >= 3", "not (pipeline.number < 3)"),
    ("pipeline.number > 3", "3 < pipeline.number"),
    ("pipeline.git.branch matches /rel.*/", {"matches": {"pattern": "^rel.*$", "value": BRANCH}}),
    ('pipeline.git.branch starts-with "rel/"', "pipeline.git.branch matches /rel\\/.*/"),
    ("pipeline.git.branch matches /.*/", True),
    ('pipeline.git.branch == ""', False),
    ("pipeline.git.branch", "true"),
    ("pipeline.git.tag", False),
    ('pipeline.git.branch == "a" or pipeline.git.branch != "a"', True),
    ('pipeline.git.branch == "a" and not (pipeline.git.branch == "a")', False),
    (
        {"and": [{"or": [BRANCH, False]}, {"equal": ["a", BRANCH]}, {"equal": [BRANCH, "a"]}]},
        'pipeline.git.branch == "a"',
    ),
    ({"not": {"and": [{"equal": ["a", BRANCH]}]}}, {"or": [{"not": {"equal": ["a", BRANCH]}}]}),
]
DIFFERENT: list[tuple[object, object]] = [
    ('pipeline.git.branch != "main"', {"equal": ["main", BRANCH]}),
    ('pipeline.git.branch == "a"', 'pipeline.git.branch == "b"'),
    ('pipeline.git.branch == "a" or pipeline.number > 3', 'pipeline.git.branch == "a" and pipeline.number > 3'),
    ("pipeline.git.branch matches /rel.*/", "pipeline.git.branch matches /rel/"),
    ("pipeline.git.branch matches /^a|b$/", "pipeline.git.branch matches /a|b/"),
    ("pipeline.git.branch matches /a\\$/", "pipeline.git.branch matches /a\\/"),
    ('pipeline.git.branch starts-with "v1.0"', "pipeline.git.branch matches /v1.0.*/"),
    ('pipeline.git.branch contains "a"', 'pipeline.git.branch starts-with "a"'),
    ("pipeline.number > 3", "pipeline.number >= 3"),
    # Null on one side: on a branch event nothing is known of the event's action.
    ('pipeline.event.action != "x"', 'not (pipeline.event.action == "x")'),
    ("pipeline.event.action", True),
]


def lookup(values: dict[str, object]) -> Callable[[str], Expr]:
    known = {"pipeline.git.tag": "", **values}
    return lambda name: Const(known[name]) if name in known else Ref(name)


def form(condition: object) -> str:
    return render(normal(truth(parse_condition(condition), lookup({})), on_tag=False))


@pytest.mark.parametrize(("one", "other"), EQUAL_ON_BRANCHES, ids=str)
def test_equal_conditions_are_one_text(one: object, other: object) -> None:
    assert form(one) == form(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT, ids=str)
def test_other_conditions_are_another(one: object, other: object) -> None:
    try:
        forms = {form(one), form(other)}
    except Exception:  # noqa: BLE001 - one of them is no condition at all
        return
    assert len(forms) == 2


EVERY = [condition for pair in (*EQUAL_ON_BRANCHES, *DIFFERENT) for condition in pair]
EVENTS = list(product(("a", "b", "main", "rel", "rel/1", "x", "v1x0", "va"), (1, 3, 4), ("", "x", "y")))


@pytest.mark.parametrize("condition", EVERY, ids=str)
def test_the_one_form_is_as_true_as_the_other(condition: object) -> None:
    try:
        tree = truth(parse_condition(condition), lookup({}))
    except Exception:  # noqa: BLE001 - no condition
        return
    changed = normal(tree, on_tag=False)
    for branch, number, action in EVENTS:
        values: dict[str, object] = {
            "pipeline.git.branch": branch,
            "pipeline.number": number,
            "pipeline.event.action": action,
        }
        assert decided(truth(changed, lookup(values))) == decided(truth(tree, lookup(values))), values


def test_on_a_tag_the_branch_is_null() -> None:
    """So that `!=` and `not equal` are two things there (CircleCI-Public/expr)."""
    values = {"pipeline.git.branch": "", "pipeline.git.tag": "v1"}

    def holds(condition: object) -> bool | None:
        return decided(normal(truth(parse_condition(condition), lookup(values)), on_tag=True))

    assert holds('pipeline.git.branch != "main"') is False
    assert holds({"not": {"equal": ["main", BRANCH]}}) is True
    assert holds('not (pipeline.git.branch == "main")') is True
    assert holds('pipeline.git.branch == ""') is False
    assert holds({"equal": ["", BRANCH]}) is True
