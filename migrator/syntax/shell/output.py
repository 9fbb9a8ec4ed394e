"""Who gets what a command prints: along pipes, through variables and files, out of the functions that it stands in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from migrator.model import Expansion
from migrator.syntax.shell.arguments import program_index
from migrator.syntax.shell.flow import around, assigned_from, calls_of, documenting, fed
from migrator.syntax.shell.jq_command import JQ, parse_jq_command
from migrator.syntax.shell.resolve import reaching, template, use_of
from migrator.template import Literal, flatten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import Span
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command, Redirect, Use, Word, Write


INTO_FILE = frozenset({">", ">|"})
_READING_NAMES = "cat echo printf ls test [ head tail wc chmod stat rm curl wget"
_READING = frozenset(_READING_NAMES.split())
_MOVING = frozenset({"cd", "pushd", "popd"})


def writer_of(script: Script, path: Word, use: Use) -> Command | None:
    """The command that surely wrote all of the file when it is read at the use, or None."""
    wanted = _key(script, path, use)
    writers = [command for command in script.commands if any(_targets(script, command, wanted))]
    before = [command for command in writers if command.span.end <= use.index]
    if len(before) != 1 or not wanted:
        return None
    (writer,) = before
    into = next(_targets(script, writer, wanted))
    again = [block for other in writers if other is not writer for block in other.blocks if block.kind == "loop"]
    if into.operator not in INTO_FILE or into.descriptor not in {"", "1"} or any(b in use.blocks for b in again):
        return None
    if not all(block in use.blocks for block in writer.blocks) or _changes(script, path, writer, use):
        return None
    between = [c for c in script.commands if writer.span.end <= c.span.start < use.index]
    if any(c.words and c.words[0].static in _MOVING for c in between) or _is_called(writer, writers, use):
        return None
    return writer if all(_only_reads(c) for c in between if _names(script, c, wanted)) else None


def _is_called(writer: Command, writers: list[Command], use: Use) -> bool:
    """Whether the reader is in a function that may be called once the file has been written again."""
    functions = [block for block in use.blocks if block.kind == "function_definition"]
    return len(writers) > 1 and any(block not in writer.blocks for block in functions)


def is_read_again(script: Script, path: Word, use: Use) -> bool:
    """Whether other commands do more with the file than show and delete it."""
    wanted = _key(script, path, use)
    others = [c for c in script.commands if c.span.start != use.index and _names(script, c, wanted)]
    return any(not _only_reads(command) or _is_client(command) for command in others)


def _is_client(command: Command) -> bool:
    return bool(command.words) and command.words[0].static in {"curl", "wget"}


def _only_reads(command: Command) -> bool:
    return bool(command.words) and command.words[0].static in _READING


def _targets(script: Script, command: Command, wanted: str) -> Iterator[Redirect]:
    for redirect in command.simple.redirects:
        if redirect.operator.startswith((">", "&>", "<>")) and _key(script, redirect.target, use_of(command)) == wanted:
            yield redirect


def _names(script: Script, command: Command, wanted: str) -> bool:
    use = use_of(command)
    words = (_key(script, word, use) for word in command.words)
    return any(wanted in word for word in words)


def _key(script: Script, word: Word, use: Use) -> str:
    """The file's name, however it is quoted."""
    parts = flatten(template(script, word, use))
    return "".join(p.text if isinstance(p, Literal) else f"${{{p.name}}}" if p.name else p.source for p in parts)


def _changes(script: Script, path: Word, writer: Command, use: Use) -> bool:
    """Whether a variable in the file's name may have another value by then."""
    names = [part.name for part in template(script, path, use) if isinstance(part, Expansion) and part.name]
    writes = [write for name in names for write in script.writes.get(name, ())]
    return any(writer.span.start < write.span.start < use.index for write in writes)


PRINTING = frozenset({"echo", "printf"})
_COPYING = frozenset({"cat", "tee", "ts", "json_pp"})
_FILTER_NAMES = """
    grep egrep fgrep sed awk gawk tr cut head tail sort uniq column fmt fold rev paste base64 iconv
    gzip gunzip pv nl tac
"""
_FILTERS = frozenset(_FILTER_NAMES.split())
_OF_XARGS = frozenset({"-a", "-d", "-E", "-I", "-L", "-n", "-P", "-s"})
"""Options of xargs whose value may be the next word (GNU findutils, xargs)."""
_SINKS = frozenset({"/dev/null", "-", "/dev/stdout", "/dev/stderr", "/dev/tty"})
_STDOUT = frozenset({">", ">>", ">|", "&>", "&>>"})


@dataclass(frozen=True, slots=True)
class Taken:
    """A command that gets an output. `stdin`: its input is that output, unchanged.

    `holder` is the variable or the file through which it gets the output, empty for a pipe. `sure`: what it gets is
    this output in every run, and not another one that the same variable or file may hold.
    """

    command: Command
    stdin: bool = False
    holder: str = ""
    sure: bool = True


def program_of(command: Command) -> str | None:
    """The name of the program that the command really runs, without its folder; None when it is not known."""
    at = program_index(command.words)
    static = command.words[at].static if at is not None and at < len(command.words) else None
    return static.rpartition("/")[2] if static else None


def arguments_of(command: Command) -> tuple[Word, ...]:
    """The words behind the program's name."""
    at = program_index(command.words)
    return () if at is None else command.words[at + 1 :]


_SETTING = re.compile(r"::set-(?:output|env)|##vso\[|##teamcity\[")


def is_setting(text: str) -> bool:
    """Whether GitHub, Azure or TeamCity take a value for later steps out of a log with the text."""
    return _SETTING.search(text) is not None


def shows_by_xargs(command: Command) -> bool:
    """Whether the command is an `xargs` that prints what it gets: it runs `echo` or `printf`, or nothing."""
    texts = [word.static or "" for word in arguments_of(command)]
    while texts and texts[0].startswith("-"):
        texts = texts[2 if texts[0] in _OF_XARGS else 1 :]
    return program_of(command) == "xargs" and (not texts or texts[0] in PRINTING)


def is_json_tool(command: Command) -> bool:
    """Whether the command is `python -m json.tool`, which lays out its input."""
    texts = [word.static for word in arguments_of(command)]
    return (program_of(command) or "").startswith("python") and texts == ["-m", "json.tool"]


def drops_last_line(command: Command) -> bool:
    """Whether the command hands on all but the last line, which the status code is often written on."""
    match program_of(command), [word.static for word in arguments_of(command)]:
        case "sed", ["$d"] | ["-e", "$d"]:
            return True
        case "head", ["-n", "-1"] | ["-n-1"]:
            return True
    return False


def keeps_last_line(command: Command) -> bool:
    """Whether the command hands on the last line and nothing else."""
    texts = [word.static for word in arguments_of(command)]
    return program_of(command) == "tail" and texts in (["-1"], ["-n1"], ["-n", "1"])


def raw(script: Script, word: Word) -> str:
    """The word as it stands in the text."""
    return script.text[word.span.start : word.span.end]


def own_text(script: Script, command: Command) -> str:
    """The command's words, redirections and here-documents, without the commands that stand in them."""
    bodies = [r.heredoc.span for r in command.simple.redirects if r.heredoc is not None]
    return "\n".join(_without_inner(script, command, span) for span in (command.span, *bodies))


def _without_inner(script: Script, command: Command, span: Span) -> str:
    pieces: list[str] = []
    at = span.start
    for other in script.within(span):
        if other is command or other.span.start < at or (other.span == command.span and not other.words):
            continue
        pieces.append(script.text[at : other.span.start])
        at = other.span.end
    return "".join((*pieces, script.text[at : span.end]))


def mention(name: str) -> re.Pattern[str]:
    """What reads a variable: `$X`, `${X…}`, and its bare name in arithmetic."""
    return re.compile(rf"\$\{{?[#!]?{re.escape(name)}(?![A-Za-z0-9_])|\(\((?:[^()]*[^\w$()])?{re.escape(name)}(?!\w)")


def output_files(script: Script, command: Command) -> tuple[str, ...]:
    """The files that the command's standard output goes to, as they are written; sinks are left out."""
    targets = [
        raw(script, r.target).strip("\"'")
        for r in command.simple.redirects
        if r.operator in _STDOUT and r.descriptor in {"", "1"}
    ]
    return tuple(target for target in targets if target not in _SINKS and not target.startswith("&"))


def is_redirected(command: Command) -> bool:
    """Whether the command's standard output goes into a file, so that nothing of it goes further."""
    return any(r.operator in _STDOUT and r.descriptor in {"", "1"} for r in command.simple.redirects)


def takers(script: Script, command: Command) -> Iterator[Taken]:
    """Everything that gets the standard output of the command, in the order in which it is followed."""
    yield from _Follower(script).output(command, whole=True, sure=True, holder="")


def takers_of_file(script: Script, command: Command, name: str) -> Iterator[Taken]:
    """Everything behind the command that gets what the command writes into a file."""
    yield from _Follower(script).file(command, name)


@dataclass(frozen=True, slots=True)
class _Follower:
    """Follows one output; `seen` are the commands and variables that it was followed through."""

    script: Script
    seen: set[object]

    def __init__(self, script: Script) -> None:
        object.__setattr__(self, "script", script)
        object.__setattr__(self, "seen", set())

    def output(self, command: Command, *, whole: bool, sure: bool, holder: str) -> Iterator[Taken]:
        """Where the standard output of a command goes. `whole`: it is the output that is followed, unchanged."""
        if command.span in self.seen:
            return
        self.seen.add(command.span)
        for name in output_files(self.script, command):
            yield from self.file(command, name)
        if is_redirected(command):
            return
        following = fed(self.script, command)
        if following is not None:
            yield Taken(following, whole, holder, sure)
            yield from self._through(following, whole=whole, sure=sure, holder=holder)
            return
        behind = _behind_compound(self.script, command)
        if behind is not None:
            yield from self._compound(command, behind, whole=whole, holder=holder)
            return
        outer = around(self.script, command) or documenting(self.script, command)
        if outer is None:
            for call in calls_of(self.script, command):
                yield from self.output(call, whole=whole, sure=sure, holder=holder)
            return
        yield from self._captured(command, outer, whole=whole, sure=sure, holder=holder)

    def _compound(self, command: Command, behind: Span, *, whole: bool, holder: str) -> Iterator[Taken]:
        """Where the output of a whole loop or condition goes, which may be that of other commands as well."""
        text = self.script.text[behind.start : behind.end]
        if text.startswith(">"):
            yield from self.file(command, text.lstrip(">| ").strip("\"'"))
            return
        following = self.script.first_from(behind.start)
        if following is not None:
            yield Taken(following, whole, holder, sure=False)
            yield from self._through(following, whole=whole, sure=False, holder=holder)

    def _through(self, command: Command, *, whole: bool, sure: bool, holder: str) -> Iterator[Taken]:
        """What comes out of a command that hands its input on."""
        program = program_of(command)
        if program == "tee":
            for word in arguments_of(command):
                if not word.lead.startswith("-") and raw(self.script, word).strip("\"'") not in _SINKS:
                    yield from self.file(command, raw(self.script, word).strip("\"'"))
        if program in _COPYING or self._is_identity(command) or drops_last_line(command):
            copies = whole and not [w for w in arguments_of(command) if program == "cat" and w.static != "-"]
            yield from self.output(command, whole=copies, sure=sure, holder=holder)
        elif program in _FILTERS or shows_by_xargs(command):
            yield from self.output(command, whole=False, sure=sure, holder=holder)

    def _is_identity(self, command: Command) -> bool:
        """Whether the command only lays JSON out: `jq .`, `python -m json.tool`."""
        if is_json_tool(command):
            return True
        made = parse_jq_command(arguments_of(command)) if program_of(command) in JQ else None
        return made is not None and made.simple and not made.files and made.program.static == "."

    def _captured(self, command: Command, outer: Command, *, whole: bool, sure: bool, holder: str) -> Iterator[Taken]:
        """The output stands in `$(…)` of another command, or is assigned."""
        string = next((r.target for r in outer.simple.redirects if r.operator == "<<<"), None)
        if string is not None and covers(string.span, command.span):
            stdin = whole and string.lone is not None
            yield Taken(outer, stdin, holder, sure)
            yield from self._through(outer, whole=stdin, sure=sure, holder=holder)
            return
        yield Taken(outer, False, holder, sure)
        for name in assigned_from(self.script, command):
            yield from self.variable(name, command, outer, whole=whole)
        if program_of(outer) in {*PRINTING, "cat"}:
            alone = whole and is_lone(outer)
            yield from self.output(outer, whole=alone, sure=sure, holder=holder)

    def variable(self, name: str, command: Command, holder: Command, *, whole: bool) -> Iterator[Taken]:
        """Who reads the variable behind the command that assigns it."""
        if name in self.seen:
            return
        self.seen.add(name)
        pattern = mention(name)
        writes = [w for w in self.script.writes.get(name, ()) if not _is_empty(w.value)]
        for other in self.script.commands:
            if other.span.start <= holder.span.start or not pattern.search(own_text(self.script, other)):
                continue
            reached = reaching(self.script, name, use_of(other))
            certain = reached is not None and covers(reached.span, command.span)
            sure = len(writes) == 1 or (certain and not any(_loops_back(self.script, w, other) for w in writes))
            yield from self._reader(name, other, whole=whole, sure=sure)

    def _reader(self, name: str, other: Command, *, whole: bool, sure: bool) -> Iterator[Taken]:
        string = next((r.target for r in other.simple.redirects if r.operator == "<<<"), None)
        stdin = string is not None and string.lone is not None and string.lone.name == name
        yield Taken(other, stdin and whole, name, sure)
        if not other.words and not other.tests:
            for assignment in other.simple.assignments:
                lone = assignment.value.lone
                if lone is not None and lone.name == name:
                    yield from self.variable(assignment.name, other, other, whole=whole)
        elif stdin:
            yield from self._through(other, whole=whole, sure=sure, holder=name)
        elif program_of(other) in PRINTING:
            yield from self.output(other, whole=whole and is_lone(other), sure=sure, holder=name)
        elif program_of(other) in {"cat"} and other.simple.redirects:
            yield from self.output(other, whole=False, sure=sure, holder=name)

    def file(self, command: Command, name: str) -> Iterator[Taken]:
        """Who reads the file behind the command that writes it."""
        if ("file", name) in self.seen:
            return
        self.seen.add(("file", name))
        named = re.compile(r"(?<![\w./-])" + re.escape(name) + r"(?![\w./-])")
        users = [other for other in self.script.commands if named.search(own_text(self.script, other))]
        sure = sum(_writes_to(self.script, other, name) for other in users) <= 1
        for other in users:
            if other.span.start <= command.span.start:
                continue
            string = any(r.operator == "<" and named.search(raw(self.script, r.target)) for r in other.simple.redirects)
            yield Taken(other, string, name, sure)
            program = program_of(other)
            if program == "cat" and len(arguments_of(other)) == 1:
                yield from self.output(other, whole=True, sure=sure, holder=name)
            elif program in _FILTERS or program == "cat" or shows_by_xargs(other):
                yield from self.output(other, whole=False, sure=sure, holder=name)


def _behind_compound(script: Script, command: Command) -> Span | None:
    """What the output of the innermost loop or condition around the command goes to, if that says it.

    What is caught or defined inside of it does not go there.
    """
    text = script.text
    found = [
        (inner, behind)
        for inner, behind in script.outputs
        if covers(inner, command.span)
        and (text.startswith(">", behind.start) or text[inner.end : behind.start].strip() in {"|", "|&"})
    ]
    if not found:
        return None
    inner, behind = min(found, key=lambda each: each[0].end - each[0].start)
    kept = (block for block in command.blocks if block.kind in {"command_substitution", "function_definition"})
    return None if any(covers(inner, block.span) for block in kept) else behind


def covers(outer: Span, inner: Span) -> bool:
    """Whether the one span holds all of the other."""
    return outer.start <= inner.start and inner.end <= outer.end


def _loops_back(script: Script, write: Write, use: Command) -> bool:
    """Whether the assignment stands in the body of a loop that has the use in its condition, and so comes first too."""
    loops = (block.span.start for block in write.blocks if block.kind == "loop" and block not in use.blocks)
    return any(at >= use.span.end and "\n" not in script.text[use.span.end : at].strip() for at in loops)


def _is_empty(value: Word | None) -> bool:
    return value is not None and value.static in {"", "null"}


def is_lone(command: Command) -> bool:
    """Whether a printing command prints one expansion and nothing else: `echo "$X"`, `printf '%s\\n' "$X"`."""
    words = [word for word in arguments_of(command) if not (word.static or "").startswith("-")]
    if program_of(command) == "printf" and words and (words[0].static or "") in {"%s", "%s\\n", "%b", "%b\\n"}:
        words = words[1:]
    return len(words) == 1 and words[0].lone is not None


def _writes_to(script: Script, command: Command, name: str) -> bool:
    named = name in output_files(script, command)
    options = {"-o", "--output", "-O", "--output-document"}
    texts = [raw(script, word).strip("\"'") for word in command.words]
    return named or any(first in options and second == name for first, second in pairwise(texts))
