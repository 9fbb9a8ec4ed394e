"""Commands whose body stands in a file of options of the repository (`curl -K ci/data.conf URL`): found, never written.

A file that names the URL, too, is a call by itself.

Source: curl man page, `--config`: the options of the file go where the option stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.places.curl_file import commands, holds_options, is_options
from codemods.shell.find.other_files import resolved_path
from codemods.shell.find.program import find_program
from codemods.shell.find.sight import sight
from codemods.shell.find.sighting import ShellSighting, failed
from migrator.model import Span
from migrator.syntax.shell.script import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.shell.curl import Option
    from migrator.syntax.shell.script import Script
    from migrator.syntax.text.source import Source

_MESSAGE = "The body of the call stands in `{}`, from which curl reads options. Change both by hand."


def with_option_files(script: Script, source: Source, seen: tuple[ShellSighting, ...]) -> tuple[ShellSighting, ...]:
    """The sightings, with those that only a file of options makes triggers, or completes."""
    if source.siblings is None or not any(name in script.text for name in ("-K", "--config")):
        return seen
    found = {each.command.span.start: each for each in _completed(script, source)}
    others = tuple(each for each in seen if each.command.span.start not in found)
    return tuple(sorted((*others, *found.values()), key=lambda each: each.place))


def _completed(script: Script, source: Source) -> Iterator[ShellSighting]:
    for command in script.commands:
        program = find_program(script, command)
        invocation = program.invocation if program is not None else None
        configs = invocation.all("config") if invocation is not None and not invocation.wget else ()
        if program is None or invocation is None or not configs:
            continue
        for option in configs:
            path, text = _file(source, option)
            if text is None or is_options(text) or not holds_options(text):
                continue
            given = " ".join(line.removeprefix("curl") for _, line in commands(text))
            own = script.text[program.word.span.end : command.span.end]
            inner = parse(f"curl {given} {own}", templated=False)
            trigger = next((each.trigger for one in inner.commands[:1] for each in sight(inner, one)), None)
            if trigger is not None and _sends(text):
                place = Span(program.word.span.start, command.span.end)
                yield failed(ShellSighting(command, place, trigger), "curl-file", _MESSAGE.format(path))
                break


def _file(source: Source, option: Option) -> tuple[str, str | None]:
    """The file of an option, where it is one of the repository."""
    path = resolved_path(source, source.path, option.value) if option.value is not None else None
    return path or "", source.siblings.read(path) if path is not None and source.siblings is not None else None


def _sends(text: str) -> bool:
    """Whether the options say what is sent, and not only who sends it and how."""
    names = {option.name for _, line in commands(text) for option in _options(line)}
    return any(name.startswith(("data", "form", "json", "request")) for name in names)


def _options(line: str) -> tuple[Option, ...]:
    script = parse(line, templated=False)
    program = find_program(script, script.commands[0]) if script.commands else None
    return program.invocation.options if program is not None and program.invocation is not None else ()
