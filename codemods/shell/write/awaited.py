"""Make a call answer with the build that it starts, for readers of what v2 does not answer with.

The call is run by the function of `helper`, which is put into the same shell text once, in front of the first command.
What reads the reply stays as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.shell.content import header_text
from codemods.shell.find.other_files import offset_of
from codemods.shell.write import emit
from codemods.shell.write.helper import NAME, VARIABLES, Helper, is_helper
from codemods.shell.write.options import token_of, unasked
from codemods.shell.write.rerun import lookup_of
from codemods.shell.write.shared import in_backticks
from migrator.errors import Refusal
from migrator.model import Auth, Edit, Literal, Span, literal
from migrator.syntax.request import JSON_TYPE
from migrator.syntax.shell.jq_command import JQ
from migrator.syntax.shell.output import is_json_tool, is_redirected, program_of
from migrator.syntax.shell.resolve import use_of
from migrator.syntax.shell.unnamed import APART

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.shell.find.sighting import Scene, ShellSighting
    from migrator.model import Template
    from migrator.syntax.shell.curl import Invocation
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command
    from migrator.syntax.text.source import Region

_HOST = re.compile(r"[A-Za-z0-9.-]+(?::\d+)?\Z")
_PLAIN = re.compile(r"[A-Za-z0-9_./-]+\Z")
_ARGUMENT = re.compile(r"\$(?:([1-9])|\{([1-9])\})")
_GIVEN = "given_"
_PASSED = re.compile(r"\$\{given_([1-9])\}")
_OWN_ARGUMENTS = re.compile(r"\$\{?[!#]?[0-9@*#]")
_NAMED = re.compile(r"\$\{?[!#]?([A-Za-z_][A-Za-z0-9_]*)")
_IN_BACKTICKS = re.compile(r"`|\\[\\$`]")
_PREFIXES = frozenset({"command", "env", "timeout", "gtimeout", "nice", "sudo", "doas", "torsocks"})
_ELSEWHERE = ("remote-name", "write-out", "include", "head", "dump-header", "server-response", "save-headers")
_EXPORTED = re.compile(r"^\s*(?:export|declare|typeset)\s+-\w*f", re.MULTILINE)
_STDOUT = frozenset({"-", "/dev/stdout"})
_LEADING = frozenset({"time", "-p"})
_SILENT = frozenset({None, "local", "declare", "typeset", "test", "[", "return", "shift", "set", ":", "true"})
_JSON_READERS = JQ | {"yq", "python", "python3", "python2", "node"}
_SETTING = frozenset({"set", "shopt"})
_RETRY = {
    True: "--tries=4 --retry-on-http-error=429,500,502,503,504",
    False: "--retry 3",
}


@dataclass(frozen=True, slots=True)
class Awaited:
    """A call that answers with its build: the function that it needs, and what is written in front of the call."""

    helper: Helper
    edits: tuple[Edit, ...]


def awaited(
    scene: Scene, sighting: ShellSighting, region: Region, readers: Iterable[str], other: Helper | None, *, lines: bool
) -> Awaited:
    """What makes the call answer with its build. Raises Refusal.

    `readers` are the programs that read its reply. `other` is the function that other calls of the text need, if any;
    `lines`: the region can hold several.
    """
    script, invocation = scene.script_of(sighting), sighting.invocation
    if invocation is None or sighting.url is None or (script is not scene.script and sighting.wrapper is None):
        raise _refusal("it cannot be analysed")
    if not lines:
        raise _refusal("there is no room here for a function in front of it")
    _refuse_elsewhere(script, sighting.command, invocation)
    if sighting.wrapper is not None:
        _refuse_other_output(script, sighting.command, sighting.wrapper.function)
    if _EXPORTED.search(script.text):
        raise _refusal("functions of the text are handed to other shells, which do not have the one that waits")
    start = offset_of(region)
    json = _asks_json(script, sighting) or _reads_json(script, readers)
    helper = Helper(_asking(script, sighting, invocation), _host(script, sighting), json, _step(script.text[start:]))
    if other is not None and other != helper:
        raise _refusal("another call of the same text does, and asks with other options")
    front = _in_front(script, sighting, helper)
    edits = (*_defined(script, helper, start), front, *_into_file(script, sighting, invocation))
    newline = "\r\n" if "\r\n" in script.view.region else "\n"
    made = tuple(Edit(edit.span, edit.text.replace("\n", newline)) for edit in edits)
    try:
        region.edits(made)
    except Refusal as refusal:
        raise _refusal("there is no room here for a function in front of it") from refusal
    return Awaited(helper, made)


def helper_span(script: Script) -> Span:
    """Where the function stands in the script, as it was written; an empty span where it does not."""
    known = script.functions.get(NAME)
    written = known is not None and is_helper(script.text[known.start : known.end])
    return known if known is not None and written else Span(0, 0)


def is_awaited(script: Script, command: Command) -> bool:
    """Whether the function runs the command, which stands in the script as it was written."""
    words = [word for word in command.words if word.static not in _LEADING]
    return bool(words) and words[0].static == NAME and helper_span(script) != Span(0, 0)


def _refusal(reason: str) -> Refusal:
    return Refusal("reply-no-wait", f"The call cannot be made to answer with its build as v1.1 did: {reason}.")


def _refuse_elsewhere(script: Script, command: Command, invocation: Invocation) -> None:
    """Raise Refusal where the body is not all that the call prints, or the call is not run by its own name."""
    found = invocation.all(*_ELSEWHERE)
    if found:
        raise _refusal(f"`--{found[0].name}` makes it print something else")
    if invocation.wget and not invocation.all("output-document"):
        raise _refusal("wget gives the file a name of its own")
    words = [word for word in command.words if word.static not in _LEADING]
    first = (words[0].static or "").rpartition("/")[2]
    if words[0] is not invocation.program and first not in _PREFIXES:
        raise _refusal(f"`{script.view.source(words[0].span)}` runs it")


def _refuse_other_output(script: Script, command: Command, function: Span) -> None:
    """Raise Refusal unless what the call prints is what the function prints that makes it."""
    blocks = [block for block in command.blocks if block.span.start > function.start]
    caught = is_redirected(command) or any(block.kind in APART | {"pipeline", "loop"} for block in blocks)
    others = [other for other in script.within(function) if other != command and not other.tests]
    if caught or any(program_of(other) not in _SILENT and not _is_said_aside(script, other) for other in others):
        raise _refusal("the function around it does more with the reply, or prints something else")


def _is_said_aside(script: Script, command: Command) -> bool:
    return any(
        redirect.operator == ">&" and script.view.source(redirect.target.span) == "2"
        for redirect in command.simple.redirects
    )


def _asking(script: Script, sighting: ShellSighting, invocation: Invocation) -> str:
    """The command that gets what an address says, with the token of the call. Raises Refusal."""
    shown = sighting.trigger.auth in {Auth.QUERY, Auth.USERINFO} or unasked(sighting)
    token = token_of(script, sighting, use_of(sighting.command)) if shown else None
    try:
        text = lookup_of(script, sighting, invocation, token)
    except Refusal as refusal:
        raise _refusal("its options cannot be used for other requests") from refusal
    if "\n" in text:
        text = re.sub(r"\s*\\\n\s*", " ", text)
    if sighting.wrapper is None:  # the function has arguments of its own
        text = _ARGUMENT.sub(lambda found: f"${{{_GIVEN}{found[1] or found[2]}}}", text)
    found = _OWN_ARGUMENTS.search(text)
    if found:
        raise _refusal(f"its token is an argument of the script or of a function (`{found[0]}`); give it a name first")
    taken = set(_NAMED.findall(text)) & VARIABLES
    if taken or "\n" in text:
        raise _refusal(f"the function would change `{min(taken, default='')}`")
    program, _, rest = text.partition(" ")
    return f"{program} {rest}" if "--retry" in rest else f"{program} {rest} {_RETRY[invocation.wget]}"


def _host(script: Script, sighting: ShellSighting) -> str:
    """The API's scheme and host, as text in double quotes. Raises Refusal where the call does not show them."""
    assert sighting.url is not None
    url = sighting.url.url
    at = url.text.find("/api/")
    scheme, _, rest = url.text[: max(at, 0)].rpartition("://")
    host = rest.rpartition("@")[2]
    if _HOST.match(host) and scheme in {"", "http", "https"}:
        return f"{scheme or 'https'}://{host}"
    if at <= 0 or "@" in rest:
        raise _refusal("its host is known at run time only")
    text = emit.double_quoted(url.slice(0, at), script, use_of(sighting.command))
    if _OWN_ARGUMENTS.search(text) or set(_NAMED.findall(text)) & VARIABLES or "/api/" in text:
        raise _refusal("its host is known at run time only")
    return text


def _asks_json(script: Script, sighting: ShellSighting) -> bool:
    assert sighting.invocation is not None
    texts = (header_text(script, sighting.command, header).lower() for header in sighting.invocation.all("header"))
    return bool(sighting.invocation.all("json")) or any(
        text.startswith("accept:") and JSON_TYPE in text for text in texts
    )


def _reads_json(script: Script, readers: Iterable[str]) -> bool:
    """Whether the reply was JSON for certain, whatever the call asks for: what reads it can read nothing else."""
    return any(reader in _JSON_READERS for reader in readers) or any(map(is_json_tool, script.commands))


def _step(text: str) -> str:
    """What most lines of the text are indented by."""
    tabs, blanks = (len(re.findall(f"^{each}", text, re.MULTILINE)) for each in ("\t", " "))
    return "\t" if tabs > blanks else "  "


def _in_front(script: Script, sighting: ShellSighting, helper: Helper) -> Edit:
    """The function's name with the job and the project, in front of the call. Raises Refusal.

    Arguments of the text that the function asks with are given to it by names of their own.
    """
    trigger = sighting.trigger
    command = sighting.wrapper.call if sighting.wrapper is not None else sighting.command
    job = trigger.job.template if trigger.job is not None else literal("build")
    if "CIRCLE_JOB" in trigger.optional:
        raise _refusal("it names a job only sometimes")
    slug = trigger.slug
    parts: Template = ()
    for part in (slug.vcs or literal("github"), slug.organization, slug.repository):
        parts += (*(literal("/") if parts and part else ()), *part)
    words = (_word(script, job, command), _word(script, parts, command))
    given = (f'{_GIVEN}{each}="${each}" ' for each in sorted(set(_PASSED.findall(helper.ask))))
    text = f"{''.join(given)}{NAME} {' '.join(words)} "
    if in_backticks(sighting) and _IN_BACKTICKS.search(text):
        raise _refusal("it stands in backticks")
    first = next(word for word in command.words if word.static not in _LEADING)
    return Edit(script.view.back(Span(first.span.start, first.span.start)), text)


def _into_file(script: Script, sighting: ShellSighting, invocation: Invocation) -> Iterator[Edit]:
    """Have the shell write what the call has written into a file by itself. Raises Refusal."""
    option = invocation.last("output", "output-document")
    if option is None or option.value is None or option.value.static in _STDOUT:
        return
    command = sighting.command
    several = len(invocation.all("output", "output-document")) > 1
    if several or sighting.wrapper is not None or option.source is not None or is_redirected(command):
        raise _refusal("it writes the reply into a file")
    start = option.span.start if option.clustered else len(script.text[: option.span.start].rstrip(" \t\n\\"))
    if invocation.wget:  # which writes into a file unless it is told otherwise
        yield Edit(script.view.back(option.value.span), "-")
    else:
        yield Edit(script.view.back(Span(start, option.span.end)), "")
    end = command.words[-1].span.end
    yield Edit(script.view.back(Span(end, end)), f" > {script.view.source(option.value.span)}")


def _word(script: Script, template: Template, command: Command) -> str:
    text = "".join(part.text for part in template if isinstance(part, Literal))
    plain = all(isinstance(part, Literal) for part in template) and _PLAIN.match(text)
    return text if plain else emit.word(template, script, use_of(command))


def _defined(script: Script, helper: Helper, start: int) -> Iterator[Edit]:
    """The function in front of the first command of the text, where it is not there already. Raises Refusal."""
    known = script.functions.get(NAME)
    if known is not None:
        text = script.text[known.start : known.end]
        if is_helper(text) and text in helper.text():
            return
        raise _refusal(f"there is another function `{NAME}`")
    at = _first_line(script, start)
    yield Edit(script.view.back(Span(at, at)), f"{helper.text()}\n")


def _first_line(script: Script, start: int) -> int:
    """Where the line of the first command begins that is no setting of the shell, or the comment above it."""
    text = script.text
    for command in script.commands:
        if command.span.start < start or (program_of(command) in _SETTING and not command.blocks):
            continue
        top = min((command.span.start, *(block.span.start for block in command.blocks)))
        return _above(text, text.rfind("\n", start, top) + 1 or start, start)
    raise _refusal("no command was found")


def _above(text: str, at: int, start: int) -> int:
    """Where the comment begins that ends above a line; the line itself when that is the comment of a whole script."""
    line = at
    while line > start:
        before = text.rfind("\n", start, line - 1) + 1 or start
        if not text[before:line].lstrip().startswith("#"):
            return line
        line = before
    return at if text.startswith("#!", start) else start
