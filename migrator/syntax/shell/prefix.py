"""See through what may stand in front of a program: `sudo`, `env X=y`, `timeout 30`, `retry 5`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.syntax.shell.types import Word

# Options of the prefix that take a value of their own; how many operands it takes before the program.
_PREFIXES: dict[str, tuple[str, int]] = {
    "sudo": ("CDghprtTUu", 0),
    "doas": ("Cu", 0),
    "time": ("fo", 0),
    "command": ("", 0),
    "exec": ("a", 0),
    "env": ("uCS", 0),
    "nohup": ("", 0),
    "builtin": ("", 0),
    "timeout": ("ks", 1),
    "gtimeout": ("ks", 1),
    "nice": ("n", 0),
    "ionice": ("cnp", 0),
    "stdbuf": ("ioe", 0),
    "setsid": ("", 0),
    "chronic": ("", 0),
    "unbuffer": ("", 0),
    "torsocks": ("", 0),
}
_RETRYING = re.compile(r"(?:.*[_-])?(?:retry|retries|with|try|repeat|attempt|backoff|until)(?:[_-].*)?\Z")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")


def program_index(words: Sequence[Word]) -> int | None:
    """The index of the word that names the program that really runs, or None when no program is run (`command -v`)."""
    at = 0
    while at < len(words):
        name = (words[at].static or "").rpartition("/")[2]
        if name not in _PREFIXES:
            return at
        after = _after_prefix(words, at, name)
        if after is None:
            return None
        at = after
    return None


def _after_prefix(words: Sequence[Word], at: int, name: str) -> int | None:
    valued, operands = _PREFIXES[name]
    at += 1
    while at < len(words):
        text = words[at].lead
        if text.startswith("-") and text != "-":
            if name == "command" and text[1:2] in {"v", "V"}:
                return None
            at += 2 if not text.startswith("--") and text[-1] in valued and words[at].static == text else 1
        elif name == "env" and _ASSIGNMENT.match(text):
            at += 1
        elif operands:
            operands -= 1
            at += 1
        else:
            break
    return at


def is_retrying(name: str) -> bool:
    """Whether a command's name says that it runs its arguments again until they succeed."""
    return _RETRYING.match(name) is not None
