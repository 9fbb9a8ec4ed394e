"""Whole files of shell text."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.places.place import Host, HostKind, read_only
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


_BRACES, _DOLLAR, _TAGS, _AT = re.compile(r"\{[{%#]"), re.compile(r"[$%]\{"), re.compile(r"<%"), re.compile(r"@\w+@")
_TEMPLATES = {
    **dict.fromkeys((".j2", ".jinja", ".jinja2", ".tmpl", ".gotmpl", ".mustache", ".hbs", ".njk"), (_BRACES,)),
    **dict.fromkeys((".erb", ".ejs", ".mako"), (_TAGS,)),
    **dict.fromkeys((".tftpl", ".tpl", ".template"), (_DOLLAR, _BRACES, _TAGS)),
    ".in": (_AT,),
}
"""What the languages of template files mark by, by the ending of the file's name."""

_FILLED_IN = "Another program fills this file in before a shell reads it. Change the call by hand."


def _find(source: Source) -> tuple[Host, ...]:
    region = VerbatimRegion(source.text)
    marks = _TEMPLATES.get(PurePosixPath(source.path).suffix.lower(), ())
    if any(mark.search(source.text) for mark in marks):
        return (Host(read_only(region, "template-file", _FILLED_IN)),)
    return (Host(region),)


SCRIPT = HostKind("shell script", is_script, _find)
