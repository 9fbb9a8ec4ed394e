"""How the lookups of a rerun in Python are sent: by the same object, with the arguments that the call has for that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.libraries.request import Part, made
from codemods.python.write.rewrite_headers import token_of
from migrator.errors import Refusal
from migrator.model import Auth
from migrator.syntax.python.names import qualified
from migrator.syntax.python.spell import is_stable
from migrator.syntax.python.strings import quote_style, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.python.find.sighting import Sighting
    from codemods.python.libraries.request import Argument
    from migrator.syntax.python.imports import Imports
    from migrator.syntax.python.program import Operand

_LIBRARIES = frozenset({"requests", "httpx"})
_VERBS = frozenset({"post", "request"})
_SENDING = _LIBRARIES | {"httpx2"}
_KEPT = frozenset({"auth", "verify", "timeout", "cert", "proxies", "proxy", "trust_env", "extensions"})
_MAKERS = frozenset({"requests.auth.HTTPBasicAuth", "httpx.BasicAuth", "httpx.Timeout", "dict"})


@dataclass(frozen=True, slots=True)
class Lookup:
    """A GET request: the code that stands before its URL, and behind it."""

    function: str
    arguments: str

    def get(self, url: str, query: str = "") -> tuple[str, str]:
        """The function and the arguments of one lookup; `query` is an argument too, or nothing."""
        return self.function, f"{url}{query}{self.arguments}"


def refusal(message: str) -> Refusal:
    """Why the lookups cannot be written."""
    return Refusal("rerun", f"{message} The lookups that v2 needs cannot be put before it; write them by hand.")


def lookup_of(sighting: Sighting, imports: Imports) -> Lookup:
    """How the call's lookups are sent. Raises Refusal."""
    if sighting.request.dialect.name not in _LIBRARIES:
        name = sighting.request.dialect.name
        raise refusal(f"A rerun is only written for requests and httpx, and this goes through {name}.")
    arguments = "".join(f", {written}" for written in _arguments(sighting))
    return Lookup(_function(sighting, imports), arguments)


def _function(sighting: Sighting, imports: Imports) -> str:
    """`requests.get`, or `get` of the client object that sends the call."""
    call = sighting.request.call
    assert isinstance(call.node, cst.Call)
    func = call.node.func
    names = qualified(call.of(func))
    library = next((name.partition(".")[0] for name in names if name.partition(".")[0] in _SENDING), None)
    if library is not None and names[0].rpartition(".")[2] in _VERBS:
        return f"{imports.module_name(library)}.get"
    owner = made(call.of(func.value)) if isinstance(func, cst.Attribute) else None
    plain = isinstance(func, cst.Attribute) and func.attr.value in _VERBS and _is_path(func.value)
    if owner is None or not plain or not isinstance(func, cst.Attribute):
        raise refusal("The request is not sent where the call stands.")
    awaited = isinstance(call.module.parent(call.node), cst.Await)
    if any(name.endswith("AsyncClient") for name in owner.names) is not awaited:
        raise refusal("The request is not awaited where the call stands.")
    return f"{'await ' if awaited else ''}{call.module.code(func.value)}.get"


def _is_path(node: cst.BaseExpression) -> bool:
    """Whether the object has a name: it is not made anew for each request."""
    return isinstance(node, cst.Name) or (isinstance(node, cst.Attribute) and _is_path(node.value))


def _arguments(sighting: Sighting) -> Iterator[str]:
    request = sighting.request
    moved = token_of(sighting) if sighting.trigger.auth in {Auth.QUERY, Auth.USERINFO} else None
    headers = [argument.operand for argument in request.all(Part.HEADERS)]
    if any(not _stands_in(request.call, argument) for _, argument in request.arguments):
        raise refusal("Arguments of the call come out of `*` or `**`.")
    if headers:
        _refuse_repeated(headers[0])
    if moved is not None:
        token = f"{quoted('Circle-Token', quote_style(sighting.site.module))}: {moved}"
        others = f"**{headers[0].module.outer_code(headers[0].node)}, " if headers else ""
        yield f"headers={{{others}{token}}}"
    elif headers:
        yield f"headers={headers[0].code}"
    for _, argument in request.arguments:
        name = argument.arg.keyword.value if argument.arg.keyword is not None else None
        if name in _KEPT:
            _refuse_repeated(argument.operand)
            yield f"{name}={argument.operand.module.outer_code(argument.operand.node)}"


def _stands_in(call: Operand, argument: Argument) -> bool:
    return isinstance(call.node, cst.Call) and any(argument.arg is arg and not arg.star for arg in call.node.args)


def _refuse_repeated(operand: Operand) -> None:
    """The lookups evaluate the argument again: that must make no difference."""
    kinds = (cst.Await, cst.Yield, cst.NamedExpr)
    found = [node for kind in kinds for node in operand.module.all(kind, operand.node)]
    calls = [operand.of(node) for node in operand.module.all(cst.Call, operand.node)]
    if found or not all(is_stable(call) or _makes(call) for call in calls):
        raise refusal(f"`{operand.code}` would be evaluated several times. Assign it to a variable first.")


def _makes(call: Operand) -> bool:
    return isinstance(call.node, cst.Call) and not _MAKERS.isdisjoint(qualified(call.of(call.node.func)))
