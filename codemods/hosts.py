"""Where shell text lives: whole script files, and the commands of CircleCI `run` and `deploy` steps.

Source for steps: CircleCI docs, configuration-reference (`run`, `deploy`, `shell`, `when`, parameters of type `steps`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from migrator.errors import Refusal
from migrator.syntax.source import VerbatimRegion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.source import Region, Source
    from migrator.syntax.yaml import Node

_SHELLS = frozenset({"sh", "bash", "dash", "ash", "ksh", "mksh", "zsh"})
_SCRIPT_SUFFIXES = frozenset({".sh", ".bash", ".ksh", ".zsh"})
_YAML_SUFFIXES = frozenset({".yml", ".yaml"})
_SHEBANG = re.compile(r"#!\s*(\S+)(?:\s+(?:-\S+\s+|[A-Za-z_]\w*=\S*\s+)*(\S+))?")
_TOP_LEVEL = frozenset({"jobs", "commands", "workflows", "orbs", "executors", "steps", "aliases", "references"})


@dataclass(frozen=True, slots=True)
class Host:
    """One stretch of shell text in a file. `templated`: `<< … >>` in it is CircleCI 2.1 template syntax."""

    region: Region
    templated: bool = False


def regions(source: Source) -> tuple[Host, ...]:
    """The shell texts that a file holds, each once, in order. Raises ParseError for a config that is not YAML."""
    path = PurePosixPath(source.path)
    if path.suffix.lower() in _YAML_SUFFIXES:
        return tuple(_config_hosts(source, path))
    if is_script(source):
        return (Host(VerbatimRegion(source.text)),)
    return ()


def is_script(source: Source) -> bool:
    """Whether the whole file is shell: by its shebang, or by its extension when it has none."""
    if source.text.startswith("#!"):
        return runs_in_shell(source.text.split("\n", 1)[0])
    return PurePosixPath(source.path).suffix.lower() in _SCRIPT_SUFFIXES


def runs_in_shell(line: str) -> bool:
    """Whether a shebang line, or the `shell` of a step, names a POSIX-like shell."""
    found = _SHEBANG.match(line if line.startswith("#!") else "#!" + line)
    if not found:
        return False
    program = found[1].rpartition("/")[2]
    if program == "env":
        program = (found[2] or "").rpartition("/")[2]
    return program in _SHELLS


def _config_hosts(source: Source, path: PurePosixPath) -> Iterator[Host]:
    from migrator.syntax.yaml import get, parse, scalar_region

    root = parse(source.text)
    if not _is_config(root, path):
        return
    version = get(root, "version")
    templated = version is None or _is_templated(version.value)
    seen: set[int] = set()
    for step in _steps(root):
        command = _command(step)
        if command is None or command.span.start in seen or not command.value:
            continue
        seen.add(command.span.start)
        try:
            region = scalar_region(source.text, command)
        except Refusal:
            continue
        yield Host(region, templated)


def _is_config(root: Node, path: PurePosixPath) -> bool:
    """A file in `.circleci`, or one that reads like a config, an orb, or a part of an orb's source."""
    if ".circleci" in path.parts:
        return True
    keys = {key.value for key, _ in root.pairs}
    return "on" not in keys and bool(keys & _TOP_LEVEL) and bool(keys & {"version", "description", "display"})


def _is_templated(version: str) -> bool:
    try:
        return float(version) == 2.1
    except ValueError:
        return True


def _steps(root: Node) -> Iterator[Node]:
    """The values of every `run` and `deploy` key in a list of steps, wherever the list stands."""
    from migrator.syntax.yaml import get

    for node in root.walk():
        for item in node.nodes:
            for name in ("run", "deploy"):
                value = get(item, name)
                if value is not None:
                    yield value


def _command(step: Node) -> Node | None:
    """The scalar with the shell text of a step in either form; None for another language."""
    from migrator.syntax.yaml import Kind, get

    command = step if step.kind is Kind.SCALAR else get(step, "command")
    shell = get(step, "shell") if step.kind is Kind.MAP else None
    if command is None or command.kind is not Kind.SCALAR:
        return None
    known = shell is not None and shell.kind is Kind.SCALAR and "<<" not in shell.value
    return None if known and shell is not None and not runs_in_shell(shell.value) else command
