"""What a function does with the arguments of one call: who reads each of them, and what they are for the caller."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.model import Expansion, PipelineRequest, Template, Value
from migrator.syntax.shell.flow import shows
from migrator.syntax.shell.frames import argument_index
from migrator.syntax.shell.output import is_setting
from migrator.syntax.shell.places import is_exported
from migrator.syntax.shell.types import Use, function_around

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import Span
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command, Write

_READING = re.compile(r"\$\{?[#!]?([1-9][0-9]*|[@*])")
_ARGUMENT = re.compile(r"\$\{?[1-9]")
_EMPTINESS = r"(?:\[\[?|test)\s+(?:!\s+)?-[nz]\s+\"?\$\{{?{}(?::?-)?\}}?\"?(?:\s+\]\]?)?\Z"


def is_given(script: Script, span: Span) -> bool:
    """Whether a place of the view lies in the arguments that the text is read for, not in the function's own text."""
    return script.frame is not None and span.start not in script.frame.function


def scope_of(script: Script, write: Write) -> Span | None:
    """The function that a variable is local to, or whose argument it is; None for what all of the script may read."""
    if write.name.isdecimal():
        return script.frame.function if script.frame is not None else None
    function = function_around(write.blocks)
    return function if function is not None and (write.name, function) in script.local_names else None


def readings(script: Script, write: Write) -> int:
    """How often the value of an assignment is read, without the commands that show it or ask whether it is empty.

    Comments and quoted text count too.
    """
    scope = scope_of(script, write)
    if not write.name.isdecimal():
        asked = sum(script.uses(write.name, within=each.span) for each in _asking(script, write.name))
        shown = sum(1 for _ in _shown(script, write.name))
        return script.uses(write.name, scope) - asked - shown + is_exported(script, write.name)
    return sum(1 for _ in _argument_readings(script, write)) if scope is not None else 0


def _shown(script: Script, name: str) -> Iterator[Span]:
    """Where a variable stands as it is in what `echo` or `printf` shows; what reads a part of it works with it."""
    for command in shows(script):
        if not is_setting(script.text[command.span.start : command.span.end]):
            pieces = (piece for word in command.words for piece in word.pieces)
            yield from (piece.span for piece in pieces if piece.name == name)


def _asking(script: Script, name: str) -> Iterator[Command]:
    """The tests whether a variable is empty, and nothing else."""
    asking = re.compile(_EMPTINESS.format(re.escape(name)))
    for command in script.commands:
        if asking.match(script.text[command.span.start : command.span.end]):
            yield command


def _argument_readings(script: Script, write: Write) -> Iterator[int]:
    """Where the function reads an argument: by its number, or with all others."""
    assert script.frame is not None
    function = script.frame.function
    wanted = next((i for i, word in enumerate(script.frame.arguments) if word.span == write.span), None)
    idle = [command.span for name in "123456789" for command in _asking(script, name)]
    idle += [span for name in "123456789@*" for span in _shown(script, name)]
    for found in _READING.finditer(script.text, function.start, function.end):
        at = found.start()
        if any(at in span for span in idle):
            continue
        number = found[1] if found[1].isdecimal() else "1"
        around = [command for command in script.commands if at in command.span]
        inner = min(around, key=lambda command: command.span.end - command.span.start, default=None)
        index = argument_index(script, function, number, Use(at, inner.blocks)) if inner is not None else None
        if index is None or wanted is None or index == wanted or (not found[1].isdecimal() and index <= wanted):
            yield at


def for_caller(script: Script, request: PipelineRequest) -> PipelineRequest:
    """The request with what only the function knows replaced by what its caller gives for it."""
    if script.frame is None:
        return request

    def seen(value: Value | None) -> Value | None:
        return replace(value, template=tuple(_seen(script, value.template))) if value is not None else None

    parameters = tuple((name, seen(value) or value) for name, value in request.parameters)
    return replace(request, branch=seen(request.branch), tag=seen(request.tag), parameters=parameters)


def _seen(script: Script, template: Template) -> Template:
    made: Template = ()
    for part in template:
        span = script.view.forth(part.span) if part.span is not None else None
        own = span is not None and not is_given(script, span)
        if isinstance(part, Expansion) and part.resolved is not None and own:
            made += _seen(script, part.resolved)
        else:
            made += (part,)
    return made


def from_arguments(template: Template) -> bool:
    """Whether the template holds what the caller gives that the text is read for."""
    return any(
        isinstance(part, Expansion)
        and part.resolved is not None
        and (_ARGUMENT.match(part.source) is not None or from_arguments(part.resolved))
        for part in template
    )
