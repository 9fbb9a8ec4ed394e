"""Commands that a Python program runs: subprocess with a list or a string, `os.system`, `os.popen`.

A command string is read and rewritten as the shell text that it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.libraries.request import arguments, visible_arguments
from codemods.python.reply.reply import PythonReply, UseKind, use_notes
from codemods.shell import caller as shell
from migrator.syntax.python.program import DEPTH
from migrator.syntax.python.region import python_text
from migrator.syntax.python.resolve import meaning, qualified
from migrator.syntax.python.shapes import Fmt
from migrator.syntax.python.text import shape
from migrator.syntax.text.regions import ReadOnly

if TYPE_CHECKING:
    from codemods.found import Found
    from migrator.model import Note
    from migrator.syntax.python.program import Operand
    from migrator.syntax.text.source import Region, Source


_RUNNING = frozenset(
    f"{module}.{name}"
    for module in ("subprocess", "asyncio.subprocess")
    for name in ("run", "call", "check_call", "check_output", "Popen")
)
_THROUGH_SHELL = frozenset(
    {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "commands.getoutput"}
    | {"commands.getstatusoutput", "asyncio.create_subprocess_shell"}
)
_SPLITTING = "shlex.split"


@dataclass(frozen=True, slots=True, eq=False)
class CommandRun:
    """A program that is run. `words` is the list of its arguments, or None for a `command` that a shell reads.

    `held` is the name that holds the list, if one does; `split`: the command is split into words, with no shell.
    """

    call: Operand
    words: Operand | None = None
    command: Operand | None = None
    held: Operand | None = None
    split: bool = False


def run_of(call: Operand) -> CommandRun | None:
    """What the call runs; None for any other call, and for a command that cannot be seen."""
    assert isinstance(call.node, cst.Call)
    names = set(qualified(call.of(call.node.func)))
    if names & _THROUGH_SHELL:
        given = arguments(call, ("command",)) or visible_arguments(call, ("command",))
        found = next((given[name] for name in ("command", "cmd") if name in given), None)
        return CommandRun(call, command=behind(found.operand)) if found is not None else None
    if not names & _RUNNING:
        return None
    given = arguments(call, ("args",)) or visible_arguments(call, ("args",))
    if "args" not in given:
        return None
    operand = given["args"].operand
    shell = "shell" in given and given["shell"].operand.code != "False"
    return _run(call, operand, shell=shell)


def _run(call: Operand, operand: Operand, *, shell: bool) -> CommandRun | None:
    inner = behind(operand)
    held = operand if inner is not operand else None
    match inner.node:
        case cst.List() | cst.Tuple():
            return CommandRun(call, words=inner, held=held) if not shell else None
        case cst.Call(func=func, args=[cst.Arg(value=value)]) if _SPLITTING in qualified(inner.of(func)):
            return CommandRun(call, command=behind(inner.of(value)), split=True)
    return CommandRun(call, command=inner) if shell else None


def behind(operand: Operand) -> Operand:
    """The expression that a name was given, or the expression itself."""
    if operand.frame.depth > DEPTH or not isinstance(operand.node, cst.Name | cst.Attribute):
        return operand
    found = meaning(operand)
    return behind(found) if found is not None else operand


_FORMATTED = "The command is put together by `%` or `.format`. Write it as an f-string or a list, then run this again."
_SPLIT = "The command is split into words without a shell. Write it as a list, then run this again."
_SHARED = "The command stands in a variable that something else reads. Write it into the call, then run this again."


def find_in_command(source: Source, run: CommandRun) -> tuple[Found, ...]:
    """The triggers in a command string."""
    region = region_of(run)
    if region is None:
        return ()
    found = shell.find(source, region, templated=False)
    notes = _reply_notes(run)
    return tuple(
        replace(each, call=replace(each.call, codemod="python", notes=(*each.call.notes, *notes))) for each in found
    )


def region_of(run: CommandRun) -> Region | None:
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


def _reply_notes(run: CommandRun) -> tuple[Note, ...]:
    reply = PythonReply()
    assert isinstance(run.call.node, cst.Call)
    reply.follow(run.call, kind_of(run.call))
    return use_notes(reply, frozenset())


def kind_of(call: Operand) -> UseKind:
    """What a call that runs a program returns: the output itself, or an object that has it."""
    assert isinstance(call.node, cst.Call)
    name = call.code.partition("(")[0].rpartition(".")[2]
    if name in {"check_output", "getoutput"}:
        return UseKind.TEXT
    return UseKind.EXIT if name in {"system", "call", "check_call"} else UseKind.PROCESS
