"""Where the output of a command goes: along a pipe, into the command around it, into a variable."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command, Redirect

_PIPE = re.compile(r"(?:[ \t]|\\\n)*\|(?!\|)&?(?:[ \t\n]|\\\n|#[^\n]*\n)*")
_CLOSING = re.compile(r"(?:[ \t\n;]|\\\n)*([})])")


def fed(script: Script, command: Command) -> Command | None:
    """The command that the pipe behind this one leads to, or behind the group that it ends; of a group its first."""
    end = command.span.end
    pipe = _PIPE.match(script.text, end)
    while not pipe:
        closing = _CLOSING.match(script.text, end)
        if not closing or not _ends_group(command, closing):
            return None
        end = closing.end()
        pipe = _PIPE.match(script.text, end)
    return script.first_from(pipe.end())


def _ends_group(command: Command, closing: re.Match[str]) -> bool:
    """Whether a brace or parenthesis ends a group of commands, and not a substitution or a function."""
    ends = {block.kind for block in command.blocks if block.span.end == closing.end()}
    return "function_definition" not in ends and (closing[1] == "}" or "subshell" in ends)


def feeding(script: Script, command: Command) -> Command | None:
    """The command whose output the pipe leads into this one."""
    return next((other for other in script.commands if other.words and fed(script, other) is command), None)


def grouped_feeding(script: Script, command: Command) -> list[Command]:
    """The commands of the `{ …; }` whose output the pipe leads into this one."""
    groups = {block.span for other in script.commands for block in other.blocks if block.kind == "pipeline"}
    for span in groups:
        pipe = _PIPE.match(script.text, span.end)
        if pipe and pipe.end() == command.span.start:
            return list(script.within(span))
    return []


def downstream(script: Script, command: Command) -> Iterator[Command]:
    """All commands behind this one in its pipeline."""
    following = fed(script, command)
    while following is not None:
        yield following
        following = fed(script, following)


def around(script: Script, command: Command) -> Command | None:
    """The innermost command in whose words or assignments this one stands, inside `$(…)`."""
    outside = [other for other in script.commands if _holds(other, command)]
    return min(outside, key=lambda other: other.span.end - other.span.start, default=None)


def documenting(script: Script, command: Command) -> Command | None:
    """The command in whose here-document this one stands, inside `$(…)`."""
    return next((other for other in script.commands if _has_document_around(other, command.span.start)), None)


def _has_document_around(command: Command, index: int) -> bool:
    return any(r.heredoc is not None and index in r.heredoc.span for r in command.simple.redirects)


def _holds(outer: Command, inner: Command) -> bool:
    if outer is inner or outer.span == inner.span:
        return False
    if outer.tests and any(b.kind == "case_item" and b.span.start > outer.span.start for b in inner.blocks):
        return False  # what a `case` runs is no part of what it looks at
    return outer.span.start <= inner.span.start and inner.span.end <= outer.span.end


def assigned_from(script: Script, command: Command) -> tuple[str, ...]:
    """The variables whose assigned value holds the command."""
    return tuple(
        name
        for name, writes in script.writes.items()
        if any(w.span.start <= command.span.start and command.span.end <= w.span.end and not w.choices for w in writes)
    )


def calls_of(script: Script, command: Command) -> Iterator[Command]:
    """The commands that call the function in which the command stands: the one that the text is read for, if any."""
    if script.frame is not None and command.span.start in script.frame.function:
        yield script.frame.call
        return
    inside = [(span.end - span.start, name) for name, span in script.functions.items() if command.span.start in span]
    if not inside:
        return
    name = min(inside)[1]
    yield from (other for other in script.commands if other.words and other.words[0].static == name)


def _to_screen(redirect: Redirect) -> bool:
    known = redirect.target.static
    return known in {"/dev/null", "/dev/stderr", "/dev/tty"} or (redirect.operator == ">&" and known in {"1", "2"})


def shown_at(script: Script) -> Callable[[int], bool]:
    """Says of a character whether a command that only shows has it in its own words, not in a command inside."""
    showing = list(shows(script))
    inner = [other for one in showing for other in script.commands if _is_inside(other, one)]

    def is_shown(at: int) -> bool:
        return any(at in one.span for one in showing) and not any(at in other.span for other in inner)

    return is_shown


def _is_inside(command: Command, outer: Command) -> bool:
    return command is not outer and command.span != outer.span and command.span.start in outer.span


def shows(script: Script) -> Iterator[Command]:
    """The `echo` and `printf` commands whose output goes nowhere else than on the screen."""
    for command in script.commands:
        name = command.words[0].static if command.words else None
        showing = name in {"echo", "printf"} and all(map(_to_screen, command.simple.redirects))
        if showing and fed(script, command) is None and around(script, command) is None:
            yield command
