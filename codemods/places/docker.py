"""Commands of Dockerfiles: `RUN`, `CMD`, `ENTRYPOINT` and `HEALTHCHECK CMD`, in the form for a shell.

Docker joins lines that a backslash ends and drops comment lines between them before any shell sees the command.
Source: Dockerfile reference (format, shell and exec form, here-documents, escape directive).
"""

from __future__ import annotations

import re
import shlex
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.places.place import Host, HostKind, behind, read_only
from migrator.errors import ParseError
from migrator.syntax.json import JsonEscapes, json_strings
from migrator.syntax.text.layers import Escapes
from migrator.syntax.text.regions import Fixed, Spliced, checked
from migrator.syntax.text.source import VerbatimRegion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.text.source import Region, Source

_INSTRUCTION = re.compile(
    r"[ \t]*(?:ONBUILD[ \t]+)?(?:RUN|CMD|ENTRYPOINT|HEALTHCHECK[ \t]+(?:--\S+[ \t]+)*CMD)[ \t]+"
    r"(?:--\S+[ \t]+(?:\\\r?\n[ \t]*)?)*",
    re.IGNORECASE,
)
_HEREDOC = re.compile(r"<<-?[ \t]*(['\"]?)([A-Za-z_]\w*)\1")
_SHELL = re.compile(r"^[ \t]*SHELL[ \t]+\[(.*)\]", re.IGNORECASE | re.MULTILINE)
_ESCAPE = re.compile(r"\A(?:#[^\n]*\n)*?#[ \t]*escape[ \t]*=[ \t]*`", re.IGNORECASE)
_BACKTICKS = Escapes(re.compile(r"`[ \t]*\r?\n"), {"`\n": " ", "`\r\n": " "}, {})
_EXEC = "The call is a list of words. Rewrite it by hand, or write it in the form for a shell and run this again."
_OTHER = "The Dockerfile sets another shell or another escape character. Rewrite the call by hand."


def _claims(source: Source) -> bool:
    name = PurePosixPath(source.path).name.lower()
    return name.startswith(("dockerfile", "containerfile")) or name.endswith((".dockerfile", ".containerfile"))


def _find(source: Source) -> tuple[Host, ...]:
    if _ESCAPE.match(source.text):
        lines = (behind(region, _BACKTICKS) for region in _commands(source.text, "`"))
        return tuple(Host(read_only(region, "other-shell", _OTHER)) for region in lines)
    regions: tuple[Region, ...] = checked(source.text, _commands)
    if any(not re.search(r"\bsh\b|bash|ash", m[1]) for m in _SHELL.finditer(source.text)):
        regions = tuple(read_only(region, "other-shell", _OTHER) for region in regions)
    return (*(Host(region) for region in regions), *_with_defaults(source.text))


_LIST = re.compile(r"[ \t]*(ENTRYPOINT|CMD|FROM)\b[ \t]*(.*)", re.IGNORECASE | re.DOTALL)


def _with_defaults(text: str) -> Iterator[Host]:
    """The command of each stage whose `ENTRYPOINT` is curl as a list, and whose `CMD` gives the rest as another."""
    entry: list[str] | None = None
    for stretches in _instructions(text, "\\"):
        found = _LIST.match("".join(text[start:end] for start, end in stretches))
        kind = found[1].upper() if found else ""
        words = _words(found[2]) if found and kind != "FROM" else None
        if kind in {"FROM", "ENTRYPOINT"}:
            entry = words if words and _is_begun(words) else None
        elif kind == "CMD" and words and entry is not None:
            yield Host(read_only(Fixed(shlex.join([*entry, *words]), stretches[0][0]), "exec-form", _EXEC))


def _is_begun(words: list[str]) -> bool:
    """Whether the words call curl or wget without an address."""
    return words[0].rpartition("/")[2] in {"curl", "wget"} and not any("://" in word for word in words)


def _words(command: str) -> list[str] | None:
    """The words of a command that is a list."""
    if not command.startswith("["):
        return None
    try:
        return [command[string.start : string.end] for string in json_strings(command)]
    except ParseError:
        return None


def _commands(text: str, escape: str = "\\") -> tuple[Region, ...]:
    made: list[Region] = []
    for stretches in _instructions(text, escape):
        first = _INSTRUCTION.match(text, stretches[0][0])
        if not first:
            continue
        body = [(max(start, first.end()), end) for start, end in stretches if end > first.end()]
        region = _region(text, body) if body else None
        if region is not None:
            made.append(region)
    return tuple(made)


def _region(text: str, body: list[tuple[int, int]]) -> Region | None:
    command = "".join(text[start:end] for start, end in body)
    if not command.startswith("["):
        return Spliced.of(text, body, between="")
    try:
        strings = json_strings(command)
    except ParseError:
        return Spliced.of(text, body, between="")
    words = [command[string.start : string.end] for string in strings]
    if words and words[0].rpartition("/")[2] in {"curl", "wget"}:
        return read_only(Fixed(shlex.join(words), body[0][0]), "exec-form", _EXEC)
    at = next((index for index, word in enumerate(words[:-1]) if re.fullmatch(r"-[a-z]*c", word)), None)
    if at is None or len(body) > 1:
        return None
    return behind(VerbatimRegion(words[at + 1], body[0][0] + strings[at + 1].start), JsonEscapes())


def _instructions(text: str, escape: str) -> Iterator[list[tuple[int, int]]]:
    """Each instruction as the stretches of its lines, comment and empty lines inside it left out."""
    at = 0
    while at < len(text):
        stretches: list[tuple[int, int]] = []
        while at < len(text):
            end = text.find("\n", at)
            end = len(text) if end < 0 else end + 1
            line = text[at:end]
            skipped = line.lstrip().startswith("#") or (bool(stretches) and not line.strip())
            if not skipped:
                stretches.append((at, end))
            at = end
            if not skipped and not line.rstrip().endswith(escape):
                break
        if stretches:
            at = _with_heredocs(text, stretches, at)
            last, stop = stretches[-1]
            stretches[-1] = (last, max(last, len(text[:stop].rstrip("\r\n"))))
            yield stretches


def _with_heredocs(text: str, stretches: list[tuple[int, int]], at: int) -> int:
    """Add the here-documents that the instruction opens; returns where the next instruction starts."""
    opening = "".join(text[start:end] for start, end in stretches)
    if not _INSTRUCTION.match(opening):
        return at
    for found in _HEREDOC.finditer(opening):
        closing = re.compile(rf"^\t*{re.escape(found[2])}[ \t]*$", re.MULTILINE).search(text, at)
        if closing is None:
            break
        end = min(closing.end() + 1, len(text))
        stretches.append((at, end))
        at = end
    return at


DOCKER = HostKind("Dockerfile", _claims, _find)
