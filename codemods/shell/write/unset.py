"""Let a script end where it ended: an expansion that fails ends the shell, but inside `$(…)` only the subshell.

`$NAME` fails under `set -u` when the variable is unset, `${NAME:?}` when it is empty. A body that jq makes in `$(…)` is
then empty, and v2 takes an empty body for "everything on the default branch". So what may fail is also expanded in
front of the command: `REQUIRED="$NAME" curl …`. Source: POSIX shell, 2.6.2 and 2.8.1 (2018); bash and dash alike.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.shell.write import emit
from migrator.errors import Refusal
from migrator.model import Expansion, Note, Severity, Span, values
from migrator.syntax.shell.resolve import reaching
from migrator.syntax.shell.types import Quote, origin_of
from migrator.syntax.shell.unnamed import APART, SOURCING
from migrator.template import Form

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from migrator.model import Value
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Use, Word

_OPTION = re.compile(r"-[A-Za-z]*u")
_STARTED = re.compile(r"\b(?:ba|da|z|k)?sh\b[^\n]*\s-[A-Za-z]*u|SHELLFLAGS|\bnounset\b|\bset\s+-[A-Za-z]*u")
_ALWAYS_SET = frozenset("@*#?$!-_0")
_READ = re.compile(r"[A-Za-z_]\w*|[1-9]\d*")
_ASSIGNS = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*:?=")
_COUNTS = re.compile(r"\+\+|--|(?<![=!<>])=(?!=)")
_LED = frozenset({"time", "-p"})


def stops_at_unset(script: Script, around: str) -> bool:
    """Whether `set -u` may hold in the script; `around` is all of the file's text, which may start its shell.

    A file that is sourced may say so as well.
    """
    if around.startswith("#!") and _OPTION.search(around.partition("\n")[0].partition(" ")[2]):
        return True
    if any(_says_so([word.static for word in command.words]) for command in script.commands if command.words):
        return True
    return around != script.view.region and _STARTED.search(around) is not None


def _says_so(words: list[str | None]) -> bool:
    if words[0] in SOURCING:
        return True
    return words[0] == "set" and any(word is None or word == "nounset" or _OPTION.match(word) for word in words[1:])


def required(given: Iterable[Value], script: Script, use: Use, *, unset: bool) -> tuple[str, ...]:
    """The expansions of values that may fail, as they are written in double quotes; `unset`: also for being unset.

    Raises Refusal for one that changes a variable: the change would be lost.
    """
    found: list[str] = []
    for part in _read_by_shell(given):
        if sets_variable(part.source):
            raise _assigning(part)
        if _is_open(part, script, use, unset=unset):
            found.append(emit.expansion(part, script, use, Quote.DOUBLE))
    return tuple(dict.fromkeys(found))


def refuse_assigning(given: Iterable[Value]) -> None:
    """Raises Refusal for an expansion that sets a variable where there are others, which may be read before it now.

    A command sets `$?`.
    """
    read = list(_read_by_shell(given))
    status = next((part for part in read if part.source in {"$?", "${?}"}), None)
    command = next((part for part in read if re.match(r"\$\((?!\()|`", part.source)), None)
    if status is not None and command is not None:
        message = f"`{command.source}` also sets `$?`, which the call sends. Keep `$?` in a variable in a line before."
        raise Refusal("assigning-value", message)
    for part in read if len(read) > 1 else ():
        if sets_variable(part.source):
            raise _assigning(part)


def _assigning(part: Expansion) -> Refusal:
    message = f"`{part.source}` also sets a variable, which another value may be read before. Set it in a line before."
    return Refusal("assigning-value", message)


def emptied(given: Iterable[Value], script: Script, use: Use, *, unset: bool) -> Iterator[Note]:
    """What is to be said where the old body was empty already when an expansion failed: it is made in a subshell."""
    apart = [
        part for part in _read_by_shell(given) if _is_apart(part, use) and _is_open(part, script, use, unset=unset)
    ]
    if apart:
        listed = ", ".join(f"`{source}`" for source in dict.fromkeys(part.source for part in apart))
        fails = "fail" if any(part.source.startswith("$((") for part in apart) else "be unset"
        message = (
            f"Should {listed} {fails}, only the subshell ends that makes the body. v1.1 started `build` for the empty "
            "body; v2 refuses it, or starts every workflow."
        )
        yield Note("empty-body", Severity.INFO, message)


def _read_by_shell(given: Iterable[Value]) -> Iterator[Expansion]:
    for value in given:
        for part in value.template:
            if isinstance(part, Expansion) and origin_of(part) is not None and not emit.is_tag(part):
                yield part


def _is_apart(part: Expansion, use: Use) -> bool:
    origin = origin_of(part)
    inside = [block for block in origin.use.blocks if block not in use.blocks] if origin is not None else []
    return any(block.kind in APART or block.kind == "pipeline" for block in inside)


def sets_variable(source: str) -> bool:
    """Whether an expansion also gives a variable a value: `${X:=y}`, `$((n++))`."""
    return bool(_ASSIGNS.search(source) or (source.startswith("$((") and _COUNTS.search(source)))


def _is_open(part: Expansion, script: Script, use: Use, *, unset: bool) -> bool:
    source = part.source
    if part.resolved is not None or part.form is Form.ENVIRONMENT:
        return False
    if values((part,)) is not None and (part.name is None or script.writes.get(part.name)):
        return False  # the script itself gives the values; else they are the jobs that the config has
    if source.startswith("${!"):  # a name that is none fails in any case
        return True
    if source.startswith("$(("):  # a division by nothing, `08`, a text
        read = re.findall(r"[A-Za-z_]\w*|\$\{?[1-9@*]", source)
        return bool(re.search(r"[/%]", source)) or not all(_is_number(name, script, use) for name in read)
    if source.startswith(("$(", "`")):
        return False
    inner = source[2:-1] if source.startswith("${") else source[1:]
    inner = inner.removeprefix("#") if len(inner) > 1 else inner
    name = _READ.match(inner)
    if name is None:
        return unset and inner[:1] not in _ALWAYS_SET
    rest = inner[name.end() :].removeprefix(":")
    if rest.startswith("?"):
        return True
    if rest[:1] in {"-", "+"}:
        return "$" in rest and (unset or "?" in rest)
    return unset and _may_be_unset(name[0], script, use)


_COUNTERS = """
    RANDOM SECONDS LINENO BUILD_NUMBER CIRCLE_BUILD_NUM CIRCLE_NODE_INDEX CIRCLE_NODE_TOTAL GITHUB_RUN_NUMBER
    GITHUB_RUN_ID GITHUB_RUN_ATTEMPT CI_PIPELINE_ID CI_PIPELINE_IID CI_JOB_ID TRAVIS_BUILD_NUMBER
"""
_NUMBERED = frozenset(_COUNTERS.split())
_PLAIN_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,17}")


def _is_number(name: str, script: Script, use: Use) -> bool:
    """Whether arithmetic can surely read what a variable holds: `08` is no octal number, and no text is a number."""
    if name in _NUMBERED:
        return not script.writes.get(name)
    write = reaching(script, name.lstrip("${"), use)
    text = write.value.static if write is not None and write.value is not None else None
    return text is not None and _PLAIN_NUMBER.fullmatch(text) is not None


def _may_be_unset(name: str, script: Script, use: Use) -> bool:
    return reaching(script, name, use) is None


def in_front(script: Script, at: int, sources: tuple[str, ...]) -> tuple[Span, str]:
    """Where, in the view, what may fail is expanded for a command that is evaluated around `at`, and how."""
    starts = [start for start in _starts(script, at) if start <= at]
    start = max(starts, default=at)
    name = "REQUIRED"
    while name in script.writes or script.uses(name):
        name = f"_{name}"
    return Span(start, start), f'{name}="{"".join(sources)}" '


def _starts(script: Script, at: int) -> Iterator[int]:
    """Where the simple commands and the assignments begin that hold a place."""
    for command in script.commands:
        if command.span.start <= at < max(command.span.end, command.span.start + 1) and not command.tests:
            yield _lead(command.words).span.start if command.words else command.span.start
    for written in script.writes.values():
        for write in written:
            if write.value is not None and write.value.span.start <= at <= write.value.span.end:
                yield write.span.start


def _lead(words: tuple[Word, ...]) -> Word:
    """The first word that is the command's own: `time` is a part of the grammar, and stays in front."""
    return next((word for word in words if word.static not in _LED), words[0])
