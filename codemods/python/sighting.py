"""Judge one Python request: is it a trigger, what does it ask for, and what about it cannot be told.

A call that posts to a trigger's address through something that is not known is reported and never edited.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.libraries.request import Argument, FormValues, LibraryDialect, Request, made
from codemods.python.read.body import NO_BODY, PythonBody, read_body
from codemods.python.read.defaults import assumption, with_defaults
from codemods.python.read.encoded import encoded_part
from codemods.python.read.headers import auth_of, headers_of, query_of, types_of
from codemods.python.read.http import http_request, method_of
from codemods.python.read.wire import form_wire, may_be_member, put_into_text
from codemods.python.runners import run_of
from codemods.python.wrappers import may_be_open
from migrator.circleci.api.form import form_fields
from migrator.circleci.api.recognise import TELLING, as_sent, bare_trigger, one_of, unknown_trigger
from migrator.circleci.api.v1_request import (
    BodyKind,
    Field,
    about_branch,
    about_condition,
    about_query,
    about_type,
    assumed_of_values,
    read_request,
    refuse_length,
)
from migrator.circleci.api.v1_url import TriggerUrl, trigger_url
from migrator.errors import Refusal
from migrator.model import (
    Expansion,
    Literal,
    Note,
    Severity,
    V1Trigger,
    Value,
    flatten,
    literal,
    static,
    values,
)
from migrator.syntax.python.program import Operand, operand_of
from migrator.syntax.python.records import shows
from migrator.syntax.python.resolve import callee, qualified
from migrator.syntax.python.scope import DefinitionKind, definitions
from migrator.syntax.python.spell import is_read_later
from migrator.syntax.python.text import shape, text
from migrator.syntax.python.types import types
from migrator.syntax.request import may_post
from migrator.syntax.text.templates import Marked, has_marks, is_mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.python.helper import Wait
    from codemods.python.reply.reply import ReplyUse
    from codemods.python.reply.status import StatusCheck
    from migrator.model import Part, Template
    from migrator.syntax.python.shapes import Shape


_ANY_URL: Template = (Literal("https://circleci.com/api/v1.1/project/"), Expansion("?"))


@dataclass(frozen=True, slots=True, eq=False)
class PythonSighting:
    """A trigger that a request makes. `site` is the call that it is reported at: the outermost of a chain of wrappers.

    `shape` is how the URL is put together, without what the client object puts in front of it; `adapted` are the uses
    of the reply that the rewrite changes, `checks` the comparisons of its status, `wait` says how the new call waits so
    that the others can stay; `hidden` says that only the body
    tells that it is a trigger, or that it is `open`: the callers of the function around give what it carries.
    """

    site: Operand
    request: Request
    url: TriggerUrl
    shape: Shape
    trigger: V1Trigger
    body: PythonBody = NO_BODY
    notes: tuple[Note, ...] = ()
    reply_fields: tuple[str, ...] = ()
    adapted: tuple[ReplyUse, ...] = ()
    checks: tuple[StatusCheck, ...] = ()
    wait: Wait | None = None
    hidden: bool = False
    open: bool = False

    @property
    def sender(self) -> Operand:
        """The call that sends the request."""
        return self.request.call

    @property
    def is_refused(self) -> bool:
        """Whether the call cannot be rewritten."""
        return any(note.severity is Severity.ERROR for note in self.notes)


def sight(request: Request, site: Operand) -> PythonSighting | None:
    """The trigger that the request makes, or None when it makes none."""
    parts = with_defaults(shape(request.url.operand))
    method = method_of(request)
    if not may_post(method):
        return None
    whole = (*request.base, *parts.template)
    if _is_up_to_callers(whole):
        return None
    url = trigger_url(whole)
    other = None if url is not None else one_of(whole)
    url = url or other
    if url is None:
        return _without_url(request, site, parts)
    if not (url.sure or _mentions_circleci(request, site, url)):
        return None
    written = url.branch
    url = replace(url, branch=put_into_text(unencoded(url.branch))) if url.branch is not None else url
    draft = PythonSighting(site, request, url, parts, bare_trigger(url), notes=tuple(about_branch(written, url.branch)))
    draft = replace(draft, notes=(*draft.notes, *assumption(whole)))
    encoded = url.encoded or (encoded_part(url.branch) if url.branch is not None else None)
    if encoded is not None:
        message = f"`{encoded}` holds percent-encoded branches, or may; v2 wants the plain text. Give it that."
        return _failed(draft, "encoded-branch", message)
    if other is not None:
        return _failed(draft, "several-urls", "The URL is one of several. Give each a call of its own.")
    if request.unseen:
        return _failed(draft, "arguments-unseen", "Arguments come out of `*` or `**`. Write them at the call.")
    if request.changed is not None:
        line = request.call.module.line(request.changed)
        message = f"Line {line} changes the request in a way that cannot be followed. Give it all when it is made."
        return _failed(draft, "request-changed", message)
    if method is None:
        return _failed(draft, "dynamic-method", "The method of the request is known only at run time. Write it out.")
    return _read(draft)


def _read(draft: PythonSighting) -> PythonSighting:
    """Read what the request carries; what cannot be read becomes an error note."""
    try:
        if not draft.url.api_version:
            raise Refusal(
                "unresolved-url", "The base of the URL is known only at run time. Write it out as /api/v1.1/."
            )
        if draft.request.dialect.name != "requests":  # which counts again
            refuse_length(header.name for header in headers_of(draft.request).found)
        body = read_body(draft.request)
        carried = [leaf.field for leaf in body.leaves if leaf.field.name and leaf.counts]
        auth = auth_of(draft.request, draft.url, tuple(field.name for field in carried))
        query = _query(draft)
        reading = read_request(draft.url, (*query, *carried), auth)
    except Refusal as refusal:
        is_open = refusal.code == "unreadable-payload" and may_be_open(draft.sender, draft.site)
        return replace(_failed(draft, refusal.code, refusal.message), hidden=is_open, open=is_open)
    notes = [*draft.notes, *reading.notes, *about_query(query), *_sometimes(body)]
    notes += about_type(body.kind, types_of(draft.request, body.encoded)) if body.kind is not None and carried else ()
    notes += assumed_of_values(BodyKind.FORM, _spliced(body)) if body.kind is BodyKind.FORM else ()
    notes += (*_member_in_url(draft.url), *_read_later(draft))
    notes += (*body.notes, *(note for leaf in body.leaves if leaf.wire for note in leaf.wire.notes))
    names = (leaf.field.name for leaf in body.leaves if leaf.counts and not leaf.sure)
    optional = frozenset(name.removeprefix("build_parameters[").removesuffix("]") for name in names)
    trigger = as_sent(replace(reading.trigger, optional=optional), http_request(draft.request, draft.site))
    return replace(draft, trigger=trigger, body=body, notes=tuple(dict.fromkeys(notes)))


def _read_later(draft: PythonSighting) -> Iterator[Note]:
    """Items in the URL that the body or a header will read, at the call: one that is missing is missed there only."""
    query = (part for parameter in draft.url.query for part in parameter.value)
    for part in (*(draft.url.branch or ()), *query):
        operand = operand_of(part) if isinstance(part, Expansion) else None
        if operand is not None and operand.module is draft.site.module and is_read_later(operand, draft.site):
            text = f"`{operand.code}` is read at the call now, not where the URL is made: where it is missing, the "
            yield Note(
                "read-later", Severity.INFO, f"{text}program ends there, and has done by then what stands between."
            )


def _member_in_url(url: TriggerUrl) -> Iterator[Note]:
    """A branch that may be a member of an enumeration: in text that is its name or its text, in JSON its text."""
    for part in url.branch or ():
        operand = part.origin if isinstance(part, Expansion) and not part.textual and part.values is None else None
        if isinstance(operand, Operand) and types(operand) is None and may_be_member(operand):
            message = f"`{operand.code}` may be a member of an enumeration, whose name the URL held: the rewrite rests "
            yield Note("value-type", Severity.WARNING, f"{message}on its being a string.")


def _spliced(body: PythonBody) -> Iterator[str]:
    """The fields whose values only the run shows, and that the program puts into the text of a form itself."""
    for leaf in body.leaves:
        if not leaf.field.value.exact and values(leaf.field.value.template) is None:
            yield leaf.field.variable or leaf.field.name


def _sometimes(body: PythonBody) -> Iterator[Note]:
    """A field that is added under a condition, and is no build parameter and no revision."""
    names = {leaf.field.name for leaf in body.leaves}
    alone = "build_parameters[revision]" not in names  # which is called like that
    for leaf in body.leaves:
        is_parameter = leaf.field.name.startswith("build_parameters[") and "CIRCLE_JOB" not in leaf.field.name
        is_parameter = is_parameter or (leaf.field.name == "revision" and alone)
        if leaf.entry is not None and leaf.field.name and leaf.counts and not leaf.sure and not is_parameter:
            line = leaf.entry.owner.module.line(leaf.entry.key)
            message = f"Line {line} adds `{leaf.field.name}` only under a condition{about_condition(leaf.field.name)}"
            yield Note("conditional-field", Severity.ERROR, message, line)


def _failed(draft: PythonSighting, code: str, message: str) -> PythonSighting:
    return replace(draft, notes=(*draft.notes, Note(code, Severity.ERROR, message)))


def failed(draft: PythonSighting, code: str, message: str) -> PythonSighting:
    """The sighting as one that cannot be rewritten."""
    return _failed(draft, code, message)


def _is_up_to_callers(whole: Template) -> bool:
    """Whether what the URL addresses is only known where the function around it is called.

    Its end is a parameter that is no segment of its own behind the project: `".../acme/app" + path`.
    """
    parts = flatten(whole)
    if any(isinstance(part, Literal) and "?" in part.text for part in parts):
        return False  # what ends the URL is in the query
    last = parts[-1] if parts else None
    operand = operand_of(last) if isinstance(last, Expansion) else None
    if operand is None or not isinstance(operand.node, cst.Name):
        return False
    found = definitions(operand.module, operand.node)
    bound = operand.node.value in operand.frame.arguments
    if len(found) != 1 or found[0].kind is not DefinitionKind.PARAMETER or bound:
        return False
    before = Marked.of(whole).text[:-1]
    if "/tree/" in before.rpartition("/project/")[2]:
        return False  # the end of a branch
    return not before.endswith("/") or before.endswith("/project/")


def is_trigger_url(template: Template) -> bool:
    """Whether the text surely is the address of a trigger."""
    url = trigger_url(template)
    return url is not None and url.sure


def _without_url(request: Request, site: Operand, parts: Shape) -> PythonSighting | None:
    """A request whose body can only be a trigger's, and whose URL is not known."""
    marked = Marked.of(parts.template).text
    unknown_part = marked[:1], marked.partition("/api/")[2][:1]  # the base, or the version behind it
    if not any(part and is_mark(part) for part in unknown_part) or "/api/v2/" in marked:
        return None
    try:
        names = {leaf.field.name for leaf in read_body(request).leaves}
    except Refusal:
        return None
    if not any(name.startswith("build_parameters[") for name in names):
        return None
    unknown = trigger_url(_ANY_URL)
    assert unknown is not None
    draft = PythonSighting(site, request, unknown, parts, unknown_trigger(), hidden=True)
    return _failed(draft, "unresolved-url", "The URL is known only at run time. Write it out, then run this again.")


def _mentions_circleci(request: Request, site: Operand, url: TriggerUrl) -> bool:
    """Whether the call itself names CircleCI; or its file, where the host is known only at run time."""
    code = site.code.lower() + request.call.code.lower()
    if "circle" in code or "build_parameters" in code:
        return True
    host = url.url.text.partition("://")[2] or url.url.text
    return has_marks(host.partition("/")[0]) and "circle" in site.module.text.lower()


def unencoded(template: Template) -> Template:
    """The template with what is percent-encoded on the way into the URL as it was before."""
    return tuple(part for piece in template for part in _unencoded(piece))


def _unencoded(part: Part) -> Iterator[Part]:
    if isinstance(part, Expansion) and part.plain is not None:
        yield from unencoded(part.plain)
    elif isinstance(part, Expansion) and part.resolved is not None:
        inner = unencoded(part.resolved)
        yield from (part,) if inner == part.resolved and not _holds_encoded(part.resolved) else inner
    else:
        yield part


def _holds_encoded(template: Template) -> bool:
    return any(
        isinstance(part, Expansion) and (part.plain is not None or _holds_encoded(part.resolved or ()))
        for part in template
    )


def _query(draft: PythonSighting) -> list[Field]:
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


_DIALECT = LibraryDialect("unknown", {}, FormValues.REQUESTS)
_SENDING_NAME = re.compile(r"post|send|trigger|submit|request|invoke|launch|start_|fire", re.IGNORECASE)
_MOCKING = re.compile(r"mock|responses|httpretty|respx|vcr|nock|fake|patch|assert", re.IGNORECASE)
_SENDERS = frozenset({"post", "request", "urlopen"})
_CLIENTS = frozenset({"curl", "wget"})
_NEVER = frozenset({"format", "join", "replace", "urljoin", "get", "search", "match", "compile", "sub", "startswith"})


def unknown_sender(call: Operand) -> PythonSighting | None:
    """The trigger that a call seems to make: it is given the address, and something says that it posts."""
    node = call.node
    assert isinstance(node, cst.Call)
    code = call.module.code(node.func)
    name = code.rpartition(".")[2]
    if name in _NEVER or _MOCKING.search(code) or shows(call.module, node) or run_of(call) is not None:
        return None
    if name in _CLIENTS or any(_begins_command(call, arg.value) for arg in node.args if not arg.star):
        return None
    owner = made(call.of(node.func.value)) if isinstance(node.func, cst.Attribute) else None
    names = (*qualified(call.of(node.func)), *(owner.names if owner is not None else ()))
    if any(_MOCKING.search(found) for found in names):
        return None
    hands_on = any(_is_function(call.of(arg.value)) for arg in node.args)
    posts = hands_on or _says_post(call, node)
    if not (posts or _SENDING_NAME.search(name)):  # to find out what an address is takes longest
        return None
    found = _address(call, node, is_path=hands_on or (posts and "/v1" in call.module.text))
    if found is None:
        return None
    base, address, value = found
    request = Request(_DIALECT, call, "POST", Argument(call.of(value), address, call), base=base)
    sighting = sight(request, call)
    if sighting is None:
        return None
    message = f"What `{code}` does with the address is not known. Change it by hand."
    is_open = may_be_open(call, call)  # a caller may give the client
    return replace(failed(sighting, "client-unknown", message), hidden=is_open, open=is_open)


def _begins_command(call: Operand, value: cst.BaseExpression) -> bool:
    """Whether an argument is the name of curl or wget, or a list that begins with one."""
    if isinstance(value, cst.List | cst.Tuple) and value.elements:
        value = value.elements[0].value
    return (static(text(call.of(value))) or "").rpartition("/")[2] in _CLIENTS


def _address(call: Operand, node: cst.Call, *, is_path: bool) -> tuple[Template, cst.Arg, cst.BaseExpression] | None:
    """The argument, or the element of one, that is a trigger's address, and what has to stand before it."""
    for arg in node.args:
        if arg.star:
            continue
        values = [arg.value]
        if isinstance(arg.value, cst.Tuple | cst.List):
            values += [element.value for element in arg.value.elements]
        for value in values:
            given = text(call.of(value))
            lead = Marked.of(given).text
            if " " in lead:  # a command, or prose
                continue
            base = literal("https://circleci.com/api/".removesuffix("/" if lead.startswith("/") else ""))
            if is_trigger_url(given):
                return (), arg, value
            host = literal("https://circleci.com" + ("" if lead.startswith("/") else "/"))
            if is_path and lead.lstrip("/").startswith("api/v1") and is_trigger_url((*host, *given)):
                return host, arg, value
            if is_path and lead.lstrip("/").startswith("v1") and is_trigger_url((*base, *given)):
                return base, arg, value
            below = literal("https://circleci.com/api/v1.1/".removesuffix("/" if lead.startswith("/") else ""))
            if is_path and lead.lstrip("/").startswith("project/") and is_trigger_url((*below, *given)):
                return below, arg, value
    return None


def _is_function(operand: Operand) -> bool:
    """Whether the expression is a function that sends requests, handed on to be called later."""
    if any(name.rpartition(".")[2] in _SENDERS for name in qualified(operand)):
        return True
    found = callee(operand) if isinstance(operand.node, cst.Name | cst.Attribute) else None
    if found is None:
        return False
    frame, function, _ = found
    called = [frame.module.code(node.func).rpartition(".")[2] for node in frame.module.calls(function.body)]
    return not _SENDERS.isdisjoint(called)


def _says_post(call: Operand, node: cst.Call) -> bool:
    """Whether another argument is the method, or a payload."""
    keywords = {arg.keyword.value for arg in node.args if arg.keyword is not None}
    if keywords & {"json", "data", "payload", "body"} or TELLING.search(call.module.code(node)):
        return True
    if call.module.code(node.func).endswith(".setopt"):  # of pycurl, which is told what to post in another call
        return "POSTFIELDS" in call.module.text
    return any(static(text(call.of(arg.value))) == "POST" for arg in node.args if not arg.star)
