"""What stands at a place of a shell text: which command, which word of it, and what happens to a value there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migrator.syntax.shell.flow import fed, feeding, grouped_feeding
from migrator.syntax.shell.output import covers, program_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.model import Span
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command, Redirect, Word, WordPiece

DECLARING = frozenset({"local", "readonly", "declare", "typeset", "export"})
"""Builtins whose arguments are assignments."""

_DEFAULTS = re.compile(r"\$\{\w+:?[-?+=]")


def innermost(script: Script, index: int) -> Command | None:
    """The innermost command whose words, redirections or here-documents the character belongs to."""
    holding = [
        (span.end - span.start, number)
        for number, command in enumerate(script.commands)
        for span in (command.span, *(r.heredoc.span for r in command.simple.redirects if r.heredoc is not None))
        if index in span
    ]
    return script.commands[min(holding)[1]] if holding else None


def stdout_redirect(command: Command) -> Redirect | None:
    """Where the standard output is redirected to, if it is not to itself."""
    operators = {">", ">>", ">|", "&>", "&>>", ">&"}
    found = [r for r in command.simple.redirects if r.operator in operators and r.descriptor in {"", "1"}]
    return found[-1] if found and (found[-1].operator, found[-1].target.static) != (">&", "1") else None


_SILENT_NAMES = ": true false cd set unset shift trap umask mkdir rm sleep test [ exit return"
_SILENT = frozenset({*DECLARING, *_SILENT_NAMES.split()})
"""What prints nothing on its standard output, besides assignments (POSIX, Shell and Utilities)."""


def feeding_alone(script: Script, command: Command) -> Command | None:
    """The command whose output is all that the pipe leads into this one; None where another one prints beside it."""
    maker, group = feeding(script, command), grouped_feeding(script, command)
    outer = [one for one in group if not any(o is not one and covers(o.span, one.span) for o in group)]
    others = [one for one in outer if one is not maker and not _is_silent(one) and fed(script, one) not in outer]
    return None if others else maker


def _is_silent(command: Command) -> bool:
    return not command.words or command.tests or stdout_redirect(command) is not None or program_of(command) in _SILENT


def scope_of(script: Script, name: str, write: Command) -> Span | None:
    """The function that keeps the variable to itself, when the assignment stands in one that does."""
    functions = [block.span for block in write.blocks if block.kind == "function_definition"]
    return functions[-1] if functions and (name, functions[-1]) in script.local_names else None


def is_private_elsewhere(script: Script, name: str, command: Command, scope: Span | None) -> bool:
    """Whether the command stands in a function that has a variable of that name of its own."""
    functions = [block.span for block in command.blocks if block.kind == "function_definition"]
    return scope is None and bool(functions) and (name, functions[-1]) in script.local_names


def is_exported(script: Script, name: str) -> bool:
    """Whether a command of its own hands the variable, or every variable, to all programs."""
    return any(_exports([word.lead for word in command.words], name) for command in script.commands)


def _exports(words: Sequence[str], name: str) -> bool:
    options = [word for word in words[1:] if word.startswith("-")]
    named = any(word.partition("=")[0] == name for word in words[1:])
    match words[:1]:
        case ["export"]:
            return named
        case ["declare" | "typeset" | "local" | "readonly"]:
            return named and any("x" in option for option in options)
        case ["set"]:
            return "allexport" in words or any("a" in option and not option.startswith("--") for option in options)
    return False


def is_comment(script: Script, index: int, command: Command | None) -> bool:
    """Whether the character stands in a comment; `command` is the innermost one there."""
    if command is not None and not command.tests:
        return False
    line = script.text[script.text.rfind("\n", 0, index) + 1 : index]
    return line.lstrip().startswith("#") or " #" in line


def reach_of(redirect: Redirect) -> Span:
    """The text that the redirection brings in."""
    return redirect.heredoc.span if redirect.heredoc is not None else redirect.span


def word_at(command: Command, index: int, redirect: Redirect | None) -> Word | None:
    """The word that the character stands in."""
    if redirect is not None:
        return redirect.heredoc.body if redirect.heredoc is not None else redirect.target
    words = (*command.words, *(assignment.value for assignment in command.simple.assignments))
    return next((word for word in words if index in word.span), None)


def is_whole(script: Script, piece: WordPiece) -> bool:
    """Whether the piece stands for the value as it is, or for a substitute where there is none."""
    source = script.text[piece.span.start : piece.span.end]
    substitution = source.startswith(("$(", "`")) and not source.startswith("$((")
    return piece.name is not None or substitution or _DEFAULTS.match(source) is not None


def assigned_at(command: Command, word: Word, index: int) -> str | None:
    """The variable that the word, or a part of it, is assigned to."""
    for assignment in command.simple.assignments:
        if index in assignment.span:
            return assignment.name
    if program_of(command) in DECLARING:
        name, equals, _ = word.lead.partition("=")
        return name.rstrip("+") if equals else None
    return None


def is_all_of(command: Command, word: Word, index: int) -> bool:
    """Whether the assigned value is the piece at the character and nothing else."""
    if any(index in assignment.span for assignment in command.simple.assignments):
        return word.lone is not None
    rest = word.after(word.lead.index("=") + 1)
    return rest.lone is not None
