"""Readers of a reply that leaves the shell text of its call: scripts that run this one, and the language around it."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.replies import field_note, status_elsewhere_note, status_note
from codemods.shell.reply.fields import EXACT, fields_named
from codemods.shell.reply.reply import prints_body
from codemods.shell.reply.status import writes_code
from migrator.model import Note, Severity
from migrator.syntax.shell.output import is_redirected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.shell.find.sighting import ShellSighting
    from codemods.shell.reply.reply import ShellReply
    from migrator.syntax.shell.script import Script
    from migrator.syntax.text.source import Region, Source

_KEPT_AROUND = re.compile(r"\breturnStdout\b|\bregister:|\$\(shell|\$\$\(")
"""How the file around shell text keeps what that prints: Jenkins, Ansible, make."""
_KEPT_INSIDE = re.compile(r"GITHUB_(?:OUTPUT|ENV)|::set-output|BASH_ENV")
"""How shell text hands on what it prints: to GitHub's and CircleCI's later steps."""
_ONLY_V1 = EXACT - {"build_parameters"}  # which callers name too
DOCUMENTS = frozenset({".md", ".rst", ".adoc", ".txt"})
"""How files end that people read."""
_TOLD = 3


def notes_of_readers(
    source: Source, region: Region, script: Script, sighting: ShellSighting, reply: ShellReply
) -> Iterator[Note]:
    """A warning for each line, outside of the shell text, that reads what only v1.1 answers. At most three."""
    names = [PurePosixPath(name).name for name in reply.files]
    if len(region.text) == len(source.text) and _prints(script, sighting, reply):
        names.append(PurePosixPath(source.path).name)
    found = [*notes_of_runners(source, names), *_around(source, region, script, sighting, reply)]
    yield from list(dict.fromkeys(found))[:_TOLD]


def notes_of_runners(source: Source, names: Iterable[str]) -> Iterator[Note]:
    """A warning for each line of another file that names one of the files and reads what only v1.1 answers.

    The files are the script itself, where it prints the reply, and those that it writes the reply into.
    """
    for where, line in _lines_naming(source, names):
        for field in _exact(line):
            yield field_note(where, f"reads `{field}`, maybe of the reply", None)


def _lines_naming(source: Source, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The lines of the other files that name one of these, each with where it stands, for a message."""
    for name in names if source.siblings is not None else ():
        assert source.siblings is not None
        named = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-])")
        for path in source.siblings.naming(name):
            text = source.siblings.read(path) or ""
            if path == source.path or PurePosixPath(path).suffix in DOCUMENTS or not named.search(text):
                continue
            for number, line in enumerate(text.splitlines(), 1):
                yield f"Line {number} of `{path}`, which names `{name}`,", line


def _around(
    source: Source, region: Region, script: Script, sighting: ShellSighting, reply: ShellReply
) -> Iterator[Note]:
    """Lines around the shell text, where the file keeps what that prints."""
    is_kept = _KEPT_INSIDE.search(region.text) or _KEPT_AROUND.search(source.text)
    if len(region.text) == len(source.text) or reply.readers or not is_kept:
        return
    if sighting.invocation is None or not prints_body(script, sighting.invocation):
        return
    for number, line, inside in _lines(source, region):
        for field in _exact(line) if not inside else ():
            yield field_note(f"Line {number}", f"reads `{field}`, maybe of the reply", number)


def _lines(source: Source, region: Region) -> Iterator[tuple[int, str, bool]]:
    """Each line of a file with its number, and whether it stands in the region, if in part."""
    start, end = region.locate(0), region.locate(len(region.text) - 1)
    at = 0
    for number, line in enumerate(source.text.splitlines(keepends=True), 1):
        yield number, line, at <= end and start < at + len(line)
        at += len(line)


_PRINTING_NOTHING = frozenset({"output-document", "spider", "delete-after"})


def notes_of_file_name(sighting: ShellSighting) -> Iterator[Note]:
    """What the file is called that the reply is written into, where the client takes the name from the address."""
    invocation = sighting.invocation
    if invocation is None:
        return
    named = not invocation.all(*_PRINTING_NOTHING) if invocation.wget else bool(invocation.all("remote-name"))
    if named:
        program = "wget" if invocation.wget else "curl"
        text = f"{program} writes the reply into a file that it calls after the address: `pipeline` from now on."
        yield Note("reply-file", Severity.INFO, text)


_COMPARED = re.compile(r"(?<![\w.])200(?![\w.])")
_COMPARING = re.compile(r"[=!]=?|-eq|-ne|\btest\b|\[|\bgrep\b|\bcase\b")


def notes_of_statuses(
    source: Source, region: Region, script: Script, sighting: ShellSighting, reply: ShellReply
) -> Iterator[Note]:
    """A warning for each line that compares a status with 200 which the call hands to it in a way not followed.

    The call prints the code for another step, or keeps the headers. v1.1 answered 200 or 201, v2 answers 201.
    """
    invocation = sighting.invocation
    if invocation is None or reply.checks:
        return
    code = writes_code(script, invocation)
    if not code and not invocation.all("dump-header", "include", "server-response"):
        return
    kept = len(region.text) < len(source.text) and (_KEPT_AROUND.search(source.text) or ">" in region.text)
    told = 0
    for number, line, inside in _lines(source, region):
        followed = inside and code  # what gets the code itself is followed in the text
        if _compares(line) and not followed and (inside or kept) and told < _TOLD:
            told += 1
            yield status_note(number, adapted=False)
    if code and len(region.text) == len(source.text):
        lines = _lines_naming(source, [PurePosixPath(source.path).name])
        yield from list(dict.fromkeys(status_elsewhere_note(where) for where, line in lines if _compares(line)))[:_TOLD]


def _compares(line: str) -> bool:
    """Whether a line compares something with 200, and not with 201 as well."""
    is_comparison = _COMPARED.search(line) is not None and _COMPARING.search(line) is not None
    return is_comparison and "201" not in line and not line.lstrip().startswith("#")


def _exact(line: str) -> list[str]:
    return [] if line.lstrip().startswith(("#", "//")) else [name for name in fields_named(line) if name in _ONLY_V1]


def _prints(script: Script, sighting: ShellSighting, reply: ShellReply) -> bool:
    """Whether the script's own output is the reply."""
    command, invocation = sighting.command, sighting.invocation
    if invocation is None or reply.readers or not prints_body(script, invocation):
        return False
    return not is_redirected(command) and not any(block.kind == "command_substitution" for block in command.blocks)
