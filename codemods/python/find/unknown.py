"""Calls that post to a trigger's address through something that is not known: reported, never edited."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.find.sighting import failed, is_trigger_url, sight
from codemods.python.libraries.request import Argument, Dialect, FormValues, Request, made
from migrator.model import Literal, literal, static
from migrator.syntax.python.calls import callee
from migrator.syntax.python.names import qualified
from migrator.syntax.python.records import shows
from migrator.syntax.python.text import text

if TYPE_CHECKING:
    from codemods.python.find.sighting import Sighting
    from migrator.model import Template
    from migrator.syntax.python.program import Operand

_UNKNOWN = Dialect("unknown", {}, FormValues.REQUESTS)
_SENDING = re.compile(r"post|send|trigger|submit|request|invoke|launch|start_|fire", re.IGNORECASE)
_MOCKING = re.compile(r"mock|responses|httpretty|respx|vcr|nock|fake|patch|assert", re.IGNORECASE)
_SENDERS = frozenset({"post", "request", "urlopen"})
_NEVER = frozenset({"format", "join", "replace", "urljoin", "get", "search", "match", "compile", "sub", "startswith"})


def unknown_sender(call: Operand) -> Sighting | None:
    """The trigger that a call seems to make: it is given the address, and something says that it posts."""
    node = call.node
    assert isinstance(node, cst.Call)
    code = call.module.code(node.func)
    name = code.rpartition(".")[2]
    if name in _NEVER or _MOCKING.search(code) or shows(call.module, node):
        return None
    owner = made(call.of(node.func.value)) if isinstance(node.func, cst.Attribute) else None
    names = (*qualified(call.of(node.func)), *(owner.names if owner is not None else ()))
    if any(_MOCKING.search(found) for found in names):
        return None
    hands_on = any(_is_function(call.of(arg.value)) for arg in node.args)
    found = _address(call, node, is_path=hands_on)
    if found is None or not (hands_on or _SENDING.search(name) or _says_post(call, node)):
        return None
    base, address, value = found
    request = Request(_UNKNOWN, call, "POST", Argument(call.of(value), address, call), base=base)
    sighting = sight(request, call)
    if sighting is None:
        return None
    message = f"What `{code}` does with the address is not known. Change it by hand."
    return failed(sighting, "client-unknown", message)


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
            lead = given[0].text if given and isinstance(given[0], Literal) else ""
            base = literal("https://circleci.com/api/".removesuffix("/" if lead.startswith("/") else ""))
            if is_trigger_url(given):
                return (), arg, value
            if is_path and lead.lstrip("/").startswith("v1") and is_trigger_url((*base, *given)):
                return base, arg, value
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
    if keywords & {"json", "data", "payload", "body"}:
        return True
    return any(static(text(call.of(arg.value))) == "POST" for arg in node.args if not arg.star)
