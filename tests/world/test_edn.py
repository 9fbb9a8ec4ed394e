"""EDN as v1 writes it."""

from __future__ import annotations

import pytest

from tests.world.edn import dumps


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nil"),
        (True, "true"),
        (5, "5"),
        ('say "hi"\n\\', r'"say \"hi\"\n\\"'),
        ({"build_num": 5, "failed": None}, "{:build_num 5, :failed nil}"),
        ({"with blank": 1, "1x": 2}, '{"with blank" 1, "1x" 2}'),
        ([1, "a", {"b": []}], '[1 "a" {:b []}]'),
    ],
)
def test_values(value: object, text: str) -> None:
    assert dumps(value) == text
