"""Headers of a rewritten request: its content type, and a token that stood in the URL or the query."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.libraries.request import FormValues, RequestPart
from codemods.python.read.body import token_leaf
from codemods.python.read.headers import headers_of, query_of
from codemods.python.sighting import unencoded
from codemods.python.write.payload import code_of, literal_dict
from migrator.circleci.api.form import token_decoded
from migrator.circleci.api.v1_request import TOKEN_FIELDS
from migrator.errors import Refusal
from migrator.model import Auth, Span, static
from migrator.syntax.python.edit_record import add_argument, argument_span, remove_argument, restructure, set_argument
from migrator.syntax.python.strings import quote_style, quoted
from migrator.syntax.python.text import text
from migrator.syntax.python.types import types
from migrator.syntax.request import JSON_TYPE, is_json_media
from migrator.syntax.text.templates import Marked

if TYPE_CHECKING:
    from codemods.python.libraries.request import Argument, Request
    from codemods.python.read.headers import Header
    from codemods.python.sighting import PythonSighting
    from migrator.syntax.python.edit_record import Item
    from migrator.syntax.python.editor import Editor
    from migrator.syntax.python.imports import Imports
    from migrator.syntax.python.program import Operand


def rewrite_headers(editor: Editor, sighting: PythonSighting, *, by_keyword: bool) -> list[Item]:
    """Edit the headers that must change; returns those that must be added.

    `by_keyword`: the library encodes the body itself, and declares it to be JSON where nothing else is said.
    """
    request = sighting.request
    headers = headers_of(request)
    added: list[Item] = []
    if sighting.trigger.auth in {Auth.QUERY, Auth.USERINFO}:
        added.append(("Circle-Token", token_of(sighting)))
    declared = headers.get("content-type")
    quote = quote_style(sighting.site.module)
    if declared is None:
        if not by_keyword:
            added.append(("Content-Type", quoted(JSON_TYPE, quote)))
    elif not is_json(declared) and not _corrected(editor, sighting, declared, quote):
        added.append(("Content-Type", quoted(JSON_TYPE, quote)))
    return added


def is_json(header: Header) -> bool:
    """Whether a content type is JSON."""
    known = static(text(header.value))
    return known is not None and is_json_media(known)


def _corrected(editor: Editor, sighting: PythonSighting, header: Header, quote: str) -> bool:
    """Whether the content type could be changed where it stands, because the headers are this call's alone."""
    own = [each.operand for each in sighting.request.all(RequestPart.HEADERS) if not each.spread]
    found = header.record
    if header.entry is None or found is None:
        return False
    holders = [operand for operand in own if operand.node is found.operand.node]
    if not holders:
        return False
    if found.operand.node is not found.display.node and not editor.may_edit(found.operand, found.display):
        return False
    before = len(editor.edits)
    editor.replace(header.entry.value, quoted(JSON_TYPE, quote))
    if found.operand.node is not found.display.node:
        editor.rely(before, found.operand, found.display)
    return True


def token_of(sighting: PythonSighting) -> str:
    """The code of the token that stood in the URL, beside it, or in the body. Raises Refusal."""
    at, url = sighting.request.url.operand, sighting.url
    if sighting.trigger.auth is Auth.USERINFO:
        marked = Marked.of(url.userinfo or ())
        colon = marked.text.find(":")
        return code_of(token_decoded(unencoded(marked.slice(0, colon if colon >= 0 else None))), at)
    for parameter in url.query:
        if static(parameter.name) in TOKEN_FIELDS:
            return code_of(token_decoded(unencoded(parameter.value)), at)
    for argument, found in query_of(sighting.request):
        for entry in found.entries:
            if entry.name in TOKEN_FIELDS:
                if argument is None:
                    return _token_of_client(sighting.request, entry.name or "")
                return _as_header(
                    sighting.request, entry.value, _token_of(found.operand, entry.value, entry.name or "")
                )
    leaf = token_leaf(sighting.body)
    if leaf is not None and leaf.entry is not None:
        return _as_header(sighting.request, leaf.entry.value, leaf.entry.value.code)
    raise Refusal("no-token", "The token of the call was not found again. Rewrite the call by hand.")


def _as_header(request: Request, value: Operand, code: str) -> str:
    """A value of a query or a form as a header, which takes no None: what the library made of it there."""
    found = types(value)
    if found is None or "None" not in found:
        return code
    match request.dialect.form:
        case FormValues.HTTPX:
            return f"{code} or {quoted('', quote_style(value.module))}"
        case FormValues.URLENCODE:
            return f"str({code})"
    return code


def refuse_token_of_client(request: Request) -> None:
    """Raises Refusal where a client adds the token to every query: `/pipeline/run` refuses it there (CircleCI's v2 API
    reference, 2025-03).
    """
    for argument, found in query_of(request):
        if argument is None and any(entry.name in TOKEN_FIELDS for entry in found.entries):
            message = "The client adds the token to each query, and `/pipeline/run` takes none there. Make it a header."
            raise Refusal("query-token", message)


def _token_of(held: Operand, value: Operand, name: str) -> str:
    """The token itself where the query is written out at the call, else `params["circle-token"]`."""
    if isinstance(held.node, cst.Dict):
        return value.code
    return f"{held.code}[{quoted(name, quote_style(held.module))}]"


def _token_of_client(request: Request, name: str) -> str:
    """`client.params["circle-token"]`: what the client was given may not be in reach of the call. Raises Refusal."""
    func = request.call.node.func if isinstance(request.call.node, cst.Call) else None
    if not isinstance(func, cst.Attribute) or not isinstance(func.value, cst.Name | cst.Attribute):
        raise Refusal("query-unseen", "The client that adds the token to the query has no name. Give it one.")
    module = request.call.module
    return f"{module.outer_code(func.value)}.params[{quoted(name, quote_style(module))}]"


def place_arguments(
    editor: Editor, sighting: PythonSighting, new: list[Item], added: list[Item], imports: Imports
) -> None:
    """Give the call its new arguments, in the place of a query that goes, and headers where it has none."""
    request = sighting.request
    new = [item for item in new if item[1]]
    own = request.all(RequestPart.HEADERS)
    if added and own and own[-1].spread:
        message = "The headers come out of a dict that other calls may take in. Give the call headers of its own."
        raise Refusal("payload-shared", message)
    if added and own:
        _extend(editor, own[-1], added)
    elif added and not request.dialect.headers:
        _describe(editor, request, new, added, imports)
        return
    elif added:
        new = [*new, (request.dialect.headers, _headers(sighting, added))]
    for argument in request.all(RequestPart.QUERY):
        if new:
            keyword, code = new.pop(0)
            set_argument(editor, argument.call, argument.arg, keyword, code)
        else:
            remove_argument(editor, argument.call, argument.arg)
    for keyword, code in new:
        add_argument(editor, request.call, keyword, code)


def _headers(sighting: PythonSighting, added: list[Item]) -> str:
    """New headers, with those of the client object where they would otherwise not be sent."""
    request, quote = sighting.request, quote_style(sighting.site.module)
    code = literal_dict(added, quote)
    func = request.call.node.func if isinstance(request.call.node, cst.Call) else None
    if request.dialect.merges_headers or not request.shared(RequestPart.HEADERS) or not isinstance(func, cst.Attribute):
        return code
    return f"{{**{request.call.module.outer_code(func.value)}.headers, {code[1:]}"


def _describe(editor: Editor, request: Request, new: list[Item], added: list[Item], imports: Imports) -> None:
    """`urlopen(url, data)` becomes `urlopen(Request(url, data, headers))`."""
    call, module = request.call, request.call.module
    assert isinstance(call.node, cst.Call)
    given = [request.url.arg, *(argument.arg for argument in request.all(RequestPart.RAW))]
    if list(call.node.args[: len(given)]) != given:
        raise Refusal("payload-shape", "The data does not follow the URL. Write it there, then run this again.")
    func = module.code(call.node.func)
    prefix = func.removesuffix("urlopen")
    name = f"{prefix or imports.module_name('urllib.request') + '.'}Request"
    start = argument_span(call, given[0]).start
    end = argument_span(call, given[-1]).end
    data = "".join(f", {keyword}={code}" for keyword, code in new)
    headers = literal_dict(added, quote_style(module))
    editor.edit(call, Span(start, start), f"{name}(")
    editor.edit(call, Span(end, end), f"{data}, headers={headers})")


def _extend(editor: Editor, argument: Argument, added: list[Item]) -> None:
    """More headers: in the literal at the call, or around what is given there."""
    operand = argument.operand
    if isinstance(operand.node, cst.Dict):
        restructure(editor, operand, (), added, ())
        return
    quote = quote_style(operand.module)
    written = "".join(f", {quoted(key, quote)}: {code}" for key, code in added)
    editor.replace(operand, f"{{**{operand.module.outer_code(operand.node)}{written}}}")
