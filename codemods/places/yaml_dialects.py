"""Which YAML files hold shell text, by path: under which keys it stands, and which templates it may hold.

Sources: the references of the formats (GitHub workflow syntax, GitLab CI/CD YAML, Travis job lifecycle, Azure YAML
schema, Bitbucket pipelines, Buildkite command steps, Compose interpolation, Ansible `shell` and `command`, Kubernetes
container `command` and `args` with dependent variables).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.syntax.text.layers import Escapes, Templates

if TYPE_CHECKING:
    from migrator.syntax.text.regions import Layer

_EXPRESSION = r"\$\{\{(?:[^}']|'[^']*'|\}(?!\}))*+\}\}"  # `}}` in a string ends none (GitHub docs: expressions)
_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_DOLLARS = re.compile(r"\$\$|\$\{[^}\n]*\}|\$[A-Za-z_]\w*")
_GITLAB = "before_script script after_script"
_TRAVIS = """
    before_install install before_script script before_cache after_success after_failure after_script before_deploy
    after_deploy
"""
_ANSIBLE = """
    shell command raw ansible.builtin.shell ansible.builtin.command ansible.builtin.raw win_shell
    ansible.windows.win_shell
"""


@dataclass(frozen=True, slots=True)
class YamlDialect:
    """One kind of YAML file: what its paths look like, the keys of shell text, and the layer that it stands behind.

    `chooser` is the key beside the text that names another shell; `inner` are keys of a map that holds the text.
    """

    name: str
    path: re.Pattern[str]
    keys: frozenset[str]
    layer: Layer | None = None
    chooser: str = ""
    inner: tuple[str, ...] = ()


def _dialect(
    name: str, path: str, keys: str, layer: Layer | None = None, *, chooser: str = "", inner: str = ""
) -> YamlDialect:
    return YamlDialect(
        name, re.compile(path, re.IGNORECASE), frozenset(keys.split()), layer, chooser, tuple(inner.split())
    )


DIALECTS = (
    _dialect(
        "GitHub workflow",
        r"(^|/)\.github/(workflows|actions)/.*\.ya?ml$|(^|/)action\.ya?ml$|(^|/)\.gitea/workflows/.*\.ya?ml$",
        "run",
        Templates(re.compile(_EXPRESSION, re.DOTALL)),
        chooser="shell",
    ),
    _dialect(
        "GitLab CI",
        r"(^|[/.-])gitlab-ci[^/]*\.ya?ml$|(^|/)\.gitlab(-ci)?/.*\.ya?ml$",
        _GITLAB,
        Templates(re.compile(r"\$\[\[.*?\]\]")),
    ),
    _dialect("Travis", r"(^|/)\.travis[^/]*\.ya?ml$|(^|/)\.travis/.*\.ya?ml$", _TRAVIS),
    _dialect(
        "Azure Pipelines",
        r"(^|/)[^/]*azure-?pipelines?[^/]*\.ya?ml$|(^|/)\.?(azure|vsts|ado)[^/]*/.*\.ya?ml$|(^|/)\.vsts-ci\.ya?ml$",
        "script bash inlineScript pwsh powershell",
        Templates(re.compile(_EXPRESSION + r"|\$\([A-Za-z_][\w.]*\)|\$\[[^\[\]\n]*\]", re.DOTALL)),
    ),
    _dialect("Bitbucket Pipelines", r"(^|/)bitbucket-pipelines[^/]*\.ya?ml$", "script after-script"),
    _dialect(
        "Buildkite",
        r"(^|/)\.?buildkite/.*\.ya?ml$|(^|/)\.?buildkite[^/]*\.ya?ml$",
        "command commands",
        Escapes(re.compile(r"\\\$|" + _DOLLARS.pattern), {"$$": "$", "\\$": "$"}, {"$": "$$"}),
    ),
    _dialect(
        "Compose",
        r"(^|/)(docker-)?compose[^/]*\.ya?ml$",
        "command entrypoint test",
        Escapes(_DOLLARS, {"$$": "$"}, {"$": "$$"}),
    ),
    _dialect(
        "Ansible",
        r"(^|/)(tasks|handlers|playbooks?|roles|ansible)/.*\.ya?ml$|(^|/)(site|playbook)[^/]*\.ya?ml$",
        _ANSIBLE,
        Templates(_JINJA),
        inner="cmd _raw_params",
    ),
    # By content only: manifests lie everywhere. What the shell writes as `$(date)` is no reference, being no such name.
    _dialect("Kubernetes", r"(?!)", "command args", Templates(re.compile(r"\$?\$\([A-Z_][A-Z0-9_]*\)"))),
    _dialect("Drone", r"(^|/)\.(drone|woodpecker)[^/]*\.ya?ml$|(^|/)\.woodpecker/.*\.ya?ml$", "commands"),
    _dialect("AppVeyor", r"(^|/)\.?appveyor[^/]*\.ya?ml$", "sh bash"),
)


def dialect_of(path: str) -> YamlDialect | None:
    """The kind of YAML that a file is by its path."""
    return next((dialect for dialect in DIALECTS if dialect.path.search(path)), None)


def named(name: str) -> YamlDialect:
    """The dialect of that name."""
    return next(dialect for dialect in DIALECTS if dialect.name == name)
