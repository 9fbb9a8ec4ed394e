"""One request of a Python program as the HTTP request that it sends."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from codemods.python.libraries.request import RequestPart
from codemods.python.read.body import content_of
from codemods.python.read.defaults import with_defaults
from codemods.python.read.headers import headers_of, login_of, query_of, sent_headers, types_of
from codemods.python.read.json_body import JsonReader
from migrator.errors import Refusal
from migrator.model import values
from migrator.syntax.python.text import shape, text
from migrator.syntax.python.types import STR, types
from migrator.syntax.request import HttpRequest, JsonBody

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.python.libraries.request import Request
    from migrator.syntax.python.program import Operand


def http_request(request: Request, site: Operand) -> HttpRequest:
    """The request that a call sends. `site` is the call that it is reported at."""
    return HttpRequest(
        urls=((*request.base, *with_defaults(shape(request.url.operand)).template),),
        method=method_of(request),
        code=site.code + request.call.code,
        types=_types(request),
        read=partial(_body, request),
        broken=_broken(request),
        complete=headers_of(request).complete,
        unseen="arguments come out of `*` or `**`" if request.unseen else "",
        headers=tuple(sent_headers(request)),
        query=tuple(_query_names(request)),
        login=login_of(request),
        sends_userinfo=request.dialect.sends_userinfo,
    )


def _broken(request: Request) -> str:
    """Why the library sends nothing: urllib takes bytes, and raises for text."""
    if request.dialect.name != "urllib":
        return ""
    given = (argument.operand for argument in request.all(RequestPart.RAW))
    return "urllib raises an error for a body that is text: encode it" if any(types(o) == STR for o in given) else ""


def _query_names(request: Request) -> Iterator[str]:
    """The names of the fields that arguments put into the query; empty where only the run shows them."""
    try:
        found = query_of(request)
    except Refusal:
        yield ""
        return
    yield from (entry.name or "" for _, values in found for entry in values.entries)


def _types(request: Request) -> tuple[str, ...]:
    try:
        content = content_of(request)
    except Refusal:
        return ("",)
    return types_of(request, content.encoded if content is not None else None)


def _body(request: Request) -> JsonBody | None:
    """The JSON that a request sends. Raises Refusal."""
    content = content_of(request)
    if content is None:
        return None
    reader = JsonReader()
    found = reader.content(content.operand, content.kind)
    return JsonBody(found, frozenset(reader.optional))


def method_of(request: Request) -> str | None:
    """The request's method; None when only the run shows it."""
    if isinstance(request.method, str):
        return request.method
    if request.method is None:
        return None
    known = values(text(request.method))
    return known[0].upper() if known is not None and len(known) == 1 else None
