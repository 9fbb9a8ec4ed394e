"""Read the data that a curl or wget command sends: form fields, multipart fields, or JSON text, and where it stands.

A field may be sent only when a variable holds something: `${V:+-d "build_parameters[V]=$V"}`. v2 gets it in every case,
empty where it was left out: the generated steps export, and check out, only what is not empty. The job and the branch
have values of their own where nothing is sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn

from codemods.shell.encoding import decoded_field, settled
from migrator.circleci.api.v1_request import FORM_TYPE, BodyKind, Field, form_field, is_json_media, json_fields
from migrator.circleci.plan.decide import DEFAULT_JOB
from migrator.errors import Refusal
from migrator.model import Expansion, Literal, Span, Template, Value, flatten, source, static
from migrator.syntax.jq.program import read_jq
from migrator.syntax.json import JsonError, looks_like_json, parse_json
from migrator.syntax.shell.curl import is_program
from migrator.syntax.shell.flow import feeding
from migrator.syntax.shell.output import INTO_FILE, writer_of
from migrator.syntax.shell.resolve import printed_by, reaching, template, use_of
from migrator.syntax.shell.types import Origin, Quote, Use
from migrator.syntax.text.templates import Marked, has_marks, percent_decoded
from migrator.template import raw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from migrator.syntax.json import Json
    from migrator.syntax.shell.curl import Invocation, Option
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command, Word


MULTIPART = frozenset({"form", "form-string"})
UNREADABLE = "What the body will be cannot be seen here. Write the payload into the command, then run this again."


def refuse_file(name: str | None) -> NoReturn:
    """Say that the body is read from a file. Raises Refusal."""
    where = f"`{name.removeprefix('@')}`" if name else "a file"
    raise Refusal("payload-in-file", f"The body is read from {where}. {UNREADABLE}")


def fields_of(option: str, text: Template) -> Iterator[Field]:
    """The fields of one data option's text. Raises Refusal for what cannot be known."""
    match option:
        case "form" | "form-string":
            yield _multipart(option, text)
        case "data-urlencode":
            yield _encoded(text)
        case "json" if has_marks(Marked.of(text).text[:1]):
            raise Refusal("unreadable-payload", UNREADABLE)
        case "json":
            raise Refusal("payload-not-json", "`--json` is given text that is not JSON. Correct it.")
        case _:
            yield from form_fields(text)


def form_fields(text: Template) -> Iterator[Field]:
    """The fields of `a=b&c=d`. Raises Refusal for names that are known only at run time."""
    marked = Marked.of(text)
    at = 0
    while at <= len(marked.text):
        stop = marked.text.find("&", at)
        stop = len(marked.text) if stop < 0 else stop
        if marked.text[at:stop].strip():
            yield _form_field(marked, at, stop)
        at = stop + 1


def _form_field(marked: Marked, start: int, end: int) -> Field:
    equals = marked.text.find("=", start, end)
    name, value = (end, end) if equals < 0 else (equals, equals + 1)
    known = static(marked.slice(start, name))
    if known is not None and equals < 0:
        raise Refusal(
            "field-without-value",
            f"The field `{known}` has no value; a blank or a `>` may have cut it off. Correct the call.",
        )
    if known is None and equals < 0:
        raise Refusal("unreadable-payload", UNREADABLE)
    _refuse_any(marked.slice(value, end), frozenset("&"), source(marked.slice(start, name)))
    return form_field(_decoded(marked.slice(start, name)), Value(_decoded(marked.slice(value, end))))


def _decoded(text: Template) -> Template:
    try:
        return percent_decoded(text, plus=True)
    except ValueError as error:
        raise Refusal(
            "encoded-value", f"`{error}` holds percent-encoded text, which v2 would not decode. Give the plain text."
        ) from error


def _encoded(text: Template) -> Field:
    """`--data-urlencode name=content`: curl encodes the content and leaves the name as it is."""
    marked = Marked.of(text)
    equals, at = marked.text.find("="), marked.text.find("@")
    if equals <= 0:
        if at >= 0:
            refuse_file(static(marked.slice(at)))
        raise Refusal("unreadable-payload", f"The text behind `--data-urlencode` has no field name. {UNREADABLE}")
    if 0 <= at < equals:
        refuse_file(static(marked.slice(at)))
    return form_field(_decoded(marked.slice(0, equals)), Value(marked.slice(equals + 1), exact=True))


def _multipart(option: str, text: Template) -> Field:
    """`-F name=content`: `@file` and `<file` read a file, `(` begins parts in parts, `;type=` gives a content type."""
    marked = Marked.of(text)
    name, equals, value = marked.text.partition("=")
    if not equals:
        raise Refusal("unreadable-payload", f"`-F` is given text without a field name. {UNREADABLE}")
    key = marked.slice(0, len(name))
    if option == "form" and value[:1] in {"@", "<"}:
        if name == "config":
            return form_field(key, Value(()))
        refuse_file(static(marked.slice(len(name) + 2)))
    start, end = len(name) + 1, len(marked.text)
    if option == "form":  # curl takes what stands before a `;`, trims it, and takes quotes off that it begins with
        if value.lstrip().startswith('"') or value.startswith("("):
            message = f"curl does not send the value of `{name}` as it stands. Send it with `--form-string`."
            raise Refusal("quoted-multipart", message)
        _refuse_any(marked.slice(start, end), frozenset(';"@<('), name)
        start, end = _trimmed(marked.text, start, start + len(value.partition(";")[0]))
    return form_field(key, Value(marked.slice(start, end), exact=True))


def _refuse_any(text: Template, special: frozenset[str], name: str) -> None:
    """Raise Refusal where one of the values that an expansion is known to have holds a character that is special."""
    for part in flatten(text):
        found = isinstance(part, Expansion) and next((v for v in part.values or () if special & {*v}), None)
        if found:
            message = f"`{found}` in `{name}` is not sent as one plain value. Write a call for each value."
            raise Refusal("special-value", message)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    stripped = text[start:end].strip(" \t\r\n")
    first = text.find(stripped, start)
    return first, first + len(stripped)


_JOB = frozenset({"job", "build_parameters[CIRCLE_JOB]"})
_PLAIN = re.compile(r"[\w./:@%+,=-]*\Z")


def conditional_field(script: Script, option: Option, field: Field, use: Use) -> Field:
    """The field as it is sent every time. Raises Refusal for a field that must not be sent empty."""
    if option.condition is None or option.source is None:
        return field
    name, word = option.condition.rstrip(":"), option.source
    colon = option.condition[len(name) :]
    template = field.value.template
    alone = isinstance(only := template[0] if len(template) == 1 else None, Expansion) and only.name == name
    is_job = field.name in _JOB
    if is_job and alone:
        text = f"${{{name}{colon}-{DEFAULT_JOB}}}"
    elif field.name.startswith("build_parameters[") or field.name == "revision":
        text = f"${{{name}-}}" if alone else f"${{{name}{colon}+{_spliced(name, template)}}}"
    else:
        text = ""
    if not text or (is_job and not alone):
        message = f"`{field.name}` is sent only when `{name}` holds something. Send it always, then run this again."
        raise Refusal("conditional-field", message)
    made = Expansion(text, None, script.view.back(word.span), origin=Origin(Quote.DOUBLE, use))
    return Field(field.name, Value((made,), field.value.exact))


def _spliced(name: str, template: Template) -> str:
    if not all(isinstance(part, Expansion) or _PLAIN.match(part.text) for part in template):
        raise Refusal("conditional-field", f"What {name} decides on holds text that shells read. Send it always.")
    if any(isinstance(part, Expansion) and "}" in part.source.strip("}") for part in template):
        raise Refusal("conditional-field", f"What {name} decides on is nested too deep. Send it always.")
    return raw(template)


DATA = ("data", "data-ascii", "data-raw", "data-binary", "data-urlencode", "json", "url-query", "form", "form-string")
WGET_DATA = ("post-data", "body-data", "post-file", "body-file")
_FILES = frozenset({"data", "data-ascii", "data-binary", "json"})


@dataclass(frozen=True, slots=True)
class ShellBody:
    """The fields that a command sends. `options` are the options that carry them; `is_json` how they are encoded.

    `bare` names the build parameters whose JSON value is an expansion without quotes around it; `optional` those that
    are sent only when a variable holds something.
    """

    options: tuple[Option, ...] = ()
    fields: tuple[Field, ...] = ()
    is_json: bool = False
    bare: tuple[str, ...] = ()
    optional: frozenset[str] = frozenset()


NO_BODY = ShellBody()


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


def read_body(script: Script, command: Command, invocation: Invocation) -> ShellBody:
    """Read the fields. Raises Refusal for data that cannot be known or understood."""
    options = data_options(invocation)
    if not options:
        return ShellBody()
    _refuse_conflict(invocation, options)
    context = _Context(script, command, use_of(command))
    if invocation.wget:  # only the last one counts; the others go when the call is rewritten
        return replace(_read_options(context, options[-1:]), options=options)
    body = _read_options(context, options)
    if body.is_json and in_query(invocation):
        raise Refusal("unreadable-payload", "`-G` puts the JSON into the query, where v1.1 read none. Take `-G` out.")
    return body


def _refuse_conflict(invocation: Invocation, options: tuple[Option, ...]) -> None:
    """Raise Refusal for options that the program does not take together: it sends nothing."""
    names = {option.name for option in options}
    if invocation.wget:
        clash = bool(names & {"post-data", "post-file"}) and bool(invocation.all("method"))
        clash = clash or len(names) > 1 or (bool(names & {"body-data", "body-file"}) and not invocation.all("method"))
    else:
        clash = bool(names & MULTIPART) and bool(names - MULTIPART - {"url-query"})
    if clash:
        listed = ", ".join(f"`--{name}`" for name in sorted(names))
        program = "wget" if invocation.wget else "curl"
        message = f"{program} does not take {listed} in this way, and sends nothing. Correct the call."
        raise Refusal("options-conflict", message)


def _read_options(context: _Context, options: tuple[Option, ...]) -> ShellBody:
    script, command = context.script, context.command
    built = built_by_jq(script, command, options[0]) if len(options) == 1 else None
    if built is not None:
        return _json_body(script, options, lambda: _read_jq(script, built))
    texts = [(option, _text(context, option)) for option in options]
    if len(texts) == 1 and looks_like_json(texts[0][1]) and options[0].name not in MULTIPART:
        if options[0].condition is not None:
            raise Refusal("conditional-field", "The whole body is sent only sometimes. Send it always.")
        return _json_body(script, options, lambda: parse_json(texts[0][1]))
    if len(texts) > 1 and all(option.name == "json" for option in options):  # curl puts the pieces behind one another
        if any(option.condition is not None for option in options):
            raise Refusal("conditional-field", "A part of the body is sent only sometimes. Send it always.")
        return _json_body(script, options, lambda: parse_json(tuple(part for _, text in texts for part in text)))
    if len(texts) > 1 and any(option.name == "json" for option in options):
        raise Refusal("payload-not-json", "`--json` and other data are sent as one body. Give the call one `--json`.")
    found = [(option, field) for option, text in texts for field in fields_of(option.name, text)]
    fields = [_field(context, option, field) for option, field in found]
    names = (field.variable for option, field in found if option.condition is not None)
    sometimes = frozenset(name for name in names if name is not None and name != "CIRCLE_JOB")
    return ShellBody(options, tuple(fields), optional=sometimes)


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


def type_of(header: str) -> str | None:
    """The value of a `Content-Type` header, empty where it has none; None for any other header."""
    name, colon, value = header.partition(":")
    name = name.removesuffix(";") if not colon else name  # `-H 'Content-Type;'` sends it empty
    return value.strip() if name.strip().lower() == "content-type" else None


def is_json_type(header: str) -> bool:
    """Whether a header says that the body is JSON."""
    return is_json_media(type_of(header) or "")


def in_query(invocation: Invocation) -> bool:
    """Whether `-G` puts the data into the query; beside a multipart form it does nothing."""
    return bool(invocation.all("get")) and not invocation.all(*MULTIPART)


def kind_of(invocation: Invocation, body: ShellBody) -> BodyKind | None:
    """What the command's body is; None when it sends none, or puts the data into the query."""
    if not body.fields or in_query(invocation):
        return None
    if body.is_json:
        return BodyKind.JSON
    names = {option.name for option in body.options} - {"url-query"}
    if not names:
        return None
    return BodyKind.MULTIPART if names <= MULTIPART else BodyKind.FORM


_DEFAULT_TYPES = {BodyKind.JSON: FORM_TYPE, BodyKind.FORM: FORM_TYPE, BodyKind.MULTIPART: "multipart/form-data"}


def content_types(script: Script, command: Command, invocation: Invocation, kind: BodyKind) -> tuple[str, ...]:
    """What the request says that its body is: what headers say, else what the program says by itself."""
    headers = (header_text(script, command, header) for header in invocation.all("header"))
    given = tuple(value for header in headers if (value := type_of(header)) is not None)
    if given:
        return given
    return ("application/json",) if invocation.all("json") else (_DEFAULT_TYPES[kind],)


def _json_body(script: Script, options: tuple[Option, ...], parse: Callable[[], Json]) -> ShellBody:
    try:
        read = settled(script, parse())
        return ShellBody(options, json_fields(read.json), is_json=True, bare=read.bare)
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
