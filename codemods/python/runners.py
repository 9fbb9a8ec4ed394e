"""What a Python program runs, and through what: the standard library, task runners, and functions of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.libraries.request import arguments, made, visible_arguments
from codemods.python.reply.reply import UseKind
from codemods.python.words import ArgumentWord, argument_words, words_of
from migrator.model import static
from migrator.syntax.python.program import DEPTH
from migrator.syntax.python.reach import may_run
from migrator.syntax.python.resolve import enter, meaning, qualified
from migrator.syntax.python.scope import DefinitionKind, definitions
from migrator.syntax.python.text import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codemods.python.libraries.request import Argument
    from migrator.syntax.python.program import Operand

PROGRAMS = ("curl", "wget")


class RunKind(StrEnum):
    """What reads the command: a shell, or what splits a text into words; or it is a list, or the arguments are it.

    `EITHER` is a list, or a text with `shell=True`; `TEMPLATE` a text for a shell that Jinja goes over before;
    `PROGRAM` are the arguments of the program that the function is called like.
    """

    SHELL = "shell"
    SPLIT = "split"
    LIST = "list"
    ARGUMENTS = "arguments"
    EITHER = "either"
    TEMPLATE = "template"
    PROGRAM = "program"


@dataclass(frozen=True, slots=True)
class Runner:
    """A function that runs programs. `names` are those of the argument that is the command, `at` is its place."""

    kind: RunKind
    reply: UseKind = UseKind.TEXT
    names: tuple[str, ...] = ("command", "cmd")
    at: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class CommandRun:
    """A program that is run. `words` are its arguments, or None for a `command` that a shell reads.

    `program` is what is run where the first word only stands for it; `split`: the command is split into words, with
    no shell, and `blanks`: at blanks alone; `templated`: Jinja makes the command out of it. `site` is
    the call that it is reported at: that of the function which runs it; `alone` is what that, and each function
    between the two, runs whoever calls it. `between` are the calls in these functions that lead to it.
    """

    call: Operand
    words: tuple[ArgumentWord, ...] | None = None
    command: Operand | None = None
    program: str = ""
    split: bool = False
    blanks: bool = False
    templated: bool = False
    reply: UseKind = UseKind.PROCESS
    site: Operand | None = None
    alone: tuple[CommandRun, ...] = ()
    between: tuple[cst.CSTNode, ...] = ()

    @property
    def at(self) -> Operand:
        """The call that the command is reported at."""
        return self.site or self.call


_SUBPROCESS = {"run": UseKind.PROCESS, "Popen": UseKind.PROCESS, "check_output": UseKind.TEXT}
_SUBPROCESS |= {"call": UseKind.EXIT, "check_call": UseKind.EXIT}
_EXEC = ("os.execv", "os.execvp", "os.execve", "os.execvpe")
_SPAWN = ("os.spawnv", "os.spawnvp", "os.spawnve", "os.spawnvpe")
_FABRIC = ("fabric.api.local", "fabric.api.run", "fabric.api.sudo", "fabric.operations.local", "fabric.operations.run")
_BASH = ("airflow.operators.bash", "airflow.operators.bash_operator", "airflow.providers.standard.operators.bash")

RUNNERS: Mapping[str, Runner] = {
    **{f"subprocess.{name}": Runner(RunKind.EITHER, reply, ("args",)) for name, reply in _SUBPROCESS.items()},
    **{f"asyncio.subprocess.{name}": Runner(RunKind.EITHER, reply, ("args",)) for name, reply in _SUBPROCESS.items()},
    "os.system": Runner(RunKind.SHELL, UseKind.EXIT),
    "os.popen": Runner(RunKind.SHELL, UseKind.PROCESS),
    "asyncio.create_subprocess_shell": Runner(RunKind.SHELL, UseKind.PROCESS),
    "asyncio.create_subprocess_exec": Runner(RunKind.ARGUMENTS, UseKind.PROCESS),
    **{f"{module}.getoutput": Runner(RunKind.SHELL) for module in ("subprocess", "commands")},
    **{f"{module}.getstatusoutput": Runner(RunKind.SHELL) for module in ("subprocess", "commands")},
    **{name: Runner(RunKind.LIST, UseKind.EXIT, ("args", "argv"), at=1) for name in _EXEC},
    **{name: Runner(RunKind.LIST, UseKind.EXIT, ("args", "argv"), at=2) for name in _SPAWN},
    **{f"os.execl{kind}": Runner(RunKind.ARGUMENTS, UseKind.EXIT, at=1) for kind in ("", "p")},
    **dict.fromkeys(_FABRIC, Runner(RunKind.SHELL)),
    "invoke.run": Runner(RunKind.SHELL, UseKind.PROCESS),
    "pexpect.run": Runner(RunKind.SPLIT),
    "pexpect.spawn": Runner(RunKind.SPLIT),
    **{f"{module}.BashOperator": Runner(RunKind.TEMPLATE, names=("bash_command",), at=9) for module in _BASH},
    **{f"{module}.{program}": Runner(RunKind.PROGRAM) for module in ("sh", "plumbum.cmd") for program in PROGRAMS},
}
"""By the name under which a library knows the function."""

_CONTEXT = dict.fromkeys(("run", "sudo", "local"), Runner(RunKind.SHELL, UseKind.PROCESS))
_SSH = {"exec_command": Runner(RunKind.SHELL)}
_NOX = dict.fromkeys(("run", "run_always", "run_install"), Runner(RunKind.ARGUMENTS))
METHODS: Mapping[str, Mapping[str, Runner]] = {
    **dict.fromkeys(("invoke.Context", "invoke.context.Context", "fabric.Connection", "fabric.Group"), _CONTEXT),
    **dict.fromkeys(("invoke.task", "invoke.tasks.task", "fabric.task"), _CONTEXT),
    **dict.fromkeys(("nox.session", "nox.Session", "nox.sessions.Session"), _NOX),
    **dict.fromkeys(("paramiko.SSHClient", "paramiko.client.SSHClient"), _SSH),
}
"""Methods of objects, by their class or by the decorator of the function that gets them first."""

_METHOD_NAMES = frozenset(name for methods in METHODS.values() for name in methods)
_SPLITTING, _JOINING = "shlex.split", "shlex.join"
_LEVELS = 2
"""How many functions of the program a command is followed through."""
_MANY = 20
"""More arguments than a function takes that runs programs."""


def runs_of(call: Operand) -> tuple[CommandRun, ...]:
    """What the call runs, itself or through functions of the repository that get the command, or a part of it."""
    own = run_of(call)
    if own is not None:
        return (own,)
    if not any(program in call.module.text for program in PROGRAMS):
        return ()
    return tuple(_through(call, call, _LEVELS, ()))


def _through(site: Operand, call: Operand, levels: int, known: tuple[CommandRun, ...]) -> Iterator[CommandRun]:
    frame = enter(call)
    if frame is None or frame.function is None or not frame.at_root:
        return
    for node in frame.module.calls(frame.function.body):
        inner = frame.of(node)
        if frame.module.function(node) is not frame.function or not may_run(inner):
            continue
        run, plain = run_of(inner), frame.plain().of(node)
        if run is not None:
            alone = run_of(plain)
            yield replace(run, site=site, alone=known if alone is None else (*known, alone), between=(node,))
        elif levels > 1:
            between = tuple(_through(plain, plain, levels - 1, ())) if not known else ()
            through = _through(site, inner, levels - 1, (*known, *between))
            yield from (replace(each, between=(node, *each.between)) for each in through)


def run_of(call: Operand) -> CommandRun | None:
    """What the call itself runs; None for any other call, and for a command that cannot be seen."""
    found = _runner(call)
    if found is None:
        return None
    known, runner = found
    match runner.kind:
        case RunKind.ARGUMENTS:
            return _of_words(call, runner, argument_words(call, runner.at))
        case RunKind.PROGRAM:
            return _of_program(call, known, runner)
    given = _given(call, runner)
    operand = _command(given, runner)
    if operand is None:
        return _program_and_list(call, runner) if runner.kind is RunKind.SPLIT else None
    match runner.kind:
        case RunKind.LIST:
            return _of_split(call, operand, runner) or _of_words(call, runner, words_of(operand))
        case RunKind.EITHER:
            return _either(call, operand, given, runner)
        case RunKind.SHELL:
            return _of_text(call, behind(operand), runner)
    is_split = runner.kind is RunKind.SPLIT
    is_templated = runner.kind is RunKind.TEMPLATE
    return CommandRun(call, command=behind(operand), split=is_split, templated=is_templated, reply=runner.reply)


def _program_and_list(call: Operand, runner: Runner) -> CommandRun | None:
    """`spawn("curl", […])`."""
    first, *others = argument_words(call) or (None,)
    listed = words_of(others[0].operand) if others else None
    return _of_words(call, runner, (first, *listed)) if first is not None and listed is not None else None


def _runner(call: Operand) -> tuple[str, Runner] | None:
    """What runs programs, and what it is called."""
    assert isinstance(call.node, cst.Call)
    func = call.node.func
    called = call.of(func.value if isinstance(func, cst.Subscript) else func)
    names = (*qualified(called), *_plumbum(called))
    found = next((name for name in names if name in RUNNERS), None)
    if found is not None:
        return found.rpartition(".")[2], RUNNERS[found]
    match func:
        case cst.Attribute(value=owner, attr=cst.Name(value=name)) if name in _METHOD_NAMES:
            kinds = (METHODS[kind] for kind in _kinds(call.of(owner)) if kind in METHODS)
            return next(((name, methods[name]) for methods in kinds if name in methods), None)
    return None


def _kinds(owner: Operand) -> tuple[str, ...]:
    """The classes of an object, and the decorators of the function whose first argument it is."""
    found = made(owner)
    names = found.names if found is not None else ()
    function = owner.module.function(owner.node)
    bound = definitions(owner.module, owner.node) if isinstance(owner.node, cst.Name) else ()
    if function is None or len(bound) != 1 or bound[0].kind is not DefinitionKind.PARAMETER:
        return names
    first = (*function.params.posonly_params, *function.params.params)[:1]
    if not first or bound[0].target is not first[0]:
        return names
    called = (d.decorator.func if isinstance(d.decorator, cst.Call) else d.decorator for d in function.decorators)
    plain = owner.frame.plain()
    return (*names, *(name for each in called for name in qualified(plain.of(each))))


def _plumbum(called: Operand) -> tuple[str, ...]:
    """`local["curl"]` of plumbum, or a name for it."""
    operand = behind(called) if isinstance(called.node, cst.Name) else called
    match operand.node:
        case cst.Subscript(value=value, slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
            if "plumbum.local" in qualified(operand.of(value)):
                return (f"plumbum.cmd.{static(text(operand.of(key)))}",)
    return ()


def _given(call: Operand, runner: Runner) -> Mapping[str, Argument]:
    """The arguments by name. What splits a command into words takes it alone, or more of them in another way."""
    more = 0 if runner.kind is RunKind.SPLIT else _MANY
    names = ("",) * runner.at + (runner.names[0],) + ("",) * more
    return arguments(call, names) or visible_arguments(call, names)


def _command(given: Mapping[str, Argument], runner: Runner) -> Operand | None:
    return next((given[name].operand for name in runner.names if name in given), None)


def _of_words(call: Operand, runner: Runner, words: tuple[ArgumentWord, ...] | None) -> CommandRun | None:
    return CommandRun(call, words=words, reply=runner.reply) if words is not None else None


def _of_program(call: Operand, name: str, runner: Runner) -> CommandRun | None:
    """`sh.curl(…)`, `curl(…)`, `curl[…]()`: the program is what is called."""
    assert isinstance(call.node, cst.Call)
    func = call.node.func
    words: tuple[ArgumentWord, ...] | None
    if isinstance(func, cst.Subscript):
        indexes = [each.slice.value for each in func.slice if isinstance(each.slice, cst.Index)]
        is_plain = len(indexes) == len(func.slice) and not call.node.args
        words = tuple(ArgumentWord(call.of(each), call.of(func)) for each in indexes) if is_plain else None
        func = func.value
    else:
        options = [arg.keyword.value for arg in call.node.args if arg.keyword is not None]
        words = argument_words(call) if all(name.startswith("_") for name in options) else None
    if words is None:
        return None
    return CommandRun(call, words=(ArgumentWord(call.of(func), call), *words), program=name, reply=runner.reply)


def _either(call: Operand, operand: Operand, given: Mapping[str, Argument], runner: Runner) -> CommandRun | None:
    shell = "shell" in given and behind(given["shell"].operand).code not in {"False", "0", "None"}
    inner = behind(operand)
    split = _of_split(call, operand, runner) if not shell else None
    if split is not None:
        return split
    words = words_of(operand)
    if words is not None:
        return _of_words(call, runner, words) if not shell else None
    return _of_text(call, inner, runner) if shell else None


def _of_split(call: Operand, operand: Operand, runner: Runner) -> CommandRun | None:
    """A text that the program splits into words itself: with `shlex.split`, or at its blanks."""
    inner = behind(operand)
    match inner.node:
        case cst.Call(func=func, args=[cst.Arg(value=value)]) if _SPLITTING in qualified(inner.of(func)):
            return CommandRun(call, command=behind(inner.of(value)), split=True, reply=runner.reply)
        case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(value="split")), args=[]):
            return CommandRun(call, command=behind(inner.of(value)), split=True, blanks=True, reply=runner.reply)
    return None


def _of_text(call: Operand, command: Operand, runner: Runner) -> CommandRun | None:
    """A text for a shell; `shlex.join` quotes words for it, which are as good as a list."""
    match command.node:
        case cst.Call(func=func, args=[cst.Arg(keyword=None, star="", value=value)]) if _JOINING in qualified(
            command.of(func)
        ):
            return _of_words(call, runner, words_of(command.of(value)))
    return CommandRun(call, command=command, reply=runner.reply)


def behind(operand: Operand) -> Operand:
    """The expression that a name was given, or the expression itself."""
    if operand.frame.depth > DEPTH or not isinstance(operand.node, cst.Name | cst.Attribute):
        return operand
    found = meaning(operand)
    return behind(found) if found is not None else operand
