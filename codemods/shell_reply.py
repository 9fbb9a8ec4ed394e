"""Who reads the reply of a call, and which of its fields v2 does not give.

v2 answers 201 with `id`, `number`, `state` and `created_at` (CircleCI API v2 reference, "Trigger a new pipeline"); v1.1
answered with the whole build.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.syntax.shell_flow import around, assigned_from, calls_of, downstream, fed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.curl import Invocation
    from migrator.syntax.shell import Command, Script
    from migrator.syntax.shell_word import Word

_FIELDS = """
    build_num build_url status lifecycle outcome vcs_revision vcs_tag vcs_url branch username reponame job_name
    build_parameters parallel why retry_of previous previous_successful_build start_time stop_time queued_at
    usage_queued_at build_time_millis subject body canceled failed timedout infrastructure_fail user committer_name
    committer_email committer_date author_name author_email author_date all_commit_details workflows steps platform
"""
_ANYWHERE = re.compile(r"(?<![A-Za-z0-9_$])(" + "|".join(_FIELDS.split()) + r")(?![A-Za-z0-9_])")
_PATH = re.compile(r"(?:\.|\[\s*\"|\bget\(\s*[\"']|\[\s*')(" + "|".join(_FIELDS.split()) + r")(?![A-Za-z0-9_])")
_EXACT = frozenset({"build_num", "build_url", "lifecycle", "outcome", "vcs_revision", "build_parameters", "reponame"})
_SHOWING = frozenset({"echo", "printf", "tee", "cat", "head", "tail", "less", "more", "json_pp", "wc", "ts", "log"})
_TESTING = frozenset({"test", "[", "[["})
_STRUCTURED = frozenset({"jq", "gojq", "jaq", "yq", "python", "python3", "python2", "node", "ruby", "perl", "php"})
_OPAQUE = _STRUCTURED - {"jq", "gojq", "jaq", "yq"} | {"read", "xargs"}
_CODE = re.compile(r"%\{(?:http_code|response_code)\}")
_OK = re.compile(r"(?<!\d)200(?!\d)")
_RANGE = re.compile(r"-[gl][et]\b|[<>]")
_STATUS_LINE = re.compile(r"HTTP/\S*\s+200|200 OK")


@dataclass(frozen=True, slots=True)
class Reader:
    """A place that reads the reply: the field (empty when it cannot be told), where, and by which program."""

    field: str
    index: int
    program: str


def readers(script: Script, command: Command, invocation: Invocation | None) -> tuple[Reader, ...]:
    """Everything that is seen to read the reply of the call, in order."""
    found = [r for consumer in _consumers(script, command, invocation) for r in _read(script, consumer, command)]
    return tuple(sorted(dict.fromkeys(found), key=lambda reader: reader.index))


def status_checks(script: Script, command: Command, invocation: Invocation | None) -> tuple[int, ...]:
    """Where the status code of the reply is compared with 200; v2 answers 201."""
    option = invocation.last("write-out") if invocation is not None else None
    written = option is not None and option.value is not None and _CODE.search(_raw(script, option.value))
    shown = invocation is not None and bool(invocation.all("include", "head", "dump-header"))
    if not written and not shown:
        return ()
    tests = [c for c in _consumers(script, command, invocation) if _compares(script, c, command, codes=bool(written))]
    return tuple(dict.fromkeys(test.span.start for test in tests))


def _consumers(script: Script, command: Command, invocation: Invocation | None) -> Iterator[Command]:
    """The commands that get the output: behind the pipe, through a variable, through a file."""
    behind = list(downstream(script, command))
    yield from behind
    if all(_program(other) in _SHOWING for other in behind):
        yield from _captured(script, command)
    for name in _files(script, command, invocation):
        yield from _using(script, re.compile(r"(?<![\w./-])" + re.escape(name) + r"(?![\w./-])"), command)


def _captured(script: Script, command: Command) -> Iterator[Command]:
    """What becomes of the output where it is not sent down a pipe or into a file."""
    holder = around(script, command)
    if holder is None:
        for call in calls_of(script, command):
            yield from downstream(script, call)
            if around(script, call) is not None:
                yield from _captured(script, call)
        return
    yield holder
    for name in assigned_from(script, command):
        yield from _using(script, re.compile(rf"(?:\$\{{?|\(\(.*?\b){re.escape(name)}(?![A-Za-z0-9_])"), holder)


def _using(script: Script, mention: re.Pattern[str], after: Command) -> Iterator[Command]:
    """Later commands that mention the variable or file, and what they feed."""
    for other in script.commands:
        if other.span.start > after.span.start and mention.search(_own_text(script, other)):
            yield other
            yield from downstream(script, other)


def _files(script: Script, command: Command, invocation: Invocation | None) -> Iterator[str]:
    option = invocation.last("output", "output-document") if invocation is not None else None
    targets = [option.value] if option is not None and option.value is not None else []
    targets += [
        r.target for r in command.simple.redirects if r.operator in {">", ">>", ">|", "&>"} and r.descriptor != "2"
    ]
    for target in targets:
        name = _raw(script, target).strip("\"'")
        if name not in {"/dev/null", "-", "/dev/stdout", "/dev/stderr"} and not name.startswith("&"):
            yield name


def _raw(script: Script, word: Word) -> str:
    return script.text[word.span.start : word.span.end]


def _own_text(script: Script, command: Command, without: Command | None = None) -> str:
    """The command's words and redirections, here-documents included, without the call that may stand in it."""
    text = script.text[command.span.start : command.span.end]
    if without is not None and command.span.start <= without.span.start and without.span.end <= command.span.end:
        cut = command.span.start
        text = text[: without.span.start - cut] + text[without.span.end - cut :]
    bodies = (redirect.heredoc.span for redirect in command.simple.redirects if redirect.heredoc is not None)
    return "\n".join((text, *(script.text[body.start : body.end] for body in bodies)))


def _read(script: Script, consumer: Command, call: Command) -> Iterator[Reader]:
    program = _program(consumer)
    text = _own_text(script, consumer, call)
    if program is None or consumer.tests or program in _TESTING:
        names = [name for name in _ANYWHERE.findall(text) if name in _EXACT] if consumer.tests or program else []
    elif program in _SHOWING:
        names = []
    else:
        names = (_PATH if program in _STRUCTURED else _ANYWHERE).findall(text)
    yield from (Reader(name, consumer.span.start, program or "") for name in dict.fromkeys(names))
    if not names and program in _OPAQUE and fed(script, call) is consumer:
        yield Reader("", consumer.span.start, program or "")


def _program(command: Command) -> str | None:
    static = command.words[0].static if command.words else None
    return static.rpartition("/")[2] if static else None


def _compares(script: Script, consumer: Command, call: Command, *, codes: bool) -> bool:
    text = _own_text(script, consumer, call)
    if not codes:
        return bool(_STATUS_LINE.search(text))
    testing = consumer.tests or _program(consumer) in {*_TESTING, "grep", "expr"}
    return testing and bool(_OK.search(text)) and not _RANGE.search(text) and "201" not in text
