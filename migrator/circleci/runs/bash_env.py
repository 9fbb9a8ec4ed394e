"""Steps that people write to hand fixed variables to the later ones, through the file that `$BASH_ENV` names.

`echo 'export NAME=value' >> "$BASH_ENV"` (CircleCI docs: set-environment-variable, "Using BASH_ENV"), line by line and
nothing else: what more a step does is only known once it has run.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from migrator.circleci.compiler.expr import OPEN

if TYPE_CHECKING:
    from migrator.circleci.compiler import Step

_FILE = re.compile(r"(?P<text>.*\S)\s*>>\s*(?P<quote>\"?)\$(?:BASH_ENV|\{BASH_ENV\})(?P=quote)")
_EXPORT = re.compile(r"export\s+(?P<name>[A-Za-z_]\w*)=(?P<value>.*)")
# What a shell would read in one way, and `echo` or the shell that reads the file in another.
_LIVE = re.compile(r"[$`\\!;&|<>()*?\[~]")


def fixed_exports(step: Step) -> dict[str, str]:
    """What a step hands on and nothing else; empty for any other step, and where a value is not fixed."""
    command = step.settings.get("command")
    if step.kind != "run" or not isinstance(command, str) or not step.settings.keys() <= {"command", "name"}:
        return {}
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, command.splitlines())):
        variable = _exported(line)
        if variable is None:
            return {}
        found[variable[0]] = variable[1]
    return found


def _exported(line: str) -> tuple[str, str] | None:
    to_file = _FILE.fullmatch(line)
    if to_file is None or OPEN in line or _LIVE.search(to_file["text"]):
        return None
    words = _words(to_file["text"])
    # `echo` writes its words with a blank between them.
    export = _EXPORT.fullmatch(" ".join(words[1:])) if words and words[0] == "echo" else None
    value = _words(export["value"]) if export else None
    if export is None or value is None or len(value) > 1:
        return None
    return export["name"], "".join(value)


def _words(text: str) -> list[str] | None:
    try:
        return shlex.split(text)
    except ValueError:
        return None
