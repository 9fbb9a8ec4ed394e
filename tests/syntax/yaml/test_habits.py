"""New lines look like those that are there: the blanks behind dashes, and lines that one can read."""

from __future__ import annotations

from migrator.syntax.yaml import get, parse
from migrator.syntax.yaml.operations import InsertItem, insert_pair
from migrator.syntax.yaml.patch import patch


def test_the_blanks_behind_a_dash_are_kept() -> None:
    text = "steps:\n    -   checkout\n    -   run: make\n"
    steps = get(parse(text), "steps")
    assert steps is not None
    assert patch(text, InsertItem(steps, {"run": {"a": "b"}}, 2)).endswith("    -   run:\n          a: b\n")


def test_a_map_on_one_line_is_opened_when_it_gets_too_long() -> None:
    text = "w: {main: {jobs: [build, deploy]}} # all\n"
    node = get(parse(text), "w")
    assert node is not None
    assert patch(text, insert_pair(node, "short", {"jobs": ["a"]})).count("\n") == 1
    after = patch(text, insert_pair(node, "long", {"jobs": ["deploy-" + "x" * 90]}))
    assert after.startswith("w: # all\n  main: {jobs: [build, deploy]}\n  long:\n    jobs:\n      - deploy-x")
