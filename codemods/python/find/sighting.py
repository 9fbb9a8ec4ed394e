"""Judge one Python request: is it a trigger, what does it ask for, and what about it cannot be told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.read.body import NO_BODY, Body, read_body
from codemods.python.read.headers import auth_of, query_of
from codemods.python.read.wire import form_wire, put_into_text
from codemods.shell.read.fields import form_fields
from migrator.circleci.api.v1_request import Field, about_query, read_request
from migrator.circleci.api.v1_url import TriggerUrl, trigger_url
from migrator.errors import Refusal
from migrator.model import Endpoint, Expansion, Literal, Note, Severity, Slug, V1Trigger, Value, flatten, values
from migrator.syntax.python.scope import Kind, definitions
from migrator.syntax.python.text import Hole, alternatives, shape, text
from migrator.syntax.text.templates import Marked, has_marks, is_mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.python.libraries.request import Request
    from codemods.python.reply.reply import Use
    from codemods.python.reply.status import Check
    from migrator.model import Part, Template
    from migrator.syntax.python.program import Operand
    from migrator.syntax.python.text import Shape

_SENDING = frozenset({"POST"})
_UNKNOWN: Template = (Literal("https://circleci.com/api/v1.1/project/"), Expansion("?"))
_NOTHING = V1Trigger(Endpoint.JOB, "v1.1", Slug((Expansion("?"),), (), ()))


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """A trigger that a request makes. `site` is the call that it is reported at: the outermost of a chain of wrappers.

    `shape` is how the URL is put together, without what the client object puts in front of it; `adapted` are the uses
    of the reply that the rewrite changes, `checks` the comparisons of its status; `hidden` says that only the body
    tells that it is a trigger.
    """

    site: Operand
    request: Request
    url: TriggerUrl
    shape: Shape
    trigger: V1Trigger
    body: Body = NO_BODY
    notes: tuple[Note, ...] = ()
    reply_fields: tuple[str, ...] = ()
    adapted: tuple[Use, ...] = ()
    checks: tuple[Check, ...] = ()
    hidden: bool = False

    @property
    def is_refused(self) -> bool:
        """Whether the call cannot be rewritten."""
        return any(note.severity is Severity.ERROR for note in self.notes)


def sight(request: Request, site: Operand) -> Sighting | None:
    """The trigger that the request makes, or None when it makes none."""
    parts = shape(request.url.operand)
    method = method_of(request)
    if method is not None and method not in _SENDING:
        return None
    whole = (*request.base, *parts.template)
    if _is_up_to_callers(whole):
        return None
    url = trigger_url(whole)
    one_of = None if url is not None else _one_of(whole)
    url = url or one_of
    if url is None:
        return _without_url(request, site, parts)
    if not (url.sure or _mentions_circleci(request, site, url)):
        return None
    url = replace(url, branch=put_into_text(unencoded(url.branch))) if url.branch is not None else url
    draft = Sighting(site, request, url, parts, _bare(url))
    if url.encoded is not None:
        message = f"`{url.encoded}` holds percent-encoded branches; v2 wants the plain text. Give it that."
        return _failed(draft, "encoded-branch", message)
    if one_of is not None:
        return _failed(draft, "several-urls", "The URL is one of several. Give each a call of its own.")
    if request.unseen:
        return _failed(draft, "arguments-unseen", "Arguments come out of `*` or `**`. Write them at the call.")
    if method is None:
        return _failed(draft, "dynamic-method", "The method of the request is known only at run time. Write it out.")
    return _read(draft)


def _read(draft: Sighting) -> Sighting:
    """Read what the request carries; what cannot be read becomes an error note."""
    try:
        if not draft.url.api_version:
            raise Refusal(
                "unresolved-url", "The base of the URL is known only at run time. Write it out as /api/v1.1/."
            )
        body = read_body(draft.request)
        carried = [leaf.field for leaf in body.leaves if leaf.field.name and leaf.counts]
        auth = auth_of(draft.request, draft.url, tuple(field.name for field in carried))
        query = _query(draft)
        reading = read_request(draft.url, (*query, *carried), auth)
    except Refusal as refusal:
        return _failed(draft, refusal.code, refusal.message)
    notes = [*reading.notes, *about_query(query), *_sometimes(body)]
    notes += (note for leaf in body.leaves if leaf.wire for note in leaf.wire.notes)
    names = (leaf.field.name for leaf in body.leaves if leaf.counts and not leaf.sure)
    optional = frozenset(name.removeprefix("build_parameters[").removesuffix("]") for name in names)
    trigger = replace(reading.trigger, optional=optional)
    return replace(draft, trigger=trigger, body=body, notes=tuple(dict.fromkeys(notes)))


def _sometimes(body: Body) -> Iterator[Note]:
    """A field that is added under a condition, and is no build parameter."""
    for leaf in body.leaves:
        is_parameter = leaf.field.name.startswith("build_parameters[") and "CIRCLE_JOB" not in leaf.field.name
        if leaf.entry is not None and leaf.field.name and leaf.counts and not leaf.sure and not is_parameter:
            line = leaf.entry.owner.module.line(leaf.entry.key)
            message = (
                f"Line {line} adds `{leaf.field.name}` only under a condition. Send it always, then run this again."
            )
            yield Note("conditional-field", Severity.ERROR, message, line)


def _failed(draft: Sighting, code: str, message: str) -> Sighting:
    return replace(draft, notes=(*draft.notes, Note(code, Severity.ERROR, message)))


def failed(draft: Sighting, code: str, message: str) -> Sighting:
    """The sighting as one that cannot be rewritten."""
    return _failed(draft, code, message)


def _bare(url: TriggerUrl) -> V1Trigger:
    branch = Value(url.branch) if url.branch is not None else None
    return V1Trigger(url.endpoint, url.api_version or "v1.1", url.slug, branch, build_num=url.build_num)


def _is_up_to_callers(whole: Template) -> bool:
    """Whether what the URL addresses is only known where the function around it is called.

    Its end is a parameter that is no segment of its own behind the project: `".../acme/app" + path`.
    """
    parts = flatten(whole)
    if any(isinstance(part, Literal) and "?" in part.text for part in parts):
        return False  # what ends the URL is in the query
    last = parts[-1] if parts else None
    if not isinstance(last, Hole) or last.operand is None or not isinstance(last.operand.node, cst.Name):
        return False
    found = definitions(last.operand.module, last.operand.node)
    bound = last.operand.node.value in last.operand.frame.arguments
    if len(found) != 1 or found[0].kind is not Kind.PARAMETER or bound:
        return False
    before = Marked.of(whole).text[:-1]
    if "/tree/" in before.rpartition("/project/")[2]:
        return False  # the end of a branch
    return not before.endswith("/") or before.endswith("/project/")


def is_trigger_url(template: Template) -> bool:
    """Whether the text surely is the address of a trigger."""
    url = trigger_url(template)
    return url is not None and url.sure


def _without_url(request: Request, site: Operand, parts: Shape) -> Sighting | None:
    """A request whose body can only be a trigger's, and whose URL is not known."""
    lead = Marked.of(parts.template).text[:1]
    if not lead or not is_mark(lead) or "/api/v2/" in Marked.of(parts.template).text:
        return None
    try:
        names = {leaf.field.name for leaf in read_body(request).leaves}
    except Refusal:
        return None
    if not any(name.startswith("build_parameters[") for name in names):
        return None
    unknown = trigger_url(_UNKNOWN)
    assert unknown is not None
    draft = Sighting(site, request, unknown, parts, _NOTHING, hidden=True)
    return _failed(draft, "unresolved-url", "The URL is known only at run time. Write it out, then run this again.")


def _one_of(whole: Template) -> TriggerUrl | None:
    """A trigger among the URLs that it can be, when a name in it was given several values."""
    others = alternatives(whole)
    return next((url for other in others if (url := trigger_url(other)) is not None), None) if len(others) > 1 else None


def _mentions_circleci(request: Request, site: Operand, url: TriggerUrl) -> bool:
    """Whether the call itself names CircleCI; or its file, where the host is known only at run time."""
    code = site.code.lower() + request.call.code.lower()
    if "circle" in code or "build_parameters" in code:
        return True
    host = url.url.text.partition("://")[2] or url.url.text
    return has_marks(host.partition("/")[0]) and "circle" in site.module.text.lower()


def method_of(request: Request) -> str | None:
    """The request's method; None when only the run shows it."""
    if isinstance(request.method, str):
        return request.method
    if request.method is None:
        return None
    known = values(text(request.method))
    return known[0].upper() if known is not None and len(known) == 1 else None


def unencoded(template: Template) -> Template:
    """The template with what is percent-encoded on the way into the URL as it was before."""
    return tuple(part for piece in template for part in _unencoded(piece))


def _unencoded(part: Part) -> Iterator[Part]:
    if isinstance(part, Hole) and part.plain is not None:
        yield from unencoded(part.plain)
    elif isinstance(part, Hole) and part.resolved is not None:
        inner = unencoded(part.resolved)
        yield from (part,) if inner == part.resolved and not _holds_encoded(part.resolved) else inner
    else:
        yield part


def _holds_encoded(template: Template) -> bool:
    return any(
        isinstance(part, Hole) and (part.plain is not None or _holds_encoded(part.resolved or ())) for part in template
    )


def _query(draft: Sighting) -> list[Field]:
    """The fields in the query, of the URL and beside it."""
    fields: list[Field] = []
    for parameter in draft.url.query:
        fields += form_fields((*parameter.name, Literal("="), *unencoded(parameter.value)))
    for _, found in query_of(draft.request):
        for entry in found.entries:
            if entry.name is None:
                raise Refusal("dynamic-field", "A name in the query is known only at run time. Write it out.")
            wire = form_wire(entry.value, entry.name, draft.request.dialect.form)
            if not wire.absent:
                fields.append(Field(entry.name, Value(wire.template, exact=True)))
    return fields
