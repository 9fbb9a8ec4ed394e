"""Which files of a repository a Python file imports, by their names: no file is parsed for it."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.text.source import Siblings


# Also matches in comments and strings, where it does no harm: too many files are read, never too few.
_STATEMENT = re.compile(
    r"\b(?:from[ \t]*(?P<base>\.*[ \t]*[\w.]*)[ \t\\\r\n]*)?"
    r"\bimport\b(?P<names>(?:\\\r?\n|[^\n(])*(?:\((?:[^)#]|#[^\n]*)*\))?)"
)
_NAME = re.compile(r"\w[\w.]*")


def module_files(path: str, name: str, level: int) -> Iterator[str]:
    """Where the module that the file at `path` imports may stand, the likeliest first. `level` counts the dots.

    A relative import names one place, another one the file's folder and all above.
    """
    parents = PurePosixPath(path).parents
    folders = parents[level - 1 : level] if level else (*parents, PurePosixPath("src"))
    for folder in folders:
        yield str(folder / f"{name.replace('.', '/')}.py")
        yield str(folder / f"{name.replace('.', '/')}/__init__.py".lstrip("/"))


def reached(path: str, text: str, siblings: Siblings) -> Iterator[str]:
    """The text itself and those of all files of the repository that it imports, directly or not."""
    yield from (content for _, content in reached_files(path, text, siblings))


def reached_files(path: str, text: str, siblings: Siblings) -> Iterator[tuple[str, str]]:
    """The file itself and all files of the repository that it imports, directly or not: path and text of each."""
    seen = {path}
    waiting = [(path, text)]
    while waiting:
        by, content = waiting.pop()
        yield by, content
        for name, level in _imports(content):
            for place in module_files(by, name, level):
                if place not in seen and (imported := siblings.read(place)) is not None:
                    seen.add(place)
                    waiting.append((place, imported))


def _imports(text: str) -> Iterator[tuple[str, int]]:
    """What import statements may mean by each of their names, and the dots in front of it."""
    found: dict[tuple[str, int], None] = {}
    for statement in _STATEMENT.finditer(text):
        base = (statement["base"] or "").replace(" ", "").replace("\t", "")
        package = base.lstrip(".")
        level = len(base) - len(package)
        names = _NAME.findall(statement["names"])
        for name in (package, *(f"{package}.{name}".lstrip(".") for name in names)):
            parts = name.split(".")
            found.update(dict.fromkeys((".".join(parts[:count]), level) for count in range(1, len(parts) + 1)))
        if level:
            found["", level] = None
    yield from (pair for pair in found if pair[0] or pair[1])
