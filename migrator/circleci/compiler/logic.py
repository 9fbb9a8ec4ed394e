"""Read logic statements (`and`, `or`, `not`, `equal`, `matches`, literals) into trees, and ask whether they hold.

CircleCI docs: configuration-reference, "Logic statements": empty lists are an error, the depth limit is 100, and a
statement without arguments is falsy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from migrator.circleci.compiler.evaluate import decided, truth
from migrator.circleci.compiler.expr import (
    All,
    AnyOf,
    Const,
    Equal,
    Expr,
    Holds,
    Matches,
    Not,
    Ref,
    Template,
    Unclear,
    text_of,
)
from migrator.circleci.compiler.expression import parse_expression
from migrator.circleci.compiler.model import CompileError
from migrator.circleci.compiler.template import is_templated, parse_template

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_DEPTH = 100
Truth: TypeAlias = bool | None
_LISTS: dict[str, Callable[[tuple[Expr, ...]], Expr]] = {"and": All, "or": AnyOf, "equal": Equal}


def parse_condition(condition: object) -> Expr:
    """The tree of a workflow's `when`/`unless`: a logic statement, or a string, which is an expression.

    A string that is one tag takes its value. Raises CompileError.
    """
    if not isinstance(condition, str):
        return parse_statement(condition)
    if not is_templated(condition):
        return Holds(parse_expression(condition)) if condition.strip() else Const("")
    tree = parse_template(condition)
    if isinstance(tree, Const) or (isinstance(tree, Template) and not _has_text(tree)):
        return Unclear(condition)
    # Text around a tag makes all of it text, and text is true (docs: orchestration-cookbook, the workflow that always
    # runs).
    return tree


def _has_text(template: Template) -> bool:
    texts = [text_of(part.value) for part in template.parts if isinstance(part, Const)]
    return len(texts) < len(template.parts) and any(text.strip() for text in texts)


def parse_statement(statement: object, depth: int = 1) -> Expr:
    """The tree of a logic statement, e.g. the `condition` of a `when` step, where strings are literals."""
    if depth > MAX_DEPTH:
        raise CompileError(f"Logic statement is nested deeper than {MAX_DEPTH} levels")
    match statement:
        case str():
            return parse_template(statement)
        case dict():
            return _parse_map(statement, depth)
        case list():
            raise CompileError("A list is not a logic statement")
    return Const(statement)


def _parse_map(statement: dict[object, object], depth: int) -> Expr:
    if not statement:
        return Const(False)
    if len(statement) != 1:
        raise CompileError(f"Logic statement must have exactly one operator, found: {_names(statement)}")
    operator, arguments = next(iter(statement.items()))
    if operator == "not":
        return Not(parse_statement(arguments, depth + 1))
    if operator == "matches":
        return _parse_matches(arguments)
    if not isinstance(operator, str) or operator not in _LISTS:
        raise CompileError(f"Unknown logic operator: {operator}")
    return _parse_list(operator, arguments, depth)


def _parse_list(operator: str, arguments: object, depth: int) -> Expr:
    match arguments:
        case None:
            return Const(False)
        case []:
            raise CompileError(f"Logic operator '{operator}' must not have an empty list of arguments")
        case list():
            return _LISTS[operator](tuple(parse_statement(argument, depth + 1) for argument in arguments))
    raise CompileError(f"Logic operator '{operator}' takes a list of arguments")


def _parse_matches(arguments: object) -> Expr:
    match arguments:
        case {"pattern": str() as pattern, "value": given, **rest} if not rest:
            return Matches(parse_statement(given), parse_template(pattern))
    raise CompileError("Logic operator 'matches' takes a pattern and a value")


def _names(statement: dict[object, object]) -> str:
    return ", ".join(str(name) for name in statement)


def evaluate_condition(condition: object, known: Mapping[str, object]) -> Truth:
    """Whether a workflow's `when` holds: True, False, or None when it depends on what is not known.

    `condition` is the plain data under `when` (a logic statement or an expression string); `known` maps full names,
    e.g. `pipeline.parameters.run_job`, to values. Raises CompileError where CircleCI would.
    """

    def lookup(name: str) -> Expr:
        return Const(known[name]) if name in known else Ref(name)

    return decided(truth(parse_condition(condition), lookup))


def workflow_may_run(workflow: Mapping[str, object], known: Mapping[str, object]) -> Truth:
    """Whether a workflow's `when` or `unless` lets it run; without either it always runs. Filters are not looked at."""
    if "when" in workflow:
        return evaluate_condition(workflow["when"], known)
    if "unless" in workflow:
        held = evaluate_condition(workflow["unless"], known)
        return None if held is None else not held
    return True
