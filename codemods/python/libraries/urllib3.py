"""Requests sent with urllib3: `urllib3.request`, pool managers and connection pools."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.libraries.library import Library, sent
from codemods.python.libraries.request import FormValues, LibraryDialect, RequestPart, arguments, made
from migrator.model import Literal

if TYPE_CHECKING:
    from codemods.python.libraries.request import Request
    from migrator.model import Template
    from migrator.syntax.python.program import Operand

_PARTS = {
    "method": RequestPart.METHOD,
    "url": RequestPart.URL,
    "body": RequestPart.RAW,
    "fields": RequestPart.MULTIPART,
    "json": RequestPart.JSON,
    "headers": RequestPart.HEADERS,
}
# `json=` came with urllib3 2; `body=` is in every version.
_DIALECT = LibraryDialect(
    "urllib3",
    _PARTS,
    FormValues.URLENCODE,
    json=None,
    raw="body",
    bytes_only=True,
    merges_headers=False,
    sends_userinfo=False,
)
_METHODS = {"request": None, "urlopen": None, "request_encode_body": None}
_POOLS = frozenset(
    f"urllib3.{module}{name}"
    for module in ("", "connectionpool.")
    for name in ("HTTPSConnectionPool", "HTTPConnectionPool", "connection_from_url")
)
_POSITIONAL = {"named": (), None: ("method", "url")}
_SESSION = {"headers": RequestPart.HEADERS}
_MANAGERS = Library(
    dialect=_DIALECT,
    functions={"urllib3.request": None},
    classes=frozenset({"urllib3.PoolManager", "urllib3.poolmanager.PoolManager", "urllib3.ProxyManager"}),
    methods=_METHODS,
    positional=_POSITIONAL,
    session=_SESSION,
)
_CONNECTIONS = Library(_DIALECT, {}, _POOLS, _METHODS, _POSITIONAL, _SESSION)


def request(call: Operand) -> Request | None:
    """The request that the call sends."""
    return sent(call, _MANAGERS) or _pooled(call)


def _pooled(call: Operand) -> Request | None:
    """A request of one host's pool: the URL is a path."""
    found = sent(call, _CONNECTIONS)
    if found is None:
        return None
    assert isinstance(call.node, cst.Call)
    assert isinstance(call.node.func, cst.Attribute)
    owner = made(call.of(call.node.func.value))
    given = arguments(owner.call, ("host", "port")) if owner is not None and owner.call is not None else None
    return on_host(found, given["host"].operand if given and "host" in given else None)


def on_host(found: Request, host: Operand | None) -> Request:
    """The request with the host that its client was made for in front of its URL."""
    from dataclasses import replace

    from migrator.syntax.python.text import text

    name: Template = text(host) if host is not None else (Literal("unknown"),)
    return replace(found, base=(Literal("https://"), *name))
