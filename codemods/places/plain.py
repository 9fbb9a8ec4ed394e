"""Commands in text of which nobody knows what runs it: each line that holds a call, to be reported and never edited."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.places.html import HTML
from codemods.places.place import UNKNOWN_TEXT, Host, HostKind, behind, read_only
from migrator.syntax.text.layers import Escapes
from migrator.syntax.text.source import VerbatimRegion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.text.source import Source

# A command and the lines that a backslash, a caret (cmd) or a backtick (PowerShell) joins to it.
_COMMAND = re.compile(r"(?<![\w.-])(?:curl|wget)(?:\.exe)?[ \t](?:[^\n\\^`]|[\\^`](?:\r?\n)?)*")
_JOINED = {sign + end: " " for sign in "^`" for end in ("\n", "\r\n")}
_HOLES = r"[\^`]\r?\n|<[A-Za-z][\w .:|-]*>|\{\{.*?\}\}"
# `set X=…` of cmd, `set X …` of fish, `set X = …` and `setenv X …` of csh.
_SETTING = re.compile(
    r"^[ \t]*(?:set(?:env)?|export)[ \t]+(?:-\w+[ \t]+)*"
    r"\"?(?P<name>[A-Za-z_]\w*)[ \t]*[ \t=][ \t]*\"?(?P<value>[^\s\"']+)",
    re.MULTILINE | re.IGNORECASE,
)
_AT_START = re.compile(r"^[ \t]*(?:curl|wget)[ \t]", re.MULTILINE)
_CODE_SUFFIXES = """
    .py .pyi .js .jsx .mjs .cjs .ts .tsx .rb .go .php .java .kt .kts .groovy .gradle .cs .ps1 .psm1 .clj .cljs .cljc
    .edn .swift .rs .pl .pm .ex .exs .scala .lua .dart .vue .svelte
"""
_CODE = frozenset(_CODE_SUFFIXES.split())
_COMMENT = re.compile(r"\s*(?:#|//|--|;|\*|REM\s|rem\s|::)")


def commands(text: str) -> Iterator[tuple[int, str]]:
    """Each curl or wget command with where it starts, lines that are comments in any usual language left out."""
    for found in _COMMAND.finditer(text):
        line = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
        if not _COMMENT.match(line):
            yield found.start(), found[0]


def _claims(source: Source) -> bool:
    """What a page shows, nobody runs."""
    return PurePosixPath(source.path).suffix.lower() not in _CODE | HTML


def _find(source: Source) -> tuple[Host, ...]:
    return tuple(_hosts(source))


def _looks_like_script(source: Source) -> bool:
    """Whether a file without an extension has a command at the start of a line: its variables count then."""
    other = source.text.startswith("#!")  # of a shell of another kind, or it would not be here
    return not other and not PurePosixPath(source.path).suffix and bool(_AT_START.search(source.text))


def _hosts(source: Source) -> Iterator[Host]:
    if _looks_like_script(source):
        yield Host(read_only(VerbatimRegion(source.text), "unknown-text", UNKNOWN_TEXT))
    layer = _layer(source.text)
    for start, text in commands(source.text):
        yield Host(read_only(behind(VerbatimRegion(text, start), layer), "unknown-text", UNKNOWN_TEXT))


def _layer(text: str) -> Escapes:
    """Line ends that a caret or a backtick hides, placeholders, and variables that a shell of another kind is given."""
    values: dict[str, str] = {}
    for found in _SETTING.finditer(text):
        if "/v1" in found["value"]:
            name = found["name"]
            values |= dict.fromkeys((f"%{name}%", f"${{{name}}}", f"${name}"), found["value"])
    names = "".join("|" + re.escape(written) for written in values)
    return Escapes(re.compile(_HOLES + names), _JOINED, {}, values)


PLAIN = HostKind("plain text", _claims, _find)
