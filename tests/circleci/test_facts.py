"""Each fact about CircleCI's API and about HTTP stands in one place, and here is where."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from migrator.circleci.api.form import form_decoded, form_fields
from migrator.circleci.api.v1_url import trigger_url
from migrator.circleci.api.v2_request import ANSWERED, v2_branch
from migrator.model import Expansion, Literal, literal, static
from migrator.syntax.request import is_json_media, may_post
from tests.test_house_rules import TREES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def strings(tree: ast.AST) -> Iterator[str]:
    """The texts of a module, without its docstrings."""
    docstrings = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def calls(tree: ast.AST) -> Iterator[str]:
    """The calls of a module, as code."""
    yield from (ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Call))


def sets(tree: ast.AST) -> Iterator[str]:
    """The sets of a module, as code."""
    yield from (ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Set))


PLACES: dict[str, tuple[str, Callable[[ast.AST], Iterator[str]], Callable[[str], bool]]] = {
    "the shape of a v1 URL": (
        "migrator.circleci.api.v1_url",
        calls,
        lambda code: code.startswith("TriggerUrl("),
    ),
    "what JSON is declared as": (
        "migrator.syntax.request",
        strings,
        lambda text: text == "application/json",
    ),
    "what a form is declared as": (
        "migrator.syntax.request",
        strings,
        lambda text: text == "application/x-www-form-urlencoded",
    ),
    "which method may be a POST": (
        "migrator.syntax.request",
        sets,
        lambda code: code == "{'POST', None}",
    ),
    "how a form value is decoded": (
        "migrator.circleci.api.form",
        calls,
        lambda code: code.startswith("_decoded(") and "plus=True" in code,
    ),
    "which fields a v2 response has": (
        "migrator.circleci.api.v2_request",
        strings,
        lambda text: text == "created_at",
    ),
    "what a branch may look like": (
        "migrator.circleci.api.v2_request",
        strings,
        lambda text: text == "/head",
    ),
}


@pytest.mark.parametrize("fact", PLACES)
def test_a_fact_stands_in_one_place(fact: str) -> None:
    place, parts, is_fact = PLACES[fact]
    found = {module for module, tree in TREES.items() if any(map(is_fact, parts(tree)))}
    # The client of CircleCI's own API says what it accepts, which is no fact about callers.
    assert found - {"migrator.live.client"} == {place}


def test_the_places_know_the_facts() -> None:
    url = trigger_url(literal("https://circleci.com/api/v1.1/project/gh/acme/app/tree/main"))
    assert url is not None
    assert str(url.slug) == "gh/acme/app"
    assert is_json_media("application/json; charset=utf-8")
    assert not is_json_media("text/plain")
    assert [may_post(method) for method in ("POST", None, "GET")] == [True, True, False]
    assert static(form_decoded(literal("a+b%2Bc"))) == "a b+c"
    assert [field.name for field in form_fields(literal("job=a&tag=b"))] == ["job", "tag"]
    assert ANSWERED == ("id", "number", "state", "created_at")
    branches = [static(v2_branch(literal(name))) for name in ("main", "pull/12", "pull/x", "pull/12/head")]
    number = Expansion("$1", "1")
    assert v2_branch((Literal("pull/"), number)) == (Literal("pull/"), number, Literal("/head"))
    assert v2_branch((Literal("pull/"), number, Literal("/head"))) == (Literal("pull/"), number, Literal("/head"))
    assert v2_branch((number,)) == (number,)
    several = Expansion("$N", "N", values=("1", "2"))
    assert v2_branch((Literal("pull/"), several))[-1] == Literal("/head")
    assert branches == ["main", "pull/12/head", "pull/x", "pull/12/head"]
