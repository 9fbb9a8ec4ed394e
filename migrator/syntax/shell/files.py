"""Files that a script writes and reads again: which command writes the file that another one reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.model import Expansion
from migrator.syntax.shell.resolve import template, use_of
from migrator.template import Literal, flatten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.shell.script import Command, Script, Use
    from migrator.syntax.shell.word import Redirect, Word

INTO_FILE = frozenset({">", ">|"})
_READING_NAMES = "cat echo printf ls test [ head tail wc chmod stat rm curl wget"
_READING = frozenset(_READING_NAMES.split())
_MOVING = frozenset({"cd", "pushd", "popd"})


def writer_of(script: Script, path: Word, use: Use) -> Command | None:
    """The command that surely wrote all of the file when it is read at the use, or None."""
    wanted = _key(script, path, use)
    writers = [command for command in script.commands if any(_targets(script, command, wanted))]
    before = [command for command in writers if command.span.end <= use.index]
    if len(before) != 1 or not wanted:
        return None
    (writer,) = before
    into = next(_targets(script, writer, wanted))
    again = [block for other in writers if other is not writer for block in other.blocks if block.kind == "loop"]
    if into.operator not in INTO_FILE or into.descriptor not in {"", "1"} or any(b in use.blocks for b in again):
        return None
    if not all(block in use.blocks for block in writer.blocks) or _changes(script, path, writer, use):
        return None
    between = [c for c in script.commands if writer.span.end <= c.span.start < use.index]
    if any(c.words and c.words[0].static in _MOVING for c in between) or _is_called(writer, writers, use):
        return None
    return writer if all(_only_reads(c) for c in between if _names(script, c, wanted)) else None


def _is_called(writer: Command, writers: list[Command], use: Use) -> bool:
    """Whether the reader is in a function that may be called once the file has been written again."""
    functions = [block for block in use.blocks if block.kind == "function_definition"]
    return len(writers) > 1 and any(block not in writer.blocks for block in functions)


def is_read_again(script: Script, path: Word, use: Use) -> bool:
    """Whether other commands do more with the file than show and delete it."""
    wanted = _key(script, path, use)
    others = [c for c in script.commands if c.span.start != use.index and _names(script, c, wanted)]
    return any(not _only_reads(command) or _is_client(command) for command in others)


def _is_client(command: Command) -> bool:
    return bool(command.words) and command.words[0].static in {"curl", "wget"}


def _only_reads(command: Command) -> bool:
    return bool(command.words) and command.words[0].static in _READING


def _targets(script: Script, command: Command, wanted: str) -> Iterator[Redirect]:
    for redirect in command.simple.redirects:
        if redirect.operator.startswith((">", "&>", "<>")) and _key(script, redirect.target, use_of(command)) == wanted:
            yield redirect


def _names(script: Script, command: Command, wanted: str) -> bool:
    use = use_of(command)
    words = (_key(script, word, use) for word in command.words)
    return any(wanted in word for word in words)


def _key(script: Script, word: Word, use: Use) -> str:
    """The file's name, however it is quoted."""
    parts = flatten(template(script, word, use))
    return "".join(p.text if isinstance(p, Literal) else f"${{{p.name}}}" if p.name else p.source for p in parts)


def _changes(script: Script, path: Word, writer: Command, use: Use) -> bool:
    """Whether a variable in the file's name may have another value by then."""
    names = [part.name for part in template(script, path, use) if isinstance(part, Expansion) and part.name]
    writes = [write for name in names for write in script.writes.get(name, ())]
    return any(writer.span.start < write.span.start < use.index for write in writes)
