"""Commands that a Python program hands to a shell as one string, which is read and rewritten as the text that it is."""

from __future__ import annotations

import shlex
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from codemods.found import Found
from codemods.python.arguments import with_values
from codemods.python.dumped import dumped_in
from codemods.python.joined import joined_text, joined_words
from codemods.python.notes import about_branch, about_file, about_json
from codemods.python.read.encoded import encoded_part
from codemods.python.reply.notes import NO_WAIT, use_notes
from codemods.python.reply.reply import PythonReply
from codemods.python.write.dumped import DumpedWriter
from codemods.shell import caller as shell
from migrator.model import Expansion, Note, Severity, flatten
from migrator.syntax.python.editor import Editor
from migrator.syntax.python.region import format_text, python_text
from migrator.syntax.python.shapes import Fmt, FormatField, Reference, Str, Sum
from migrator.syntax.python.text import shape
from migrator.syntax.text.layers import marked_in
from migrator.syntax.text.regions import OneLine, ReadOnly, WordsOnly
from migrator.syntax.text.source import VerbatimRegion
from migrator.syntax.text.words import split_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.python.dumped import DumpedText
    from codemods.python.runners import CommandRun
    from codemods.python.words import ArgumentWord
    from migrator.model import Call, V1Trigger, Value
    from migrator.syntax.python.program import Operand
    from migrator.syntax.python.shapes import Shape
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Word
    from migrator.syntax.text.source import Region, Source


_JINJA = ("{{", "{%", "{#")
_SPLIT = "The command is split into words without a shell. Write it as a list, then run this again."
_BLANKS = "The command is split at its blanks, and the new one has a word with a blank in it. Write it as a list."
_WRAPPED = "The command is put together in a function that other calls go through. Change it by hand."
_SHARED = "The format of the command is read by something else. Write it into the call, then run this again."


def is_understood(found: Found) -> bool:
    """Whether nothing is left to be told of a call by who calls the function around it."""
    return not any(note.severity is Severity.ERROR for note in found.call.notes)


def find_in_command(source: Source, run: CommandRun) -> tuple[Found, ...]:
    """The triggers in a command string."""
    region = region_of(run)
    if region is None or any(is_understood(each) for inner in run.alone for each in find_in_command(source, inner)):
        return ()
    assert run.command is not None
    dumped = dumped_in(run.command, region) if not run.blanks else None
    if dumped is not None:
        return tuple(_of_dumped(source, run, dumped))
    found = shell.find(source, region, templated=False)
    words = joined_words(run.command)
    encoded = frozenset(code for part in _parts(run.command, words) for code in _encoded_values(part))
    is_form = "build_parameters[" in region.text
    notes = _reply_notes(run)

    def told(call: Call, writer: object) -> Call:
        known = {note.code for note in call.notes}
        added = (each for each in _about_encoded(call.trigger, encoded, is_form=is_form) if each.code not in known)
        files: Iterable[Note] = ()
        if isinstance(writer, shell.CommandInScript):
            files = about_file(writer.sighting, partial(_name_of, writer.scene.script), source.text)
        return replace(call, codemod="python", notes=(*call.notes, *added, *files, *notes))

    return tuple(replace(each, call=told(each.call, each.writer)) for each in found)


def _name_of(script: Script, word: Word) -> str | None:
    """The text of a word, or the expression of the program that it is."""
    marks = marked_in(script.view.source(word.span))
    return marks[0].strip("{}") if marks else word.static


def _parts(command: Operand, words: tuple[ArgumentWord, ...] | None) -> Iterator[Shape]:
    """How the text of a command is put together, or that of each of its words."""
    operands = (command,) if words is None else (word.operand for word in words)
    yield from map(shape, operands)


def _of_dumped(source: Source, run: CommandRun, dumped: DumpedText) -> Iterator[Found]:
    """The triggers in a command that gets JSON which the program makes of a mapping."""
    notes = _reply_notes(run)
    for each in shell.find(source, dumped.region, templated=False):
        trigger = with_values(each.call.trigger, dumped.restored)
        # What stands without quotes in the JSON of `json.dumps` is known to be no text.
        own = (note for note in each.call.notes if note.code != "bare-value")
        told = (*own, *about_branch(trigger), *about_json(trigger), *notes)
        call = replace(each.call, codemod="python", trigger=trigger, notes=told)
        writer = each.writer
        if isinstance(writer, shell.CommandInScript):
            writer = DumpedWriter(writer, dumped, trigger, run.at)
        yield Found(call, VerbatimRegion(source.text), writer)


def _encoded_values(parts: Shape) -> frozenset[str]:
    """The expressions in a text that may be percent-encoded, whatever they are called."""
    match parts:
        case Str(chunks=chunks):
            inner = [chunk.inner for chunk in chunks if isinstance(chunk, FormatField)]
        case Sum(units=units):
            inner = [*units]
        case Fmt(pieces=pieces):
            inner = [piece.value for piece in pieces if piece.value is not None]
        case Reference(inner=behind, within=True) if behind is not None:
            inner = [behind]
        case _:
            return frozenset({parts.operand.code} if encoded_part(parts.template) is not None else ())
    return frozenset(code for each in inner for code in _encoded_values(each))


def _about_encoded(trigger: V1Trigger, encoded: frozenset[str], *, is_form: bool) -> Iterator[Note]:
    """A branch, or a value of a form, that the program percent-encodes before it puts it into the command."""
    for code in sorted(encoded):
        if trigger.branch is not None and _holds(trigger.branch, code):
            message = f"`{code}` holds percent-encoded branches, or may; v2 wants the plain text. Give it that."
            yield Note("encoded-branch", Severity.ERROR, message)
        given = (trigger.job, trigger.tag, trigger.revision, *(value for _, value in trigger.parameters))
        if is_form and any(value is not None and _holds(value, code) for value in given):
            message = f"`{code}` may be percent-encoded, which v1.1 took off. Use `--data-urlencode` with the value."
            yield Note("encoded-value", Severity.ERROR, message)


def _holds(value: Value, code: str) -> bool:
    """Whether a value has the expression in it, as the command's text marks it."""
    parts = (part for part in flatten(value.template) if isinstance(part, Expansion))
    marks = (mark for part in parts for mark in marked_in(part.source))
    return any(mark in {code, f"{{{code}}}"} for mark in marks)


def region_of(run: CommandRun) -> Region | None:
    """The text of a command that stands in the file itself; None for any other."""
    command = run.command
    if command is None or not command.frame.at_root:
        return None
    if joined_words(command) is not None and not (run.split or run.templated):
        return joined_text(command)
    parts = shape(command)
    inner = _of_format(parts) if isinstance(parts, Fmt) else python_text(parts)
    if inner is None or (run.templated and any(mark in inner.text for mark in _JINJA)):
        return None
    if run.split:
        split = _of_split(inner, blanks=run.blanks)
        if split is None:
            return None
        inner = split
    return inner if command.frame.call is None else ReadOnly(inner, "wrapped-call", _WRAPPED)


def _of_split(inner: Region, *, blanks: bool) -> Region | None:
    """A text that is split into words without a shell, by quotes or at `blanks` alone."""
    if blanks:
        return split_words(inner, "command-split", _BLANKS)
    inner, is_plain = _on_one_line(inner)
    if not is_plain or any(char in inner.text for char in "$`;|&<>*?"):
        return ReadOnly(inner, "command-split", _SPLIT)
    return WordsOnly(inner, "command-split", _SPLIT)


def _on_one_line(region: Region) -> tuple[Region, bool]:
    """A text that is split into words, in which line ends are blanks; and whether all of them stand between words."""
    if "\n" not in region.text:
        return region, True
    line = OneLine(region)
    try:
        return line, shlex.split(line.text) == shlex.split(region.text)
    except ValueError:
        return line, False


def _of_format(parts: Fmt) -> Region | None:
    """The text that `%` or `.format` makes of a format; one that others read cannot be edited."""
    inner = format_text(parts)
    if inner is None or not isinstance(parts.base, Reference) or parts.base.within or parts.base.inner is None:
        return inner
    base = parts.base
    is_own = base.inner is not None and Editor(frozenset()).may_edit(base.operand, base.inner.operand)
    return inner if is_own else ReadOnly(inner, "format-string", _SHARED)


def _reply_notes(run: CommandRun) -> tuple[Note, ...]:
    reply = PythonReply()
    reply.follow(run.call, run.reply)
    return use_notes(reply, frozenset(), why=NO_WAIT)
