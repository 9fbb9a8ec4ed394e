"""Recognise requests to v1 and v1.1 about one build: the number of a pipeline means nothing to them.

Source: CircleCI API v1.1 reference, `GET /project/:vcs-type/:username/:project/:build_num` and what lies below it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.syntax.shell_output import program_of
from migrator.syntax.shell_resolve import template, use_of
from migrator.syntax.templates import Marked, is_mark

if TYPE_CHECKING:
    from migrator.syntax.shell import Command, Script
    from migrator.syntax.shell_word import Word

_DEPTH = 3


def is_v1_address(script: Script, command: Command, word: Word) -> bool:
    """Whether the word holds the address of something below a project of v1 or v1.1."""
    text = Marked.of(template(script, word, use_of(command))).text
    return "/api/v1" in text and "/project/" in text


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


def _is_about(script: Script, command: Command, word: Word) -> bool:
    text = Marked.of(template(script, word, use_of(command))).text
    _, found, path = text.partition("/project/")
    return "/api/v1" in text and bool(found) and any(is_mark(char) for char in path)
