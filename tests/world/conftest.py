"""Fixtures of the world's own tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.world import Ran, World
from tests.world.support import Push, repository

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def run(tmp_path: Path) -> Push:
    """Push a config once and return what ran, by build number; options are those of World."""

    def push(config: str, **options: Any) -> tuple[Ran, ...]:
        with World(repository(tmp_path / "source", config), tmp_path / "world", **options) as world:
            world.push()
        assert world.errors == ()
        return world.history

    return push
