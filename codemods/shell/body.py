"""Read the data that a curl or wget command sends: form fields, multipart fields, or JSON text, and where it stands.

A field may be sent only when a variable holds something: `${V:+-d "build_parameters[V]=$V"}`. v2 gets it in every case,
empty where it was left out: the generated steps export, and check out, only what is not empty. The job and the branch
have values of their own where nothing is sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.shell.content import MULTIPART, in_query, read_content, refuse_file
from codemods.shell.encoding import decoded_field, settled
from migrator.circleci.api.form import UNREADABLE, form_decoded, form_fields, refuse_any
from migrator.circleci.api.v1_request import BodyKind, Field, about_condition, form_field, json_fields
from migrator.circleci.plan.decide import DEFAULT_JOB
from migrator.errors import Refusal
from migrator.model import Expansion, Template, Value, static
from migrator.syntax.shell.resolve import use_of
from migrator.syntax.shell.types import Origin, Quote, Use
from migrator.syntax.text.templates import Marked, has_marks
from migrator.template import raw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import Span
    from migrator.syntax.shell.curl import Invocation, Option
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command


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
    return form_field(form_decoded(marked.slice(0, equals)), Value(marked.slice(equals + 1), exact=True))


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
        refuse_any(marked.slice(start, end), frozenset(';"@<('), name)
        start, end = _trimmed(marked.text, start, start + len(value.partition(";")[0]))
    return form_field(key, Value(marked.slice(start, end), exact=True))


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
        message = f"`{field.name}` is sent only when `{name}` holds something{about_condition(field.name)}"
        raise Refusal("conditional-field", message)
    made = Expansion(text, None, script.view.back(word.span), origin=Origin(Quote.DOUBLE, use))
    return Field(field.name, Value((made,), field.value.exact))


def _spliced(name: str, template: Template) -> str:
    if not all(isinstance(part, Expansion) or _PLAIN.match(part.text) for part in template):
        raise Refusal("conditional-field", f"What {name} decides on holds text that shells read. Send it always.")
    if any(isinstance(part, Expansion) and "}" in part.source.strip("}") for part in template):
        raise Refusal("conditional-field", f"What {name} decides on is nested too deep. Send it always.")
    return raw(template)


@dataclass(frozen=True, slots=True)
class ShellBody:
    """The fields that a command sends. `options` are the options that carry them; `is_json` how they are encoded.

    `bare` names the build parameters whose JSON value is an expansion without quotes around it; `optional` those that
    are sent only when a variable holds something. `nullable` are variables for which null is sent when they are unset;
    `statements` are those that add such fields to the text of a body, and do nothing else.
    """

    options: tuple[Option, ...] = ()
    fields: tuple[Field, ...] = ()
    is_json: bool = False
    bare: tuple[str, ...] = ()
    optional: frozenset[str] = frozenset()
    nullable: tuple[str, ...] = ()
    statements: tuple[Span, ...] = ()


NO_BODY = ShellBody()


def read_body(script: Script, command: Command, invocation: Invocation) -> ShellBody:
    """Read the fields. Raises Refusal for data that cannot be known or understood."""
    content = read_content(script, command, invocation)
    if content.composed:
        raise Refusal("unreadable-payload", f"Other commands stand beside the jq that prints the body. {UNREADABLE}")
    if content.json is not None:
        read = settled(script, content.json)
        whole = json_fields(read.json)
        return ShellBody(content.options, whole, is_json=True, bare=read.bare, nullable=content.nullable)
    found = [(option, field) for option, text in content.texts for field in fields_of(option.name, text)]
    fields = [_field(script, use_of(command), option, field) for option, field in found]
    names = (field.variable for option, field in found if option.condition is not None)
    sometimes = frozenset(name for name in names if name is not None and name != "CIRCLE_JOB")
    statements = tuple(option.statement for option, _ in content.texts if option.statement is not None)
    own = tuple(dict.fromkeys(each for each in statements if all(each != o.statement for o in content.options)))
    return ShellBody(content.options, tuple(fields), optional=sometimes, statements=own)


def _field(script: Script, use: Use, option: Option, field: Field) -> Field:
    plain = Field(field.name, decoded_field(script, field.value))
    given = option.value.use if option.statement is not None and option.value is not None else None
    if option.statement is not None and given is None:
        given = Use(option.statement.start, use.blocks, 1)
    return conditional_field(script, option, plain, given or use)


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
