"""Which fields of a v1.1 reply a command reads, going by what it does with its input or its words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migrator.syntax.jq.filter import JqError, parse_filter
from migrator.syntax.jq.reads import reads
from migrator.syntax.shell.conditions import comparisons
from migrator.syntax.shell.flow import around, downstream, feeding
from migrator.syntax.shell.jq_command import JQ, parse_jq_command
from migrator.syntax.shell.output import (
    PRINTING,
    arguments_of,
    drops_last_line,
    is_json_tool,
    mention,
    own_text,
    program_of,
    raw,
    shows_by_xargs,
)

if TYPE_CHECKING:
    from migrator.syntax.shell.conditions import Comparison
    from migrator.syntax.shell.output import Taken
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command

_NAMES = """
    build_num build_url status lifecycle outcome vcs_revision vcs_tag vcs_url branch username reponame job_name
    build_parameters parallel why retry_of previous previous_successful_build start_time stop_time queued_at
    usage_queued_at build_time_millis subject body canceled failed timedout infrastructure_fail user committer_name
    committer_email committer_date author_name author_email author_date all_commit_details workflows steps platform
"""
FIELDS = frozenset(_NAMES.split())
"""What v1.1 answers with and v2 does not (CircleCI API v1.1 reference, "Trigger a new job")."""

_ANYWHERE = re.compile(r"(?<![A-Za-z0-9_$])(" + "|".join(_NAMES.split()) + r")(?![A-Za-z0-9_])")
_PATH = re.compile(r"(?:\.|\[\s*\"|\bget\(\s*[\"']|\[\s*')(" + "|".join(_NAMES.split()) + r")(?![A-Za-z0-9_])")
EXACT = frozenset({"build_num", "build_url", "lifecycle", "outcome", "vcs_revision", "build_parameters", "reponame"})
_STATUSES = re.compile(
    r"(?<![a-z_])(queued|scheduled|not_run(?:ning)?|running|success|fixed|no_tests|retried)(?![a-z_])"
)
# v2 says what is wrong under the same name.
_MESSAGE = re.compile(r"[^a-z]*(?:message|error)[^a-z]*\Z")
_SHOWING_NAMES = """
    tee cat head tail less more json_pp wc ts column fold log info warn warning error err debug notice die fail fatal
    abort say msg print logger notify success
"""
SHOWING = PRINTING | frozenset(_SHOWING_NAMES.split())
"""Programs, and names of functions, that show text to people."""

_HARMLESS_NAMES = """
    : true false rm touch mkdir chmod ls set unset trap sleep exit return export local readonly declare typeset shift
    break continue mktemp base64 iconv gzip gunzip pv nl tac
"""
_HARMLESS = frozenset(_HARMLESS_NAMES.split())
_SEARCHING = frozenset({"grep", "egrep", "fgrep", "zgrep", "rg", "ag"})
_EDITING = frozenset({"sed", "awk", "gawk", "tr", "cut", "sort", "uniq", "fmt", "rev", "xargs"})
_STRUCTURED = frozenset({"yq", "python", "python3", "python2", "node", "ruby", "perl", "php"})
_EMPTY = frozenset({"", "-z", "-n"})
_NUMERIC = frozenset({"-lt", "-le", "-gt", "-ge", "-eq", "-ne"})


def fields_read(script: Script, taken: Taken, call: Command) -> tuple[str, ...]:
    """The fields that the command reads of the reply; an empty name where it reads something that cannot be told."""
    command = taken.command
    text = own_text(script, command)
    program = program_of(command)
    if command.tests or program == "test":
        return _tested(script, taken, text)
    if program is None:
        return _expanded(taken, text) if not command.words else (fields_named(text) or ("",))
    if program in JQ:
        return _of_jq(script, taken, text)
    if program in SHOWING or program in _HARMLESS or is_json_tool(command) or drops_last_line(command):
        return ()
    if program == "xargs" and not shows_by_xargs(command):
        return fields_named(text) or ("",)
    if program in _SEARCHING:
        return _searched(script, command, text)
    if program in _EDITING:
        return fields_named(text) or _edited(script, taken, call)
    names = _PATH.findall(text) if program in _STRUCTURED else fields_named(text)
    if not names and program in script.functions and only_shows(script, program):
        return ()
    return tuple(dict.fromkeys(names)) or ("",)


def is_reader(command: Command) -> bool:
    """Whether the command surely takes fields out of what it gets: jq, a program, or a search for a key."""
    return program_of(command) in JQ | _STRUCTURED | _SEARCHING | _EDITING


_OF_A_FORM = re.compile(r"[\"{}:]")


def finds_by_form(command: Command) -> bool:
    """Whether the exit status of the command depends on how the reply is written: JSON, or EDN."""
    program, given = program_of(command), arguments_of(command)
    if program in JQ:
        return any((word.static or "") in {"-e", "--exit-status"} for word in given)
    patterns = [word.static for word in given if not word.lead.startswith("-")]
    return program in _SEARCHING and bool(patterns) and bool(_OF_A_FORM.search(patterns[0] or ""))


def fields_named(text: str) -> tuple[str, ...]:
    """The fields that a text names, each once, in order."""
    return tuple(dict.fromkeys(_ANYWHERE.findall(text)))


def _tested(script: Script, taken: Taken, text: str) -> tuple[str, ...]:
    """What a test looks for; whether there is any reply at all is no field of it."""
    names = tuple(name for name in fields_named(text) if name in EXACT)
    if names:
        return names
    made = comparisons(script, taken.command)
    if made is None:
        return _value(text)
    pattern = mention(taken.holder) if taken.holder else None
    found: list[str] = []
    for each in made:
        sides = [raw(script, word) for word in (each.left, each.right) if word is not None]
        concerned = pattern is None or any(pattern.search(side) for side in sides)
        if concerned and each.operator not in _NUMERIC and not is_emptiness(each):  # no reply is a number
            found += _value(sides[-1])
    return ("status",) if "status" in found else tuple(dict.fromkeys(found))


def is_emptiness(each: Comparison) -> bool:
    """Whether the comparison only looks whether there is anything, or whether it is jq's `null`, or takes anything."""
    if each.right is None:
        return each.operator in _EMPTY
    if each.operator == "case" and each.right.static == "*":
        return True
    return (
        each.operator in {"=", "==", "!=", "-eq", "-ne", "case"}
        and ({each.left.static, each.right.static} & {"", "null", "x", "xnull"}) != set()
    )


def _value(text: str) -> tuple[str, ...]:
    """The field that a value belongs to, when it says so."""
    if _MESSAGE.match(text):
        return ()
    return ("status",) if _STATUSES.search(text) else ("",)


def _expanded(taken: Taken, text: str) -> tuple[str, ...]:
    """An assignment that cuts something out of the variable: `${R##*:build_num }`."""
    if not taken.holder:
        return ()
    name = re.escape(taken.holder)
    cut = re.search(rf"\$\{{{name}(?:[#%/:^,@\[](?![-=?+])[^}}]*)\}}", text)
    return () if cut is None else (fields_named(cut[0]) or ("",))


def _searched(script: Script, command: Command, text: str) -> tuple[str, ...]:
    names = fields_named(text)
    if names:
        return names
    words = [word for word in arguments_of(command) if not word.lead.startswith("-")]
    inverted = any((w.static or "").startswith("-") and "v" in (w.static or "") for w in arguments_of(command))
    return () if inverted or not words else _value((words[0].static or raw(script, words[0])).strip("\"'"))


def _edited(script: Script, taken: Taken, call: Command) -> tuple[str, ...]:
    """Text that is cut up to be used; what is only made nicer to look at, or masked, is not read."""
    text = own_text(script, taken.command)
    behind = list(downstream(script, taken.command))
    if any(program_of(other) not in SHOWING | _EDITING for other in behind):
        return ()  # the one behind is looked at by itself
    before = feeding(script, taken.command)
    while before is not None:
        if program_of(before) in _SEARCHING | _EDITING and fields_named(own_text(script, before)):
            return ()  # it gets what another one has read
        before = feeding(script, before)
    captured = around(script, (behind or [taken.command])[-1])
    return _value(text) if captured is not None and captured is not call else ()


def _of_jq(script: Script, taken: Taken, text: str) -> tuple[str, ...]:
    made = parse_jq_command(arguments_of(taken.command))
    program = made.program.static if made is not None else None
    if made is None or program is None or not made.simple:
        return tuple(dict.fromkeys(_PATH.findall(text))) or ("",)
    if not taken.stdin and taken.holder and not any(taken.holder in raw(script, word) for word in made.files):
        return tuple(dict.fromkeys(_PATH.findall(text))) or ("",)
    try:
        found = reads(parse_filter(program))
    except JqError:
        return tuple(dict.fromkeys(_PATH.findall(text))) or ("",)
    return tuple(dict.fromkeys(read.name for read in found if not read.name or read.name in FIELDS))


def only_shows(script: Script, function: str) -> bool:
    """Whether the function does nothing but print, so that what it is given goes to people."""
    inside = list(script.within(script.functions[function]))
    quiet = all(not c.simple.redirects or all(r.operator == ">&" for r in c.simple.redirects) for c in inside)
    return quiet and all(program_of(c) in SHOWING | _HARMLESS | {"date", "tput", None} or c.tests for c in inside)
