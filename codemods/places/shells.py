"""Which shell text is for a shell that quotes in other ways: Windows' two, fish, and those that are not known.

Sources: GitHub, GitLab, Azure, Buildkite and CircleCI documentation of runners (2026-08): on Windows the default shell
of a step is PowerShell or cmd; in a Dockerfile of a Windows image it is `cmd /S /C`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import Span
    from migrator.syntax.yaml import Node

OTHER_SHELL = "The text is for another kind of shell, or one that is not known. Rewrite the call by hand."
_OTHER = re.compile(
    r"\bwindows|\bnanoserver|\bservercore|\bpwsh\b|\bpowershell|\bcmd(?:line@|\.exe\b|\Z)|\bwin/|\bfish\b",
    re.IGNORECASE,
)
_CHOOSING_NAMES = """
    runs-on pool vmImage tags agents os image defaults executor machine shell interpreter script-shell strategy
    executable task resource_class platform docker
"""
_CHOOSING = frozenset(_CHOOSING_NAMES.split())
_CHOSEN = {
    "makefile": re.compile(r"^\s*(?:export\s+)?SHELL\s*[:?]?=\s*(.*)$", re.MULTILINE),
    "Dockerfile": re.compile(r"^\s*FROM\s+(.*)$", re.MULTILINE | re.IGNORECASE),
    "crontab": re.compile(r"^\s*SHELL\s*=\s*(.*)$", re.MULTILINE),
}
"""Where files of a kind say which shell runs all of their text, by the kind's name."""


CMD = re.compile(r"%[A-Za-z_]\w{2,}%")
"""A variable of cmd. Percent-encoded text and formats of `date` have none of that length."""


def of_other_shells(root: Node) -> Iterator[Span]:
    """The maps of a YAML file that say, beside the text, that another kind of shell runs it."""
    for node in root.walk():
        for key, value in node.pairs:
            inside = (scalar.value for scalar in value.resolved().walk())
            if key.value in _CHOOSING and any(_OTHER.search(text) for text in inside if text):
                yield node.span


def is_of_other_shell(text: str, kind: str) -> bool:
    """Whether a file of the kind of that name says that another kind of shell runs its text."""
    chosen = _CHOSEN.get(kind)
    return chosen is not None and any(_OTHER.search(found[1]) for found in chosen.finditer(text))
