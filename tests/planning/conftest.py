"""The repositories of these tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.planning.support import APP_CONFIG, CONFIG, SCRIPT, TOOLS_CONFIG, remote

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeRepository


@pytest.fixture
def clones(make_repository: MakeRepository, tmp_path: Path) -> Path:
    """A folder with both repositories, each knowing by its remote which project it is."""
    make_repository({CONFIG: APP_CONFIG}, "app", remote=remote("app"))
    make_repository({CONFIG: TOOLS_CONFIG, "ci/release.sh": SCRIPT}, "tools", remote=remote("tools"))
    return tmp_path
