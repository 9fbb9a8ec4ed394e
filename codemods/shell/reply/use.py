"""What becomes of a value that a script read from a reply: is it shown to people, or does something work with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from codemods.shell.content import data_options
from codemods.shell.find.program import find_program
from codemods.shell.reply.address import page_in_word
from codemods.shell.reply.fields import SHOWING, is_emptiness, only_shows
from codemods.shell.reply.poll import asks_v1, is_v1_address
from migrator.errors import Refusal
from migrator.syntax.shell.conditions import comparisons
from migrator.syntax.shell.flow import around, calls_of, documenting, fed
from migrator.syntax.shell.jq_command import JQ, parse_jq_command
from migrator.syntax.shell.output import (
    PRINTING,
    arguments_of,
    covers,
    is_lone,
    is_setting,
    mention,
    program_of,
    raw,
    shows_by_xargs,
)
from migrator.syntax.shell.places import (
    DECLARING,
    assigned_at,
    innermost,
    is_all_of,
    is_comment,
    is_exported,
    is_private_elsewhere,
    is_whole,
    reach_of,
    scope_of,
    stdout_redirect,
    word_at,
)
from migrator.syntax.shell.resolve import use_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import Edit, Slug
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command, Redirect, Word

_FILTERS = frozenset({"sed", "awk", "grep", "egrep", "tr", "cut", "sort", "uniq", "jq"})
# What carries text to people: comments, mail, chat.
_SENDING = frozenset({"gh", "hub", "glab", "mail", "mailx", "sendmail", "slack", "slackcat", "notify-send"})
_PEOPLE = frozenset({"/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty", "$GITHUB_STEP_SUMMARY"})


class Ending(StrEnum):
    """What a use does with the value.

    `SHOWN` to people, put into the address of a job's `PAGE`, looked at whether it is `EMPTY`, `SENT` elsewhere for
    people to see, used to ask v1 (`POLLED`), printed by a function that nobody calls here (`LEFT`), or something
    `OTHER`.
    """

    SHOWN = "shown"
    PAGE = "page"
    EMPTY = "empty"
    SENT = "sent"
    POLLED = "polled"
    LEFT = "left"
    OTHER = "other"


class Carried(StrEnum):
    """What is followed: the number of a build alone, text that holds it, or an address or anything else."""

    NUMBER = "number"
    TEXT = "text"
    PAGE = "page"


def _in_text(what: Carried) -> Carried:
    return Carried.TEXT if what is Carried.NUMBER else what


@dataclass(frozen=True, slots=True)
class ValueUse:
    """One use: of what, how it ends, the character where its command stands, and the edits of an address in it."""

    what: Carried
    ending: Ending
    index: int
    edits: tuple[Edit, ...] = ()


def uses_of(script: Script, command: Command, slug: Slug, what: Carried) -> tuple[ValueUse, ...]:
    """Every use of what the command prints."""
    return tuple(dict.fromkeys(_Walk(script, slug).output(command, what=what)))


@dataclass(frozen=True, slots=True)
class _Walk:
    """Follows a value; `seen` are the commands and variables that it was followed through, and as what."""

    script: Script
    slug: Slug
    seen: set[object] = field(default_factory=set)

    def output(self, command: Command, *, what: Carried) -> Iterator[ValueUse]:
        """Where the standard output of a command goes."""
        if (command.span, what) in self.seen:
            return
        self.seen.add((command.span, what))
        target = stdout_redirect(command)
        if target is not None:
            name = raw(self.script, target.target).strip("\"'")
            people = name in _PEOPLE or (target.operator == ">&" and name == "2")
            yield ValueUse(what, Ending.SHOWN if people else Ending.OTHER, command.span.start)
            return
        following = fed(self.script, command)
        if following is not None:
            yield from self._into(following, what=what)
            return
        outer = around(self.script, command) or documenting(self.script, command)
        if outer is not None:
            yield from self.place(outer, command.span.start, what=what)
        elif any(block.kind == "command_substitution" for block in command.blocks):  # the words of a loop
            yield ValueUse(what, Ending.OTHER, command.span.start)
        elif any(block.kind == "function_definition" for block in command.blocks):
            yield from self._returned(command, what=what)
        else:
            yield ValueUse(what, Ending.SHOWN, command.span.start)

    def _returned(self, command: Command, *, what: Carried) -> Iterator[ValueUse]:
        """A function prints the value."""
        calls = list(calls_of(self.script, command))
        if not calls:
            yield ValueUse(what, Ending.LEFT, command.span.start)
        for call in calls:
            yield from self.output(call, what=what)

    def _into(self, command: Command, *, what: Carried) -> Iterator[ValueUse]:
        """A command gets the value as its input."""
        program = program_of(command)
        texts = tuple(word.static for word in arguments_of(command))
        if _is_transparent(program, texts):
            yield from self.output(command, what=what)
        elif program == "tee":
            sinks = all(text is not None and (text in _PEOPLE or text == "-a") for text in texts)
            yield ValueUse(what, Ending.SHOWN if sinks else Ending.OTHER, command.span.start)
            yield from self.output(command, what=what)
        elif shows_by_xargs(command):
            yield from self.output(command, what=_in_text(what))
        else:
            polled = any(is_v1_address(self.script, command, word) for word in command.words)
            ending = Ending.SENT if program in _SENDING else Ending.OTHER
            yield ValueUse(what, Ending.POLLED if polled else ending, command.span.start)
            if program in _FILTERS:
                yield from self.output(command, what=what)

    def variable(self, name: str, write: Command, *, what: Carried, address: bool = False) -> Iterator[ValueUse]:
        """Every use of the variable. `address`: it holds the address of something in v1."""
        if (name, what) in self.seen:
            return
        self.seen.add((name, what))
        script = self.script
        scope = scope_of(script, name, write)
        writes = [w for w in script.writes.get(name, ()) if scope is None or w.span.start in scope]
        others = [w for w in writes if not covers(w.span, write.span) and not covers(write.span, w.span)]
        if what is Carried.NUMBER and any(w.value is None or w.value.static not in {"", "null", "0"} for w in others):
            yield ValueUse(what, Ending.OTHER, write.span.start)
        sourced = scope is None and any(c.span.start > write.span.start for c in script.commands if _sources(c))
        if any(w.exported for w in writes) or is_exported(script, name) or sourced:
            yield ValueUse(what, Ending.SENT, write.span.start)
        for found in mention(name).finditer(script.text):
            at = found.start()
            if scope is not None and at not in scope:
                continue
            command = innermost(script, at)
            if is_comment(script, at, command):
                continue
            if command is None:
                yield ValueUse(what, Ending.OTHER, at)
            elif address and command.words:
                yield ValueUse(what, Ending.POLLED, command.span.start)
            elif not is_private_elsewhere(script, name, command, scope):
                yield from self.place(command, at, what=what)

    def place(self, command: Command, index: int, *, what: Carried) -> Iterator[ValueUse]:
        """The value is put into the command at a character of the text."""
        program = program_of(command)
        if command.tests or program == "test":
            yield self._tested(command, index, what=what)
            return
        redirect = next((r for r in command.simple.redirects if index in reach_of(r)), None)
        word = word_at(command, index, redirect)
        piece = next((p for p in word.pieces if index in p.span), None) if word is not None else None
        if word is None or piece is None or not is_whole(self.script, piece):
            yield ValueUse(what, Ending.OTHER, command.span.start)
            return
        if is_v1_address(self.script, command, word):
            yield from self._asked(command, word, index, what=what)
            return
        try:
            edits = (
                page_in_word(self.script, word, piece, use_of(command), self.slug) if what is not Carried.PAGE else None
            )
        except Refusal:
            yield ValueUse(what, Ending.OTHER, command.span.start)
            return
        if edits is not None:
            ending = Ending.PAGE if what is Carried.NUMBER else Ending.OTHER
            what = Carried.PAGE
            yield ValueUse(what, ending, command.span.start, edits)
        name = assigned_at(command, word, index)
        whole = is_all_of(command, word, index) if name is not None else word.lone is not None
        kept = what if whole else _in_text(what)
        if redirect is not None:
            yield from self._redirected(command, redirect, what=kept)
        elif name is not None and (not command.words or program in DECLARING):
            yield from self.variable(name, command, what=kept)
        else:
            yield from self._argument(command, word, program, what=kept)

    def _asked(self, command: Command, word: Word, index: int, *, what: Carried) -> Iterator[ValueUse]:
        """The value is put into an address of v1."""
        name = assigned_at(command, word, index)
        uses = list(self.variable(name, command, what=_in_text(what), address=True)) if name is not None else []
        yield from uses or [ValueUse(what, Ending.POLLED, command.span.start)]

    def _redirected(self, command: Command, redirect: Redirect, *, what: Carried) -> Iterator[ValueUse]:
        if redirect.operator == "<<<":
            yield from self._into(command, what=what)
        elif redirect.heredoc is not None and program_of(command) == "cat":
            yield from self.output(command, what=_in_text(what))
        elif redirect.heredoc is not None and self._is_data(command, redirect):
            yield ValueUse(what, Ending.SENT, command.span.start)
        else:
            yield ValueUse(what, Ending.OTHER, command.span.start)

    def _argument(self, command: Command, word: Word, program: str | None, *, what: Carried) -> Iterator[ValueUse]:
        """The value stands in an argument."""
        if program == "printf" and any(each.static == "-v" for each in command.words):
            yield ValueUse(what, Ending.OTHER, command.span.start)
        elif program in PRINTING:
            if is_setting(raw(self.script, word)):
                yield ValueUse(what, Ending.SENT, command.span.start)
            yield from self.output(command, what=what if is_lone(command) else _in_text(what))
        elif program in SHOWING and program not in self.script.functions:
            yield from self.output(command, what=_in_text(what))
        elif program in self.script.functions and asks_v1(self.script, program or ""):
            yield ValueUse(what, Ending.POLLED, command.span.start)
        elif program in self.script.functions and only_shows(self.script, program or ""):
            yield ValueUse(what, Ending.SHOWN, command.span.start)
        elif program not in {":", "true"}:
            sent = self._is_data(command, word) or program in _SENDING or _builds(command)
            yield ValueUse(what, Ending.SENT if sent else Ending.OTHER, command.span.start)

    def _is_data(self, command: Command, place: Word | Redirect) -> bool:
        """Whether the command is a request to another service that sends what stands there as data."""
        program = find_program(self.script, command)
        if program is None or program.invocation is None:
            return False
        options = data_options(program.invocation)
        inside = any(covers(option.span, place.span) for option in options)
        document = bool(options) and not inside and place in command.simple.redirects
        return inside or document

    def _tested(self, command: Command, index: int, *, what: Carried) -> ValueUse:
        for each in comparisons(self.script, command) or ():
            if index in each.left.span or (each.right is not None and index in each.right.span):
                return ValueUse(what, Ending.EMPTY if is_emptiness(each) else Ending.OTHER, command.span.start)
        return ValueUse(what, Ending.OTHER, command.span.start)


def _sources(command: Command) -> bool:
    """Whether the command runs another script with the variables of this one."""
    return program_of(command) in {".", "source"}


def _builds(command: Command) -> bool:
    """Whether the command is a `jq -n` that makes JSON of its arguments, as messages are made."""
    made = parse_jq_command(arguments_of(command)) if program_of(command) in JQ else None
    return made is not None and "null-input" in made.options and bool(made.names)


def _is_transparent(program: str | None, texts: tuple[str | None, ...]) -> bool:
    """Whether the command hands on its input, but for quotes and line ends."""
    match program, texts:
        case "cat", () | ("-",):
            return True
        case "head", ("-1",) | ("-n1",) | ("-n", "1"):
            return True
        case "tail", ("-1",) | ("-n1",) | ("-n", "1"):
            return True
        case "tr", ("-d", text):
            return text in {'"', '\\"', "\n", "\\n", '"\\n', '\\n"', "\\r", "\\r\\n"}
        case "sed", (text,) | ("-e", text):
            return text in {'s/"//g', 's/\\"//g', 's/^"//;s/"$//', 's/^"\\(.*\\)"$/\\1/'}
        case "xargs", ():
            return True
    return False
