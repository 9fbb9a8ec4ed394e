"""Calls that run a program: subprocess with a list or a string, `os.system`, `os.popen`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.libraries.request import arguments, visible_arguments
from migrator.syntax.python.names import meaning, qualified
from migrator.syntax.python.program import DEPTH

if TYPE_CHECKING:
    from migrator.syntax.python.program import Operand

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
class Run:
    """A program that is run. `words` is the list of its arguments, or None for a `command` that a shell reads.

    `held` is the name that holds the list, if one does; `split`: the command is split into words, with no shell.
    """

    call: Operand
    words: Operand | None = None
    command: Operand | None = None
    held: Operand | None = None
    split: bool = False


def run_of(call: Operand) -> Run | None:
    """What the call runs; None for any other call, and for a command that cannot be seen."""
    assert isinstance(call.node, cst.Call)
    names = set(qualified(call.of(call.node.func)))
    if names & _THROUGH_SHELL:
        given = arguments(call, ("command",)) or visible_arguments(call, ("command",))
        found = next((given[name] for name in ("command", "cmd") if name in given), None)
        return Run(call, command=behind(found.operand)) if found is not None else None
    if not names & _RUNNING:
        return None
    given = arguments(call, ("args",)) or visible_arguments(call, ("args",))
    if "args" not in given:
        return None
    operand = given["args"].operand
    shell = "shell" in given and given["shell"].operand.code != "False"
    return _run(call, operand, shell=shell)


def _run(call: Operand, operand: Operand, *, shell: bool) -> Run | None:
    inner = behind(operand)
    held = operand if inner is not operand else None
    match inner.node:
        case cst.List() | cst.Tuple():
            return Run(call, words=inner, held=held) if not shell else None
        case cst.Call(func=func, args=[cst.Arg(value=value)]) if _SPLITTING in qualified(inner.of(func)):
            return Run(call, command=behind(inner.of(value)), split=True)
    return Run(call, command=inner) if shell else None


def behind(operand: Operand) -> Operand:
    """The expression that a name was given, or the expression itself."""
    if operand.frame.depth > DEPTH or not isinstance(operand.node, cst.Name | cst.Attribute):
        return operand
    found = meaning(operand)
    return behind(found) if found is not None else operand
