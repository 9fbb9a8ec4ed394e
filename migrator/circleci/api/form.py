"""Read a form as v1.1 did: `a=b&c=d`, where `+` is a blank and `%41` is a letter.

Source: URL Standard, "application/x-www-form-urlencoded parsing" (WHATWG, 2026).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.api.v1_request import Field, form_field
from migrator.errors import Refusal
from migrator.model import Expansion, Template, Value, flatten, source, static
from migrator.syntax.text.templates import Marked, percent_decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

UNREADABLE = "What the body will be cannot be seen here. Write the payload into the command, then run this again."


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
    refuse_any(marked.slice(value, end), frozenset("&"), source(marked.slice(start, name)))
    return form_field(form_decoded(marked.slice(start, name)), Value(form_decoded(marked.slice(value, end))))


def form_decoded(text: Template) -> Template:
    """A name or a value of a form as the server reads it. Raises Refusal where an expansion is encoded."""
    return _decoded(text, plus=True)


def token_decoded(text: Template) -> Template:
    """A token in an address as the server reads it. Raises Refusal where an expansion is encoded."""
    return _decoded(text, plus=False)


def _decoded(text: Template, *, plus: bool) -> Template:
    try:
        return percent_decoded(text, plus=plus)
    except ValueError as error:
        raise Refusal(
            "encoded-value", f"`{error}` holds percent-encoded text, which v2 would not decode. Give the plain text."
        ) from error


def refuse_any(text: Template, special: frozenset[str], name: str) -> None:
    """Raise Refusal where one of the values that an expansion is known to have holds a character that is special."""
    for part in flatten(text):
        found = isinstance(part, Expansion) and next((v for v in part.values or () if special & {*v}), None)
        if found:
            message = f"`{found}` in `{name}` is not sent as one plain value. Write a call for each value."
            raise Refusal("special-value", message)
