"""What goes into brackets is laid out like what stands there, and a script opens the list that gets it."""

from __future__ import annotations

import pytest

from migrator.syntax.yaml import get, load, parse
from migrator.syntax.yaml.operations import InsertItem, InsertPairs
from migrator.syntax.yaml.patch import patch

_LONG = {"first": {"a": "x" * 40}, "second": ["y" * 40]}
_STEP = {"run": {"command": "a\nb\n"}}


@pytest.mark.parametrize(
    ("before", "position", "after"),
    [
        ('{\n  "a": 1\n}\n', 1, '{\n  "a": 1,\n  "k": 0\n}\n'),
        ('{\n  "a": 1, // no\n}\n'.replace("// no", "# c"), 1, '{\n  "a": 1, # c\n  "k": 0,\n}\n'),
        ('{\n  "a": 1 # c\n}\n', 1, '{\n  "a": 1, # c\n  "k": 0\n}\n'),
        ('{\n  "a": 1, # c\n  # d\n  "b": 2}\n', 1, '{\n  "a": 1, # c\n  "k": 0,\n  # d\n  "b": 2}\n'),
        ('{\n  "a": 1, # c\n  "b": 2}\n', 2, '{\n  "a": 1, # c\n  "b": 2,\n  "k": 0}\n'),
        ('{\n\t"a": 1\n}\n', 0, '{\n\t"k": 0,\n\t"a": 1\n}\n'),
        ('{"a": 1,\n "b": 2}\n', 1, '{"a": 1, "k": 0,\n "b": 2}\n'),
        ('{\n  "a": 1, "b": 2\n}\n', 0, '{"k": 0,\n  "a": 1, "b": 2\n}\n'),
        ('{ "a": 1 }\n', 1, '{ "a": 1, "k": 0 }\n'),
        ("{}\n", 0, "{k: 0}\n"),
    ],
)
@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_a_pair_stands_like_its_fellows(before: str, position: int, after: str, eol: str) -> None:
    before, after = before.replace("\n", eol), after.replace("\n", eol)
    found = patch(before, InsertPairs(parse(before), {"k": 0}, position - 1))
    assert found == after


def test_a_long_pair_gets_lines_of_its_own() -> None:
    before = '{\n  "a": 1\n}\n'
    after = patch(before, InsertPairs(parse(before), {"k": _LONG}))
    assert after == (
        '{\n  "a": 1,\n  "k": {\n    "first": {"a": "' + "x" * 40 + '"},\n    "second": ["' + "y" * 40 + '"]\n  }\n}\n'
    )
    assert load(after) == {"a": 1, "k": _LONG}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("j:\n  steps: [checkout]\n  k: 1\n", "j:\n  steps:\n    - checkout\n    - S\n  k: 1\n"),
        ("j:\n  steps: [checkout, run: x] # c\n", "j:\n  steps: # c\n    - checkout\n    - S\n    - run: x\n"),
        ("j:\n  steps: [\n    checkout,\n    {a: b}\n  ]\n", "j:\n  steps:\n    - checkout\n    - S\n    - {a: b}\n"),
        ("j:\n  steps: [checkout]", "j:\n  steps:\n    - checkout\n    - S\n"),
        ("j:\n  steps: &s [checkout]\nk: *s\n", None),
        ("j:\n  steps: [checkout, # c\n    x]\n", None),
        ("j: {steps: [checkout]}\n", None),
        ('{"j": {"steps": ["checkout"]}}\n', None),
    ],
)
def test_a_script_opens_the_list(before: str, after: str | None) -> None:
    steps = get(parse(before), "j", "steps")
    assert steps is not None
    root = parse(before)
    node = next(part for part in root.walk() if part.span == steps.span)
    found = patch(before, InsertItem(node, _STEP, 1))
    step = "run:\n        command: |\n          a\n          b"
    if after is None:
        assert "[" in found
        assert "command: |" not in found
    else:
        assert found == after.replace("- S", f"- {step}")
