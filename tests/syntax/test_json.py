"""JSON text with expansions in it, and the jq programs that build JSON."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.model import Expansion, Literal, Template, source
from migrator.syntax.jq.program import read_jq
from migrator.syntax.json import Json, JsonBare, JsonError, JsonObject, JsonString, json_text, parse_json
from migrator.syntax.text.templates import Marked, percent_decoded

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def template(text: str) -> Template:
    parts = re.split(r"(\$\w+)", text)
    return tuple(Expansion(part, part[1:]) if part.startswith("$") else Literal(part) for part in parts if part)


def written(value: Json) -> str:
    return source(json_text(value))


@given(VALUES, st.sampled_from([None, 2]), st.booleans())
def test_what_python_writes_is_read(value: object, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert json.loads(written(parse_json((Literal(text),)))) == value


@given(st.text(alphabet='{}[]",:\\ \n0-1truefalsnu.eE+u00e9', max_size=24))
def test_what_python_refuses_is_refused(text: str) -> None:
    try:
        expected = json.loads(text)
    except ValueError:
        with pytest.raises(JsonError):
            parse_json((Literal(text),))
    else:
        assert json.loads(written(parse_json((Literal(text),)))) == expected


def test_expansions_stay_where_they_are() -> None:
    value = parse_json(template('{"a-$x": "b $y \\n$z", "c": $n, "d": [$m, 1$k]}'))
    assert isinstance(value, JsonObject)
    (first, a), (_, c), (_, d) = value.items
    assert source(first) == "a-$x"
    assert isinstance(a, JsonString)
    assert a.template == (Literal("b "), Expansion("$y", "y"), Literal(" \n"), Expansion("$z", "z"))
    assert c == JsonBare((Expansion("$n", "n"),))
    assert written(d) == "[$m,1$k]"


def jq(program: str, **arguments: str) -> str:
    """What the real jq prints."""
    given_arguments = [part for name, value in arguments.items() for part in ("--arg", name, value)]
    run = subprocess.run(["jq", "-nc", *given_arguments, program], capture_output=True, text=True, check=True)
    return run.stdout.strip()


def read(program: str, **arguments: str) -> str:
    words = ["-n", program] + [part for name, value in arguments.items() for part in ("--arg", name, value)]
    return written(read_jq([(Literal(word),) for word in words], words))


@pytest.mark.parametrize(
    "program",
    [
        '{a: "b"}',
        '{"a b": 1, c: -2.5, d: true, e: null}',
        "{a: $x}",
        "{$x}",
        "{$x, b: {c: [$x, 1, []], d: {}}}",
        '{a: "v\\($x)-\\($x)"}',
        '{a: "tab\\tquote\\"é\\u00e9"}',
        "{a: ($x)}",
        "{}",
        '  { "a" :\n  $x }\n',
    ],
)
def test_programs_are_read_as_jq_does(program: str) -> None:
    assert json.loads(read(program, x="value")) == json.loads(jq(program, x="value"))


@pytest.mark.parametrize(
    "program",
    [
        ".",
        ". + {a: 1}",
        "{a: .b}",
        "{a: $x} | tostring",
        "{a: $missing}",
        "{(1): 2}",
        "{a: 1,}",
        "{a 1}",
        "env",
        '{a: "\\(1+1)"}',
    ],
)
def test_other_programs_are_refused(program: str) -> None:
    with pytest.raises(JsonError):
        read(program, x="value")


@pytest.mark.parametrize(
    "words", [["{}"], ["-n"], ["-n", "{}", "file"], ["-n", "-f", "x"], ["-n", None], ["--slurp", "-n", "{}"]]
)
def test_other_ways_to_call_jq_are_refused(words: list[str | None]) -> None:
    with pytest.raises(JsonError):
        read_jq([(Literal(word or ""),) for word in words], words)


def test_arguments_as_json_and_the_environment() -> None:
    words = ["-n", "--argjson", "n", "12", "--argjson", "m", "$M", "{n: $n, m: $m, e: env.E, f: $ENV.F}"]
    value = read_jq([template(word) if word == "$M" else (Literal(word),) for word in words], words)
    assert written(value) == '{"n":12,"m":$M,"e":"$E","f":"$F"}'


@pytest.mark.parametrize(
    ("text", "plus", "decoded"),
    [
        ("a%2Fb", False, "a/b"),
        ("a+b", False, "a+b"),
        ("a+b%2B", True, "a b+"),
        ("%F0%9F%9A%80", False, "🚀"),
        ("100%", True, "100%"),
        ("$x%2F$y+", True, "$x/$y "),
    ],
)
def test_percent_decoding(text: str, plus: bool, decoded: str) -> None:
    assert source(percent_decoded(template(text), plus=plus)) == decoded


def test_a_known_value_is_decoded_in_place_of_its_variable() -> None:
    known = Expansion("$B", "B", None, (Literal("a%2Fb"),))
    plain = Expansion("$C", "C", None, (Literal("c"),))
    assert source(percent_decoded((known, plain), plus=False)) == "a/b$C"
    with pytest.raises(ValueError, match="i"):
        percent_decoded((Expansion("$i", "i", values=("a%2F", "b")),), plus=False)


def test_marked_text_leads_back() -> None:
    inner = Expansion("$B", "B", None, (Literal("x/"), Expansion("$C", "C")))
    marked = Marked.of((Literal("a/"), inner, Literal("/d")))
    assert len(marked.text) == 7
    assert source(marked.slice(0, 2)) == "a/"
    assert marked.slice(2, 5) == (inner,)
    assert source(marked.slice(3, 6)) == "/$C/"
    assert marked.expansion(4) == Expansion("$C", "C")
    assert marked.expansion(0) is None
