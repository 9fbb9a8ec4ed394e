"""Operations on YAML splice the text, and a text that does not say what the operation means is never returned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from migrator.errors import Refusal
from migrator.model import Edit, Span
from migrator.syntax.yaml import Node, get, load, parse, path_of
from migrator.syntax.yaml.operations import (
    EditScalar,
    InsertItem,
    Nest,
    RemoveItem,
    RemovePair,
    ReplaceItem,
    ReplaceValue,
    insert_pair,
    set_text,
)
from migrator.syntax.yaml.patch import Operation, patch
from migrator.syntax.yaml.write import Alias, Copy, Flow, copied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from migrator.syntax.yaml.patch import Shape

_BUILD: dict[str, Callable[[Node, Node], Operation]] = {
    "pair": lambda _, x: insert_pair(x, "new", {"k": ["v", {"w": "a\nb\n"}]}),
    "first pair": lambda _, x: insert_pair(x, "new", 1, -1),
    "pair behind the first": lambda _, x: insert_pair(x, "new", Flow(["a", "b c", None, True]), 0),
    "item": lambda _, x: InsertItem(x, {"k": {"w": "v"}}, len(x.nodes)),
    "first item": lambda _, x: InsertItem(x, {"k": "v", "l": ["m"]}, 0),
    "second item": lambda _, x: InsertItem(x, "a\nb", 1),
    "replace the first item": lambda _, x: ReplaceItem(x, 0, {"k": {"w": "v"}}),
    "replace the first value": lambda _, x: ReplaceValue(x, 0, {"k": ["v"]}),
    "replace the first value by text": lambda _, x: ReplaceValue(x, 0, "on"),
    "remove the first pair": lambda _, x: RemovePair(x, 0),
    "remove the last pair": lambda _, x: RemovePair(x, len(x.pairs) - 1),
    "remove the first item": lambda _, x: RemoveItem(x, 0),
    "remove the last item": lambda _, x: RemoveItem(x, len(x.nodes) - 1),
    "nest": lambda root, x: Nest(root, root.pairs[0][0], x, "and", {"f": Flow(["g"])}),
}


@pytest.mark.parametrize(
    ("operation", "before", "after"),
    [
        ("pair", "x:\n  a: 1\n", "x:\n  a: 1\n  new:\n    k:\n      - v\n      - w: |\n          a\n          b\n"),
        ("pair", "x: {a: 1}\n", 'x: {a: 1, new: {k: [v, {w: "a\\nb\\n"}]}}\n'),
        ("pair", 'x: {"a": 1, }\n', 'x: {"a": 1, "new": {"k": ["v", {"w": "a\\nb\\n"}]}, }\n'),
        ("pair", "x: {}\n", 'x: {new: {k: [v, {w: "a\\nb\\n"}]}}\n'),
        ("first pair", "x:\n  # c\n  a: 1\n", "x:\n  new: 1\n  # c\n  a: 1\n"),
        ("first pair", "x: {a: 1}\n", "x: {new: 1, a: 1}\n"),
        (
            "pair behind the first",
            "x:\n  a:\n    b: 1 # c\n\n  d: 1\n",
            "x:\n  a:\n    b: 1 # c\n\n  new: [a, b c, null, true]\n\n  d: 1\n",
        ),
        (
            "pair behind the first",
            "x:\n  a: |+\n    b\n\n  c: 1\n",
            "x:\n  a: |+\n    b\n\n  new: [a, b c, null, true]\n  c: 1\n",
        ),
        ("item", "x:\n- a\ny: 1\n", "x:\n- a\n- k:\n    w: v\ny: 1\n"),
        ("item", "x:\n    - a\n    # - b\n# c\n", "x:\n    - a\n    # - b\n    - k:\n        w: v\n# c\n"),
        ("item", "x: [a]\n", "x: [a, {k: {w: v}}]\n"),
        ("first item", "x:\n  - a\n", "x:\n  - k: v\n    l:\n      - m\n  - a\n"),
        ("first item", "x: []\n", "x: [{k: v, l: [m]}]\n"),
        (
            "second item",
            "x:\n  - a: b\n    c: >\n      d\n\n\n  - e\n",
            "x:\n  - a: b\n    c: >\n      d\n  - |-\n    a\n    b\n\n\n  - e\n",
        ),
        ("replace the first item", "x:\n  - a # c\n  - b\n", "x:\n  - k: # c\n      w: v\n  - b\n"),
        ("replace the first item", "x:\n  -   a: 1\n      b: 2\n", "x:\n  -   k:\n        w: v\n"),
        ("replace the first item", "x: [a, b]\n", "x: [{k: {w: v}}, b]\n"),
        ("replace the first value", "x:\n  a: 1 # c\n  b: 2\n", "x:\n  a: # c\n    k:\n      - v\n  b: 2\n"),
        ("replace the first value", "x:\n  a: # c\n  b: 2\n", "x:\n  a: # c\n    k:\n      - v\n  b: 2\n"),
        ("replace the first value", "x:\n  a:\n    d: 1\n    e: 2\n  b: 2\n", "x:\n  a:\n    k:\n      - v\n  b: 2\n"),
        ("replace the first value", "x:\n  a: |\n    d\n\n  b: 2\n", "x:\n  a:\n    k:\n      - v\n\n  b: 2\n"),
        ("replace the first value", "x: {a: 1, b: 2}\n", "x: {a: {k: [v]}, b: 2}\n"),
        ("replace the first value by text", "x:\n  a: 1\n", 'x:\n  a: "on"\n'),
        ("replace the first value by text", "x:\n  a:\n    - 1\n  b: 2\n", 'x:\n  a: "on"\n  b: 2\n'),
        ("remove the first pair", "x:\n  a:\n    - 1\n  # c\n  b: 2\n", "x:\n  # c\n  b: 2\n"),
        ("remove the first pair", "x: {a: 1, b: 2}\n", "x: {b: 2}\n"),
        ("remove the last pair", "x:\n  a: 1\n  b: 2 # c\ny: 3\n", "x:\n  a: 1\ny: 3\n"),
        ("remove the last pair", "x:\n  a: 1\n\n  b: 2\n\ny: 3\n", "x:\n  a: 1\n\ny: 3\n"),
        ("remove the last pair", "x:\n  a: 1\n  b: 2", "x:\n  a: 1"),
        ("remove the last pair", "x:\r\n  a: 1\r\n  b: 2", "x:\r\n  a: 1"),
        ("remove the last pair", "x: {a: 1, b: 2}\n", "x: {a: 1}\n"),
        ("remove the first item", "x:\n  - a: 1\n    b: 2\n  - c\n", "x:\n  - c\n"),
        ("remove the first item", "x: [a, [b]]\n", "x: [[b]]\n"),
        ("remove the last item", "x:\n- a\n- b: |\n    c\ny: 1\n", "x:\n- a\ny: 1\n"),
        ("nest", "x: a # c\n", "x:\n  and:\n    - f: [g]\n    - a # c\n"),
        (
            "nest",
            "x:\n  a:\n    - 1\n  # c\n  b: |\n    2\n",
            "x:\n  and:\n    - f: [g]\n    - a:\n        - 1\n      # c\n      b: |\n        2\n",
        ),
        ("nest", "x: [a,\n  b]\n", "x:\n  and:\n    - f: [g]\n    - [a,\n      b]\n"),
        ("nest", "{x: [a]}\n", "{x: {and: [{f: [g]}, [a]]}}\n"),
    ],
)
def test_an_operation_splices(operation: str, before: str, after: str) -> None:
    root = parse(before)
    node = get(root, "x")
    assert node is not None
    assert patch(before, _BUILD[operation](root, node)) == after


def test_nothing_to_do_changes_nothing() -> None:
    assert patch("a: [\n") == "a: [\n"


@dataclass(frozen=True)
class _Lying:
    """An operation whose splice does not do what it says."""

    node: Node
    text: str

    def edits(self, text: str) -> Iterable[Edit]:
        return [Edit(self.node.span, self.text)]

    def reshape(self, before: Shape) -> Shape:
        return before


@pytest.mark.parametrize("text", ["2", "1, c: 2", "[", "&x 1", "*x", "{b: 1}", "'1'", "1\nd: 2"])
def test_a_splice_that_says_something_else_is_refused(text: str) -> None:
    before = "a: {b: 1}\n"
    node = get(parse(before), "a", "b")
    assert node is not None
    with pytest.raises(Refusal, match=r"a\.b") as refusal:
        patch(before, _Lying(node, text))
    assert refusal.value.code == "config-layout"
    assert patch(before, _Lying(node, "0x1")) == "a: {b: 0x1}\n"


def test_an_anchor_that_is_used_cannot_be_removed() -> None:
    before = "a:\n  b: &x 1\n  c: 2\nd: *x\n"
    node = get(parse(before), "a")
    assert node is not None
    with pytest.raises(Refusal):
        patch(before, RemovePair(node, 0))


def test_many_operations_are_made_at_once() -> None:
    before = "a: [b]\nc: d\n"
    root = parse(before)
    names, text = get(root, "a"), get(root, "c")
    assert names is not None
    assert text is not None
    assert (
        patch(before, InsertItem(names, "e", 1), set_text(text, "f"), insert_pair(root, "g", 1))
        == "a: [b, e]\nc: f\ng: 1\n"
    )


def test_a_scalar_may_be_written_anew() -> None:
    before = "a: b\n"
    node = get(parse(before), "a")
    assert node is not None
    edit = (Edit(Span(1, 1), ": c"),)
    with pytest.raises(Refusal):
        patch(before, EditScalar(node, edit))
    assert load(patch(before, EditScalar(node, edit, anew=True))) == {"a": "b: c"}


@pytest.mark.parametrize(
    ("source", "copy"),
    [
        ("[b, # c\n    d]", "[b, # c\n    d]"),
        ("'b\n    c'", "'b\n    c'"),
        ("|  # c\n    b\n\n     c\n", "|  # c\n    b\n\n     c"),
        ("\n    b: 1 # c\n    d:\n      - 2\n", "\n    b: 1 # c\n    d:\n      - 2"),
        ("*y", "*y"),
        ("&z {b: 1}", "*z"),
        ("{b: &z [1, on]}", "\n    b:\n      - 1\n      - true"),
    ],
)
def test_a_copy_keeps_its_text_and_defines_no_anchor_twice(source: str, copy: str) -> None:
    before = f"y: &y 1\nx:\n  a: {source.rstrip()}\n".replace(": \n", ":\n")
    root = parse(before)
    holder = get(root, "x")
    assert holder is not None
    after = patch(before, insert_pair(holder, "new", copied(before, holder.pairs[0][1], holder.column)))
    assert after == before.rstrip("\n") + f"\n  new: {copy}\n".replace(": \n", ":\n")
    data = load(after)
    assert isinstance(data, dict)
    assert data["x"]["a"] == data["x"]["new"]


def test_a_copy_may_stand_in_brackets() -> None:
    before = "a:\n  b: 'c, d'\n  e: [1, on]\nx: {y: 1}\n"
    root = parse(before)
    source, holder = get(root, "a"), get(root, "x")
    assert source is not None
    assert holder is not None
    after = patch(
        before,
        insert_pair(holder, "new", Copy(before, source, 0)),
    )
    assert after.endswith('x: {y: 1, new: {b: "c, d", e: [1, on]}}\n')
    with_alias = patch("a: &q 1\nx: {y: 1}\n", insert_pair(get(parse("a: &q 1\nx: {y: 1}\n"), "x"), "z", Alias("q")))  # type: ignore[arg-type]
    assert load(with_alias) == {"a": 1, "x": {"y": 1, "z": 1}}


def test_paths_name_the_place() -> None:
    text = "a:\n  b:\n    - c\n    - - {d: 1}\n"
    root = parse(text)
    names = [path_of(root, node) for node in root.walk()]
    assert names == ["", "a", "a", "a.b", "a.b", "a.b[0]", "a.b[1]", "a.b[1][0]", "a.b[1][0].d", "a.b[1][0].d"]
