"""Recognise requests to v1 and v1.1 about one build: the number of a pipeline means nothing to them.

Source: CircleCI API v1.1 reference, `GET /project/:vcs-type/:username/:project/:build_num` and what lies below it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.shell.find.program import find_program
from codemods.shell.request import method_of
from migrator.circleci.api.v1_url import is_about_v1, lists_builds
from migrator.syntax.shell.output import arguments_of, program_of
from migrator.syntax.shell.resolve import template, use_of
from migrator.syntax.text.templates import Marked, is_mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command, Word

_DEPTH = 3


def is_v1_address(script: Script, command: Command, word: Word) -> bool:
    """Whether the word holds the address of something below a project of v1 or v1.1."""
    return is_about_v1(Marked.of(template(script, word, use_of(command))).text)


def asks_v1(script: Script, name: str, depth: int = 0) -> bool:
    """Whether the function of that name asks v1 or v1.1 about something that it is given."""
    span = script.functions.get(name)
    if span is None or depth == _DEPTH:
        return False
    for command in script.within(span):
        program = program_of(command)
        if program in {"curl", "wget"} and any(_is_about(script, command, word) for word in command.words):
            return True
        if program is not None and program != name and asks_v1(script, program, depth + 1):
            return True
    return False


def questions(script: Script) -> tuple[int, ...]:
    """Where the script asks v1 about one build whose number only the run shows, by itself or through a function."""
    return tuple(command.span.start for command in script.commands if _is_question(script, command))


def lists_behind(script: Script, call: Command) -> Iterator[int]:
    """Where the script asks v1 for the latest builds of a project, behind a call or in a function."""
    for command in script.commands:
        inside = any(block.kind == "function_definition" for block in command.blocks)
        if command is not call and (inside or command.span.start > call.span.start) and _lists(script, command):
            yield command.span.start


def _lists(script: Script, command: Command) -> bool:
    program = find_program(script, command)
    if program is None or program.invocation is None or method_of(script, command, program.invocation) != "GET":
        return False
    return any(lists_builds(template(script, word, use_of(command))) for word in command.words)


def _is_question(script: Script, command: Command) -> bool:
    program = program_of(command)
    words = arguments_of(command)
    if program is not None and program in script.functions:
        getters = (c for c in script.within(script.functions[program]) if _gets(script, c, alone=False))
        return len(words) == 1 and words[0].lone is not None and next(getters, None) is not None
    inside = any(block.kind == "function_definition" for block in command.blocks)
    return not inside and _gets(script, command, alone=True)


def _gets(script: Script, command: Command, *, alone: bool) -> bool:
    """Whether the command is a GET of something below v1 that only the run shows."""
    program = find_program(script, command)
    if program is None or program.invocation is None or method_of(script, command, program.invocation) != "GET":
        return False
    return any(_is_about(script, command, word, alone=alone) for word in command.words)


def _is_about(script: Script, command: Command, word: Word, *, alone: bool = False) -> bool:
    """Whether the word addresses something below v1 that only the run shows; `alone`: by one segment of the path."""
    text = Marked.of(template(script, word, use_of(command))).text
    path = text.partition("/project/")[2]
    if alone:
        path = path.partition("?")[0].rstrip("/").rpartition("/")[2] if "/tree/" not in path else ""
    return is_about_v1(text) and any(is_mark(char) for char in path)
