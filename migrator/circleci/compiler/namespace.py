"""Where the names of jobs, commands and executors are looked up: the config, or an orb.

CircleCI docs: reusing-config, "Writing inline orbs" and "Jobs defined in an orb"; orb-concepts, "Using orbs within your
orb", for a definition that is only the name of another one (`my-executor: some-orb/their-executor`). What a registry
orb (or a URL orb) holds is not in the repository, so everything from it is opaque.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from migrator.circleci.compiler.expr import Expr, shown
from migrator.circleci.compiler.model import CompileError
from migrator.circleci.compiler.template import substitute

if TYPE_CHECKING:
    from collections.abc import Mapping

    from migrator.circleci.compiler.scope import Scope


@dataclass(frozen=True, slots=True)
class RegistryOrb:
    """An orb that lives elsewhere, by its reference, e.g. `circleci/node@5.1`."""

    reference: str


@dataclass(frozen=True, slots=True)
class Namespace:
    """The definitions of one config or inline orb. `templated` is False for version 2, which knows no tags."""

    jobs: Mapping[str, object] = field(default_factory=dict)
    commands: Mapping[str, object] = field(default_factory=dict)
    executors: Mapping[str, object] = field(default_factory=dict)
    orbs: Mapping[str, Namespace | RegistryOrb] = field(default_factory=dict)
    job_groups: Mapping[str, object] = field(default_factory=dict)
    functions: Mapping[str, object] = field(default_factory=dict)
    in_orb: bool = False
    templated: bool = True

    def definitions(self, kind: str) -> Mapping[str, object]:
        """The own definitions of a kind: `job`, `command` or `executor`."""
        match kind:
            case "job":
                return self.jobs
            case "command":
                return self.commands
        return self.executors


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition that was found, and the namespace its own names are looked up in."""

    namespace: Namespace
    name: str
    body: dict[str, object]


@dataclass(frozen=True, slots=True)
class OpaqueDefinition:
    """A definition in a registry orb."""

    orb: str
    name: str


def config_namespace(config: Mapping[str, object], scope: Scope) -> Namespace:
    """The namespace of a version 2.1 config. Pipeline parameters may stand in orb references, not inside orbs."""
    orbs = {name: _orb(name, body, scope) for name, body in _map(config, "orbs").items()}
    return Namespace(
        _map(config, "jobs"),
        _map(config, "commands"),
        _map(config, "executors"),
        orbs,
        _map(config, "job-groups"),
        _map(config, "functions"),
    )


def find(namespace: Namespace, kind: str, name: str) -> Definition | OpaqueDefinition | None:
    """The definition that `name` (perhaps `orb/name`) stands for; None when there is none."""
    own = namespace.definitions(kind)
    name = _renamed(kind, name, own)
    if name in own:
        return Definition(namespace, name, _body(kind, name, own[name]))
    prefix, slash, rest = name.partition("/")
    match namespace.orbs.get(prefix) if slash else None:
        case RegistryOrb(reference):
            return OpaqueDefinition(reference, name)
        case Namespace() as orb:
            return find(orb, kind, rest)
    return None


def required(namespace: Namespace, kind: str, name: str) -> Definition | OpaqueDefinition:
    """The same; raises CompileError when there is none."""
    found = find(namespace, kind, name)
    if found is None:
        raise CompileError(f"Cannot find a definition for {kind} named {name}")
    return found


def _orb(name: str, body: object, scope: Scope) -> Namespace | RegistryOrb:
    match body:
        case str():
            reference = substitute(body, scope)
            return RegistryOrb(shown(reference) if isinstance(reference, Expr) else str(reference))
        case dict():
            inner = {inner_name: _orb(inner_name, orb, scope) for inner_name, orb in _map(body, "orbs").items()}
            return Namespace(_map(body, "jobs"), _map(body, "commands"), _map(body, "executors"), inner, in_orb=True)
    raise CompileError(f"Orb '{name}' must be a reference or a definition")


def _map(config: Mapping[str, object], key: str) -> dict[str, object]:
    match config.get(key):
        case None:
            return {}
        case dict() as found:
            return {str(name): body for name, body in found.items()}
    raise CompileError(f"{key}: expected type: Mapping")


def _renamed(kind: str, name: str, own: Mapping[str, object]) -> str:
    """The name that a definition gives instead of a body, and so on to the last one."""
    seen = set[str]()
    while isinstance(own.get(name), str):
        if name in seen:
            raise CompileError(f"Definition of {kind} '{name}' refers to itself")
        seen.add(name)
        name = str(own[name])
    return name


def _body(kind: str, name: str, body: object) -> dict[str, object]:
    if not isinstance(body, dict):
        raise CompileError(f"Definition of {kind} '{name}': expected type: Mapping")
    return body
