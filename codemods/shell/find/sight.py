"""Find the triggers that one shell command makes: itself, in text that runs later, or in text that no shell parses.

Text runs later, or elsewhere, in `eval`, `bash -c`, `ssh`, wrappers and generated scripts. It is parsed as shell to see
whether it holds a trigger, and is reported and never edited: what quotes mean in it depends on the shell around it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods.places.curl_file import commands, is_options
from codemods.shell.find.judge import SYNTAX, judge
from codemods.shell.find.other_files import sourced_words
from codemods.shell.find.program import find_program
from codemods.shell.find.sighting import ShellSighting, failed, looks_like_trigger
from migrator.circleci.api.recognise import unknown_trigger
from migrator.model import Literal, Note, Severity, Span, flatten
from migrator.syntax.shell.arguments import program_index
from migrator.syntax.shell.curl import is_program
from migrator.syntax.shell.flow import fed
from migrator.syntax.shell.output import INTO_FILE
from migrator.syntax.shell.resolve import template, use_of
from migrator.syntax.shell.script import parse
from migrator.syntax.shell.types import Command, SimpleCommand, Use
from migrator.template import raw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Word

    Sight = Callable[[Script, Command], tuple[ShellSighting, ...]]


_HINTS = ("api/v1", "build_parameters", "CIRCLE_JOB")
_NEXT = "Change it by hand."
_SHELLS = frozenset({"sh", "bash", "dash", "ash", "ksh", "mksh", "zsh"})
_REMOTE_NAMES = "ssh docker docker-compose podman kubectl vagrant su lxc nsenter chroot"
_REMOTE = frozenset(_REMOTE_NAMES.split())
_LATER = frozenset({"crontab", "at", "batch"})
_REPEATING = frozenset({"xargs", "parallel", "find", "watch"})
_PRINTING_NAMES = """
    echo printf cat grep egrep fgrep sed awk logger git gh test [ [[ : true which type hash man help read export local
    readonly declare typeset unset set tee jq head tail open xdg-open alias exit return die fail log info warn
    error debug usage slack mail touch rm cp mv ls wc sort tr cut
"""
SAYING = frozenset({"echo", "printf", "print"})
"""Commands that print their arguments."""
_SAVING = INTO_FILE | {">>"}
_PRINTING = frozenset(_PRINTING_NAMES.split())
_CLIENTS = frozenset({"http", "https", "httpie", "xh", "xhs", "lwp-request", "curlie"})


@dataclass(frozen=True, slots=True)
class Hidden:
    """Text that is shell, where it stands when it stands there character by character, and how it is run."""

    text: str
    start: int | None
    code: str
    message: str


def hidden(script: Script, command: Command, sight: Sight) -> Iterator[tuple[Hidden, ShellSighting]]:
    """The triggers in text that the command runs, with the way they are hidden. `sight` finds those of one command."""
    for stretch in _stretches(script, command, sight):
        if not may_call(stretch.text):
            continue
        found = list(_within(stretch, sight)) or [
            each for line in _commands_of(stretch) for each in _within(line, sight)
        ]
        yield from found
        if found:
            return


def _within(stretch: Hidden, sight: Sight) -> Iterator[tuple[Hidden, ShellSighting]]:
    inner = parse(stretch.text, templated=False)
    yield from ((stretch, seen) for nested in inner.commands for seen in sight(inner, nested))


def _commands_of(stretch: Hidden) -> Iterator[Hidden]:
    """The commands of text that is no shell from its start, such as the lines of a crontab."""
    for found in _CALL.finditer(stretch.text):
        start = None if stretch.start is None else stretch.start + found.start()
        yield replace(stretch, text=found[0], start=start)


def _stretches(script: Script, command: Command, sight: Sight) -> Iterator[Hidden]:
    words = _words(command)
    name = _name(words)
    yield from _documents(script, command, name)
    if not words:
        return
    arrays = with_arrays(script, words)
    if arrays is not None and name is not None:
        message = "The arguments of the call are in an array. Write them into the call, then run this again."
        yield Hidden(arrays, None, "array-arguments", message)
    if name is None:
        yield from _by_variable(script, command, words)
    elif name in script.functions:
        yield from _by_function(script, words, script.functions[name], sight)
    elif name in SAYING:
        yield from _said(script, command, words[1:])
    elif name == "alias" or name not in _PRINTING:
        yield from _arguments(script, command, words[1:], name)


def may_call(text: str) -> bool:
    """Whether a text has anything of a call in it: the root of the API may stand in pieces."""
    return any(hint in text for hint in _HINTS) or ("/project/" in text and "v1.1" in text)


def is_printing(name: str) -> bool:
    """Whether a command is known to do something else with text than to send it."""
    return name in _PRINTING


def _words(command: Command) -> tuple[Word, ...]:
    """The words from the program that really runs on."""
    index = program_index(command.words)
    return () if index is None else command.words[index:]


def _name(words: tuple[Word, ...]) -> str | None:
    static = words[0].static if words else None
    return static.rpartition("/")[2] if static else None


def _documents(script: Script, command: Command, name: str | None) -> Iterator[Hidden]:
    """Here-documents that a shell reads, or that end up in a file."""
    if all(redirect.heredoc is None for redirect in command.simple.redirects):
        return
    target = fed(script, command)
    runner = (_name(_words(target)) if target is not None else None) or name
    saved = any(redirect.operator in _SAVING for redirect in command.simple.redirects)
    for redirect in command.simple.redirects:
        if redirect.heredoc is None:
            continue
        text = script.text[redirect.heredoc.span.start : redirect.heredoc.span.end]
        start = redirect.heredoc.span.start
        if name == "curl" and is_options(text):
            message = f"The options of the call are in a here-document. {_NEXT}"
            yield from (Hidden(line, None, "curl-file", message) for _, line in commands(text))
            continue
        manner = _runner(runner, saved=saved or name == "tee")
        if manner is not None:
            printed = _SERVICE.sub("", text if redirect.heredoc.quoted else _ESCAPED.sub(r"\1", text))
            yield Hidden(printed, start if printed == text else None, *manner)


_SERVICE = re.compile(r"(?m)^Exec\w+=[-@:+!]*(?=\S*(?:curl|wget)[ \t])")
"""What stands in front of a command in a unit of systemd, whose words it is otherwise."""
_ESCAPED = re.compile(r"\\([\\$`])")
"""What a here-document without quotes takes the backslash off (POSIX, Shell Command Language, 2.7.4)."""


def _said(script: Script, command: Command, words: tuple[Word, ...]) -> Iterator[Hidden]:
    """Text that `echo` or `printf` hands to what runs it, or writes to a file."""
    target = fed(script, command)
    runner = _name(_words(target)) if target is not None else None
    own = _runner(runner, saved=any(redirect.operator in _SAVING for redirect in command.simple.redirects))
    manner = own or next(_around(script, command), None)
    for word in words if manner is not None else ():
        if manner is not None and _has_program(script, command, word):
            yield Hidden(_text(script, command, word), _place(word), *manner)


_LOG = re.compile(r"/dev/|log|out\Z", re.IGNORECASE)


def _around(script: Script, command: Command) -> Iterator[tuple[str, str]]:
    """How the output of the compound commands around a command, or of the rest of the script, is used."""
    for inner, behind in script.outputs:
        if command.span.start in inner and not command.simple.redirects:
            text = script.text[behind.start : behind.end]
            runner = None if ">" in text[:2] else script.first_from(behind.start)
            name = _name(_words(runner)) if runner is not None else None
            manner = _runner(name, saved=_SAVED.match(text) is not None)
            if manner is not None:
                yield manner
    for other in script.commands:
        alone = [word.static for word in other.words] == ["exec"] and other.span.start < command.span.start
        saved = (r for r in other.simple.redirects if alone and r.operator in _SAVING and r.descriptor in {"", "1"})
        if any(r.target.static is not None and not _LOG.search(r.target.static) for r in saved):
            yield "generated-script", f"The call is in text that is written to a file. {_NEXT}"


_SAVED = re.compile(r"1?>[>|]?[ \t]*(?![ \t&]|/dev/)")


def _runner(runner: str | None, *, saved: bool) -> tuple[str, str] | None:
    """The code and the message for text that a program gets; None for one that does not run it later."""
    if runner in _SHELLS:
        return "nested-shell", f"The call is in a script that `{runner}` reads. {_NEXT}"
    if runner in _REMOTE:
        return "remote-shell", f"The call is in a script that `{runner}` runs. {_NEXT}"
    if runner in _LATER:
        return "nested-shell", f"The call is in text that `{runner}` runs later. {_NEXT}"
    if saved or runner == "tee":
        return "generated-script", f"The call is in text that is written to a file. {_NEXT}"
    return None


def _arguments(script: Script, command: Command, words: tuple[Word, ...], name: str) -> Iterator[Hidden]:
    code, message = _manner(name)
    at = next((i for i, word in enumerate(words) if is_program(word, "curl") or is_program(word, "wget")), None)
    if at is not None:
        span = Span(words[at].span.start, command.span.end)
        yield Hidden(script.text[span.start : span.end], span.start, code, message)
    elif name not in {"curl", "wget"} and name[:1] != "-" and (given := _to_another(words)) is not None:
        yield Hidden(" ".join(("curl", *(_raw(script, word) for word in given))), None, code, message)
    if name == "eval":
        yield Hidden(" ".join(_text(script, command, word) for word in words), None, code, message)
    elif name in _CLIENTS and (_posts(words) or any("=" in word.lead for word in words)):
        text = "curl -X POST " + " ".join(_raw(script, word) for word in words if "://" in word.lead or word.lone)
        message = f"The call is made by `{name}`, which is not understood. {_NEXT}"
        yield Hidden(text, None, "other-client", message)
    elif name not in {"curl", "wget"} and (scheduled := _scheduled(script, words)) is not None:
        yield Hidden(scheduled, None, "other-client", f"The call is made by `{name}`, which is not understood. {_NEXT}")
    for word in words:
        if _has_program(script, command, word):
            yield Hidden(_text(script, command, word), _place(word), code, message)


_ADDRESS = re.compile(r"--[\w-]+=(?=[\"']?https?://\S+/api/v1\S*/project/)")
_POSTING = re.compile(r"--[\w-]*method[=\s]+[\"']?post\b|build_parameters", re.IGNORECASE)


def _scheduled(script: Script, words: tuple[Word, ...]) -> str | None:
    """The request that options describe for a scheduler or another service (`gcloud scheduler jobs create http`)."""
    given = [_raw(script, word) for word in words]
    address = next((found for text in given if (found := _ADDRESS.match(text)) is not None), None)
    if address is None or not _POSTING.search(" ".join(given)):
        return None
    bodies = [text.partition("=")[2] for text in given if "build_parameters" in text]
    sent = "".join(f" -d {body}" for body in bodies[:1] if body)
    return f"curl -X POST{sent} {address.string[address.end() :]}"


_IMAGE = re.compile(r"(?:\S*/)?curl(?::[\w.-]+)?(?:@\S+)?\Z")
"""The name of an image with curl: `curlimages/curl:8.4.0`."""


def _to_another(words: tuple[Word, ...]) -> tuple[Word, ...] | None:
    """What another program is given as curl would be: behind an image of curl, or an address with build parameters."""
    image = next((at for at, word in enumerate(words) if _IMAGE.match(word.static or "")), None)
    if image is not None:
        return words[image + 1 :]
    has_field = any(_FIELD.match(word.lead) for word in words)
    return words if has_field and any("://" in word.lead and "/project/" in word.lead for word in words) else None


def _manner(name: str) -> tuple[str, str]:
    if name in {"eval", "trap"}:
        return "eval", f"The call is in text that `{name}` runs. {_NEXT}"
    if name in _SHELLS or name == "alias":
        return "nested-shell", f"The call is in text that `{name}` runs. {_NEXT}"
    if name in _REMOTE:
        return "remote-shell", f"The call is in text that `{name}` runs. {_NEXT}"
    if name in _REPEATING:
        return "xargs", f"`{name}` puts the call together while it runs. {_NEXT}"
    return "wrapped-call", f"The call is handed to `{name}`, which is not known. {_NEXT}"


def _posts(words: tuple[Word, ...]) -> bool:
    return any(word.static == "POST" for word in words)


def _text(script: Script, command: Command, word: Word) -> str:
    return raw(flatten(template(script, word, use_of(command))))


def _has_program(script: Script, command: Command, word: Word) -> bool:
    """Whether the word's own text, not that of a substitution in it, names one of the programs."""
    parts = flatten(template(script, word, use_of(command)))
    return any(isinstance(part, Literal) and ("curl" in part.text or "wget" in part.text) for part in parts)


def _raw(script: Script, word: Word) -> str:
    return script.text[word.span.start : word.span.end]


def _place(word: Word) -> int | None:
    """Where the word's text starts when it stands there character by character."""
    piece = word.pieces[0] if len(word.pieces) == 1 else None
    if piece is None or piece.text is None or len(piece.text) != piece.span.end - piece.span.start:
        return None
    return piece.span.start


def _by_variable(script: Script, command: Command, words: tuple[Word, ...]) -> Iterator[Hidden]:
    """`$CURL …`, `$COMMAND`, `"${command[@]}"`: the program's name, or all of it, is in a variable."""
    first, *rest = words
    arguments = " ".join(_raw(script, word) for word in rest)
    piece = first.lone
    known = _text(script, command, first)
    elements = _elements(script, first)
    message = f"The command is in the variable `{_raw(script, first)}`. Write `curl` there, then run this again."
    if elements is not None:
        yield Hidden(f"{elements} {arguments}", None, "command-in-variable", message)
    elif _has_program(script, command, first):
        yield Hidden(f"{known} {arguments}", None, "command-in-variable", message)
    elif piece is not None and (assigned := _assigned_program(script, piece.name or "")) is not None:
        yield Hidden(f"{assigned} {arguments}", None, "command-in-variable", message)
    elif piece is not None and "curl" in (piece.name or _raw(script, first)).lower():
        yield Hidden(f"curl {arguments}", None, "command-in-variable", message)


def _assigned_program(script: Script, name: str) -> str | None:
    """What one of several assignments puts into the variable, when that names one of the programs."""
    words = [write.value for write in script.writes.get(name, ()) if write.value is not None]
    texts = [raw(flatten(template(script, word, Use(word.span.start, ())))) for word in words]
    return next((text for text in texts if "curl" in text or "wget" in text), None)


def with_arrays(script: Script, words: tuple[Word, ...]) -> str | None:
    """The command's text with `"${name[@]}"` replaced by what is assigned to the array, or None without arrays."""
    texts = [(word, _elements(script, word)) for word in words]
    if all(elements is None for _, elements in texts):
        return None
    return " ".join(_raw(script, word) if elements is None else elements for word, elements in texts)


def _elements(script: Script, word: Word) -> str | None:
    """What every assignment of the array puts into it, when the word is all of an array."""
    raw = _raw(script, word).strip('"')
    name = raw.removeprefix("${").partition("[")[0]
    if raw not in {f"${{{name}[@]}}", f"${{{name}[*]}}"}:
        return None
    spans = [write.span for write in script.writes.get(name, ()) if not _sends(script, write.span)]
    texts = [script.text[span.start : span.end] for span in spans]
    return " ".join(text.partition("(")[2].rpartition(")")[0] for text in texts if "(" in text)


def _sends(script: Script, span: Span) -> bool:
    """Whether a request is made there, which is one by itself whatever its output is handed to."""
    words = [word for command in script.within(span) for word in command.words]
    return any(is_program(word, "curl") or is_program(word, "wget") for word in words)


def _by_function(script: Script, words: tuple[Word, ...], function: Span, sight: Sight) -> Iterator[Hidden]:
    """A function that gets the URL or the data as arguments: its body with the arguments put in."""
    if any(is_program(word, "curl") and sight(script, c) for c in script.within(function) for word in c.words[:1]):
        return
    arguments = [_raw(script, word) for word in words[1:]]
    body = script.text[function.start : function.end]
    body = body[body.find("{") + 1 : body.rfind("}")]
    for at, argument in enumerate(arguments, 1):
        for written in (f'"${at}"', f'"${{{at}}}"', f"${{{at}}}", f"${at}"):
            body = body.replace(written, argument)
    for written in ('"$@"', "$@", '"$*"', "$*"):
        body = body.replace(written, " ".join(arguments))
    around = [
        script.text[write.span.start : write.span.end]
        for writes in script.writes.values()
        for write in writes
        if not write.blocks and write.value is not None and write.document is None
        if not _sends(script, write.span)
    ]
    message = f"The function `{words[0].static}` puts the call together. {_NEXT}"
    yield Hidden("\n".join((*around, body)), None, "wrapper-function", message)


_FIELD = re.compile(r"build_parameters(?:\[|%5B)|\{\s*\"build_parameters\"")


def sight(script: Script, command: Command) -> tuple[ShellSighting, ...]:
    """The triggers that the command makes: one at most, unless it runs or writes a script of several."""
    program = find_program(script, command)
    if program is not None and program.invocation is not None:
        seen = judge(script, command, program.invocation)
        if seen is not None:
            return (seen,)
    if program is not None and program.unreadable and _looks_like_one(script, command):
        draft = ShellSighting(command, Span(program.word.span.start, command.span.end), unknown_trigger())
        return (failed(draft, "shell-syntax", SYNTAX),)
    return tuple(_hidden(script, command)) or _handed_over(script, command)


def _hidden(script: Script, command: Command) -> Iterator[ShellSighting]:
    """Triggers in text that the command runs later or elsewhere."""
    for how, inner in hidden(script, command, sight):
        place = inner.place if how.start is None else Span(inner.place.start + how.start, inner.place.end + how.start)
        note = Note(how.code, Severity.ERROR, how.message)
        yield ShellSighting(command, command.span if how.start is None else place, inner.trigger, (note,))


def _handed_over(script: Script, command: Command) -> tuple[ShellSighting, ...]:
    """A call by a function that comes out of another file, which could not be found, going by what it is given."""
    name = command.words[0].static if command.words else None
    if not name or "/" in name or name in script.functions or is_printing(name):
        return ()
    if not any(_FIELD.match(word.lead) for word in command.words[1:]) or not any(sourced_words(script)):
        return ()
    draft = ShellSighting(command, Span(command.words[0].span.start, command.span.end), unknown_trigger())
    message = f"The call is handed to `{name}`, which is not in this file and was not found. Change it by hand."
    return (failed(draft, "wrapped-call", message),)


def _looks_like_one(script: Script, command: Command) -> bool:
    """Whether a command that cannot be read is a trigger, going by its text to the end of the line."""
    end = script.text.find("\n", command.span.end)
    return looks_like_trigger(script.text[command.span.start : end if end >= 0 else len(script.text)])


_CALL = re.compile(r"(?<![\w./-])(?:curl|wget)[ \t](?:[^\n\\]|\\\n|\\[^\n])*")
_SPOKEN = re.compile(r"^[^\n]*(?:#|\becho\b|\bprintf\b)[^\n]*\Z")


def lost(script: Script, seen: Iterable[ShellSighting]) -> Iterator[ShellSighting]:
    """The commands that look like triggers in a text with errors, and were not seen as commands."""
    if not script.errors:
        return
    taken = [sighting.place for sighting in seen] + [c.span for c in script.commands if c.words and not c.broken]
    for found in _CALL.finditer(script.text):
        span = Span(found.start(), found.end())
        line = script.text[script.text.rfind("\n", 0, span.start) + 1 : span.start]
        if looks_like_trigger(found[0]) and not _SPOKEN.match(line) and not any(span.overlaps(t) for t in taken):
            command = Command(SimpleCommand(span, ()), (), broken=True)
            yield ShellSighting(command, span, unknown_trigger(), (Note("shell-syntax", Severity.ERROR, SYNTAX),))
