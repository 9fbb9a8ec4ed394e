"""The JSON text of a call that stands outside of it: a here-document, a variable, a command that prints it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods.shell.content import file_of, takes_stdin
from codemods.shell.write import emit
from codemods.shell.write import payload as shell_payload
from codemods.shell.write.arguments import is_given, readings
from codemods.shell.write.payload import layout_of
from migrator.model import Span
from migrator.syntax.shell.curl import is_program
from migrator.syntax.shell.flow import feeding
from migrator.syntax.shell.functions import alone_in, body_of, calls, is_positional
from migrator.syntax.shell.output import INTO_FILE, is_read_again, writer_of
from migrator.syntax.shell.resolve import reaching, use_of
from migrator.syntax.shell.types import Heredoc, Quote, Redirect, Use, Word

if TYPE_CHECKING:
    from codemods.shell.write.payload import Payload
    from migrator.syntax.shell.curl import Option
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command

    Replaced = list[tuple[Span, str]]


@dataclass(frozen=True, slots=True)
class Carrier:
    """A word or here-document whose text is the payload and nothing else, used by one call only. View positions.

    `delimiter` is the delimiter of a here-document when it is quoted; `echoed` says that some shells' `echo` would
    read backslashes in the text; `command` that a whole command stands there, which prints the payload into a pipe;
    `function` that it stands in a function, whose arguments are others than those of the call.
    """

    span: Span
    use: Use
    heredoc: bool = False
    delimiter: Word | None = None
    echoed: bool = False
    command: bool = False
    function: bool = False


def carrier_of(script: Script, command: Command, option: Option) -> Carrier | None:
    """What carries the JSON text for the option, or None when it stands in the option or cannot be edited there."""
    use = use_of(command)
    if option.value is None:
        return None
    if takes_stdin(option):
        return _from_stdin(script, command, use)
    path = file_of(option)
    if path is not None:
        writer = None if is_read_again(script, path, use) else writer_of(script, path, use)
        return _of_printer(script, writer, use_of(writer)) if writer is not None else None
    piece = option.value.lone
    if piece is None or (piece.quote is not Quote.DOUBLE and script.frame is None):
        return None
    found = _followed(script, option.value, use)
    if found is None or found.span == option.value.span:
        return None
    return found if piece.quote is Quote.DOUBLE or is_given(script, found.span) else None


def _from_stdin(script: Script, command: Command, use: Use) -> Carrier | None:
    for redirect in command.simple.redirects:
        if redirect.heredoc is not None:
            return _of_heredoc(redirect, redirect.heredoc, use)
        if redirect.operator == "<<<":
            return _followed(script, redirect.target, use)
    feeder = feeding(script, command)
    if feeder is not None and _composes(feeder):
        return Carrier(feeder.span, use_of(feeder), command=True)
    return _of_any_printer(script, feeder, use_of(feeder)) if feeder is not None else None


def _of_heredoc(redirect: Redirect, document: Heredoc, use: Use) -> Carrier:
    return Carrier(document.span, use, heredoc=True, delimiter=redirect.target if document.quoted else None)


def _followed(script: Script, word: Word, use: Use) -> Carrier | None:
    """The carrier that a word leads to; the word itself when it holds more than one expansion."""
    piece = word.lone
    if piece is None:
        return Carrier(word.span, use)
    if piece.name is not None:
        write = reaching(script, piece.name, use)
        if (
            write is None
            or write.value is None
            or not write.value.pieces
            or write.exported
            or readings(script, write) != 1
        ):
            return None
        inner = Use(write.span.start, write.blocks, use.depth + 1)
        if write.document is not None and write.document.heredoc is not None:
            return _of_heredoc(write.document, write.document.heredoc, inner)
        return _followed(script, write.value, inner)
    inside = alone_in(script, Span(piece.span.start + 1, piece.span.end))
    if inside is None or not inside.words:
        return None
    if _composes(inside):
        return Carrier(word.span, use)
    inner = Use(use.index, inside.blocks, use.depth + 1)
    return _of_any_printer(script, inside, inner)


def _of_any_printer(script: Script, command: Command, use: Use) -> Carrier | None:
    """The text that a command prints, or that the function prints which it calls and nothing else does."""
    called = body_of(script, command)
    if called is None:
        return _of_printer(script, command, use)
    if calls(script, command.words[0].static or "") != 1:
        return None
    found = _of_printer(script, called, replace(use, depth=use.depth + 1))
    return None if found is None else replace(found, function=True)


def _composes(command: Command) -> bool:
    """Whether the command puts the text together itself: jq, or printf with more than `%s` as its format."""
    words = command.words
    return is_program(words[0], "jq") or (
        words[0].static == "printf" and (len(words) != 3 or words[1].static not in {"%s", "%s\\n"})
    )


def _of_printer(script: Script, command: Command, use: Use) -> Carrier | None:
    """The text that `cat <<EOF`, `echo` or `printf %s` prints."""
    words = command.words
    redirects = [redirect for redirect in command.simple.redirects if redirect.operator not in INTO_FILE]
    match words[0].static if words else None:
        case "cat" if len(redirects) == 1 and redirects[0].heredoc is not None:
            return _of_heredoc(redirects[0], redirects[0].heredoc, use)
        case "printf" if len(words) == 3 and words[1].static in {"%s", "%s\\n"}:
            return _followed(script, words[2], use)
        case "echo" if len(words) > 2:
            return Carrier(Span(words[1].span.start, words[-1].span.end), use, echoed=True)
        case "echo" if len(words) == 2:
            found = _followed(script, words[1], use)
            return None if found is None or found.heredoc else Carrier(found.span, found.use, echoed=True)
    return None


def carried(script: Script, carrier: Carrier, payload: Payload) -> Replaced | None:
    """What stands in which span of the view afterwards, or None when the carrier cannot hold it. Raises Refusal."""
    if carrier.function and any(is_positional(value.template) for _, value in payload.values()):
        return None
    if carrier.command:
        return [(carrier.span, _printed(script, carrier, payload))]
    if carrier.heredoc:
        return None if payload.jq else _document(script, carrier, payload)
    if payload.jq:
        return None if carrier.echoed else [(carrier.span, shell_payload.as_word(payload, script, carrier.use))]
    template = payload.template(layout_of(_before(script, carrier)))
    text = emit.single_quoted(template, script, carrier.use)
    return None if carrier.echoed and "\\" in text else [(carrier.span, text)]


def _before(script: Script, carrier: Carrier) -> str:
    return script.text[carrier.span.start : carrier.span.end]


def _printed(script: Script, carrier: Carrier, payload: Payload) -> str:
    """A command that prints the payload."""
    if payload.jq:
        return f"{{ {shell_payload.jq_command(payload.request, script, carrier.use)}; }}"
    return f"printf '%s' {shell_payload.as_word(payload, script, carrier.use)}"


def _document(script: Script, carrier: Carrier, payload: Payload) -> Replaced:
    """The text of a here-document; a quoted delimiter loses its quotes when something has to expand."""
    before = _before(script, carrier)
    template = payload.template(layout_of(before))
    indent = before[: len(before) - len(before.lstrip(" \t"))]
    if carrier.delimiter is None:
        return [(carrier.span, indent + emit.heredoc(template, script, carrier.use) + "\n")]
    if all(emit.is_as_it_stands(part) for part in template):
        return [(carrier.span, indent + emit.verbatim(template) + "\n")]
    text = indent + emit.heredoc(template, script, carrier.use) + "\n"
    return [(carrier.span, text), (carrier.delimiter.span, carrier.delimiter.static or "")]
