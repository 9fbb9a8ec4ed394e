"""Tags and escapes in text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.circleci.compiler import CompileError
from migrator.circleci.compiler.expr import CLOSE, OPEN, Const, Expr, Ref
from migrator.circleci.compiler.template import settled, substitute

VALUES = {"parameters.s": "text", "parameters.n": 3, "parameters.b": False, "parameters.e": "", "parameters.l": [1, 2]}


def lookup(name: str) -> Expr:
    return Const(VALUES[name]) if name in VALUES else Ref(name)


def text(source: object) -> object:
    return settled(substitute(source, lookup))


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("plain", "plain"),
        ("<< parameters.s >>", "text"),
        ("<<parameters.s>>", "text"),
        ("<< parameters.n >>", 3),
        ("<< parameters.b >>", False),
        ("<< parameters.l >>", [1, 2]),
        (" << parameters.n >>", " 3"),
        ("a<< parameters.n >>b<<parameters.b>>", "a3bfalse"),
        ("[<< parameters.e >>]", "[]"),
        ('<< parameters.s == "text" and 10 or 1 >>', 10),
        ('<< parameters.s == "other" and 10 or 1 >>', 1),
        ("<<# parameters.s >>yes << parameters.n >><</ parameters.s >>!", "yes 3!"),
        ("<<# parameters.b >>yes<</ parameters.b >>!", "!"),
        ("<<^ parameters.b >>no<</ parameters.b >>!", "no!"),
        (r"cat \<<EOF", "cat <<EOF"),
        (r"cat \<<EOF > << parameters.s >>", "cat <<EOF > text"),
        (r'read \<<< "$X"', 'read <<< "$X"'),
        ("a << parameters.n >> b > c >> d", "a 3 b > c >> d"),
        ({"<< parameters.s >>": ["<< parameters.n >>"], "k": None}, {"text": [3], "k": None}),
    ],
)
def test_substitution(source: object, result: object) -> None:
    assert repr(text(source)) == repr(result)


def test_what_is_not_known_stays_visible() -> None:
    assert text("<< pipeline.id >>") == f"{OPEN}pipeline.id{CLOSE}"
    assert text("v-<< pipeline.id >>/<< parameters.n >>") == f"v-{OPEN}pipeline.id{CLOSE}/3"
    assert text(r"v-\<< pipeline.id >>") == "v-<< pipeline.id >>"


@pytest.mark.parametrize("source", [r"\\<< parameters.s >>", r"\\\<< x", r"\<<<<", r".\\<< parameters.s >>"])
def test_backslashes_and_runs_that_the_docs_leave_open_are_not_guessed(source: str) -> None:
    assert OPEN in str(text(source))


def test_an_even_number_of_backslashes_leaves_the_tag_live() -> None:
    assert str(text(r".\\<< parameters.s >>")).endswith("text")


@pytest.mark.parametrize(
    "source",
    [
        "cat <<EOF\nx\nEOF",
        "cat << EOF > x",
        '<<< "$X"',
        "<<include(x.sh)>>",
        "<< >>",
        "x << 2",
        "<<# parameters.s >>",
        "<</ parameters.s >>",
        "<<# parameters.s >>x<</ parameters.n >>",
        "1 <<<<<<< HEAD >>",
    ],
)
def test_a_tag_that_is_none(source: str) -> None:
    with pytest.raises(CompileError) as error:
        text(source)
    assert f"Unclosed '<<' tag in string: '{source}'" in error.value.message
    assert r"('<<' must be escaped as '\<<' in config v2.1+)" in error.value.message


@given(st.text(st.characters(codec="utf-8", exclude_characters="<\\")))
def test_text_without_tags_is_itself(source: str) -> None:
    assert text(source) == source


@given(st.lists(st.text(st.sampled_from("ab >\n"), min_size=1), min_size=1))
def test_escaping_every_tag_gives_the_text_back(pieces: list[str]) -> None:
    assert text(r"\<<".join(pieces)) == "<<".join(pieces)


def test_empty_pipeline_values_in_an_environment_are_not_guessed() -> None:
    values = {"pipeline.git.tag": "", "parameters.e": ""}

    def found(name: str) -> Expr:
        return Const(values[name])

    environment = {"TAG": "<< pipeline.git.tag >>", "E": "<< parameters.e >>", "T": "v<< pipeline.git.tag >>", "N": ""}
    assert settled(substitute({"environment": environment}, found)) == {
        "environment": {"TAG": f"{OPEN}empty, or <nil>{CLOSE}", "E": "", "T": "v", "N": ""}
    }
    assert substitute({"command": "<< pipeline.git.tag >>"}, found) == {"command": ""}
