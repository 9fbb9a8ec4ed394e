"""Nodes have exact spans, whatever the file looks like."""

from __future__ import annotations

import pytest

from migrator.errors import ParseError
from migrator.syntax.yaml import Node, NodeKind, construct, entries, get, load, own, parse


def _texts(text: str) -> list[str]:
    """The source of every scalar and alias, in order."""
    return [text[n.span.start : n.span.end] for n in parse(text).walk() if n.kind in (NodeKind.SCALAR, NodeKind.ALIAS)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b\n", ["a", "b"]),
        ("a: 'b' # c\n", ["a", "'b'"]),
        ("a: &x !!str b\n", ["a", "b"]),
        ("a: &x\n  b: *x2\nc: &x2 1\nd: *x2\n", ["a", "b", "*x2", "c", "1", "d", "*x2"]),
        ("[a, {b: c}, ]", ["a", "b", "c"]),
        ("a: é😀\nb: c\n", ["a", "é😀", "b", "c"]),
        ("a: one\n  two\nb: 1", ["a", "one\n  two", "b", "1"]),
        ("a:\r\n- b\r\n", ["a", "b"]),
        ("a: |\n  b\n\nc: d\n", ["a", "|\n  b\n\n", "c", "d"]),
        ('"a b": "c\\"d"\n', ['"a b"', '"c\\"d"']),
    ],
)
def test_scalar_spans_hold_the_content_alone(text: str, expected: object) -> None:
    assert _texts(text) == expected


@pytest.mark.parametrize(
    ("text", "path", "index"),
    [
        ("a:\nb: 1\n", ("a",), 2),
        ("a: # comment\n\nb: 1\n", ("a",), 2),
        ("a: &x # comment\nb: 1\n", ("a",), 5),
        ("a :\nb: 1\n", ("a",), 3),
        ("x: {z: }\n", ("x", "z"), 6),
        ("x: {z}\n", ("x", "z"), 5),
    ],
)
def test_an_empty_value_stands_behind_its_key(text: str, path: tuple[str, ...], index: int) -> None:
    node = get(parse(text), *path)
    assert (node.span.start, node.span.end) == (index, index)


def test_an_empty_item_stands_behind_its_dash() -> None:
    text = "a:\n  - b\n  # c\n  -\n  - d\n"
    empty = get(parse(text), "a").nodes[1]
    assert text[: empty.span.start].endswith("# c\n  -")


def test_block_collections_end_with_their_last_leaf() -> None:
    text = "a:\n  b:\n    - c  # d\n\n\n# e\nf: g\n"
    assert text[: get(parse(text), "a").span.end].endswith("- c")


def test_collections_start_behind_their_properties() -> None:
    text = "a: &x !t\n  b: c\nd: &y [1]\n"
    root = parse(text)
    assert text[get(root, "a").span.start :].startswith("b: c")
    assert text[get(root, "a").start :].startswith("&x")
    assert text[get(root, "d").span.start :].startswith("[1]")
    assert (get(root, "a").column, get(root, "a").anchor, get(root, "d").flow) == (2, "x", True)


def test_lines_count_from_one() -> None:
    assert get(parse("# c\n\na:\n  b: 1\n"), "a", "b").line == 4


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("# only a comment\n", 1),
        ("a: b\n---\nc: d\n", 2),
        ("a: [b\nc: d\n", 2),
        ("a:\n\tb: c\n", 2),
        ("a: b: c\n", 1),
        ('a: "\\Uffffffff"\n', 1),
        ("- " * 300 + "a", 1),
    ],
)
def test_what_is_not_one_document_is_a_parse_error(text: str, line: int) -> None:
    with pytest.raises(ParseError) as error:
        parse(text)
    assert error.value.line == line


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: 1\na: 2\n", {"a": 2}),
        ("a: &x {b: 1}\nc: *x\n", {"a": {"b": 1}, "c": {"b": 1}}),
        ("x: &x {b: 1, c: 1}\ny: &y {c: 2, d: 2}\na: {<<: [*x, *y], d: 3}\n", {"b": 1, "c": 1, "d": 3}),
        ("x: &x {b: 1}\na:\n  <<: *x\n  b: 2\n", {"b": 2}),
        ("a:\n  <<: []\n  b: 2\n", {"a": {"b": 2}}),
        ("x: &x {b: 1}\ny: &y {b: 2, c: 2}\na: {<<: *x, <<: *y}\n", {"b": 1, "c": 2}),
        ("x: &x {b: 1}\ny: &y {<<: *x, c: 2}\na: {<<: *y}\n", {"c": 2, "b": 1}),
        ("a: [yes, Off, TRUE, y, null, ~, '']\n", {"a": [True, False, True, "y", None, None, ""]}),
        ("a: [010, 0x1F, 0b11, 1_000, -7, 12:30, 08]\n", {"a": [8, 31, 3, 1000, -7, 750, "08"]}),
        ("a: [2.10, 1e3, .5, 1.2.3, 2020-01-01]\n", {"a": [2.1, 1000.0, 0.5, "1.2.3", "2020-01-01"]}),
        ("a: ['yes', \"1\", !!str 1, !!int '1']\n", {"a": ["yes", "1", "1", 1]}),
        ("on: 1\n'<<': 2\n", {True: 1, "<<": 2}),
        ("a: << b >>\n", {"a": "<< b >>"}),
    ],
)
def test_load_follows_aliases_merges_and_yaml_1_1(text: str, data: object) -> None:
    loaded = load(text)
    assert (loaded["a"] if "a" in loaded and "a" not in data else loaded) == data


@pytest.mark.parametrize("text", ["a: *b\n", "a: &b [*b]\n", "a: {[b]: c}\n", "a: {<<: 1}\n", "a: {<<: *x}\n"])
def test_load_refuses_what_no_loader_takes(text: str) -> None:
    with pytest.raises(ParseError):
        load(text)


def _laughs(template: str, count: int) -> str:
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{n}: &a{n} " + template.format(n - 1) for n in range(1, count)]
    return "\n".join(lines) + "\n"


def test_merges_of_merges_are_followed_once() -> None:
    text = _laughs("{{<<: [*a{0}, *a{0}, *a{0}], y: {0}}}", 100)
    root = parse(text)
    assert construct(entries(get_map(root, "a99"))["x"][1]) == 1
    assert get(root, "a99", "missing") is None
    with pytest.raises(ParseError, match="too much"):
        load(text)


def test_aliases_that_expand_to_too_much_are_refused() -> None:
    with pytest.raises(ParseError, match="too much"):
        load(_laughs("[*a{0}, *a{0}]", 60))
    assert load(_laughs("[*a{0}]", 60))


def get_map(root: Node, name: str) -> Node:
    node = get(root, name)
    assert node is not None
    return node


def test_a_merge_key_is_plain() -> None:
    text = "x: &x {b: 1}\na:\n  '<<': *x\n"
    assert load(text)["a"] == {"<<": {"b": 1}}
    assert get(parse(text), "a", "b") is None


def test_get_and_entries_see_what_a_loader_sees() -> None:
    root = parse("x: &x {b: 1, c: {d: 2}}\na: {<<: *x, b: 3}\ne: *x\n")
    assert construct(get(root, "a", "b")) == 3
    assert construct(get(root, "a", "c", "d")) == 2
    assert construct(get(root, "e", "b")) == 1
    assert get(root, "a", "b", "z") is None
    assert list(entries(get(root, "a"))) == ["b", "c"]
    assert own(get(root, "a"), "c") is None
