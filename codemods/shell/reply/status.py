"""Checks of the status code of a reply against 200: v2 answers 201 (CircleCI API v2 reference)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.model import Edit, Span
from migrator.syntax.shell.conditions import Comparison, comparisons
from migrator.syntax.shell.output import arguments_of, keeps_last_line, mention, own_text, program_of, raw, takers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.shell.curl import Invocation
    from migrator.syntax.shell.output import Taken
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command, Word

_CODE = re.compile(r"%\{(?:http_code|response_code)\}")
_CODE_ALONE = re.compile(r"(?:\\n|\s)*%\{(?:http_code|response_code)\}(?:\\n|\s)*\Z")
_OK = re.compile(r"(?<!\d)200(?!\d)")
_RANGE = re.compile(r"-[gl][et]\b|[<>]")
_STATUS_LINE = re.compile(r"HTTP/\S*\s+200|200 OK")
_ARITHMETIC = re.compile(r"\(\(\s*\$?\{?\w+\}?\s*(?:==|!=|>|<=)\s*200\s*\)\)\Z")
_EXACT = frozenset({"=", "==", "!=", "-eq", "-ne", "-gt", "-le", "case", "=~"})
_SEARCHED = frozenset({"200", "^200", "200$", "^200$"})
_TESTING = frozenset({"test", "grep", "egrep", "fgrep", "expr"})


@dataclass(frozen=True, slots=True)
class CommandStatusCheck:
    """A place where the status is compared with 200, and the edits that make it 201 where that is exact."""

    index: int
    edits: tuple[Edit, ...] = ()


def writes_code(script: Script, invocation: Invocation | None) -> bool:
    """Whether the command prints the status code."""
    option = invocation.last("write-out") if invocation is not None else None
    return option is not None and option.value is not None and bool(_CODE.search(raw(script, option.value)))


def checks_of(
    script: Script, command: Command, invocation: Invocation | None, body: tuple[Taken, ...], *, alone: bool
) -> tuple[CommandStatusCheck, ...]:
    """Every check against 200. `body` are the commands that get what the server answers; `alone`: it is not printed."""
    if invocation is None:
        return ()
    found: list[CommandStatusCheck] = []
    if writes_code(script, invocation):
        option = invocation.last("write-out")
        assert option is not None
        assert option.value is not None
        format_ = option.value.static or ""
        code_only = bool(_CODE_ALONE.match(format_.strip()))
        below = code_only and format_.startswith(("\\n", "\n"))  # the body, then the code on a line of its own
        taken = tuple(takers(script, command))
        for each in taken:
            exact = (alone and code_only) or (below and _is_last_line(script, each))
            check = _check(script, each, taken, exact=exact)
            found += [check] if check is not None else []
    elif invocation.all("include", "head", "dump-header"):
        lines = [each for each in body if _STATUS_LINE.search(own_text(script, each.command))]
        found = [CommandStatusCheck(each.command.span.start) for each in lines]
    best = {check.index: check for check in sorted(found, key=lambda check: bool(check.edits))}
    return tuple(best[index] for index in sorted(best))


def _is_last_line(script: Script, taken: Taken) -> bool:
    """Whether the command gets the last line: through a variable that is assigned just that."""
    for write in script.writes.get(taken.holder, ()):
        inside = list(script.within(write.span)) if write.value is not None and write.value.lone is not None else []
        if not inside or not keeps_last_line(inside[-1]):
            return False
    return bool(taken.holder)


def _check(script: Script, taken: Taken, others: tuple[Taken, ...], *, exact: bool) -> CommandStatusCheck | None:
    """The check that a command makes; None when it takes 201 as it took 200."""
    command = taken.command
    text = own_text(script, command)
    program = program_of(command)
    if program is not None and program in script.functions:  # which gets the code as an argument
        inside = list(script.within(script.functions[program]))
        tests = [own_text(script, each) for each in inside if each.tests or program_of(each) in _TESTING]
        return (
            CommandStatusCheck(command.span.start)
            if any(_OK.search(each) and "201" not in each for each in tests)
            else None
        )
    if not (command.tests or program_of(command) in _TESTING) or not _OK.search(text) or "201" in text:
        return None
    words = [word for word in _words(script, taken) if _says(word)]
    made = comparisons(script, command)
    if not words and (made is not None or _RANGE.search(text)) and not _ARITHMETIC.match(text):
        return None
    if any(_is_beside(script, command, other.command) for other in others):
        return None
    known = exact and taken.sure and not command.broken
    if words and known:
        return CommandStatusCheck(command.span.start, tuple(_edit(script, word) for word in words))
    if _ARITHMETIC.match(text) and known:
        at = command.span.start + text.rindex("200")
        return CommandStatusCheck(command.span.start, (Edit(script.view.back(Span(at, at + 3)), "201"),))
    return CommandStatusCheck(command.span.start)


def _words(script: Script, taken: Taken) -> Iterator[Word]:
    """The words that the code is compared with."""
    made = comparisons(script, taken.command)
    if made is None:
        if program_of(taken.command) in {"grep", "egrep", "fgrep"}:
            yield from (word for word in arguments_of(taken.command) if not word.lead.startswith("-"))
        return
    pattern = mention(taken.holder) if taken.holder else None
    for each in made:
        if each.operator in _EXACT and each.right is not None and _concerns(script, each, pattern):
            yield from (each.left, each.right)


def _concerns(script: Script, each: Comparison, pattern: re.Pattern[str] | None) -> bool:
    right = raw(script, each.right) if each.right is not None else ""
    return pattern is None or bool(pattern.search(raw(script, each.left)) or pattern.search(right))


def _says(word: Word) -> bool:
    return word.static in _SEARCHED and len(word.pieces) == 1


def _edit(script: Script, word: Word) -> Edit:
    piece = word.pieces[0]
    at = piece.span.start + script.text[piece.span.start : piece.span.end].index("200")
    return Edit(script.view.back(Span(at, at + 3)), "201")


def _is_beside(script: Script, command: Command, other: Command) -> bool:
    """Whether another test, joined to this one, takes 201: `[ $C = 200 ] || [ $C = 201 ]`."""
    first, last = sorted((command.span, other.span))
    between = script.text[first.end : last.start].strip() if first.end <= last.start else ""
    return between in {"||", "&&"} and "201" in own_text(script, other)
