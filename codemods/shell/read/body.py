"""Read the data that a curl or wget command sends: form fields, multipart fields, or JSON text, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.shell.read.encoding import decoded_field
from codemods.shell.read.fields import MULTIPART, UNREADABLE, fields_of, refuse_file
from codemods.shell.read.json_values import settled
from codemods.shell.read.optional import conditional_field
from migrator.circleci.api.v1_request import Field, json_fields
from migrator.errors import Refusal
from migrator.model import Literal, Span, Template, flatten
from migrator.syntax.jq.program import read_jq
from migrator.syntax.json.template import JsonError, looks_like_json, parse_json
from migrator.syntax.shell.curl import is_program
from migrator.syntax.shell.files import INTO_FILE, writer_of
from migrator.syntax.shell.flow import feeding
from migrator.syntax.shell.resolve import printed_by, reaching, template, use_of
from migrator.syntax.shell.script import Use

if TYPE_CHECKING:
    from collections.abc import Callable

    from migrator.syntax.json.template import Json
    from migrator.syntax.shell.curl import Invocation, Option
    from migrator.syntax.shell.script import Command, Script
    from migrator.syntax.shell.word import Word

DATA = ("data", "data-ascii", "data-raw", "data-binary", "data-urlencode", "json", "url-query", "form", "form-string")
WGET_DATA = ("post-data", "body-data", "post-file", "body-file")
_FILES = frozenset({"data", "data-ascii", "data-binary", "json"})


@dataclass(frozen=True, slots=True)
class Body:
    """The fields that a command sends. `options` are the options that carry them; `is_json` how they are encoded.

    `bare` names the build parameters whose JSON value is an expansion without quotes around it; `optional` those that
    are sent only when a variable holds something.
    """

    options: tuple[Option, ...] = ()
    fields: tuple[Field, ...] = ()
    is_json: bool = False
    bare: tuple[str, ...] = ()
    optional: frozenset[str] = frozenset()


NO_BODY = Body()


@dataclass(frozen=True, slots=True)
class _Context:
    script: Script
    command: Command
    use: Use


def data_options(invocation: Invocation) -> tuple[Option, ...]:
    """The options that carry data, in order."""
    return invocation.all(*(WGET_DATA if invocation.wget else DATA))


def built_by_jq(script: Script, command: Command, option: Option) -> Command | None:
    """The jq command whose output is the whole of the option's data."""
    path = file_of(option)
    if path is not None:
        maker = writer_of(script, path, use_of(command))
    elif takes_stdin(option):
        maker = feeding(script, command)
    else:
        maker = inside_of(script, option.value, use_of(command)) if option.value is not None else None
    return maker if maker is not None and maker.words and is_program(maker.words[0], "jq") else None


def inside_of(script: Script, word: Word, use: Use) -> Command | None:
    """The one command in `$(…)` that is all of the word, or of the variable that the word reads."""
    piece = word.lone
    if piece is None:
        return None
    if piece.name is not None:
        write = reaching(script, piece.name, use)
        if write is None or write.value is None:
            return None
        return inside_of(script, write.value, Use(write.span.start, write.blocks, use.depth + 1))
    inside = list(script.within(Span(piece.span.start + 1, piece.span.end)))
    return inside[0] if len(inside) == 1 else None


def file_of(option: Option) -> Word | None:
    """The file that the option sends: of `@name`, or of wget's options for files."""
    if option.value is None or takes_stdin(option):
        return None
    if option.name in {"post-file", "body-file"}:
        return option.value
    return option.value.after(1) if option.name in _FILES and option.value.lead.startswith("@") else None


def _read_jq(script: Script, command: Command) -> Json:
    into_file = all(redirect.operator in INTO_FILE for redirect in command.simple.redirects)
    if not into_file or command.simple.assignments:
        raise JsonError(0, "jq reads input that is not known")
    words = command.words[1:]
    return read_jq([template(script, word, use_of(command)) for word in words], [word.static for word in words])


def takes_stdin(option: Option) -> bool:
    """Whether the option sends what arrives on standard input."""
    known = option.value.static if option.value is not None else None
    if option.name in {"post-file", "body-file"}:
        return known in {"-", "/dev/stdin"}
    return option.name in _FILES and known in {"@-", "@/dev/stdin"}


def read_body(script: Script, command: Command, invocation: Invocation) -> Body:
    """Read the fields. Raises Refusal for data that cannot be known or understood."""
    options = data_options(invocation)
    if not options:
        return Body()
    context = _Context(script, command, use_of(command))
    built = built_by_jq(script, command, options[0]) if len(options) == 1 else None
    if built is not None:
        return _json_body(script, options, lambda: _read_jq(script, built))
    texts = [(option, _text(context, option)) for option in options]
    if len(texts) == 1 and looks_like_json(texts[0][1]) and options[0].name not in MULTIPART:
        if options[0].condition is not None:
            raise Refusal("conditional-field", "The whole body is sent only sometimes. Send it always.")
        return _json_body(script, options, lambda: parse_json(texts[0][1]))
    found = [(option, field) for option, text in texts for field in fields_of(option.name, text)]
    fields = [_field(context, option, field) for option, field in found]
    names = (field.variable for option, field in found if option.condition is not None)
    sometimes = frozenset(name for name in names if name is not None and name != "CIRCLE_JOB")
    return Body(options, tuple(fields), optional=sometimes)


def _field(context: _Context, option: Option, field: Field) -> Field:
    plain = Field(field.name, decoded_field(context.script, field.value))
    return conditional_field(context.script, option, plain, context.use)


def header_text(script: Script, command: Command, header: Option) -> str:
    """A header as far as it is known: up to the first expansion that is not."""
    parts: list[str] = []
    for part in flatten(template(script, header.value, use_of(command))) if header.value is not None else ():
        if not isinstance(part, Literal):
            break
        parts.append(part.text)
    return "".join(parts)


def is_json_type(header: str) -> bool:
    """Whether a header says that the body is JSON."""
    name, _, value = header.partition(":")
    media = value.partition(";")[0].strip().lower()
    return name.strip().lower() == "content-type" and (media == "application/json" or media.endswith("+json"))


def _json_body(script: Script, options: tuple[Option, ...], parse: Callable[[], Json]) -> Body:
    try:
        read = settled(script, parse())
        return Body(options, json_fields(read.json), is_json=True, bare=read.bare)
    except (JsonError, RecursionError) as error:
        reason = error.message if isinstance(error, JsonError) else "too much is nested in it"
        raise Refusal(
            "payload-not-json", f"The body is not JSON: {reason}. Correct it, then run this again."
        ) from error


def _text(context: _Context, option: Option) -> Template:
    """What the option sends, before any encoding. Raises Refusal for files and unknown input."""
    if option.value is None:
        return ()
    if takes_stdin(option):
        return _stdin(context)
    path = file_of(option)
    if path is not None:
        return _written(context, option, path)
    return template(context.script, option.value, context.use)


def _written(context: _Context, option: Option, path: Word) -> Template:
    """What the script has written to the file; curl leaves line ends out of it unless it is sent as binary."""
    writer = writer_of(context.script, path, context.use)
    text = printed_by(context.script, writer, filed=True) if writer is not None else None
    if text is None or not (looks_like_json(text) or option.name == "data-binary"):
        refuse_file(option.value.static if option.value is not None else None)
    return text


def _stdin(context: _Context) -> Template:
    """What arrives on standard input: a here-document, a here-string, or what the command before the pipe prints."""
    for redirect in context.command.simple.redirects:
        if redirect.heredoc is not None:
            return template(context.script, redirect.heredoc.body, context.use)
        if redirect.operator == "<<<":
            return (*template(context.script, redirect.target, context.use), Literal("\n"))
    feeder = feeding(context.script, context.command)
    text = printed_by(context.script, feeder) if feeder is not None else None
    if text is None:
        raise Refusal("unreadable-payload", f"The body comes from standard input. {UNREADABLE}")
    return text
