"""Commands in the code blocks of documentation, with the placeholders and prompts that such text has.

A block that is a CircleCI config is not looked into here: the engine migrates it like a config, with the calls of the
same document that start its jobs (`documents.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.places.circleci import is_config
from codemods.places.html import Html, code_blocks
from codemods.places.place import Host, HostKind, behind
from codemods.places.yaml import YAML
from migrator.errors import ParseError
from migrator.model import Note, Severity, Span
from migrator.syntax.text.documents import blocks
from migrator.syntax.text.layers import LayerToken, decoded, encoded, placeholder
from migrator.syntax.text.regions import Nested
from migrator.syntax.text.source import Source, VerbatimRegion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.text.documents import CodeBlock
    from migrator.syntax.text.regions import DecodedRegion

_SUFFIXES = frozenset({".md", ".markdown", ".mdx", ".rst", ".adoc", ".asciidoc", ".asc", ".mkd", ".rest"})
# `<org>`, `{{ site.x }}`, in URLs and where they are all of a string `:org` and `{org}`.
_PLACEHOLDER = re.compile(
    r"<[A-Za-z][^<>\n=$|&;'\"`]*[\w)\]]>|\{\{[^{}\n]*\}\}|(?<=/):[A-Za-z][\w-]*|(?<=/)\{[A-Za-z][\w-]*\}"
    r"|(?<=['\"]):[A-Za-z][\w-]*(?=['\"])|(?<=['\"])\{[A-Za-z][\w-]*\}(?=['\"])"
)
_INLINE = re.compile(r"(?<!`)(?P<ticks>`{1,2})(?P<code>(?:curl|wget) [^`\n]+)(?P=ticks)(?!`)")
# A command that is a paragraph of its own, or an entry of a list, without any mark that it is code.
_BARE = re.compile(
    r"^(?P<lead>[ \t]*(?:[-*]|\d+[.)])?[ \t]*(?:[$%][ \t]+)?)(?P<code>(?:curl|wget)[ \t](?:[^\n\\]|\\[^\n]|\\\r?\n)+)",
    re.MULTILINE,
)
_PROMPT = re.compile(r"[$%][ \t]+")
_SECOND = re.compile(r">[ \t]?")  # what a shell prompts with where a command goes on
_OTHER_LANGUAGES = """
    python py python3 javascript js jsx typescript ts ruby rb go golang java kotlin groovy php csharp cs c# powershell
    ps1 clojure swift rust perl elixir json json5 xml html css sql diff toml ini http graphql scala hcl terraform
"""
# What was once right is left as it is: nobody runs a changelog, and what it tells of the past must not change.
_HISTORY = re.compile(
    r"(?i)(?:^|/)(?:(?:change[-_]?log|changes|history|news|release[-_]?notes)(?:[-_.][^/]*)?|_?posts/(?:[^/]*/)*\d{4}-[^/]*)$"
)
_PROSE = frozenset({"", ".md", ".markdown", ".mdx", ".rst", ".adoc", ".asciidoc", ".txt", ".html", ".org", ".textile"})
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


@dataclass(frozen=True, slots=True)
class CommandExample:
    """Shell text as documentation shows it: with the placeholders that it has, and how further lines are prompted."""

    placeholders: tuple[str, ...]
    second: str = ""

    @classmethod
    def of(cls, text: str) -> CommandExample:
        """Collect the placeholders of a text. In a new place they are known by their spelling only."""
        session = any(_PROMPT.match(line) for line in text.splitlines())
        prompts = (_SECOND.match(line) for line in text.splitlines() if session)
        second = next((found[0] for found in prompts if found), "")
        return cls(tuple(dict.fromkeys(found[0] for found in _PLACEHOLDER.finditer(text))), second)

    def decode(self, text: str) -> DecodedRegion:
        """Placeholders become templates; prompts, output and a backslash behind the last command go. Raises Refusal."""
        found = [*_dropped(text)]
        if self.placeholders:
            known = re.compile("|".join(re.escape(each) + r"(?![\w-])" for each in self.placeholders))
            kept = (m for m in known.finditer(text) if not any(t.start <= m.start() < t.end for t in found))
            found += (LayerToken(m.start(), m.end(), placeholder(m[0])) for m in kept)
        return decoded(text, sorted(found, key=lambda token: token.start))

    def encode(self, text: str) -> str:
        """Placeholders as they were written, and further lines behind the prompt that others have."""
        return encoded(text.replace("\n", f"\n{self.second}"), str)


def _dropped(text: str) -> Iterator[LayerToken]:
    """Prompts, and in a session with prompts the lines that are no command."""
    session = any(_PROMPT.match(line) for line in text.splitlines())
    at, command = 0, not session
    for line in text.splitlines(keepends=True):
        prompt = _PROMPT.match(line)
        if prompt:
            yield LayerToken(at, at + prompt.end(), "")
        elif session and command and (second := _SECOND.match(line)):
            yield LayerToken(at, at + second.end(), "")
        elif session and not command:
            yield LayerToken(at, at + len(line.rstrip("\r\n")), "")
        command = not session or ((command or prompt is not None) and line.rstrip().endswith("\\"))
        at += len(line)
    if last := re.search(r"(?<!\\)\\\s*\Z", text):
        yield LayerToken(last.start(), last.end(), "")


def is_document(path: str) -> bool:
    """Whether a file is documentation by its name."""
    pure = PurePosixPath(path)
    return pure.suffix.lower() in _SUFFIXES or pure.name.upper() in {"README", "CONTRIBUTING", "HACKING", "RELEASING"}


def is_history(path: str) -> bool:
    """Whether a file tells of the past by its name: a changelog, release notes, a dated post."""
    return _HISTORY.search(path) is not None and PurePosixPath(path).suffix.lower() in _PROSE


def configs(text: str) -> tuple[CodeBlock, ...]:
    """The blocks of a document that are CircleCI configs with jobs."""
    return tuple(block for block in blocks(text) if _holds_config(block, text))


def _holds_config(block: CodeBlock, text: str) -> bool:
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
    found = blocks(source.text)
    hosts = (host for block in found for host in _hosts(source.text, block))
    return (*hosts, *_inline(source.text, found), *_preformatted(source.text, found))


def _preformatted(text: str, found: tuple[CodeBlock, ...]) -> Iterator[Host]:
    """Code that Markdown has as HTML: `<pre><code>`, which no fenced block is around."""
    extents = [Span(block.stretches[0][0], block.stretches[-1][1]) for block in found if block.language]
    for start, end in code_blocks(text):
        if any(start in extent for extent in extents) or not re.search(r"\b(?:curl|wget)\b", text[start:end]):
            continue
        shown = behind(VerbatimRegion(text[start:end], start), Html())
        yield Host(behind(shown, CommandExample.of(shown.text)), notes=(_NOTE,))


def _inline(text: str, found: tuple[CodeBlock, ...]) -> Iterator[Host]:
    """Commands in the running text, between single backticks or on lines of their own."""
    extents = [Span(block.stretches[0][0], block.stretches[-1][1]) for block in found]
    for inline in (*_INLINE.finditer(text), *_BARE.finditer(text)):
        if not any(inline.start("code") in extent for extent in extents):
            outer = VerbatimRegion(inline["code"], inline.start("code"))
            yield Host(behind(outer, CommandExample.of(outer.text)), notes=(_NOTE,))


def _hosts(text: str, block: CodeBlock) -> Iterator[Host]:
    outer = block.region(text)
    if block.language in _NOT_SHELL or _holds_config(block, text) or not ("curl" in outer.text or "wget" in outer.text):
        return
    name = _FILES.get(block.language)
    if name is None and block.language in {"yaml", "yml"} and _is_mapping(outer.text):
        name = ".github/workflows/x.yml" if re.search(r"^on\s*:", outer.text, re.MULTILINE) else "x.yml"
    if name is not None:
        yield from (Host(Nested(host.region, outer), notes=(_NOTE,)) for host in _inner(Source(name, outer.text)))
        return
    yield Host(behind(outer, CommandExample.of(outer.text)), notes=(_NOTE,))


def _is_mapping(code: str) -> bool:
    """Whether the code is YAML: a command with a colon in it reads as a mapping too, with a strange key."""
    from migrator.syntax.yaml import parse

    try:
        root = parse(code)
    except ParseError:
        return False
    return bool(root.nodes) or (bool(root.pairs) and all(" " not in key.value for key, _ in root.pairs))


def _inner(source: Source) -> tuple[Host, ...]:
    from codemods.places.docker import DOCKER
    from codemods.places.make import MAKE

    return next(kind for kind in (MAKE, DOCKER, YAML) if kind.claims(source)).find(source)


DOCUMENT = HostKind("documentation", lambda source: is_document(source.path), _find)
