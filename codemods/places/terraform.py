"""Commands of Terraform's `local-exec` and `remote-exec`, in quotes or in a here-document.

Source: Terraform docs (provisioners; strings and templates: escapes, `$${`, indented here-documents).
"""

from __future__ import annotations

import re
import shlex
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.places.place import UNKNOWN_TEXT, Host, HostKind, behind, read_only
from migrator.syntax.programs.languages import named
from migrator.syntax.programs.program import ProgramToken, TokenKind, tokens
from migrator.syntax.text.layers import Escapes
from migrator.syntax.text.regions import Fixed, checked
from migrator.syntax.text.source import VerbatimRegion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrator.syntax.text.source import Region, Source


def _braces(depth: int) -> str:
    """What stands in braces: strings, in which braces do not count, and further braces to a depth."""
    inner = rf"|\{{{_braces(depth - 1)}\}}" if depth else ""
    return rf"""(?>[^{{}}"]|"(?:\\.|[^"\\])*+"{inner})*+"""


_HOLES = rf"\$\$\{{|%%\{{|[$%]\{{{_braces(8)}\}}"
_MEANINGS = {"$${": "${", "%%{": "%{", r"\n": "\n", r"\t": "\t", r"\r": "\r", r"\"": '"', r"\\": "\\"}
_QUOTED = Escapes(
    re.compile(r"\\.|" + _HOLES),
    _MEANINGS,
    {"\\": r"\\", '"': r"\"", "\n": r"\n", "${": "$${", "%{": "%%{"},
    refused=re.compile(r"\\[^nrt\"\\]"),
)
_HEREDOC = Escapes(re.compile(_HOLES), {"$${": "${", "%%{": "%{"}, {"${": "$${", "%{": "%%{"})


def _claims(source: Source) -> bool:
    return PurePosixPath(source.path).suffix in {".tf", ".hcl", ".nomad"}


def _find(source: Source) -> tuple[Host, ...]:
    return (
        *(Host(region) for region in checked(source.text, lambda text: _regions(text, wanted=True))),
        *(Host(read_only(r, "unknown-text", UNKNOWN_TEXT)) for r in _regions(source.text, wanted=False)),
        *(Host(read_only(r, "unknown-text", UNKNOWN_TEXT)) for r in _programs(source.text)),
    )


def _programs(text: str) -> Iterator[Region]:
    """Commands whose program and whose words stand apart: `command = "curl"` and `args = […]` of a Nomad task."""
    read = tokens(text, named("Terraform"))
    for index, token in enumerate(read[2:], 2):
        if token.text not in {"curl", "wget"} or [each.text for each in read[index - 2 : index]] != ["command", "="]:
            continue
        rest = read[index + 1 :]
        opens = next(
            (at for at, each in enumerate(rest[:-2]) if each.text == "args" and rest[at + 2].text == "["), None
        )
        closes = next((at for at, each in enumerate(rest) if each.text == "}"), len(rest))
        if opens is not None and opens < closes:
            end = next((at for at in range(opens, len(rest)) if rest[at].text == "]"), len(rest))
            words = [each.text for each in rest[opens + 3 : end] if each.kind is TokenKind.STRING]
            yield Fixed(shlex.join([token.text, *words]), token.start)


def _regions(text: str, *, wanted: bool) -> tuple[Region, ...]:
    """The commands of provisioners that a POSIX shell runs, or other strings that may hold a call."""
    read = tokens(text, named("Terraform"))
    commands = set(_commands(read))
    made: list[Region] = []
    for index, token in enumerate(read):
        if token.kind is not TokenKind.STRING or (index in commands) is not wanted:
            continue
        if wanted or "curl" in token.text or "wget" in token.text:
            made.append(_region(text, token))
    return tuple(made)


def _commands(read: Sequence[ProgramToken]) -> Iterator[int]:
    """The indexes of the strings that are `command` of a `local-exec` without an interpreter."""
    for index, token in enumerate(read):
        if token.text == "provisioner" and index + 2 < len(read) and read[index + 1].text == "local-exec":
            block = range(index + 3, _block_end(read, index + 2))
            if any(read[at].text == "interpreter" for at in block):
                continue
            yield from (at + 2 for at in block if read[at].text == "command" and read[at + 1].text == "=")


def _block_end(read: Sequence[ProgramToken], at: int) -> int:
    depth = 0
    for index in range(at, len(read)):
        depth += (read[index].text == "{") - (read[index].text == "}") if read[index].kind is TokenKind.SIGN else 0
        if depth == 0:
            return index
    return len(read)


def _region(text: str, token: ProgramToken) -> Region:
    assert token.style is not None
    layer = _HEREDOC if token.style.opening.startswith("<<") else _QUOTED
    return behind(VerbatimRegion(text[slice(*token.inner)], token.inner[0]), layer)


TERRAFORM = HostKind("Terraform", _claims, _find)
