"""Requests sent with urllib.request: `Request` objects and `urlopen`, with bytes as data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst
from libcst import matchers

from codemods.python.libraries.late import holder_of, late_settings
from codemods.python.libraries.request import FormValues, LibraryDialect, Request, RequestPart, arguments, made, parted
from migrator.syntax.python.resolve import qualified
from migrator.syntax.request import FORM_TYPE

if TYPE_CHECKING:
    from codemods.python.libraries.late import LateSetting
    from codemods.python.libraries.request import Argument
    from migrator.syntax.python.program import Operand

_MODULES = ("urllib.request", "urllib2", "six.moves.urllib.request")
_REQUEST = frozenset(f"{module}.Request" for module in _MODULES)
_OPEN = frozenset(f"{module}.urlopen" for module in _MODULES)
_PARTS = {
    "method": RequestPart.METHOD,
    "url": RequestPart.URL,
    "fullurl": RequestPart.URL,
    "data": RequestPart.RAW,
    "headers": RequestPart.HEADERS,
}
_DIALECT = LibraryDialect(
    "urllib",
    _PARTS,
    FormValues.URLENCODE,
    json=None,
    raw="data",
    bytes_only=True,
    text_type=FORM_TYPE,
    sends_userinfo=False,
)
_BARE = replace(_DIALECT, headers="")  # `urlopen` itself takes no headers


def request(call: Operand) -> Request | None:
    """The request that the call describes: `Request(…)`, or `urlopen` of a URL."""
    assert isinstance(call.node, cst.Call)
    names = set(qualified(call.of(call.node.func)))
    if names & _REQUEST:
        return _described(call)
    if names & _OPEN:
        return _opened(call)
    return None


def _described(call: Operand) -> Request | None:
    found = arguments(call, ("url", "data", "headers", "origin_req_host", "unverifiable", "method"))
    if found is None or "url" not in found:
        return None
    sending = _sending(call)
    given = dict(found)
    if sending is not None and "data" not in given:
        late = arguments(sending, ("url", "data", "timeout"))
        given |= {"data": late["data"]} if late and "data" in late else {}
    session, changed = list(_added_headers(call)), None
    for setting in late_settings(call):
        value = setting.given(call)
        if setting.name == "headers" and value is not None:
            session.append((RequestPart.HEADERS, value))
        elif setting.name in _SET and setting.value is not None and setting.sure:
            given[setting.name.removeprefix("get_")] = _set(setting, call)
        elif setting.name in _SET | _PLACES:
            changed = setting.statement
    method = _method(given) if changed is None else "POST"
    parts = parted(given, _DIALECT)
    return Request(_DIALECT, call, method, given["url"], parts, session=tuple(session), reply=sending, changed=changed)


_SET = frozenset({"data", "method", "get_method"})
_PLACES = frozenset({"full_url", "host", "selector", "type"})
"""Attributes of a request that are set after it is made. Source: Python docs, urllib.request, "Request Objects"."""


def _set(setting: LateSetting, call: Operand) -> Argument:
    """`request.data = …`, `request.get_method = lambda: "POST"`."""
    found = setting.argument(call)
    node = found.operand.node
    return replace(found, operand=call.of(node.body)) if isinstance(node, cst.Lambda) else found


def _opened(call: Operand) -> Request | None:
    found = arguments(call, ("url", "data", "timeout"))
    if found is None or "url" not in found:
        return None
    target = made(found["url"].operand)
    if target is not None and _REQUEST.intersection(target.names):
        return None  # the `Request(…)` is the call
    return Request(_BARE, call, _method(found), found["url"], parted(found, _BARE), reply=call)


def _method(found: dict[str, Argument]) -> Operand | str:
    """Urllib posts when there is data, unless it is told a method."""
    if "method" in found:
        return found["method"].operand
    data = found.get("data")
    return "POST" if data is not None and data.operand.code != "None" else "GET"


def _sending(call: Operand) -> Operand | None:
    """The `urlopen`, or the `open` of an opener, that sends the request."""
    above = call.module.parent(call.node)
    outer = call.module.parent(above) if isinstance(above, cst.Arg) else None
    if isinstance(outer, cst.Call) and _opens(call, outer):
        return call.of(outer)
    name = holder_of(call)
    for other in call.module.calls() if name is not None else ():
        if name is None or not other.args or not _opens(call, other):
            continue
        target = made(call.of(other.args[0].value))
        if target is not None and target.call is not None and target.call.node is call.node:
            return call.of(other)
    return None


def _opens(request: Operand, call: cst.Call) -> bool:
    if not _OPEN.isdisjoint(qualified(request.of(call.func))):
        return True
    is_method = isinstance(call.func, cst.Attribute) and call.func.attr.value == "open"
    return is_method and "opener" in request.module.text.lower()


def _added_headers(call: Operand) -> tuple[tuple[RequestPart, Operand], ...]:
    """`request.add_header(name, value)`: the calls themselves stand for the headers."""
    name = holder_of(call)
    if not isinstance(name, cst.Name):
        return ()
    method = matchers.Name("add_header") | matchers.Name("add_unredirected_header")
    shape = matchers.Call(func=matchers.Attribute(value=matchers.Name(name.value), attr=method))
    scope = call.module.function(call.node) or call.module.tree
    found = [node for node in call.module.calls(scope) if matchers.matches(node, shape)]
    return tuple((RequestPart.HEADERS, call.of(node)) for node in found)
