r"""Locate commands, assignments and functions of a shell text: structure from tree-sitter, words from our lexer.

A shell sees no `\r` of line ends; templates of any host are one character each.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING

from migrator.model import Span
from migrator.syntax.shell.lexer import ShellLexer
from migrator.syntax.shell.tree import Tree
from migrator.syntax.shell.types import Command, SimpleCommand, Use
from migrator.syntax.shell.unnamed import unnamed_writes
from migrator.syntax.shell.writes import computed, locals_of, writes_by_name, writes_of
from migrator.template import CLOSE, OPEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from migrator.syntax.shell.types import CommandPlace, ShellFrame, Unnamed, Write


_TEMPLATE = re.compile(r"<<\s*[#/]?[^<>\n]*?>>")
_HOSTED = re.compile(f"{OPEN}[^{CLOSE}]*{CLOSE}")
_FIRST_MARK = 0xF0000


@dataclass(frozen=True, slots=True)
class View:
    """The text as the shell sees it; `origin[i]` is where character `i` begins in the region's text.

    `ends[i]` is where it ends there. Both are empty when nothing differs.
    """

    text: str
    region: str
    origin: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()

    def back(self, span: Span) -> Span:
        """The span of the region's text that a span of the view covers."""
        if not self.origin:
            return span
        if span.start == span.end:
            at = self.ends[span.start - 1] if span.start else 0  # behind what stands before it: in front of a `\r`
            return Span(at, at)
        return Span(self.origin[span.start], self.ends[span.end - 1])

    def forth(self, span: Span) -> Span | None:
        """The span of the view that a span of the region's text became, or None when it has no counterpart."""
        if not self.origin:
            return span
        try:
            return Span(self.origin.index(span.start), self.ends.index(span.end) + 1)
        except ValueError:
            return None

    def source(self, span: Span) -> str:
        """What stands in the region's text where the span is."""
        region = self.back(span)
        return self.region[region.start : region.end]


def view(text: str, *, templated: bool) -> View:
    r"""The view of a region. `templated`: `<< … >>` is CircleCI template syntax and `\<<` a plain `<<`.

    Source: CircleCI docs, reusing-config (parameters, escaping).
    """
    if "\r" not in text and OPEN not in text and not (templated and "<<" in text):
        return View(text, text)
    pieces: list[str] = []
    origin: list[int] = []
    ends: list[int] = []
    at = marks = 0
    while at < len(text):
        char, end = text[at], at + 1
        found = _TEMPLATE.match(text, at) if templated and char == "<" else None
        if char == OPEN:
            found = _HOSTED.match(text, at)
        if found:
            char, end = chr(_FIRST_MARK + marks), found.end()
            marks += 1
        if not _dropped(text, at, templated=templated):
            pieces.append(char)
            origin.append(at)
            ends.append(end)
        elif char == "\\":
            end = at + 3
            pieces.append("<<")
            origin += (at, at + 2)
            ends += (at + 2, at + 3)
        at = end
    return View("".join(pieces), text, tuple(origin), tuple(ends))


def _dropped(text: str, at: int, *, templated: bool) -> bool:
    if text[at] == "\r":
        return text.startswith("\n", at + 1)
    return templated and text.startswith("\\<<", at)


_NEXT = re.compile(r"[ \t\n;]*")
_NEXT_LINE = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)+[ \t]*(?:![ \t]+)?")


@dataclass(frozen=True, slots=True)
class Script:
    """A parsed shell text. All positions are those of the view; `view.back` leads to the region's text.

    `local_names` are the variables that functions keep to themselves, `errors` the stretches that the parser could not
    make sense of, `patterns` those of `case` items. `redefined` are functions that have more than one text. `frame` is
    the call of a function that the text is read for, if any; `known_calls` are the texts read for each call of a
    function that nothing else can call. `starts` is where each of the `commands` starts. `unnamed` are the
    commands that may give any variable a value. `outputs` are compound commands, each with the first redirection or
    command behind it that their output goes to.
    """

    view: View
    lexer: ShellLexer
    commands: tuple[Command, ...] = ()
    writes: Mapping[str, Sequence[Write]] = field(default_factory=dict)
    functions: Mapping[str, Span] = field(default_factory=dict)
    redefined: frozenset[str] = frozenset()
    local_names: frozenset[tuple[str, Span]] = frozenset()
    errors: tuple[Span, ...] = ()
    patterns: tuple[Span, ...] = ()
    frame: ShellFrame | None = None
    known_calls: Mapping[Span, tuple[Script, ...]] = field(default_factory=dict, repr=False)
    starts: tuple[int, ...] = field(default=(), repr=False)
    unnamed: tuple[Unnamed, ...] = ()
    outputs: tuple[tuple[Span, Span], ...] = ()

    def same_place(self, first: Use, second: Use) -> bool:
        """Whether two words are evaluated by the same command."""
        return first.index == second.index and first.blocks == second.blocks

    def uses(self, name: str, within: Span | None = None) -> int:
        """How many times the variable is read, in a stretch of the text or in all of it.

        Comments and quoted text count too.
        """
        text = self.text if within is None else self.text[within.start : within.end]
        return len(re.findall(r"\$\{?[#!]?" + re.escape(name) + r"(?![A-Za-z0-9_])", text))

    @property
    def text(self) -> str:
        """The text as the shell sees it."""
        return self.view.text

    def within(self, span: Span) -> Iterator[Command]:
        """The commands inside a stretch of the text, in order."""
        first = bisect_left(self.starts, span.start)
        behind = takewhile(lambda command: command.span.start < span.end, self.commands[first:])
        return (command for command in behind if command.span.end <= span.end)

    def first_from(self, index: int) -> Command | None:
        """The first command that starts at the character or behind it."""
        first = bisect_left(self.starts, index)
        return self.commands[first] if first < len(self.commands) else None


@lru_cache(maxsize=8)
def parse(text: str, *, templated: bool) -> Script:
    """Parse a region's text. Text that is not shell still gives a script: its commands are `broken`."""
    seen = view(text, templated=templated)
    tree = Tree.parse(seen.text)
    lexer = ShellLexer(seen.text, tree.ends, tree.heredocs)
    commands: list[Command] = []
    writes: defaultdict[str, list[Write]] = defaultdict(list)
    local_names: set[tuple[str, Span]] = set()
    for place in tree.places:
        for simple in _simple_commands(lexer, place):
            broken = any(error.overlaps(_stretch(simple.span)) for error in tree.errors)
            commands.append(Command(simple, place.blocks, broken, backtick=place.backtick))
            functions = [block.span for block in place.blocks if block.kind == "function_definition"]
            local_names.update((name, functions[-1]) for name in locals_of(simple) if functions)
            for write in writes_of(simple, place.blocks, lexer):
                writes[write.name].append(write)
    unnamed = unnamed_writes(commands, tree.functions, seen.text)
    for write in (*tree.loop_variables(lexer), *writes_by_name(commands, tree.functions, seen.text)):
        writes[write.name].append(write)
    for span, blocks in tree.tests:
        commands.append(Command(SimpleCommand(span, ()), blocks, tests=True))
        if seen.text.startswith("((", span.start):
            for write in computed(seen.text[span.start : span.end], span, blocks):
                writes[write.name].append(write)
    ordered = tuple(sorted(commands, key=lambda command: command.span))
    return Script(
        view=seen,
        lexer=lexer,
        commands=ordered,
        writes=dict(writes),
        functions=tree.functions,
        redefined=frozenset(tree.redefined),
        local_names=frozenset(local_names),
        errors=tuple(tree.errors),
        patterns=tuple(tree.patterns),
        starts=tuple(command.span.start for command in ordered),
        unnamed=unnamed,
        outputs=tuple(tree.outputs),
    )


def _stretch(span: Span) -> Span:
    return Span(span.start, max(span.end, span.start + 1))


def _simple_commands(lexer: ShellLexer, place: CommandPlace) -> Iterator[SimpleCommand]:
    """The commands of one place. tree-sitter takes `A=1`, a line end and `cmd` for one command; a shell does not.

    Neither does it take the last command of a long pipe, a line end, and what stands before `||` or `&&` for one.
    """
    at = place.span.start
    while at < place.span.end:
        simple = lexer.command(at, backtick=place.backtick)
        yield simple
        if simple.failure or simple.span.end <= at or any(redirect.heredoc for redirect in simple.redirects):
            return
        found = (_NEXT_LINE if simple.words else _NEXT).match(lexer.text, simple.span.end, place.span.end)
        if found is None:
            return
        at = found.end()
