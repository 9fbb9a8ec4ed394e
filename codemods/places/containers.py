"""Containers whose program is curl: what follows in `command` or `args` is the command line, without the program.

Sources: Compose specification (`entrypoint`, `command`), Kubernetes containers (`command`, `args`), Cloud Build steps
(`name`, `entrypoint`, `args`), ECS task definitions (`image`, `entryPoint`, `command`), GitHub workflow syntax
(`uses: docker://…` with `entrypoint` and `args`).
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from codemods.places.place import UNKNOWN_TEXT, read_only
from migrator.syntax.text.regions import Fixed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.text.source import Region
    from migrator.syntax.yaml import Node

_IMAGES = ("image", "name", "uses")
_ARGUMENTS = ("command", "args", "with")
_PROGRAMS = frozenset({"curl", "wget"})


def commands(root: Node) -> Iterator[Region]:
    """The command lines that are lists of words, or that an image makes one of curl, each to be reported."""
    taken: set[int] = set()
    for node in root.walk():
        words, start = _words(node)
        if start in taken or len(words) < 2 or words[0].rpartition("/")[2] not in _PROGRAMS:
            continue
        taken |= {each.span.start for each in node.walk()} | {start}
        yield read_only(Fixed(shlex.join(words), start), "unknown-yaml", UNKNOWN_TEXT)


def _words(node: Node) -> tuple[list[str], int]:
    """The words of the command that a node describes, the program first, and where the first of them stands."""
    if not node.pairs:
        return [item.value for item in node.nodes], node.span.start
    keys = {key.value.lower(): value.resolved() for key, value in node.pairs}
    inner = {key.value.lower(): value.resolved() for key, value in keys["with"].pairs} if "with" in keys else {}
    parts = [keys.get("entrypoint") or inner.get("entrypoint"), keys.get("command"), keys.get("args")]
    parts.append(inner.get("args"))
    given = [part for part in parts if part is not None and (part.nodes or part.value)]
    if not given:
        return [], node.span.start
    words = [word for part in given for word in _of(part)]
    first = given[0]
    if words and words[0].startswith(("-", "http")) and _is_curl(keys):
        words.insert(0, "curl")
    elif first is keys.get("command") and not first.nodes and words[:1] != [first.value]:  # shell text, found as that
        return [], first.span.start
    return words, (first.nodes[0] if first.nodes else first).span.start


def _of(part: Node) -> list[str]:
    if part.nodes:
        return [item.resolved().value for item in part.nodes]
    try:
        return shlex.split(part.value)
    except ValueError:
        return []


def _is_curl(keys: dict[str, Node]) -> bool:
    """Whether the image is one of curl, by its name."""
    images = [keys[name].value for name in _IMAGES if name in keys]
    return any("curl" in image.removeprefix("docker://").partition(":")[0].rpartition("/")[2] for image in images)
