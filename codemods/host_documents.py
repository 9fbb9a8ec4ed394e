"""Commands in the code blocks of documentation, with the placeholders and prompts that such text has.

A block that is a CircleCI config is not looked into here: the engine migrates it like a config, with the calls of the
same document that start its jobs (`documents.py`).
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.host import Host, HostKind
from codemods.host_circleci import is_config
from codemods.host_yaml import YAML
from migrator.errors import ParseError, Refusal
from migrator.model import Note, Severity
from migrator.syntax.documents import blocks
from migrator.syntax.layers import Token, decoded, encoded, guarded
from migrator.syntax.regions import Nested, layered
from migrator.syntax.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.documents import Block
    from migrator.syntax.regions import Decoded

_SUFFIXES = frozenset({".md", ".markdown", ".mdx", ".rst", ".adoc", ".asciidoc", ".asc", ".mkd", ".rest"})
# `$ ` in front of a command and a backslash behind the last; `<org>`, `{{ site.x }}`, and in URLs `:org` and `{org}`.
_SPECIAL = re.compile(
    r"(?P<dropped>^\$[ \t]+|\\\s*\Z)|<[A-Za-z][^<>\n=$|&;'\"`]*[\w)\]]>|\{\{[^{}\n]*\}\}"
    r"|(?<=/):[A-Za-z][\w-]*|(?<=/)\{[A-Za-z][\w-]*\}",
    re.MULTILINE,
)
_OTHER_LANGUAGES = """
    python py python3 javascript js jsx typescript ts ruby rb go golang java kotlin groovy php csharp cs c# powershell
    ps1 clojure swift rust perl elixir json json5 xml html css sql diff toml ini http graphql scala hcl terraform
"""
_NOT_SHELL = frozenset(_OTHER_LANGUAGES.split())
_NOTE = Note(
    "documentation",
    Severity.INFO,
    "The call stands in documentation: the text around it may describe v1.1 too, so read it over.",
)
_FILES = {
    "makefile": "Makefile",
    "make": "Makefile",
    "mk": "Makefile",
    "dockerfile": "Dockerfile",
    "docker": "Dockerfile",
}


class Example:
    """Shell text as documentation shows it."""

    def decode(self, text: str) -> Decoded:
        """Placeholders become templates; prompts go. Raises Refusal."""
        found = _SPECIAL.finditer(text)
        return decoded(text, [Token(m.start(), m.end(), "" if m["dropped"] else guarded(m[0])) for m in found])

    def encode(self, text: str) -> str:
        """Placeholders as they were written."""
        return encoded(text, str)


def is_document(path: str) -> bool:
    """Whether a file is documentation by its name."""
    pure = PurePosixPath(path)
    return pure.suffix.lower() in _SUFFIXES or pure.name.upper() in {"README", "CONTRIBUTING", "HACKING", "RELEASING"}


def configs(text: str) -> tuple[Block, ...]:
    """The blocks of a document that are CircleCI configs with jobs."""
    return tuple(block for block in blocks(text) if _holds_config(block, text))


def _holds_config(block: Block, text: str) -> bool:
    code = block.region(text).text
    if "jobs" not in code or "version" not in code:
        return False
    from migrator.syntax.yaml import get, parse

    try:
        root = parse(code)
    except ParseError:
        return False
    return is_config(root) and get(root, "jobs") is not None


def _find(source: Source) -> tuple[Host, ...]:
    return tuple(host for block in blocks(source.text) for host in _hosts(source.text, block))


def _hosts(text: str, block: Block) -> Iterator[Host]:
    outer = block.region(text)
    if block.language in _NOT_SHELL or _holds_config(block, text) or not ("curl" in outer.text or "wget" in outer.text):
        return
    name = _FILES.get(block.language)
    if name is None and block.language in {"yaml", "yml"} and _is_mapping(outer.text):
        name = ".github/workflows/x.yml" if re.search(r"^on\s*:", outer.text, re.MULTILINE) else "x.yml"
    if name is not None:
        yield from (Host(Nested(host.region, outer), notes=(_NOTE,)) for host in _inner(Source(name, outer.text)))
        return
    try:
        yield Host(layered(outer, Example()), notes=(_NOTE,))
    except Refusal:
        return


def _is_mapping(code: str) -> bool:
    """Whether the code is YAML: a command with a colon in it reads as a mapping too, with a strange key."""
    from migrator.syntax.yaml import parse

    try:
        root = parse(code)
    except ParseError:
        return False
    return bool(root.nodes) or (bool(root.pairs) and all(" " not in key.value for key, _ in root.pairs))


def _inner(source: Source) -> tuple[Host, ...]:
    from codemods.host_docker import DOCKER
    from codemods.host_make import MAKE

    return next(kind for kind in (MAKE, DOCKER, YAML) if kind.claims(source)).find(source)


DOCUMENT = HostKind("documentation", lambda source: is_document(source.path), _find)
