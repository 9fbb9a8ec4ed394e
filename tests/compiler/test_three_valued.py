"""Conditions of which only some values are known: what is decided holds for every completion."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from migrator.circleci.compiler import evaluate_condition, workflow_may_run

NAMES = ("pipeline.git.branch", "pipeline.git.tag", "pipeline.parameters.flag", "pipeline.parameters.job")
DOMAIN: dict[str, tuple[object, ...]] = {
    "pipeline.git.branch": ("main", "dev-1", ""),
    "pipeline.git.tag": ("", "v1"),
    "pipeline.parameters.flag": (True, False),
    "pipeline.parameters.job": ("none", "deploy"),
}
TAGS = st.sampled_from([f"<< {name} >>" for name in NAMES])
LITERALS = st.sampled_from([True, False, None, 0, 1, "", "main", "deploy", "none"])
VALUES = st.one_of(TAGS, LITERALS, st.sampled_from(["job-<< pipeline.parameters.job >>", "<< not pipeline.git.tag >>"]))
PATTERNS = st.sampled_from([".*", "dev-[0-9]+", "main|v1", "", "^m.*$", "(?!main).*"])


def _statements(children: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    lists = st.lists(children, min_size=1, max_size=3)
    return st.one_of(
        st.builds(lambda items: {"and": items}, lists),
        st.builds(lambda items: {"or": items}, lists),
        st.builds(lambda item: {"not": item}, children),
        st.builds(lambda items: {"equal": items}, st.lists(st.one_of(VALUES, children), min_size=1, max_size=3)),
        st.builds(lambda pattern, value: {"matches": {"pattern": pattern, "value": value}}, PATTERNS, TAGS),
    )


ATOMS = st.one_of(
    st.sampled_from(NAMES),
    st.sampled_from(["true", "false", '"main"', '""', "0"]),
    st.builds(
        lambda name, operator, text: f"({name} {operator} {text})",
        st.sampled_from(NAMES),
        st.sampled_from(["==", "!="]),
        st.sampled_from(['"main"', '"deploy"', '""', "true", "pipeline.git.tag"]),
    ),
    st.builds(
        lambda operator, text: f"(pipeline.git.branch {operator} {text})",
        st.sampled_from(["starts-with", "matches"]),
        st.sampled_from(['"dev-"', '"^main$"', '"^dev-[0-9]+$"', "pipeline.git.tag"]),
    ),
)
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        inner.map(lambda text: f"not ({text})"),
        st.builds(lambda left, word, right: f"({left} {word} {right})", inner, st.sampled_from(["and", "or"]), inner),
        st.builds(
            lambda left, word, right: f"(({left}) {word} ({right}))", inner, st.sampled_from(["==", "!="]), inner
        ),
    ),
    max_leaves=6,
)
STATEMENTS = st.recursive(VALUES, _statements, max_leaves=6).filter(lambda found: not isinstance(found, str))
CONDITIONS = st.one_of(STATEMENTS, EXPRESSIONS, EXPRESSIONS.map(lambda text: {"and": [f"<< {text} >>"]}))
COMPLETIONS = [dict(zip(NAMES, chosen, strict=True)) for chosen in product(*(DOMAIN[name] for name in NAMES))]


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
    assert evaluate_condition("pipeline.id == pipeline.id", {}) is True
    assert evaluate_condition("pipeline.id != pipeline.id", {}) is False
    assert evaluate_condition("pipeline.id == pipeline.number", {}) is None
    assert evaluate_condition('pipeline.id == "x"', {}) is None
    assert evaluate_condition({"equal": ["<< pipeline.id >>", "<< pipeline.id >>"]}, {}) is True
    assert evaluate_condition({"equal": ["<< pipeline.id >>", "<< pipeline.number >>"]}, {}) is None
    assert evaluate_condition({"equal": ["a", "<< pipeline.id >>", "b"]}, {}) is False


def test_text_of_which_a_part_is_certain_is_not_empty() -> None:
    assert evaluate_condition({"and": ["v<< pipeline.number >>"]}, {}) is True
    assert evaluate_condition({"and": ["<< pipeline.number >><< pipeline.id >>"]}, {}) is None
