"""Functions that do nothing but print, as scripts have them for payloads, and what `printf` prints."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.model import Expansion, Literal, Span, Template, values
from migrator.syntax.shell.flow import shows
from migrator.syntax.shell.types import Origin, Quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_TOKEN = re.compile(r"%%|%[sdi]|%.?|\\(.)|[^%\\]+", re.DOTALL)


def formatted(text: str, arguments: Sequence[Template]) -> Template | None:
    """The output as a template, or None when the format is used again or does more than put texts together."""
    parts: list[Template] = []
    given = list(arguments)
    for token in _TOKEN.finditer(text):
        if token[0] in {"%s", "%d", "%i"} and given:
            made = given.pop(0) if token[0] == "%s" else _as_number(token[0], given.pop(0))
            if made is None:
                return None
            parts.append(made)
        elif token[0] == "%%":
            parts.append((Literal("%"),))
        elif token[0].startswith("%") or (token[1] is not None and token[1] not in _ESCAPES):
            return None
        else:
            parts.append((Literal(_ESCAPES[token[1]] if token[1] else token[0]),))
    return None if given else tuple(part for template in parts for part in template)


_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_COUNTS = ("$((", "$#", "$?", "$$", "${#")


def _as_number(directive: str, argument: Template) -> Template | None:
    """What `%d` makes of an argument: `08`, `010`, no text at all and all that is no number become others."""
    known = values(argument)
    if known is not None:
        return argument if all(map(_NUMBER.fullmatch, known)) else None
    match argument:
        case (Expansion(source=source),) if source.startswith(_COUNTS):
            return argument
        case (Expansion(source=source, origin=Origin() as origin),):
            quoted = replace(origin, quote=Quote.DOUBLE)
            return (Expansion(f'$(printf {directive} "{source}")', origin=quoted),)
    return None


_POSITIONAL = re.compile(r"\$\{?[!#]?[0-9@*#]")


def alone_in(script: Script, span: Span) -> Command | None:
    """The one command of a stretch; commands in substitutions of its own do not count."""
    inside = list(script.within(span))
    outer = [c for c in inside if not any(c is not other and _holds(other, c) for other in inside)]
    return outer[0] if len(outer) == 1 and not outer[0].tests else None


def _holds(outer: Command, inner: Command) -> bool:
    """Whether a command stands in a word or here-document of another."""
    documents = (redirect.heredoc.span for redirect in outer.simple.redirects if redirect.heredoc is not None)
    return any(span.overlaps(inner.span) for span in (outer.span, *documents))


def body_of(script: Script, command: Command) -> Command | None:
    """The one command of the function that the command calls, when the function is that and nothing else."""
    name = command.words[0].static if command.words else None
    span = script.functions.get(name or "")
    if span is None or name is None or command.simple.redirects or command.simple.assignments:
        return None
    defined = re.findall(rf"(?m)^[ \t]*(?:function[ \t]+{re.escape(name)}\b|{re.escape(name)}[ \t]*\()", script.text)
    inner = alone_in(script, span)
    if len(defined) != 1 or inner is None or command.span.start in span:
        return None
    around = [block for block in inner.blocks if block.span.start >= span.start]
    return inner if [block.kind for block in around] == ["function_definition"] else None


def runs(script: Script, function: Span) -> frozenset[Span]:
    """The functions that a function may run, by itself or through others, and the function."""
    found = {function}
    fresh = [function]
    while fresh:
        commands = script.within(fresh.pop())
        names = {word.static for command in commands for word in command.words}
        spans = {span for name, span in script.functions.items() if name in names}
        fresh += spans - found
        found |= spans
    return frozenset(found)


def calls(script: Script, name: str) -> int:
    """How many commands call the function for more than to show what it prints."""
    called = (command for command in script.commands if command.words and command.words[0].static == name)
    shown = [command.span for command in shows(script)]
    return sum(not any(command.span.overlaps(span) for span in shown) for command in called)


def with_arguments(text: Template | None, arguments: Sequence[Template]) -> Template | None:
    """What a function prints with its arguments put in, or None when they are used as more than `$1`."""
    parts = [] if text is None else list(_filled(text, arguments))
    return None if text is None or None in parts else tuple(part for part in parts if part is not None)


def _filled(text: Template, arguments: Sequence[Template]) -> Iterator[Literal | Expansion | None]:
    for part in text:
        if isinstance(part, Expansion) and part.name is not None and part.name.isdigit():
            index = int(part.name)
            yield from arguments[index - 1] if 0 < index <= len(arguments) else ()
        else:
            yield None if isinstance(part, Expansion) and _POSITIONAL.search(part.source) else part


def is_positional(template: Template) -> bool:
    """Whether the text depends on the arguments of the function, or of the script, that it stands in."""
    return any(isinstance(part, Expansion) and bool(_POSITIONAL.search(part.source)) for part in template)
