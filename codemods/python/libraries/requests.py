"""Requests sent with requests: its functions, `Session`, and `Request` objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.python.libraries.library import VERBS, Library, sent
from codemods.python.libraries.request import FormValues, LibraryDialect, RequestPart

if TYPE_CHECKING:
    from codemods.python.libraries.request import Request
    from migrator.syntax.python.program import Operand

_NAMES = {**VERBS, "request": None}
_PARTS = {
    "method": RequestPart.METHOD,
    "url": RequestPart.URL,
    "json": RequestPart.JSON,
    "data": RequestPart.DATA,
    "files": RequestPart.MULTIPART,
    "headers": RequestPart.HEADERS,
    "params": RequestPart.QUERY,
    "auth": RequestPart.AUTH,
}
_LIBRARY = Library(
    dialect=LibraryDialect("requests", _PARTS, FormValues.REQUESTS),
    functions={f"{module}.{name}": verb for module in ("requests", "requests.api") for name, verb in _NAMES.items()}
    | {"requests.Request": None},
    classes=frozenset({"requests.Session", "requests.session", "requests.sessions.Session"}),
    methods=_NAMES,
    positional={"named": ("url", "data", "json"), None: ("method", "url")},
    session={"headers": RequestPart.HEADERS, "params": RequestPart.QUERY, "auth": RequestPart.AUTH},
)


def request(call: Operand) -> Request | None:
    """The request that the call sends or prepares."""
    return sent(call, _LIBRARY)
