"""Shell text that reads functions from another file of its repository: `. ./lib.sh`, `source "$(dirname "$0")/lib.sh"`.

The other file's text goes before it, as the shell has it; what would have to change there is not edited from here.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods.shell.find.callers import files_reading, sourced_words
from codemods.shell.find.program import find_program
from migrator.errors import Refusal
from migrator.model import Edit, Span
from migrator.syntax.shell.script import parse
from migrator.syntax.shell.writes import Write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.word import Word
    from migrator.syntax.text.source import Region, Source

_READING = re.compile(r"(?:^|[;&|{(])[ \t]*(?:\.|source)[ \t]", re.MULTILINE)
_URL = re.compile(r"circleci|api/v1|/project")
_LEVELS = 3
_LIMIT = 200_000
"""Characters of other files that are read along at most."""


@dataclass(frozen=True, slots=True)
class SourcedRegion:
    """A region behind the text of other files. What lies before `offset` stands in `paths`, not in the region."""

    inner: Region
    text: str
    offset: int
    paths: tuple[str, ...]

    def locate(self, index: int) -> int:
        """The index in the file's text; of what stands in another file, where the region begins."""
        return self.inner.locate(max(index - self.offset, 0))

    def edits(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """The edits in the file's text. Raises Refusal for those of another file."""
        if any(edit.span.start < self.offset for edit in edits):
            listed = ", ".join(f"`{path}`" for path in self.paths)
            raise Refusal(
                "wrapper-elsewhere",
                f"The function that the call goes through stands in {listed} and would have to change. "
                "Put it into this file, or change both by hand.",
            )
        by = self.offset
        moved = (Edit(Span(edit.span.start - by, edit.span.end - by), edit.text) for edit in edits)
        return self.inner.edits(tuple(moved))


def offset_of(region: Region) -> int:
    """Where in the region's text the file's own text begins."""
    return region.offset if isinstance(region, SourcedRegion) else 0


def with_sourced(source: Source, region: Region, *, templated: bool) -> Region:
    """The region behind the files that it reads, when it calls functions of theirs that send requests."""
    if source.siblings is None or not _READING.search(region.text):
        return region
    script = parse(region.text, templated=templated)
    found = dict(_read(source, source.path, script, _LEVELS))
    found.pop(source.path, None)
    text = "\n".join((*found.values(), ""))
    if not found or len(text) > _LIMIT or (templated and "<<" in text):
        return region
    called = {command.words[0].static for command in script.commands if command.words}
    if not any(name in called and name not in script.functions for name in _senders(text)):
        return region
    return SourcedRegion(region, text + region.text, len(text), tuple(found))


def with_assigned(script: Script, source: Source, region: Region) -> Script:
    """The script with what the files that it reads may give other values: variables that it has assigned before."""
    if source.siblings is None or not _READING.search(script.text):
        return script
    own = offset_of(region)
    writes = dict(script.writes)
    for command in script.commands:
        names = _assigned(source, replace(script, commands=(command,))) if command.span.start >= own else set()
        for name in names & writes.keys():
            if any(own <= write.span.start < command.span.start for write in writes[name]):
                writes[name] = [*writes[name], Write(name, command.span, command.blocks)]
    return replace(script, writes=writes)


def with_readers(script: Script, source: Source) -> Script:
    """The script with what the files that read it take from it: its parts of URLs are theirs as well, and stay."""
    if source.siblings is None:
        return script
    writes = dict(script.writes)
    for name, made in script.writes.items():
        parts = any(_URL.search(script.text, write.span.start, write.span.end) for write in made)
        if parts and any(True for _ in files_reading(source, name)):
            writes[name] = [replace(write, exported=True) for write in made]
    return replace(script, writes=writes)


def _assigned(source: Source, script: Script) -> set[str]:
    """The variables that are assigned in the files that a script reads."""
    texts = (text for _, text in _read(source, source.path, script, _LEVELS))
    return {name for text in texts for name in parse(text, templated=False).writes}


def _senders(text: str) -> Iterator[str]:
    """The functions of a text that send requests themselves."""
    script = parse(text, templated=False)
    for name, span in script.functions.items():
        programs = (find_program(script, command) for command in script.within(span))
        if any(program is not None and program.invocation is not None for program in programs):
            yield name


def _read(source: Source, path: str, script: Script, levels: int) -> Iterator[tuple[str, str]]:
    """The files that a script reads, those first that they read themselves."""
    for word in sourced_words(script):
        found = _resolved(source, path, word)
        if found is None or source.siblings is None:
            continue
        text = source.siblings.read(found) or ""
        if levels > 1:
            yield from _read(source, found, parse(text, templated=False), levels - 1)
        yield found, text


def _resolved(source: Source, path: str, word: Word) -> str | None:
    """The file that is meant, when there is exactly one: beside the script, or from the root of the repository."""
    assert source.siblings is not None
    last = word.pieces[-1].text if word.pieces else None
    if last is None or (len(word.pieces) > 1 and not last.startswith("/")):
        return None
    tail = last.lstrip("/") if len(word.pieces) > 1 else last
    folders = {posixpath.dirname(path), ""}
    names = {posixpath.normpath(posixpath.join(folder, tail)) for folder in folders}
    there = [name for name in sorted(names) if source.siblings.read(name) is not None]
    return there[0] if len(there) == 1 else None
