"""Rewrite one trigger of a Python program: URL, payload, headers, query, and the imports that this needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from codemods.found import Rewrite
from codemods.python.helper import START
from codemods.python.libraries.request import RequestPart
from codemods.python.read.body import Encoding, unwrapped
from codemods.python.read.defaults import defaults_in
from codemods.python.reply.status import accept_created
from codemods.python.reply.url import adapt
from codemods.python.write.body import refuse_in_braces, refuse_shared_text, rewrite_form, rewrite_json, send_as_json
from codemods.python.write.headers import place_arguments, refuse_token_of_client, rewrite_headers
from codemods.python.write.payload import whole
from codemods.python.write.rerun import rewrite_rerun
from codemods.python.write.wait import open_request, put_helpers, wrap
from migrator.errors import Refusal
from migrator.syntax.python.edit_record import set_argument
from migrator.syntax.python.edit_text import TextEditor
from migrator.syntax.python.editor import Editor, Splice, spliced, total
from migrator.syntax.python.imports import Imports, refuse_taken, unused_imports
from migrator.syntax.python.spell import spelled

if TYPE_CHECKING:
    from codemods.found import RewriteOptions
    from codemods.python.libraries.request import Argument
    from codemods.python.sighting import PythonSighting
    from migrator.model import Edit, PipelineRequest, RerunRequest
    from migrator.syntax.python.edit_record import Item


@dataclass(frozen=True, slots=True)
class RequestWriter:
    """Writes what replaces a request that a Python program sends."""

    sighting: PythonSighting
    runs: bool = True

    def post(self, new: PipelineRequest, options: RewriteOptions) -> Rewrite:
        """Make the request start a pipeline. Raises Refusal."""
        return rewrite(self.sighting, new, options)

    def rerun(self, new: RerunRequest, options: RewriteOptions) -> Rewrite:
        """Look the job up in front of the request, and make that rerun it. Raises Refusal."""
        return Rewrite(rewrite_rerun(self.sighting, new, options))


def rewrite(sighting: PythonSighting, request: PipelineRequest, options: RewriteOptions) -> Rewrite:
    """What makes the call send `request` to v2. Raises Refusal."""
    if sighting.is_refused:
        raise Refusal("not-analysed", "The call cannot be analysed. Rewrite it by hand.")
    module = sighting.site.module
    editor = Editor(options.together | {module.span(sighting.site.node)})
    imports = Imports(module)
    if request.definition is not None:
        refuse_token_of_client(sighting.request)
    _url(editor, sighting, "/pipeline" if request.definition is None else "/pipeline/run")
    new = _body(editor, sighting, request, imports)
    by_keyword = _is_sent_by_keyword(sighting, new)
    has_body = sighting.body.encoding is not Encoding.NONE or bool(new)
    added = rewrite_headers(editor, sighting, by_keyword=by_keyword or not has_body)
    place_arguments(editor, sighting, new, added, imports)
    adapt(editor, sighting.adapted, sighting.trigger.slug, sighting.site)
    for check in sighting.checks:
        change = accept_created(check)
        if change is not None:
            editor.replace(*change)
    if any(leaf.wire is not None and leaf.wire.uses_json for leaf in sighting.body.leaves):
        imports.json()
    helper = _wait(editor, sighting, request, imports)
    edits = tuple(dict.fromkeys((*editor.edits, *imports.edits(), *helper)))
    refuse_in_braces(sighting.site, edits)
    return Rewrite((*edits, *unused_imports(module, edits)), relied=tuple(editor.relied))


def _wait(editor: Editor, sighting: PythonSighting, request: PipelineRequest, imports: Imports) -> tuple[Edit, ...]:
    """Have the call wait for its build where what reads the reply needs that; returns the edit that adds the helper."""
    wait = sighting.wait
    if wait is None:
        return ()
    if wait.helper is START:
        open_request(editor, wait, request)
    else:
        wrap(editor, sighting, wait, request, imports)
    return put_helpers(wait, imports)


def _url(editor: Editor, sighting: PythonSighting, tail: str) -> None:
    """The path, and the whole query with it: what it carried is in the body or a header now."""
    width = total(sighting.request.base)
    end = total(sighting.url.url.whole)
    splices = []
    for change in sighting.url.replacements:
        if change.text == "/pipeline":
            splices.append(Splice(change.start, end, tail))
        else:
            splices.append(Splice(change.start, change.end, change.text))
    if any(splice.start < width for splice in splices):
        if sighting.request.dialect.name not in {"httpx", "requests"}:
            raise Refusal("base-url", "The API version stands in the base URL of the client. Rewrite the call by hand.")
        operand = sighting.request.url.operand
        editor.replace(operand, spelled(spliced(sighting.url.url.whole, splices), operand))
        return
    shifted = [Splice(splice.start - width, splice.end - width, splice.text) for splice in splices]
    TextEditor(editor).change(sighting.shape, shifted)
    for name, default in defaults_in(sighting.url.url.whole):
        span = default.module.outer(default.node)
        if not any(edit.span.overlaps(span) for edit in editor.edits):
            message = f"What `{name}` may replace is also used by something else. Give the call an address of its own."
            raise Refusal("base-url", message)


def _is_sent_by_keyword(sighting: PythonSighting, new: list[Item]) -> bool:
    """Whether the library itself encodes the body and declares it."""
    json, body = sighting.request.dialect.json, sighting.body
    if any(argument is body.argument for argument in sighting.request.all(RequestPart.JSON)):
        return True
    if json is None:
        return False
    if body.argument is None:
        return any(keyword == json for keyword, _ in new)
    return body.encoding is Encoding.TEXT or (body.encoding is Encoding.FORM and body.encoder is None)


def _body(editor: Editor, sighting: PythonSighting, request: PipelineRequest, imports: Imports) -> list[Item]:
    """Edit the payload; returns the argument that must be added where there was none."""
    if sighting.body.argument is not None:
        refuse_shared_text(editor, sighting.body.argument.operand)
    match sighting.body.encoding:
        case Encoding.JSON:
            site = sighting.site if sighting.trigger.job is None else None
            rewrite_json(editor, sighting.body, request, site)
        case Encoding.FORM:
            rewrite_form(editor, sighting, request)
            send_as_json(editor, sighting, imports)
        case Encoding.TEXT:
            _text(editor, sighting, request, imports)
        case Encoding.NONE if request.branch or request.tag or request.parameters or request.definition:
            return [_added(editor, sighting, request, imports)]
    return []


def _dumped(sighting: PythonSighting, code: str, imports: Imports) -> str:
    """A payload for a library that takes text or bytes."""
    refuse_taken(sighting.request.url.operand, "json")
    dumped = f"{imports.json()}.dumps({code})"
    return f"{dumped}.encode()" if sighting.request.dialect.bytes_only else dumped


def _added(editor: Editor, sighting: PythonSighting, request: PipelineRequest, imports: Imports) -> Item:
    dialect = sighting.request.dialect
    code = whole(request, sighting.request.url.operand)
    keyword = dialect.json or dialect.raw
    code = code if dialect.json is not None else _dumped(sighting, code, imports)
    empty = sighting.request.all(RequestPart.JSON, RequestPart.DATA, RequestPart.RAW)
    by_place = [argument for argument in empty if argument.arg.keyword is None]
    if dialect.json is not None and by_place and _plays(sighting, by_place[-1], RequestPart.DATA):
        return (keyword, code)  # `post(url, None)`
    if empty and empty[-1].later:  # `request.data = None`
        raise Refusal("payload-shape", "The request is given an empty body after it is made. Take that out.")
    if empty:  # `data=None`
        placed = by_place[-1] if by_place else empty[0]
        set_argument(editor, placed.call, placed.arg, keyword if placed.arg.keyword else None, code)
        return (keyword, "")
    return (keyword, code)


def _plays(sighting: PythonSighting, argument: Argument, part: RequestPart) -> bool:
    """Whether the argument plays the part in the request."""
    return any(other is argument and kind is part for kind, other in sighting.request.arguments)


def _text(editor: Editor, sighting: PythonSighting, request: PipelineRequest, imports: Imports) -> None:
    """A payload that was put together as text becomes a dict that is encoded."""
    argument, dialect = sighting.body.argument, sighting.request.dialect
    assert argument is not None
    held = argument.operand
    inner = unwrapped(held)
    if not argument.later and isinstance(held.node, cst.Name) and inner is not held and editor.may_edit(held, inner):
        before = len(editor.edits)
        _assigned_text(editor, sighting, request, imports)
        editor.rely(before, held, inner)
        return
    code = whole(request, held)
    if argument.later:
        editor.edit(held, held.module.span(argument.arg.keyword or held.node), dialect.json or dialect.raw)
        editor.replace(held, code if dialect.json is not None else _dumped(sighting, code, imports))
    elif dialect.json is not None:
        set_argument(editor, argument.call, argument.arg, dialect.json, code)
    else:
        keyword = dialect.raw if argument.arg.keyword is not None else None
        set_argument(editor, argument.call, argument.arg, keyword, _dumped(sighting, code, imports))


def _assigned_text(editor: Editor, sighting: PythonSighting, request: PipelineRequest, imports: Imports) -> None:
    """The text stands in a variable of its own: the variable gets the dict."""
    from migrator.syntax.python.resolve import meaning

    argument, dialect = sighting.body.argument, sighting.request.dialect
    assert argument is not None
    value = meaning(argument.operand)
    assert value is not None
    code = whole(request, value)
    if dialect.json is None:
        editor.replace(value, _dumped(sighting, code, imports))
        return
    editor.replace(value, code)
    set_argument(editor, argument.call, argument.arg, dialect.json, argument.operand.code)
