"""What programs that wait need in tests: no time."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def no_sleep(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PATH with a `sleep` that takes no time."""
    programs: Path = tmp_path_factory.mktemp("programs")
    (programs / "sleep").write_text("#!/bin/sh\n")
    (programs / "sleep").chmod(0o755)
    return f"{programs}:{os.environ['PATH']}"
