"""Fixtures for running shell text against a server on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.shell.loopback import Loopback, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def loopback(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    """A server that keeps what curl and wget send to any host over plain HTTP."""
    home: Path = tmp_path_factory.mktemp("home")
    with serving(home) as server:
        yield server
