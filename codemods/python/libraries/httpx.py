"""Requests sent with httpx or its fork httpx2: functions, `Client` and `AsyncClient`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.python.libraries.library import VERBS, Library, sent
from codemods.python.libraries.request import FormValues, LibraryDialect, RequestPart
from migrator.model import Literal, static
from migrator.syntax.text.templates import Marked

if TYPE_CHECKING:
    from codemods.python.libraries.request import Request
    from migrator.model import Template
    from migrator.syntax.python.program import Operand

_NAMES = {**VERBS, "request": None, "stream": None, "build_request": None}
_PARTS = {
    "method": RequestPart.METHOD,
    "url": RequestPart.URL,
    "json": RequestPart.JSON,
    "data": RequestPart.DATA,
    "content": RequestPart.RAW,
    "files": RequestPart.MULTIPART,
    "headers": RequestPart.HEADERS,
    "params": RequestPart.QUERY,
    "auth": RequestPart.AUTH,
}
_MODULES = ("httpx", "httpx2")


def _appended(base: Template, url: Template) -> Template:
    """What httpx puts in front of a relative URL: the base URL, with one slash between the two."""
    lead = Marked.of(url).text
    if "://" in lead:
        return ()
    known = static(base)
    gap = "" if lead.startswith("/") else "/"
    if known is None:
        return (*base, Literal(gap)) if gap else base
    return (Literal(known.rstrip("/") + gap),)


_LIBRARY = Library(
    dialect=LibraryDialect("httpx", _PARTS, FormValues.HTTPX),
    functions={f"{module}.{name}": verb for module in _MODULES for name, verb in _NAMES.items()}
    | {f"{module}.Request": None for module in _MODULES},
    classes=frozenset(f"{module}.{name}" for module in _MODULES for name in ("Client", "AsyncClient")),
    methods=_NAMES,
    positional={"named": ("url",), None: ("method", "url")},
    session={"headers": RequestPart.HEADERS, "params": RequestPart.QUERY, "auth": RequestPart.AUTH},
    base=_appended,
)


def request(call: Operand) -> Request | None:
    """The request that the call sends or builds."""
    return sent(call, _LIBRARY)
