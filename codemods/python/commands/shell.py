"""Triggers in command strings of a Python program: read and rewritten as the shell text that they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.reply.notes import use_notes
from codemods.python.reply.reply import Kind, Reply
from codemods.shell import caller as shell
from migrator.syntax.python.region import python_text
from migrator.syntax.python.text import Fmt, shape
from migrator.syntax.text.regions import ReadOnly

if TYPE_CHECKING:
    from codemods.found import Found
    from codemods.python.commands.commands import Run
    from migrator.model import Note
    from migrator.syntax.python.program import Operand
    from migrator.syntax.text.source import Region, Source

_FORMATTED = "The command is put together by `%` or `.format`. Write it as an f-string or a list, then run this again."
_SPLIT = "The command is split into words without a shell. Write it as a list, then run this again."
_SHARED = "The command stands in a variable that something else reads. Write it into the call, then run this again."


def find_in_command(source: Source, run: Run) -> tuple[Found, ...]:
    """The triggers in a command string."""
    region = region_of(run)
    if region is None:
        return ()
    found = shell.find(source, region, templated=False)
    notes = _reply_notes(run)
    return tuple(
        replace(each, call=replace(each.call, codemod="python", notes=(*each.call.notes, *notes))) for each in found
    )


def region_of(run: Run) -> Region | None:
    """The text of a command that stands in the file itself; None for any other."""
    command = run.command
    if command is None or not command.frame.at_root:
        return None
    parts = shape(command)
    if isinstance(parts, Fmt):
        base = python_text(parts.base)
        return ReadOnly(base, "format-string", _FORMATTED) if base is not None else None
    inner = python_text(parts)
    if inner is None:
        return None
    if run.split and any(char in inner.text for char in "$`;|&<>*?"):
        return ReadOnly(inner, "command-split", _SPLIT)
    return inner


def _reply_notes(run: Run) -> tuple[Note, ...]:
    reply = Reply()
    assert isinstance(run.call.node, cst.Call)
    reply.follow(run.call, kind_of(run.call))
    return use_notes(reply, frozenset())


def kind_of(call: Operand) -> Kind:
    """What a call that runs a program returns: the output itself, or an object that has it."""
    assert isinstance(call.node, cst.Call)
    name = call.code.partition("(")[0].rpartition(".")[2]
    if name in {"check_output", "getoutput"}:
        return Kind.TEXT
    return Kind.EXIT if name in {"system", "call", "check_call"} else Kind.PROCESS
