"""Shell steps of Jenkins pipelines: `sh '…'`, `sh "…"`, `sh '''…'''`, `sh \"\"\"…\"\"\"`, `sh(script: …)`.

Sources: Jenkins docs (pipeline steps, `sh`), Groovy docs (strings: escapes, interpolation).
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.places.place import Host, HostKind, behind, read_only
from migrator.syntax.programs.languages import named
from migrator.syntax.programs.program import ProgramToken, TokenKind, constants, tokens
from migrator.syntax.text.layers import Escapes, guarded
from migrator.syntax.text.regions import Fixed, Joined, checked
from migrator.syntax.text.source import VerbatimRegion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrator.syntax.text.source import Region, Source

_ESCAPES = {r"\n": "\n", r"\t": "\t", r"\\": "\\", r"\'": "'", r"\"": '"', r"\$": "$", "\\\n": "", r"\r": "\r"}
_ESCAPE = r"\\(?:\r?\n|.)"
_OTHER = re.compile(r"\\(?!\r?\n|[nt\\'\"$r])")
_HOLE = r"\$\{[^{}]*\}|\$[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*"
_OTHER_SHELL = "The text is for another kind of shell. Rewrite the call by hand."
_SHELL = frozenset({"sh"})
_WINDOWS = frozenset({"bat", "pwsh", "powershell"})
_PARTS = "The command is put together from several strings. Write it as one, then run this again."


def _claims(source: Source) -> bool:
    path = PurePosixPath(source.path)
    return "Jenkinsfile" in path.name or path.suffix in {".jenkinsfile", ".groovy", ".jenkins"}


def _find(source: Source) -> tuple[Host, ...]:
    found = checked(source.text, lambda text: tuple(_steps(text, _SHELL, whole=True)))
    parts = (read_only(region, "several-strings", _PARTS) for region in _steps(source.text, _SHELL, whole=False))
    windows = [
        read_only(r, "other-shell", _OTHER_SHELL) for w in (True, False) for r in _steps(source.text, _WINDOWS, whole=w)
    ]
    return (*map(Host, found), *map(Host, parts), *map(Host, windows))


def _steps(text: str, names: frozenset[str], *, whole: bool) -> Iterator[Region]:
    """The commands of the steps: those that are one string, or those that are put together from several."""
    read = tokens(text, named("Groovy"))
    known = constants(read)
    values = {written: value for name, value in known.items() for written in (f"${{{name}}}", f"${name}")}
    for index, token in enumerate(read):
        if token.kind is TokenKind.WORD and token.text in names and (index == 0 or read[index - 1].text != "."):
            found = _script(read, index + 1)
            if found is not None and _is_whole(read, found) is whole:
                yield _region(text, read[found], values) if whole else _sum(text, read, found, values)


def _sum(text: str, read: Sequence[ProgramToken], at: int, values: dict[str, str]) -> Region:
    """`'…' + expression + '…'` as one text, in which every expression is a template."""
    parts: list[Region] = []
    while at < len(read):
        if read[at].kind is TokenKind.STRING:
            parts.append(_region(text, read[at], values))
            at += 1
        else:
            start = at
            while at < len(read) and read[at].text not in {"+", ",", ")", "}", ";"}:
                at += 1
            written = text[read[start].start : read[max(at - 1, start)].end]
            parts.append(Fixed(guarded(written, values.get(f"${written}")), read[start].start))
        if at >= len(read) or read[at].text != "+":
            break
        at += 1
    return Joined(tuple(parts), "")


def _script(read: Sequence[ProgramToken], at: int) -> int | None:
    """The index of the step's string: bare, in parentheses, or named `script`."""
    following = read[at] if at < len(read) else None
    if following is None:
        return None
    if following.kind is TokenKind.STRING:
        return at
    if following.text == "(" and at + 1 < len(read) and read[at + 1].kind is TokenKind.STRING:
        return at + 1
    for index in range(at, min(at + 12, len(read) - 2)):
        if read[index].text in {")", "{", "}", ";"}:
            return None
        if read[index].text == "script" and read[index + 1].text == ":":
            return index + 2 if read[index + 2].kind is TokenKind.STRING else None
    return None


def _is_whole(read: Sequence[ProgramToken], at: int) -> bool:
    return at + 1 >= len(read) or read[at + 1].text not in {"+", "%", "*"}


def _region(text: str, token: ProgramToken, values: dict[str, str]) -> Region:
    return behind(VerbatimRegion(text[slice(*token.inner)], token.inner[0]), _layer(token, values))


def _layer(token: ProgramToken, values: dict[str, str]) -> Escapes:
    """The escapes of a kind of Groovy string; a dollar begins a template in double quotes only."""
    assert token.style is not None
    quote = token.style.opening
    written = {"\\": r"\\"}
    if len(quote) == 1:
        written |= {quote: "\\" + quote, "\n": r"\n"}
    if not token.style.holes:
        return Escapes(re.compile(_ESCAPE), _ESCAPES, written, refused=_OTHER)
    pattern = re.compile(f"{_ESCAPE}|{_HOLE}")
    return Escapes(pattern, _ESCAPES, written | {"$": r"\$"}, values, refused=_OTHER)


JENKINS = HostKind("Jenkins pipeline", _claims, _find)
