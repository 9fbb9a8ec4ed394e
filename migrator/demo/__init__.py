"""A small repository with calls in it, shipped for `migrator diff --demo`."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def unpacked() -> Iterator[str]:
    """The path of a fresh copy of the sample repository, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="migrator-demo-") as folder:
        copy = Path(folder).resolve() / "sample"
        shutil.copytree(Path(__file__).parent / "sample", copy)
        yield str(copy)
