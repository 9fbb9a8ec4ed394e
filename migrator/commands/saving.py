"""Write a file in one go: whoever reads it meanwhile, or after an interrupt, finds the old one or the new one."""

from __future__ import annotations

import os
from pathlib import Path

from migrator.errors import UsageError


def save(path: str, text: str) -> None:
    """Write the text as UTF-8. Raises UsageError when the file cannot be written."""
    data = text.encode("utf-8", "surrogateescape")
    try:
        if Path(path).exists() and not Path(path).is_file():  # a device or a pipe cannot be replaced
            Path(path).write_bytes(data)
        else:
            _replace(Path(path).resolve(), data)
    except OSError as error:
        hint = "name a file in a folder that is there"
        raise UsageError(f"{path} cannot be written ({error.strerror})", hint=hint) from error


def _replace(path: Path, data: bytes) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
