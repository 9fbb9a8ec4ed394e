"""A fake CircleCI on which a workflow of three jobs has run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.reruns.support import CONFIG
from tests.world import Switches, World

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Every workflow's list of jobs is given on pages of two: the third job is on the second."""
    root = tmp_path_factory.mktemp("world")
    (root / "source" / ".circleci").mkdir(parents=True)
    (root / "source" / ".circleci" / "config.yml").write_text(CONFIG)
    with World(root / "source", root / "world", limit=2000, switches=Switches(page_size=2)) as world:
        world.push()
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    yield shared
    shared.service.switches = Switches(page_size=2)
