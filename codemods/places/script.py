"""Whole files of shell text."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.places.place import Host, HostKind
from migrator.syntax.text.source import VerbatimRegion

if TYPE_CHECKING:
    from migrator.syntax.text.source import Source

_SHELLS = frozenset({"sh", "bash", "dash", "ash", "ksh", "mksh", "zsh"})
_SUFFIXES = frozenset({".sh", ".bash", ".ksh", ".zsh", ".bats", ".envrc", ".profile", ".bashrc", ".zshrc"})
_HOME = """
    .aliases .bash_aliases .bash_functions .bash_login .bash_logout .bash_profile .functions .kshrc .shrc .zlogin
    .zprofile .zshenv .zsh_aliases
"""
_NAMES = _SUFFIXES | frozenset(_HOME.split())
_SHEBANG = re.compile(r"#!\s*(\S+)(?:\s+(?:-\S+\s+|[A-Za-z_]\w*=\S*\s+)*(\S+))?")


def is_script(source: Source) -> bool:
    """Whether the whole file is shell: by its shebang, or by its extension when it has none."""
    if source.text.startswith("#!"):
        return runs_in_shell(source.text.split("\n", 1)[0])
    path = PurePosixPath(source.path)
    return path.suffix.lower() in _SUFFIXES or path.name in _NAMES


def runs_in_shell(line: str) -> bool:
    """Whether a shebang line, or the `shell` of a step, names a POSIX-like shell."""
    found = _SHEBANG.match(line if line.startswith("#!") else "#!" + line)
    if not found:
        return False
    program = found[1].rpartition("/")[2]
    if program == "env":
        program = (found[2] or "").rpartition("/")[2]
    return program.removesuffix(".exe") in _SHELLS


def _find(source: Source) -> tuple[Host, ...]:
    return (Host(VerbatimRegion(source.text)),)


SCRIPT = HostKind("shell script", is_script, _find)
