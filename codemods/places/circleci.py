"""The commands of CircleCI `run` and `deploy` steps.

Source: CircleCI docs, configuration-reference (`run`, `deploy`, `shell`, `when`, parameters of type `steps`).
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.places.place import Host, HostKind, of_scalar, read_only
from codemods.places.script import runs_in_shell
from codemods.places.shells import OTHER_SHELL, of_other_shells
from migrator.errors import ParseError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.text.source import Source
    from migrator.syntax.yaml import Node

_SECTION = re.compile(r"<<\s*[#^/]")
_FILLED_IN = "CircleCI takes the sections `<<# … >>` out of this text, or leaves them in, before a shell reads it."
_SUFFIXES = frozenset({".yml", ".yaml"})
_TOP_LEVEL = frozenset({"jobs", "commands", "workflows", "orbs", "executors", "steps", "aliases", "references"})


def _claims(source: Source) -> bool:
    """A file in `.circleci`, or one that reads like a config, an orb, or a part of an orb's source."""
    path = PurePosixPath(source.path)
    if path.suffix.lower() not in _SUFFIXES:
        return False
    if ".circleci" in path.parts:
        return True
    from migrator.syntax.yaml import parse

    try:
        return is_config(parse(source.text))
    except ParseError:
        return False


def is_config(root: Node) -> bool:
    """Whether a YAML document reads like a CircleCI config, an orb, or a part of an orb's source."""
    keys = {key.value for key, _ in root.pairs}
    return "on" not in keys and bool(keys & _TOP_LEVEL) and bool(keys & {"version", "description", "display"})


def _find(source: Source) -> tuple[Host, ...]:
    from migrator.syntax.yaml import get, parse

    root = parse(source.text)
    version = get(root, "version")
    return tuple(_hosts(source, root, templated=version is None or _is_templated(version.value)))


def _hosts(source: Source, root: Node, *, templated: bool) -> Iterator[Host]:
    seen: set[int] = set()
    others = tuple(of_other_shells(root))
    for step in _steps(root):
        command = _command(step)
        if command is None or command.span.start in seen or not command.value:
            continue
        seen.add(command.span.start)
        shell = _shell(step)
        if not runs_in_shell(shell) if shell else any(step.span.start in span for span in others):
            yield Host(read_only(of_scalar(source.text, command), "other-shell", OTHER_SHELL), templated)
            continue
        region = of_scalar(source.text, command)
        is_filled_in = templated and _SECTION.search(command.value) is not None
        yield Host(read_only(region, "template-file", _FILLED_IN) if is_filled_in else region, templated)


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
    """The scalar with the shell text of a step in either form."""
    from migrator.syntax.yaml import NodeKind, get

    command = step if step.kind is NodeKind.SCALAR else get(step, "command")
    return command if command is not None and command.kind is NodeKind.SCALAR else None


def _shell(step: Node) -> str:
    """The shell that a step names; empty where it names none, or only a parameter says which."""
    from migrator.syntax.yaml import NodeKind, get

    shell = get(step, "shell") if step.kind is NodeKind.MAP else None
    known = shell is not None and shell.kind is NodeKind.SCALAR and "<<" not in shell.value
    return shell.value if known and shell is not None else ""


CIRCLECI = HostKind("CircleCI config", _claims, _find, strict=True)
