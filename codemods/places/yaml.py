"""Shell text in the YAML of other services and tools, and calls in YAML of which nobody knows what runs it."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.places.containers import commands
from codemods.places.place import Host, HostKind, behind, of_scalar, read_only
from codemods.places.script import runs_in_shell
from codemods.places.shells import CMD, OTHER_SHELL, of_other_shells
from codemods.places.yaml_dialects import dialect_of, named
from migrator.errors import ParseError
from migrator.syntax.text.regions import Joined, Shifted, WordsOnly

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from codemods.places.yaml_dialects import YamlDialect
    from migrator.syntax.text.source import Region, Source
    from migrator.syntax.yaml import Node

_SUFFIXES = frozenset({".yml", ".yaml"})
_JINJA = re.compile(r"\{%|(?<!\$)\{\{")
_SCRIPT_FLAGS = frozenset({"-c", "-ec", "-lc", "-ce", "-xc", "-euc", "-exc", "-euxc"})

_POWERSHELL = frozenset({"pwsh", "powershell", "win_shell", "ansible.windows.win_shell"})
_NO_SHELL = "Ansible's `command` runs no shell, which the new call needs. Use `shell`, then run this again."
_UNKNOWN = "What runs this YAML is not known, nor how it quotes. Rewrite the call by hand."


def _claims(source: Source) -> bool:
    return PurePosixPath(source.path).suffix.lower() in _SUFFIXES


def _find(source: Source) -> tuple[Host, ...]:
    from migrator.syntax.yaml import parse
    from migrator.syntax.yaml.parse import documents

    dialect = dialect_of(source.path)
    hosts: list[Host] = []
    for start, text in documents(source.text):
        root = parse(text)
        known = dialect or _by_content(root)
        found = _of_dialect(text, root, known) if known is not None else _unknown(text, root)
        hosts += (Host(Shifted(region, start) if start else region) for region in found)
    return tuple(hosts)


def _by_content(root: Node) -> YamlDialect | None:
    """Manifests and playbooks lie everywhere; a play has `hosts`, and `tasks` or `roles`."""
    if {"apiVersion", "kind"} <= {key.value for key, _ in root.pairs}:
        return named("Kubernetes")
    plays = [{key.value for key, _ in node.pairs} for node in root.nodes]
    return named("Ansible") if any("hosts" in keys and keys & {"tasks", "roles"} for keys in plays) else None


def _of_dialect(text: str, root: Node, dialect: YamlDialect) -> Iterator[Region]:
    """The texts of the dialect's keys, each once, then calls that stand anywhere else."""
    from migrator.syntax.yaml import get

    seen: set[tuple[int, str]] = set()
    covered: set[int] = set()
    others = tuple(of_other_shells(root))
    for node in root.walk():
        for key, value in node.pairs:
            if key.value not in dialect.keys:
                continue
            region = _region(text, value.resolved(), dialect) or _handed_over(text, node, key, dialect)
            if region is None or (region.locate(0), region.text) in seen:
                continue
            seen.add((region.locate(0), region.text))
            covered.update(scalar.span.start for scalar in value.resolved().walk())
            own = get(node, dialect.chooser) if dialect.chooser else None
            foreign = own is None and any(node.span.start in span for span in others)
            other = foreign or _other_shell(node, key, dialect) or CMD.search(region.text) is not None
            if dialect.name == "Ansible" and key.value.rpartition(".")[2] == "command":
                region = WordsOnly(region, "other-shell", _NO_SHELL)
            yield read_only(region, "other-shell", OTHER_SHELL) if other else region
    yield from _unknown(text, root, covered)


def _other_shell(node: Node, key: Node, dialect: YamlDialect) -> bool:
    """Whether the key, or another one of the map, says that the text is for no POSIX-like shell."""
    from migrator.syntax.yaml import NodeKind, get

    if key.value in _POWERSHELL:
        return True
    shell = get(node, dialect.chooser) if dialect.chooser else None
    return shell is not None and shell.kind is NodeKind.SCALAR and not runs_in_shell(shell.value)


def _region(text: str, value: Node, dialect: YamlDialect) -> Region | None:
    """The text of a key: a scalar, a list of scalars that one shell runs in turn, or a map that holds the scalar."""
    from migrator.syntax.yaml import NodeKind, own

    if value.kind is NodeKind.MAP:
        pairs = [pair for pair in (own(value, name) for name in dialect.inner) if pair is not None]
        return _region(text, pairs[0][1].resolved(), dialect) if pairs else None
    if value.kind is NodeKind.SEQ and dialect.name in {"Compose", "Ansible", "Kubernetes"}:
        return _arguments(text, value, dialect)
    if dialect.name == "Kubernetes":  # a list always; a text of that name is some other tool's
        return None
    parts = [_scalar(text, node, dialect) for node in _scalars(value)]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else Joined(tuple(parts))


def _arguments(text: str, value: Node, dialect: YamlDialect) -> Region | None:
    """The script of `["sh", "-c", "…"]`."""
    words = [node.value for node in value.nodes]
    at = next((index for index, word in enumerate(words) if word in _SCRIPT_FLAGS), None)
    if at is None or at + 1 >= len(words):
        return None
    return _scalar(text, value.nodes[at + 1].resolved(), dialect)


def _handed_over(text: str, node: Node, key: Node, dialect: YamlDialect) -> Region | None:
    """The script in `args: […]` of a container whose `command` is `["sh", "-c"]`."""
    from migrator.syntax.yaml import get

    command, arguments = get(node, "command"), get(node, "args")
    if dialect.name != "Kubernetes" or key.value != "args" or command is None or arguments is None:
        return None
    last = command.nodes[-1].value if command.nodes else ""
    return _scalar(text, arguments.nodes[0].resolved(), dialect) if last in _SCRIPT_FLAGS and arguments.nodes else None


def _scalars(value: Node) -> Iterator[Node]:
    from migrator.syntax.yaml import NodeKind

    if value.kind is NodeKind.SCALAR and value.value:
        yield value
    for node in value.nodes:
        yield from _scalars(node.resolved())


def _scalar(text: str, node: Node, dialect: YamlDialect) -> Region:
    region = of_scalar(text, node)
    return behind(region, dialect.layer) if dialect.layer is not None else region


def _unknown(text: str, root: Node, covered: Container[int] = ()) -> Iterator[Region]:
    """Every other text that may hold a call, to be reported: what runs it is not known."""
    from migrator.syntax.yaml import NodeKind

    yield from commands(root)
    for node in root.walk():
        if node.kind is not NodeKind.SCALAR or node.span.start in covered:
            continue
        if "curl" in node.value or "wget" in node.value:
            yield read_only(of_scalar(text, node), "unknown-yaml", _UNKNOWN)


def unparsed(source: Source) -> ParseError | None:
    """Why a service refuses a file that is its own by its path: it is no YAML. What jinja makes is left alone."""
    from migrator.syntax.yaml import parse
    from migrator.syntax.yaml.parse import documents

    if not _claims(source) or dialect_of(source.path) is None or _JINJA.search(source.path + source.text):
        return None
    try:
        for _, text in documents(source.text):
            parse(text)
    except ParseError as error:
        return error
    return None


YAML = HostKind("YAML", _claims, _find)
