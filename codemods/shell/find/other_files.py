"""The other files of a repository: those a shell text reads functions from, and those that may call its functions.

`. ./lib.sh` and `source "$(dirname "$0")/lib.sh"` are followed: the other file's text goes before this one, as the
shell has it. What would have to change there is not edited from here.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codemods.shell.find.program import find_program
from migrator.errors import ParseError, Refusal
from migrator.model import Edit, Expansion, Literal, Span, flatten, static, values
from migrator.syntax.shell.functions import runs
from migrator.syntax.shell.resolve import followed, template, use_of
from migrator.syntax.shell.script import parse
from migrator.syntax.shell.types import Unnamed, Use, Write, function_around
from migrator.syntax.shell.unnamed import SOURCING, with_calls
from migrator.syntax.text.source import Source, VerbatimRegion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command, Word
    from migrator.syntax.text.source import Region, Siblings


_SAYING = frozenset({"echo", "printf", "log", "die", "fail", "warn", "info", "error", "debug", "usage"})
_CALLER_LEVELS = 3
"""How many files lie between a function and its caller at most."""


def called_otherwise(script: Script, name: str) -> str | None:
    """How something in the text may call the function without naming it as its command, or None."""
    mention = re.compile(rf"(?<![\w./-]){re.escape(name)}(?![\w./-])")
    for command in script.commands:
        if _hands_over(script, command, mention):
            return f"`{script.text[command.span.start : command.span.end].splitlines()[0]}` names it"
        if _dispatches(script, command, name):
            return f"`{script.text[command.words[0].span.start : command.words[0].span.end]}` may run it"
    return None


def _hands_over(script: Script, command: Command, mention: re.Pattern[str]) -> bool:
    """Whether the function is named in the arguments of a command, or in what a variable is given."""
    program = command.words[0].static if command.words else None
    if command.tests or program in _SAYING:
        return False
    named = 2 if program == "time" else 1
    words = [*command.words[named:], *(assignment.value for assignment in command.simple.assignments)]
    texts = [piece.text for word in words for piece in word.pieces if piece.text is not None]
    if program != "cat":
        bodies = (redirect.heredoc.span for redirect in command.simple.redirects if redirect.heredoc is not None)
        texts += [script.text[body.start : body.end] for body in bodies]
    return any(mention.search(text) for text in texts)


def _dispatches(script: Script, command: Command, name: str) -> bool:
    """Whether the name of the command comes from outside and may be the function's: `"$@"`, `cmd=$1; $cmd`."""
    if not command.words or command.words[0].static is not None:
        return False
    word = command.words[0]
    if any(piece.text is not None and "/" in piece.text for piece in word.pieces):
        return False
    known = values(template(script, word, use_of(command)))
    if known is not None:
        return name in known
    return any(_from_outside(script, command, part) for part in _expansions(script, word, command))


def _expansions(script: Script, word: Word, command: Command) -> Iterator[tuple[str | None, str]]:
    for part in flatten(template(script, word, use_of(command))):
        if not isinstance(part, Literal):
            yield part.name, part.source


def _from_outside(script: Script, command: Command, part: tuple[str | None, str]) -> bool:
    """Whether a variable holds an argument, or something that was read. What only the environment gives is no name."""
    name, source = part
    if re.match(r"\$\{?[0-9@*]", source):
        return function_around(command.blocks) is None or _is_given_more(script, command)
    return name is None or any(True for _ in script.writes.get(name, ()))


def _is_given_more(script: Script, command: Command) -> bool:
    """Whether the function around the command is called with arguments whose text is not known."""
    around = function_around(command.blocks)
    names = {name for name, span in script.functions.items() if span == around}
    calls = [c for c in script.commands if c.words and c.words[0].static in names]
    inside = [c for c in script.commands if c.words and function_around(c.blocks) == around]
    moved = any(c.words[0].static in {"shift", "set"} for c in inside)  # else it is the first argument that is run
    words = [word for call in calls for word in (call.words[1:] if moved else call.words[1:2])]
    return any(word.static is None and word.lead == "" for word in words)


def called_elsewhere(source: Source, name: str) -> str | None:
    """Another file that runs this one in its own shell and names the function, or None."""
    return next(files_calling(source, name), None)


def files_calling(source: Source, name: str) -> Iterator[str]:
    """The other files that run this one in their own shell and name the function."""
    return _files_with(source, name, re.compile(rf"(?<![\w./-]){re.escape(name)}(?![\w./-])"))


def files_reading(source: Source, name: str) -> Iterator[str]:
    """The other files that run this one in their own shell and read the variable."""
    return _files_with(source, name, re.compile(rf"\$\{{?{re.escape(name)}(?![A-Za-z0-9_])"))


def _files_with(source: Source, name: str, mention: re.Pattern[str]) -> Iterator[str]:
    if source.siblings is None:
        return
    names = _reaching(source.siblings, source.path)
    for path in source.siblings.naming(name):
        text = source.siblings.read(path) or ""
        if path != source.path and mention.search(text):
            tails = set(_sourced(path, text))
            if None in tails or tails & names:
                yield path


def _reaching(siblings: Siblings, path: str) -> set[str]:
    """The names of files by which the file is read: its own, and those of what reads it."""
    names = {PurePosixPath(path).name}
    fresh = set(names)
    for _ in range(_CALLER_LEVELS):
        found = set()
        for name in fresh:
            for other in siblings.naming(name):
                if name in set(_sourced(other, siblings.read(other) or "")):
                    found.add(PurePosixPath(other).name)
        fresh = found - names
        names |= found
    return names


def _sourced(path: str, text: str) -> Iterator[str | None]:
    """The names of the files that a file reads into its shell; None for one that is known only at run time."""
    from codemods.places import kinds

    try:
        regions = kinds.regions(Source(path, text))
    except ParseError:
        return
    for host in regions:
        script = parse(host.region.text, templated=host.templated)
        for word in sourced_words(script):
            last = word.pieces[-1] if word.pieces else None
            yield None if last is None or last.text is None else last.text.rpartition("/")[2]


def sourced_words(script: Script) -> Iterator[Word]:
    """The files that a script reads into its own shell, as they are written."""
    for command in script.commands:
        if len(command.words) >= 2 and command.words[0].static in SOURCING:
            yield command.words[1]


_READING = re.compile(r"(?:^|[;&|{(])[ \t]*(?:\.|source)[ \t]", re.MULTILINE)
_URL = re.compile(r"circleci|api/v1|/project")
_SOURCED_LEVELS = 3
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
    found = dict(_read(source, source.path, script, _SOURCED_LEVELS))
    found.pop(source.path, None)
    text = "\n".join((*found.values(), ""))
    if not found or len(text) > _LIMIT or (templated and "<<" in text):
        return region
    called = {command.words[0].static for command in script.commands if command.words}
    if not any(name in called and name not in script.functions for name in _senders(text)):
        return region
    return SourcedRegion(region, text + region.text, len(text), tuple(found))


def assigned_by_files(source: Source, script: Script) -> dict[str, tuple[str, ...]]:
    """What the files that a script reads into its own shell assign, by variable, as it is written."""
    if source.siblings is None:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for _, text in _read(source, source.path, script, _SOURCED_LEVELS):
        other = parse(text, templated=False)
        for name, writes in other.writes.items():
            texts = tuple(other.view.source(write.span) for write in sorted(writes, key=lambda write: write.span))
            found[name] = (*found.get(name, ()), *texts)
    return found


def with_assigned(script: Script, source: Source, region: Region, levels: int = _SOURCED_LEVELS) -> Script:
    """The script with what the files that it reads give variables: their constants, and what may be anything.

    Of a file of the repository it is known what that may be, and of its functions. The files that those read are
    followed `levels` deep.
    """
    if source.siblings is None or not _READING.search(script.text):
        return script
    own = offset_of(region)
    writes = {name: list(made) for name, made in script.writes.items()}
    open_places = {place.span: place for place in script.unnamed if not place.called}
    functions: dict[str, _Held] = {}
    for command in script.commands:
        if command.span.start < own:
            continue
        alone = replace(script, commands=(command,), starts=(command.span.start,))
        files = tuple(_read(source, source.path, alone, _SOURCED_LEVELS))
        read = [parse(text, templated=False) for _, text in files]
        program = command.words[0].static if command.words else None
        held = functions.get(program or "") or _Held(frozenset(name for each in read for name in each.writes))
        for each in read:
            functions |= {name: _held_by(each, span) for name, span in each.functions.items()}
        constants = dict(_constants(source, script, command, levels))
        for name, text in constants.items():
            writes.setdefault(name, []).append(Write(name, command.span, command.blocks, known=text))
        if files and not any(_opens_at_top(source, path, text) for path, text in files):
            open_places.pop(command.span, None)
        if held.unnamed and program not in script.functions:
            open_places[command.span] = Unnamed(command.span, command.blocks)
        for name in (held.names - constants.keys()) & writes.keys():
            if any(own <= write.span.start < command.span.start for write in writes[name]):
                writes[name].append(Write(name, command.span, command.blocks))
    unnamed = with_calls(script.commands, script.functions, open_places.values())
    return replace(script, writes=writes, unnamed=unnamed)


@dataclass(frozen=True, slots=True)
class _Held:
    """What a file or a function of it may assign. `unnamed`: anything else as well."""

    names: frozenset[str] = frozenset()
    unnamed: bool = False


def _held_by(script: Script, function: Span) -> _Held:
    inside = runs(script, function)
    names = {name for name, made in script.writes.items() if any(w.span.start in span for w in made for span in inside)}
    kept = {name for name, span in script.local_names if span in inside}
    places = [place for place in script.unnamed if not place.own and place.argument is None]
    return _Held(frozenset(names - kept), any(place.span.start in span for place in places for span in inside))


_OWN_FOLDER = re.compile(
    r"dirname|BASH_SOURCE|\bpwd\b|\bPWD\b|--show-toplevel|%/\*|\$\{?(?:CIRCLE_WORKING_DIRECTORY|GITHUB_WORKSPACE|"
    r"CI_PROJECT_DIR|WORKSPACE|BUILDKITE_BUILD_CHECKOUT_PATH|TRAVIS_BUILD_DIR)\b"
)
"""How a script names a folder of its own repository."""


def _constants(source: Source, script: Script, command: Command, levels: int) -> Iterator[tuple[str, str]]:
    """The variables to which a command gives one text each, by reading a file of the repository into its shell."""
    if not levels or len(command.words) < 2 or command.words[0].static not in SOURCING:
        return
    parts = flatten(template(script, command.words[1], use_of(command)))
    folders = [part.source for part in parts if isinstance(part, Expansion)]
    if not all(_OWN_FOLDER.search(folder) for folder in folders):
        return
    path = resolved_path(source, source.path, command.words[1])
    text = source.siblings.read(path) if path is not None and source.siblings is not None else None
    if path is None or text is None or len(text) > _LIMIT:
        return
    other = Source(path, text, siblings=source.siblings)
    read = with_assigned(parse(text, templated=False), other, VerbatimRegion(text), levels - 1)
    for name in read.writes:
        at_the_end = followed(read, Expansion(f"${name}", name), name, Use(len(text), ()))
        known = static((at_the_end,))
        if known is not None:
            yield name, known


def _opens_at_top(source: Source, path: str, text: str) -> bool:
    """Whether a file may give any variable a value when it is read, other than by files that are read with it."""
    script = parse(text, templated=False)
    files = [word.span for word in sourced_words(script) if resolved_path(source, path, word) is not None]
    return any(
        function_around(place.blocks) is None and not any(span.overlaps(place.span) for span in files)
        for place in script.unnamed
    )


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
        found = resolved_path(source, path, word)
        if found is None or source.siblings is None:
            continue
        text = source.siblings.read(found) or ""
        if levels > 1:
            yield from _read(source, found, parse(text, templated=False), levels - 1)
        yield found, text


def resolved_path(source: Source, path: str, word: Word) -> str | None:
    """The file that a word means, when there is exactly one: beside the script, or from the root of the repository."""
    assert source.siblings is not None
    last = word.pieces[-1].text if word.pieces else None
    if last is None or (len(word.pieces) > 1 and not last.startswith("/")):
        return None
    tail = last.lstrip("/") if len(word.pieces) > 1 else last
    folders = {posixpath.dirname(path), ""}
    names = {posixpath.normpath(posixpath.join(folder, tail)) for folder in folders}
    there = [name for name in sorted(names) if source.siblings.read(name) is not None]
    return there[0] if len(there) == 1 else None
