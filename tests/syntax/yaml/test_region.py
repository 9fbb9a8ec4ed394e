"""A scalar's decoded text leads back to the file, and edits of it change nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from migrator.errors import ParseError, Refusal
from migrator.model import Edit, Span
from migrator.syntax.text.source import apply_edits
from migrator.syntax.yaml import Node, NodeKind, construct, get, load, parse, scalar_region

_STYLES = [
    "a: curl -d x y\n",
    "a: 'curl -d x y'\n",
    'a: "curl -d x y"\n',
    "a: |\n  curl -d x y\n",
    "a: |-\n  curl -d x y",
    "a: >\n  curl\n  -d x\n  y\n",
    "a: curl\n  -d x\n  y\n",
    "a: |  # note\n    set -e\n\n    curl -d x y\n\n\nb: c\n",
    "a: |2\n    curl -d x y\n  b\n",
    "- a: {b: curl -d x y}\n",
    "a: |\r\n  set -e\r\n  curl -d x y\r\nb: c\r\n",
    "a: |+\n  curl -d x y\n\nb: c\n",
    'a: "curl \\\n  -d x y"\n',
]
_NEW = ["-H", "-H 'a: b'", '-H "a: b"', "-d '{\"k\": 1}' # x", "\\", "one\ntwo", "", '{\n  "k": 1\n}', "é😀", "\t"]


def _script(text: str) -> Node:
    """The scalar that holds the command."""
    return next(n for n in parse(text).walk() if n.kind is NodeKind.SCALAR and "curl" in n.value)


def _edited(text: str, old: str, new: str) -> str:
    region = scalar_region(text, _script(text))
    at = region.text.index(old)
    return apply_edits(text, region.edits((Edit(Span(at, at + len(old)), new),)))


@pytest.mark.parametrize("text", _STYLES)
def test_the_text_is_the_parsers_and_leads_back(text: str) -> None:
    node = _script(text)
    region = scalar_region(text, node)
    assert region.text == node.value
    assert text[region.locate(region.text.index("curl")) :].startswith("curl")
    assert text[region.locate(region.text.index("-d")) :].startswith("-d")


@pytest.mark.parametrize("text", _STYLES)
@pytest.mark.parametrize("new", _NEW)
def test_an_edit_changes_that_text_alone(text: str, new: str) -> None:
    node = _script(text)
    expected = node.value.replace("-d x", new)
    after = _edited(text, "-d x", new)
    assert _with(load(text), node.value, expected) == load(after)


def _with(data: object, old: str, new: str) -> object:
    match data:
        case dict():
            return {key: _with(value, old, new) for key, value in data.items()}
        case list():
            return [_with(value, old, new) for value in data]
    return new if data == old else data


@pytest.mark.parametrize(
    ("text", "new", "expected"),
    [
        ("a: 'it''s -d x'\n", "'q'", "a: 'it''s ''q'''\n"),
        ('a: "b -d x"\n', '"q"', 'a: "b \\"q\\""\n'),
        ("a: b -d x  # c\n", "k: v", "a: |-  # c\n  b k: v\n"),
        ("a:\n    - b -d x\n", "k: v", "a:\n    - |-\n      b k: v\n"),
        ("a: [b -d x]\n", "k: v", 'a: ["b k: v"]\n'),
        ("a: |\n    b -d x\n    c\n", "1\n2", "a: |\n    b 1\n    2\n    c\n"),
        ("a: |\r\n  b -d x\r\n", "1\n2", "a: |\r\n  b 1\r\n  2\r\n"),
        ("a: >-\n  b\n  -d x\n", "q", "a: >-\n  b\n  q\n"),
        ("a: >-  # c\n  b\n  -d x\n", "1\n\n2", "a: |-  # c\n  b 1\n\n  2\n"),
        ("a: |\n  b -d x", "1", "a: |\n  b 1"),
        ("? b -d x\n: 1\n", "q", "? b q\n: 1\n"),
    ],
)
def test_the_style_is_kept_where_it_can_hold_the_text(text: str, new: str, expected: str) -> None:
    node = next(n for n in parse(text).walk() if "-d x" in n.value)
    region = scalar_region(text, node)
    at = region.text.index("-d x")
    after = apply_edits(text, region.edits((Edit(Span(at, at + 4), new),)))
    assert after == expected


def test_inserting_lines_at_the_end_of_a_block_indents_them() -> None:
    text = "a: |\n  b\nc: d\n"
    region = scalar_region(text, get(parse(text), "a"))
    edit = Edit(Span(len(region.text), len(region.text)), "e\nf\n")
    assert apply_edits(text, region.edits((edit,))) == "a: |\n  b\n  e\n  f\nc: d\n"


def test_inserting_on_a_blank_line_of_a_block_indents_it() -> None:
    text = "a: |\n  b\n\n  c\n"
    region = scalar_region(text, get(parse(text), "a"))
    assert apply_edits(text, region.edits((Edit(Span(2, 2), "x"),))) == "a: |\n  b\n  x\n  c\n"


def test_a_region_outlives_the_parsed_tree() -> None:
    text = "a: {b: c}\nd: e\n"
    node = get(parse(text), "a", "b")
    assert node is not None
    region = scalar_region(text, node)
    parse.cache_clear()
    assert apply_edits(text, region.edits((Edit(Span(0, 1), "x, y"),))) == 'a: {b: "x, y"}\nd: e\n'


def test_no_edit_for_no_change() -> None:
    text = "a: b\n"
    assert scalar_region(text, get(parse(text), "a")).edits((Edit(Span(0, 1), "b"),)) == ()


def test_only_scalars_are_regions() -> None:
    with pytest.raises(Refusal, match="Text was expected") as refusal:
        scalar_region("a: [b]\n", get(parse("a: [b]\n"), "a"))
    assert refusal.value.code == "yaml-scalar"


def test_a_scalar_that_means_something_else_than_it_seems_is_none() -> None:
    node = get(parse("a: b\n"), "a")
    with pytest.raises(Refusal) as refusal:
        scalar_region("a: b\n", replace(node, value="c"))
    assert refusal.value.code == "yaml-scalar"


def test_what_a_scalar_cannot_hold_is_refused() -> None:
    text = "b: 1\n"
    (key, _), *_ = parse(text).pairs
    with pytest.raises(Refusal) as refusal:
        scalar_region(text, key).edits((Edit(Span(0, 1), "b" * 2000),))
    assert refusal.value.code == "yaml-scalar"


_CHARACTERS = st.sampled_from(list("ab:#'\"\\ \n-{}[],&*|>%@`é😀\t<~0="))
_TEXT = st.text(_CHARACTERS, max_size=24)


@st.composite
def _documents(draw: st.DrawFn) -> str:
    """A document that holds random source where a scalar is expected, in a random style and indentation."""
    body = draw(_TEXT)
    eol = draw(st.sampled_from(["\n", "\r\n"]))
    pad = draw(st.sampled_from(["  ", "    "]))
    style = draw(st.sampled_from(["plain", "'", '"', "|", "|-", "|+", ">", ">-", ">+"]))
    if style in ("'", '"'):
        scalar = style + body.replace(style, style * 2 if style == "'" else "\\" + style) + style
    elif style == "plain":
        scalar = body
    else:
        scalar = style + eol + eol.join(pad + line if line else line for line in body.split("\n"))
    lead = draw(st.sampled_from(["a: ", "- ", "a: &x ", "a:\n- b: "]))
    trail = draw(st.sampled_from(["", "\n", "\n\n", "\n# end\n", " # end"]))
    return (lead + scalar + trail).replace("\r\n", "\n").replace("\n", eol)


@settings(deadline=None)
@given(_documents())
def test_every_scalar_decodes_to_the_parsers_value(text: str) -> None:
    try:
        root = parse(text)
    except ParseError:
        assume(False)
    for node in root.walk():
        if node.kind is NodeKind.SCALAR:
            region = scalar_region(text, node)
            assert region.text == node.value
            places = [region.locate(index) for index in range(len(region.text) + 1)]
            assert places == sorted(places)


@settings(deadline=None)
@given(_documents(), st.data())
def test_random_edits_are_made_exactly(text: str, data: st.DataObject) -> None:
    try:
        root = parse(text)
    except ParseError:
        assume(False)
    nodes = [node for node in root.walk() if node.kind is NodeKind.SCALAR]
    assume(nodes)
    node = data.draw(st.sampled_from(nodes))
    start = data.draw(st.integers(0, len(node.value)))
    end = data.draw(st.integers(start, len(node.value)))
    new = data.draw(_TEXT)
    edits = scalar_region(text, node).edits((Edit(Span(start, end), new),))
    after = list(parse(apply_edits(text, edits)).walk())
    before = list(root.walk())
    assert len(after) == len(before)
    for old, now in zip(before, after, strict=True):
        wanted = node.value[:start] + new + node.value[end:] if old is node else old.value
        assert now.value == wanted
        if old is node and edits:
            assert construct(now) == wanted
