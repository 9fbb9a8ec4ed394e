"""Calls that post to a trigger's address through something that is not known: reported, never edited."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python_request import Argument, Dialect, FormValues, Request, made
from codemods.python_sighting import failed, is_trigger_url, sight
from migrator.model import static
from migrator.syntax.python_names import qualified
from migrator.syntax.python_records import shows
from migrator.syntax.python_text import text

if TYPE_CHECKING:
    from codemods.python_sighting import Sighting
    from migrator.syntax.python_program import Operand

_UNKNOWN = Dialect("unknown", {}, FormValues.REQUESTS)
_SENDING = re.compile(r"post|send|trigger|submit|request|invoke|launch|start_|fire", re.IGNORECASE)
_MOCKING = re.compile(r"mock|responses|httpretty|respx|vcr|nock|fake|patch|assert", re.IGNORECASE)
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
    address = next((arg for arg in node.args if not arg.star and is_trigger_url(text(call.of(arg.value)))), None)
    if address is None or not (_SENDING.search(name) or _says_post(call, node)):
        return None
    request = Request(_UNKNOWN, call, "POST", Argument(call.of(address.value), address, call))
    sighting = sight(request, call)
    if sighting is None:
        return None
    message = f"What `{code}` does with the address is not known. Change it by hand."
    return failed(sighting, "client-unknown", message)


def _says_post(call: Operand, node: cst.Call) -> bool:
    """Whether another argument is the method, or a payload."""
    keywords = {arg.keyword.value for arg in node.args if arg.keyword is not None}
    if keywords & {"json", "data", "payload", "body"}:
        return True
    return any(static(text(call.of(arg.value))) == "POST" for arg in node.args if not arg.star)
