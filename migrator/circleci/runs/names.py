"""Names for what the migration adds: pipeline parameters and workflows that collide with nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

# v1.1 takes ASCII letters, digits and `_`, not starting with a digit (docs: inject-environment-variables-with-api).
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# What every login or bash itself sets (POSIX: environment variables; bash manual: shell variables).
_SHELL = """
_ BASH BASHOPTS BASHPID BASH_VERSION COLUMNS DIRSTACK DISPLAY EUID FUNCNAME GROUPS HISTCMD HOME HOSTNAME HOSTTYPE IFS
LINENO LINES LOGNAME MACHTYPE MAIL OLDPWD OPTARG OPTERR OPTIND OSTYPE PATH PIPESTATUS PPID PS1 PS2 PS4 PWD RANDOM
SECONDS SHELL SHELLOPTS SHLVL SSH_AUTH_SOCK TERM TMPDIR UID USER
"""
# What images of languages commonly set; CircleCI's own images are among them.
_IMAGE = """
BUNDLE_PATH CARGO_HOME DEBIAN_FRONTEND DOTNET_VERSION GEM_HOME GOLANG_VERSION GOPATH GOROOT GRADLE_HOME GRADLE_VERSION
JAVA_HOME JAVA_VERSION LANG LANGUAGE LC_ALL M2_HOME MAVEN_VERSION NODE_VERSION PHP_VERSION PYENV_ROOT PYTHON_VERSION
RUBY_VERSION RUSTUP_HOME RUST_VERSION TZ YARN_VERSION
"""
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


def set_by_shell(name: str) -> bool:
    """Whether the shell of every job has the variable, or bash makes it up."""
    return name in _SHELL.split()


def set_by_image(name: str) -> bool:
    """Whether images are known to set the variable."""
    return name in _IMAGE.split()


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
