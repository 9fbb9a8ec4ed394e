"""Ask whether a condition holds, or a workflow runs, when only some pipeline values are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from migrator.circleci.compiler.evaluate import decided, truth
from migrator.circleci.compiler.expr import Const, Expr, Ref
from migrator.circleci.compiler.logic import parse_condition

if TYPE_CHECKING:
    from collections.abc import Mapping

Truth: TypeAlias = bool | None


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
