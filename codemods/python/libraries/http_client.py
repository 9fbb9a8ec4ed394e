"""Requests sent with http.client: `HTTPSConnection(host).request(method, path, body, headers)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
from libcst import matchers

from codemods.python.libraries.request import FormValues, LibraryDialect, Request, RequestPart, arguments, made, parted
from migrator.model import Literal
from migrator.syntax.python.text import text

if TYPE_CHECKING:
    from codemods.python.libraries.request import Made
    from migrator.syntax.python.program import Operand

_CLASSES = frozenset(
    f"{module}.{name}"
    for module in ("http.client", "httplib", "six.moves.http_client")
    for name in ("HTTPSConnection", "HTTPConnection")
)
_PARTS = {
    "method": RequestPart.METHOD,
    "url": RequestPart.URL,
    "body": RequestPart.RAW,
    "headers": RequestPart.HEADERS,
}
_DIALECT = LibraryDialect(
    "http.client", _PARTS, FormValues.URLENCODE, json=None, raw="body", bytes_only=True, latin=True
)


def request(call: Operand) -> Request | None:
    """The request that the call sends."""
    assert isinstance(call.node, cst.Call)
    match call.node.func:
        case cst.Attribute(value=value, attr=cst.Name(value="request")):
            owner = made(call.of(value))
        case _:
            return None
    if owner is None or _CLASSES.isdisjoint(owner.names):
        return None
    found = arguments(call, ("method", "url", "body", "headers"))
    if found is None or "url" not in found or "method" not in found:
        return None
    host = arguments(owner.call, ("host", "port")) if owner.call is not None else None
    if not host or "host" not in host:
        return None
    scheme = "http" if all(name.endswith(".HTTPConnection") for name in owner.names) else "https"
    base = (Literal(f"{scheme}://"), *text(host["host"].operand))
    reply = _response(call, owner)
    return Request(_DIALECT, call, found["method"].operand, found["url"], parted(found, _DIALECT), base, reply=reply)


def _response(call: Operand, owner: Made) -> Operand | None:
    """The next `getresponse()` of the same connection."""
    if owner.held is None:
        return None
    name = owner.held.code
    start = call.module.span(call.node).start
    for other in call.module.calls():
        same = matchers.matches(other.func, matchers.Attribute(attr=matchers.Name("getresponse")))
        if same and call.module.span(other).start > start and call.module.code(other).startswith(f"{name}."):
            return call.of(other)
    return None
