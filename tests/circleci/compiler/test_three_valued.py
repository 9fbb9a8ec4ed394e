"""Conditions of which only some values are known: what is decided holds for every completion."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from migrator.circleci.compiler import evaluate_condition, workflow_may_run
from tests.circleci.compiler.strategies import COMPLETIONS, CONDITIONS, EXPRESSIONS, NAMES, STATEMENTS


@given(CONDITIONS, st.sets(st.sampled_from(NAMES)), st.sampled_from(COMPLETIONS))
def test_what_is_decided_early_is_decided_so(condition: object, known: set[str], completion: dict[str, object]) -> None:
    partial = evaluate_condition(condition, {name: completion[name] for name in known})
    total = evaluate_condition(condition, completion)
    assert partial is None or partial is total


@given(CONDITIONS, st.sampled_from(COMPLETIONS))
def test_with_all_values_there_is_an_answer(condition: object, completion: dict[str, object]) -> None:
    answer = evaluate_condition(condition, completion)
    assert answer is not None or "matches" in str(condition)


@given(CONDITIONS, st.sampled_from(COMPLETIONS))
def test_unless_is_the_opposite_of_when(condition: object, completion: dict[str, object]) -> None:
    when = workflow_may_run({"when": condition}, completion)
    unless = workflow_may_run({"unless": condition}, completion)
    assert (when is None and unless is None) or when is not unless


@given(CONDITIONS, st.sampled_from(["none", "deploy"]))
def test_a_guard_shuts_a_workflow_whatever_it_was(condition: object, job: str) -> None:
    guard = {"equal": ["none", "<< pipeline.parameters.job >>"]}
    guarded: object = {"and": [condition, guard]}
    if isinstance(condition, str):
        guarded = f'({condition}) and pipeline.parameters.job == "none"'
    answer = evaluate_condition(guarded, {"pipeline.parameters.job": job})
    expected = evaluate_condition(condition, {"pipeline.parameters.job": job}) if job == "none" else False
    assert answer is expected


def test_a_workflow_without_condition_always_runs() -> None:
    assert workflow_may_run({"jobs": ["build"]}, {}) is True


def test_a_value_that_is_not_known_is_itself() -> None:
    assert evaluate_condition("pipeline.id == pipeline.id", {}) is None  # were it null, it would not be itself
    assert evaluate_condition("pipeline.id == pipeline.number", {}) is None
    assert evaluate_condition('pipeline.id == "x"', {}) is None
    assert evaluate_condition({"equal": ["<< pipeline.id >>", "<< pipeline.id >>"]}, {}) is True
    assert evaluate_condition({"equal": ["<< pipeline.id >>", "<< pipeline.number >>"]}, {}) is None
    assert evaluate_condition({"equal": ["a", "<< pipeline.id >>", "b"]}, {}) is False


def test_text_of_which_a_part_is_certain_is_not_empty() -> None:
    assert evaluate_condition({"and": ["v<< pipeline.number >>"]}, {}) is True
    assert evaluate_condition({"and": ["<< pipeline.number >><< pipeline.id >>"]}, {}) is None


SELECTED = "<< pipeline.parameters.flag >>"


@given(STATEMENTS, st.sets(st.sampled_from(NAMES)), st.sampled_from(COMPLETIONS))
def test_the_ways_to_add_a_guard_agree(condition: object, names: set[str], completion: dict[str, object]) -> None:
    """`unless: C` and a guard: as `when: and` of two negations, or as `unless: or`."""
    known = {name: completion[name] for name in names}
    negations = {"when": {"and": [{"not": condition}, {"not": SELECTED}]}}
    alternatives = {"unless": {"or": [condition, SELECTED]}}
    assert workflow_may_run(negations, known) is workflow_may_run(alternatives, known)
    kept = {"when": {"and": [condition, {"not": SELECTED}]}}
    refused = {"unless": {"or": [{"not": condition}, SELECTED]}}
    assert workflow_may_run(kept, known) is workflow_may_run(refused, known)


@given(EXPRESSIONS, st.sets(st.sampled_from(NAMES)), st.sampled_from(COMPLETIONS))
def test_a_guard_in_an_expression_is_one_in_a_statement(
    expression: str, names: set[str], completion: dict[str, object]
) -> None:
    known = {name: completion[name] for name in names}
    appended = evaluate_condition(f'({expression}) and pipeline.parameters.job == "none"', known)
    guard = {"equal": ["none", "<< pipeline.parameters.job >>"]}
    assert appended is evaluate_condition({"and": [f"<< {expression} >>", guard]}, known)


@given(EXPRESSIONS, st.sampled_from(COMPLETIONS))
def test_an_expression_without_its_parentheses_may_lose_its_guard(
    expression: str, completion: dict[str, object]
) -> None:
    """`or` binds loosest: with parentheses the guard always shuts."""
    shut = {**completion, "pipeline.parameters.job": "deploy"}
    assert evaluate_condition(f'({expression}) and pipeline.parameters.job == "none"', shut) is False
    assert evaluate_condition(f'true or {expression} and pipeline.parameters.job == "none"', shut) is True
