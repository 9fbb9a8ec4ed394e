"""Read the data that a curl or wget command sends: form fields, multipart fields, or JSON text, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from migrator.circleci.v1_request import Field, form_field, json_fields
from migrator.errors import Refusal
from migrator.model import Expansion, Literal, Span, Template, Value, static
from migrator.syntax.json_template import JsonBare, JsonError, JsonObject, looks_like_json, parse_json
from migrator.syntax.shell_flow import feeding
from migrator.syntax.shell_resolve import printed_by, template, use_of
from migrator.syntax.templates import Marked, percent_decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.curl import Invocation, Option
    from migrator.syntax.json_template import Json
    from migrator.syntax.shell import Command, Script, Use

DATA = ("data", "data-ascii", "data-raw", "data-binary", "data-urlencode", "json", "url-query", "form", "form-string")
WGET_DATA = ("post-data", "body-data", "post-file", "body-file")
_MULTIPART = frozenset({"form", "form-string"})
_FILES = frozenset({"data", "data-ascii", "data-binary", "json"})
_ALWAYS_TEXT = frozenset({"branch", "tag", "revision", "job", "CIRCLE_JOB"})  # unquoted only if quotes are in the value
_UNREADABLE = "What the body will be cannot be seen here. Write the payload into the command, then run this again."


@dataclass(frozen=True, slots=True)
class Body:
    """The fields that a command sends. `options` are the options that carry them; `is_json` how they are encoded.

    `bare` names the build parameters whose JSON value is an expansion without quotes around it.
    """

    options: tuple[Option, ...] = ()
    fields: tuple[Field, ...] = ()
    is_json: bool = False
    bare: tuple[str, ...] = ()


NO_BODY = Body()


@dataclass(frozen=True, slots=True)
class _Context:
    script: Script
    command: Command
    use: Use


def data_options(invocation: Invocation) -> tuple[Option, ...]:
    """The options that carry data, in order."""
    return invocation.all(*(WGET_DATA if invocation.wget else DATA))


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
    texts = [(option, _text(context, option)) for option in options]
    if len(texts) == 1 and looks_like_json(texts[0][1]) and options[0].name not in _MULTIPART:
        return _json_body(script, options, texts[0][1])
    fields = [field for option, text in texts for field in _fields(option, text)]
    return Body(options, tuple(fields))


def is_json_type(header: Option) -> bool:
    """Whether a header option says that the body is JSON."""
    name, _, value = ((header.value.static if header.value is not None else None) or "").partition(":")
    media = value.partition(";")[0].strip().lower()
    return name.strip().lower() == "content-type" and (media == "application/json" or media.endswith("+json"))


def _json_body(script: Script, options: tuple[Option, ...], text: Template) -> Body:
    try:
        parsed = parse_json(text)
        fields = json_fields(parsed)
    except JsonError as error:
        raise Refusal(
            "payload-not-json", f"The body is not JSON: {error.message}. Correct it, then run this again."
        ) from error
    bare = dict(_bare(parsed))
    quoted_itself = [span for name, span in bare.items() if name in _ALWAYS_TEXT]
    script.bare.update(span for span in bare.values() if span in quoted_itself)
    return Body(options, fields, is_json=True, bare=tuple(name for name in bare if name not in _ALWAYS_TEXT))


def _bare(body: Json) -> Iterator[tuple[str, Span]]:
    """The names and places of values that are one expansion without quotes."""
    for key, value in body.items if isinstance(body, JsonObject) else ():
        match value:
            case JsonBare((Expansion(span=Span() as span),)):
                yield static(key) or "", span
            case JsonObject() if static(key) == "build_parameters":
                yield from _bare(value)


def _text(context: _Context, option: Option) -> Template:
    """What the option sends, before any encoding. Raises Refusal for files and unknown input."""
    if option.value is None:
        return ()
    if takes_stdin(option):
        return _stdin(context)
    if option.name in {"post-file", "body-file"} or (option.name in _FILES and option.value.lead.startswith("@")):
        _file(option.value.static)
    return template(context.script, option.value, context.use)


def _file(name: str | None) -> NoReturn:
    where = f"`{name.removeprefix('@')}`" if name else "a file"
    raise Refusal("payload-in-file", f"The body is read from {where}. {_UNREADABLE}")


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
        raise Refusal("unreadable-payload", f"The body comes from standard input. {_UNREADABLE}")
    return text


def _fields(option: Option, text: Template) -> Iterator[Field]:
    match option.name:
        case "form" | "form-string":
            yield _multipart(option, text)
        case "data-urlencode":
            yield _encoded(text)
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
        raise Refusal("unreadable-payload", _UNREADABLE)
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
            _file(static(marked.slice(at)))
        raise Refusal("unreadable-payload", f"The text behind `--data-urlencode` has no field name. {_UNREADABLE}")
    if 0 <= at < equals:
        _file(static(marked.slice(at)))
    return form_field(_decoded(marked.slice(0, equals)), Value(marked.slice(equals + 1), exact=True))


def _multipart(option: Option, text: Template) -> Field:
    """`-F name=content`: `@file` and `<file` read a file, `;type=` gives a content type."""
    marked = Marked.of(text)
    name, equals, value = marked.text.partition("=")
    if not equals:
        raise Refusal("unreadable-payload", f"`-F` is given text without a field name. {_UNREADABLE}")
    key = marked.slice(0, len(name))
    if option.name == "form" and value[:1] in {"@", "<"}:
        if name == "config":
            return form_field(key, Value(()))
        _file(static(marked.slice(len(name) + 2)))
    end = len(marked.text)
    for suffix in (";type=", ";headers=", ";encoder=") if option.name == "form" else ():
        found = marked.text.find(suffix)
        end = min(end, found) if found >= 0 else end
    return form_field(key, Value(marked.slice(len(name) + 1, end), exact=True))


def expansions(text: Template) -> Iterator[Expansion]:
    """The expansions that the text holds as written."""
    return (part for part in text if isinstance(part, Expansion))
