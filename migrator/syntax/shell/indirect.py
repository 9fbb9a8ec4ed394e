"""Variables that are given a value by name: `printf -v "$1"`, `read "$1"`, `eval "$1=…"`, `local -n ref=$1`.

Such a function may change each variable whose name its callers give; the text of an `eval` shows what it assigns.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migrator.syntax.shell.writes import Write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from migrator.model import Span
    from migrator.syntax.shell.script import Command

_FILLING = frozenset({"read", "mapfile", "readarray", "getopts", "unset"})
_DECLARING = frozenset({"export", "local", "readonly", "declare", "typeset"})
_REFERENCE = re.compile(r"[-+][A-Za-z]*n[A-Za-z]*\Z")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_ASSIGNED = re.compile(r"(?<![\w$])([A-Za-z_][A-Za-z0-9_]*)(?:\[[^]]*\])?\+?=")


def writes_by_name(commands: Sequence[Command], functions: Mapping[str, Span], text: str) -> Iterator[Write]:
    """What may be assigned by commands that do not spell the variable as the target of an assignment."""
    senders = {name for name, span in functions.items() if any(c.span.start in span and _is_open(c) for c in commands)}
    for command in commands:
        texts = [word.static for word in command.words]
        program = texts[0] if texts else None
        if program == "eval":
            source = text[command.span.start : command.span.end]
            names = {found[1] for found in _ASSIGNED.finditer(source)}
        elif program in _DECLARING and _has_reference(texts):
            names = {(value or "").partition("=")[2] for value in texts[1:]}
        elif senders and program in functions:
            names = {value for value in texts[1:] if value is not None}
        else:
            continue
        yield from (Write(name, command.span, command.blocks) for name in sorted(names) if _NAME.match(name))


def _is_open(command: Command) -> bool:
    """Whether it assigns to a variable whose name is known only at run time."""
    texts = [word.static for word in command.words]
    match texts[:1]:
        case ["eval"]:
            return None in texts
        case [str(program)] if program in _FILLING:
            return None in texts
        case ["printf"]:
            return "-v" in texts[:-1] and texts[texts.index("-v") + 1] is None
        case [str(program)] if program in _DECLARING:
            bare = any(word.static is None and "=" not in word.lead for word in command.words[1:])
            return bare or (_has_reference(texts) and None in texts)
    return False


def _has_reference(texts: Sequence[str | None]) -> bool:
    return any(text is not None and _REFERENCE.match(text) for text in texts[1:])
