"""A repository before and after: laid out twice, and rewritten once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conftest import lay_out
from tests.test_cases import look, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_CONFIG = '[remote "origin"]\n\turl = https://github.com/acme/app.git\n'


def name_project(root: Path) -> Path:
    """Say that the folder is a checkout of github/acme/app; returns the file that says it."""
    (root / ".git").mkdir()
    config = root / ".git" / "config"
    config.write_text(_CONFIG)
    return config


def before_and_after(folder: Path, files: Mapping[str, str], *, unsafe: bool = False) -> tuple[Path, Path]:
    """The files of github/acme/app as they are and rewritten, in two folders without a git configuration."""
    old, new = folder / "old", folder / "new"
    for root in (old, new):
        lay_out(root, files)
    config = name_project(new)
    write(look(new, unsafe=unsafe), new)
    config.unlink()
    return old, new
