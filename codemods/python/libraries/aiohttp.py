"""Requests sent with aiohttp: `ClientSession` and `aiohttp.request`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from codemods.python.libraries.library import VERBS, Library, sent
from codemods.python.libraries.request import FormValues, LibraryDialect, RequestPart
from migrator.model import Literal, static
from migrator.syntax.text.templates import Marked

if TYPE_CHECKING:
    from codemods.python.libraries.request import Request
    from migrator.model import Template
    from migrator.syntax.python.program import Operand

_NAMES = {**VERBS, "request": None}
_PARTS = {
    "method": RequestPart.METHOD,
    "url": RequestPart.URL,
    "json": RequestPart.JSON,
    "data": RequestPart.DATA,
    "headers": RequestPart.HEADERS,
    "params": RequestPart.QUERY,
    "auth": RequestPart.AUTH,
}


def _joined(base: Template, url: Template) -> Template:
    """What aiohttp puts in front of a URL: the base URL as far as `urljoin` keeps it."""
    known, lead = static(base), Marked.of(url).text
    if known is None or "://" in lead:
        return ()
    kept = urljoin(known, "/x" if lead.startswith("/") else "x")
    return (Literal(kept[: -2 if lead.startswith("/") else -1]),)


_LIBRARY = Library(
    dialect=LibraryDialect("aiohttp", _PARTS, FormValues.AIOHTTP, text_type="text/plain"),
    functions={"aiohttp.request": None},
    classes=frozenset({"aiohttp.ClientSession", "aiohttp.client.ClientSession"}),
    methods=_NAMES,
    positional={"named": ("url",), None: ("method", "url")},
    session={"headers": RequestPart.HEADERS, "auth": RequestPart.AUTH},
    base=_joined,
)


def request(call: Operand) -> Request | None:
    """The request that the call sends."""
    return sent(call, _LIBRARY)
