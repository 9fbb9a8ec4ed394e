"""Branch and tag filters as conditions.

CircleCI docs: configuration-reference, `filters`, `branches`, `tags`; workflows, "Executing workflows for a git tag".
A regular expression stands between slashes and must match the whole name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.compiler.evaluate import negated
from migrator.circleci.compiler.expr import All, AnyOf, Const, Equal, Expr, Matches, Ref, Template, Unclear
from migrator.circleci.compiler.faults import CompileError
from migrator.circleci.compiler.logic import parse_condition
from migrator.circleci.compiler.template import is_templated, parse_template

if TYPE_CHECKING:
    from collections.abc import Mapping

BRANCH, TAG = "pipeline.git.branch", "pipeline.git.tag"


def filter_condition(filters: object, *, on_tag: bool) -> Expr:
    """When a job with these filters runs, its requirements aside. Raises CompileError."""
    match filters:
        case None:
            return Const(not on_tag)
        case str() if is_templated(filters) and isinstance(parse_template(filters), Template):
            return Unclear(filters)  # the published schema refuses it, and the docs do not say what it means here
        case str():
            return parse_condition(filters)
        case dict():
            return _map_condition(filters, on_tag=on_tag)
    raise CompileError("filters: expected a map or an expression")


def allows_tags(filters: object) -> bool:
    """Whether the filters say anything about tags; without that a job never runs for one."""
    return isinstance(filters, str) or (isinstance(filters, dict) and filters.get("tags") is not None)


def name_condition(rules: object, name: Expr) -> Expr:
    """When `only` and `ignore` let a branch or tag name through. Raises CompileError."""
    if not isinstance(rules, dict):
        raise CompileError("filters: expected a map with only or ignore")
    unknown = [key for key in rules if key not in ("only", "ignore")]
    if unknown:
        return Unclear(f"filters with a key {unknown[0]}")
    only, ignore = (_specified(rules.get(key), name) for key in ("only", "ignore"))
    if only is None or ignore is None:
        return only or (negated(ignore) if ignore else Const(True))
    # Of a name that both let in and keep out, the docs say no more than that `only` is considered first.
    both = Unclear("a name that is in only and in ignore runs")
    return All((only, AnyOf((negated(ignore), both))))


def _map_condition(filters: Mapping[str, object], *, on_tag: bool) -> Expr:
    unknown = [key for key in filters if key not in ("branches", "tags")]
    if unknown:
        return Unclear(f"filters with a key {unknown[0]}")
    if not on_tag:
        rules = filters.get("branches")
        return Const(True) if rules is None else name_condition(rules, Ref(BRANCH))
    rules = filters.get("tags")
    if not isinstance(rules, dict) or not (rules.get("only") or rules.get("ignore")):
        return Const(False)
    return name_condition(rules, Ref(TAG))


def _specified(specifiers: object, name: Expr) -> Expr | None:
    match specifiers:
        case None | []:
            return None
        case list():
            return AnyOf(tuple(_one(specifier, name) for specifier in specifiers))
    return _one(specifiers, name)


def _one(specifier: object, name: Expr) -> Expr:
    match specifier:
        case str() if len(specifier) > 1 and specifier.startswith("/") and specifier.endswith("/"):
            return Matches(name, Const(specifier[1:-1]))
        case str():
            return Equal((name, Const(specifier)))
        case int() if not isinstance(specifier, bool):
            return Equal((name, Const(str(specifier))))
        case bool() | float():
            return Equal((name, Unclear(str(specifier))))
    if isinstance(specifier, Expr):
        return Equal((name, specifier))
    raise CompileError("filters: a specifier must be a string")
