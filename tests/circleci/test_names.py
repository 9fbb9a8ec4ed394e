"""Names for what the migration adds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.circleci.runs import generated as names


@pytest.mark.parametrize(
    ("variable", "taken", "parameter"),
    [
        ("VERSION", (), "version"),
        ("_X", (), "x"),
        ("FOO", ("foo",), "foo_2"),
        ("FOO", ("foo", "foo_2"), "foo_3"),
        ("_1", (), "value"),
        ("Mixed_Case1", (), "mixed_case1"),
    ],
)
def test_a_parameter_is_named_after_its_variable(variable: str, taken: tuple[str, ...], parameter: str) -> None:
    assert names.parameter_name(variable, taken) == parameter


@given(st.lists(st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True), max_size=12))
def test_parameters_are_unique_and_of_the_safest_form(variables: list[str]) -> None:
    taken: set[str] = set()
    for variable in variables:
        name = names.parameter_name(variable, taken)
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
        assert name not in taken
        taken.add(name)


@pytest.mark.parametrize("name", ["API_TOKEN", "token", "DB_PASSWORD", "AWS_SECRET_ACCESS", "SSH_KEY", "CIRCLECI_PAT"])
def test_secrets_are_known_by_their_names(name: str) -> None:
    assert names.is_secret(name)


@pytest.mark.parametrize("name", ["VERSION", "MONKEY", "TOKENIZER", "KEYBOARD", "PATH_TO", "COMPATIBLE"])
def test_other_names_are_no_secrets(name: str) -> None:
    assert not names.is_secret(name)
