"""Random conditions over a few pipeline values, and all completions of them."""

from __future__ import annotations

from itertools import product

from hypothesis import strategies as st

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
    st.sampled_from(["true", "FALSE", '"main"']),
    st.builds(
        lambda name, operator, text: f"({name} {operator} {text})",
        st.sampled_from(NAMES),
        st.sampled_from(["==", "!="]),
        st.sampled_from(['"main"', '"deploy"', '""', "true", "pipeline.git.tag"]),
    ),
    st.builds(
        lambda test: f"(pipeline.git.branch {test})",
        st.sampled_from(
            [
                'starts-with "dev-"',
                "starts-with pipeline.git.tag",
                'CONTAINS "a"',
                "matches /^main$/",
                "matches /dev-[0-9]+/",
            ]
        ),
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
