"""Take the data of curl's options apart into fields: forms, percent-encoded content, multipart."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from migrator.circleci.api.v1_request import Field, form_field
from migrator.errors import Refusal
from migrator.model import Template, Value, static
from migrator.syntax.text.templates import Marked, has_marks, percent_decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    """`-F name=content`: `@file` and `<file` read a file, `;type=` gives a content type."""
    marked = Marked.of(text)
    name, equals, value = marked.text.partition("=")
    if not equals:
        raise Refusal("unreadable-payload", f"`-F` is given text without a field name. {UNREADABLE}")
    key = marked.slice(0, len(name))
    if option == "form" and value[:1] in {"@", "<"}:
        if name == "config":
            return form_field(key, Value(()))
        refuse_file(static(marked.slice(len(name) + 2)))
    end = len(marked.text)
    for suffix in (";type=", ";headers=", ";encoder=") if option == "form" else ():
        found = marked.text.find(suffix)
        end = min(end, found) if found >= 0 else end
    start = len(name) + 1
    if option == "form":  # curl trims blanks there, and takes the quotes off a value that begins with one
        if value.startswith('"'):
            raise Refusal("quoted-multipart", f"curl takes quotes off the value of `{name}`. Write it without them.")
        start, end = _trimmed(marked.text, start, end)
    return form_field(key, Value(marked.slice(start, end), exact=True))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    stripped = text[start:end].strip(" \t\r\n")
    first = text.find(stripped, start)
    return first, first + len(stripped)
