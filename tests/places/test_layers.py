"""Layers and regions: what is written decodes to what was wanted, for any text and any edit, or it is refused."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.places.docker import DOCKER
from codemods.places.jenkins import JENKINS
from codemods.places.json import JSON
from codemods.places.lines import CRONTAB
from codemods.places.make import MAKE
from codemods.places.terraform import TERRAFORM
from migrator.errors import Refusal
from migrator.model import Edit, Span
from migrator.syntax.json import JsonEscapes
from migrator.syntax.programs.makefile import parse_makefile
from migrator.syntax.text.layers import Escapes, Templates
from migrator.syntax.text.regions import Fixed, Joined, layered
from migrator.syntax.text.source import Source, VerbatimRegion, apply_edits
from migrator.template import shown

MAKE_LAYER = Escapes(re.compile(r"\$\$|\$\(\w+\)"), {"$$": "$"}, {"$": "$$"}, {"$(A)": "a"})
LAYERS = {
    "templates": Templates(re.compile(r"\$\{\{.*?\}\}")),
    "make": MAKE_LAYER,
    "cron": Escapes(re.compile(r"\\%"), {"\\%": "%"}, {"%": "\\%"}),
    "json": JsonEscapes(),
}
TEXT = st.text(st.sampled_from("ab $(){}A\\%\"'\n<>é{{"), max_size=20)


@pytest.mark.parametrize("name", LAYERS)
@given(outer=TEXT, new=TEXT, data=st.data())
def test_an_edit_means_what_it_says_or_is_refused(name: str, outer: str, new: str, data: st.DataObject) -> None:
    layer = LAYERS[name]
    with suppress(Refusal):
        region = layered(VerbatimRegion(outer), layer)
        start = data.draw(st.integers(0, len(region.text)))
        end = data.draw(st.integers(start, len(region.text)))
        edit = Edit(Span(start, end), new)
        after = apply_edits(outer, region.edits((edit,)))
        assert layer.decode(after).text == apply_edits(region.text, (edit,))


def test_templates_are_marked_and_written_as_they_were() -> None:
    region = layered(VerbatimRegion("echo $(A) $$B $(C)"), MAKE_LAYER)
    assert shown(region.text) == "echo $(A) $B $(C)"
    assert region.text != shown(region.text)
    (edit,) = region.edits((Edit(Span(0, 4), "print $X"),))
    assert edit == Edit(Span(0, 4), "print $$X")
    whole = Edit(Span(0, len(region.text)), region.text + " $Y")
    assert apply_edits("echo $(A) $$B $(C)", region.edits((whole,))) == "echo $(A) $$B $(C) $$Y"


def test_joined_regions_are_edited_one_by_one() -> None:
    text = "one; two"
    region = Joined((VerbatimRegion("one"), VerbatimRegion("two", 5)))
    assert region.text == "one\ntwo"
    assert [region.locate(index) for index in range(7)] == [0, 1, 2, 5, 5, 6, 7]
    assert apply_edits(text, region.edits((Edit(Span(0, 3), "1"), Edit(Span(4, 7), "2")))) == "1; 2"
    with pytest.raises(Refusal) as refusal:
        region.edits((Edit(Span(2, 5), ""),))
    assert refusal.value.code == "over-parts"


def test_a_text_with_marks_of_its_own_is_refused() -> None:
    with pytest.raises(Refusal) as refusal:
        layered(VerbatimRegion("curl \ue000"), MAKE_LAYER)
    assert refusal.value.code == "private-use"


def test_what_comes_out_as_something_else_is_refused() -> None:
    one_way = Escapes(re.compile(r"%%"), {"%%": "%"}, {})
    with pytest.raises(Refusal) as refusal:
        layered(VerbatimRegion("curl x"), one_way).edits((Edit(Span(5, 6), "%%"),))
    assert refusal.value.code == "host-text"


def test_an_expression_is_not_edited() -> None:
    assert Fixed("curl x", 7).edits(()) == ()
    with pytest.raises(Refusal) as refusal:
        Fixed("curl x", 7).edits((Edit(Span(5, 6), "y"),))
    assert refusal.value.code == "host-text"


@pytest.mark.parametrize("text", ['"\\q"', '"\\u12"'])
def test_an_escape_that_json_has_not_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refusal:
        layered(VerbatimRegion(text[1:-1]), JsonEscapes())
    assert refusal.value.code == "host-escape"


# What is put in would end the command, the string or the line in each of these: nothing of that may be written.
TRAPS = [
    (MAKE, "Makefile", "a:\n\tcurl x\n", "one\ntwo"),
    (DOCKER, "Dockerfile", "RUN curl x\n", "one\nRUN two"),
    (CRONTAB, "crontab", "0 1 * * * curl x\n", "one\n1 1 * * * two"),
    (JENKINS, "Jenkinsfile", "sh '''curl x'''\n", "'''"),
    (TERRAFORM, "main.tf", 'provisioner "local-exec" {\n  command = <<EOT\ncurl x\nEOT\n}\n', "x\nEOT\n"),
]


@pytest.mark.parametrize(("kind", "path", "text", "new"), TRAPS, ids=[kind.name for kind, *_ in TRAPS])
def test_what_a_host_cannot_hold_is_refused(kind, path: str, text: str, new: str) -> None:  # type: ignore[no-untyped-def]
    (host,) = kind.find(Source(path, text))
    assert host.region.text.strip() == "curl x"
    at = host.region.text.index("x")
    with pytest.raises(Refusal) as refusal:
        host.region.edits((Edit(Span(at, at + 1), new),))
    assert refusal.value.code == "host-text"


def test_a_json_string_holds_anything() -> None:
    text = '{"scripts": {"go": "curl x"}}'
    (host,) = JSON.find(Source("package.json", text))
    after = apply_edits(text, host.region.edits((Edit(Span(5, 6), 'a"b\\\n\té'),)))
    (again,) = JSON.find(Source("package.json", after))
    assert again.region.text == 'curl a"b\\\n\té'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A = x\n", {"A": "x"}),
        ("A := x # why\nB = $(A)/y\n", {"A": "x", "B": "x/y"}),
        ("A ?= x\nB += y\nC != date\n", {}),
        ("A = x\nA = y\n", {}),
        ("ifdef X\nA = x\nendif\n", {}),
        ("t: A = x\nA = y\n", {}),
        ("A = two words\nB = $(UNKNOWN)\nC = $(C)\n", {}),
        ("export A = x\noverride B := y\n", {"A": "x", "B": "y"}),
        ("include a.mk\nA = x\n", {"A": "x"}),
        ("A = x\ninclude a.mk\nB = y\n", {"B": "y"}),
        ("A = x\n-include .env\n", {}),
        ("A = x\nsinclude .env\n", {}),
        ("A = x\nb:\n\ttrue\ninclude a.mk\n", {}),
        ("A = x\n# include .env\n", {"A": "x"}),
        ("A = x\ninclude: b\n\ttrue\n", {"A": "x"}),
        ("A = x\nb: c\n\techo include y\n", {"A": "x"}),
        ("A = x\n$(eval $(shell cat .env))\n", {}),
        ("A = x\nb:\n\t${eval A = y}\n", {}),
    ],
)
def test_make_knows_what_is_assigned_once(text: str, expected: dict[str, str]) -> None:
    assert dict(parse_makefile(text).values()) == expected


def test_recipes_are_lines_behind_rules() -> None:
    text = "A = \\\n\tnot a recipe\na: b\n\t@one \\\n\t  more\n# comment\n\ttwo\nc: ; three\n"
    text += ".RECIPEPREFIX = >\nd:\n>four\n"
    lines = [line for recipe in parse_makefile(text).recipes for line in recipe]
    parts = ["".join(text[start:end] for start, end in line.stretches) for line in lines]
    assert parts == ["one \\\n  more", "two", "three", "four"]


def test_what_a_layer_does_not_know_is_reported_all_the_same() -> None:
    (host,) = JENKINS.find(Source("Jenkinsfile", "sh 'curl \\q x'\n"))
    assert host.region.text == "curl \\q x"
    with pytest.raises(Refusal, match="escape") as refusal:
        host.region.edits((Edit(Span(0, 4), "wget"),))
    assert refusal.value.code == "host-escape"
