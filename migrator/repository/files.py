"""The other files of a repository, read when a file that is looked at turns out to depend on them."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from migrator.repository.git import ask, toplevel
from migrator.repository.needles import UnreadableFileError, read_regular

if TYPE_CHECKING:
    from collections.abc import Iterator

_SUFFIX = ".py"
_SKIPPED = frozenset((".git", ".hg", ".svn", "node_modules", ".venv", "__pycache__", ".tox", ".nox", ".mypy_cache"))


class Files:
    """The files below one root. What was read or searched once is kept."""

    def __init__(self, root: str) -> None:
        """`root` is the folder that all paths are relative to."""
        self._root = root
        self._texts: dict[str, str | None] = {}
        self._found: dict[tuple[str, str], tuple[str, ...]] = {}

    def read(self, path: str) -> str | None:
        """The text of a file; None when there is no such file below the root, or no text in it."""
        if path not in self._texts:
            self._texts[path] = self._text(path)
        return self._texts[path]

    def _text(self, path: str) -> str | None:
        parts = PurePosixPath(path)
        if parts.is_absolute() or ".." in parts.parts:
            return None
        try:
            data = read_regular(str(Path(self._root, path)))
            return None if data is None else data.decode("utf-8-sig")
        except (UnreadableFileError, UnicodeDecodeError):
            return None

    def holding(self, literal: str) -> tuple[str, ...]:
        """The paths of the Python files whose text holds `literal`, in order."""
        return self._holding(literal, _SUFFIX)

    def naming(self, literal: str) -> tuple[str, ...]:
        """The paths of all text files whose text holds `literal`, in order."""
        return self._holding(literal, "")

    def _holding(self, literal: str, suffix: str) -> tuple[str, ...]:
        if (literal, suffix) not in self._found:
            self._found[literal, suffix] = tuple(sorted(self._search(literal, suffix)))
        return self._found[literal, suffix]

    def _search(self, literal: str, suffix: str) -> Iterator[str]:
        if toplevel(self._root) == self._root:
            command = ("grep", "-l", "-z", "-I", "-F", "--untracked", "--no-color", "--no-textconv", "-e", literal)
            ((status, names, _),) = ask(self._root, command)
            if status in (0, 1):
                paths = (os.fsdecode(name) for name in names.split(b"\0") if name)
                yield from (path for path in paths if path.endswith(suffix))
                return
        yield from (path for path in self._walk(suffix) if literal in (self.read(path) or ""))

    def _walk(self, suffix: str) -> Iterator[str]:
        for folder, names, files in os.walk(self._root):
            names[:] = sorted(name for name in names if name not in _SKIPPED)
            for name in files:
                if name.endswith(suffix):
                    yield Path(folder, name).relative_to(self._root).as_posix()
