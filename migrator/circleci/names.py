"""Names for what the migration adds: pipeline parameters and workflows that collide with nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

# v1.1 takes ASCII letters, digits and `_`, not starting with a digit (docs: inject-environment-variables-with-api).
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SECRET_WORDS = frozenset(
    {"token", "tokens", "secret", "secrets", "password", "passwords", "passwd", "passphrase", "credential"}
    | {"credentials", "key", "keys", "apikey", "pat"}
)


def is_variable(name: str) -> bool:
    """Whether v1.1 takes the name as a build parameter."""
    return _VARIABLE.fullmatch(name) is not None


def is_platform_variable(name: str) -> bool:
    """Whether CircleCI itself sets variables of that name: a job's own value would mask them."""
    return name.startswith("CIRCLE_") or name in {"CI", "CIRCLECI", "BASH_ENV"}


def is_secret(name: str) -> bool:
    """Whether the name says that the value is a secret. Pipeline parameters are shown in the UI and the API."""
    return not _SECRET_WORDS.isdisjoint(name.lower().split("_"))


def parameter_name(variable: str, taken: Collection[str]) -> str:
    """A pipeline parameter for the variable: `^[a-z][a-z0-9_]*$`, which every published rule allows, and unique."""
    lowered = re.sub(r"[^a-z0-9_]", "_", variable.lower()).lstrip("_0123456789") or "value"
    return unique(lowered, taken)


def unique(name: str, taken: Collection[str], joiner: str = "_") -> str:
    """The name itself, or the name with the first number from 2 that makes it free."""
    if name not in taken:
        return name
    number = 2
    while f"{name}{joiner}{number}" in taken:
        number += 1
    return f"{name}{joiner}{number}"
