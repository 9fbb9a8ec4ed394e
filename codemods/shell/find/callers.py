"""Who may call a function of a shell text besides the calls of it that are seen there."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from migrator.errors import ParseError
from migrator.model import Literal, flatten, values
from migrator.syntax.shell.frames import function_around
from migrator.syntax.shell.resolve import template, use_of
from migrator.syntax.shell.script import parse
from migrator.syntax.text.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.shell.script import Command, Script
    from migrator.syntax.shell.word import Word
    from migrator.syntax.text.source import Siblings

_SAYING = frozenset({"echo", "printf", "log", "die", "fail", "warn", "info", "error", "debug", "usage"})
_SOURCING = frozenset({".", "source"})
_LEVELS = 3
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
    for _ in range(_LEVELS):
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
    from codemods.places import kinds as hosts

    try:
        regions = hosts.regions(Source(path, text))
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
        if len(command.words) >= 2 and command.words[0].static in _SOURCING:
            yield command.words[1]
