"""Rewrite `trigger_build` of pycircleci: its `trigger_pipeline` takes the same project, and v2 parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.clients.libraries import PYCIRCLECI
from codemods.python.reply.url import adapt
from codemods.python.write.payload import default_job, literal_dict, moved, names_of
from migrator.errors import Refusal
from migrator.syntax.python.edit_call import add_argument, remove_argument, set_argument
from migrator.syntax.python.editor import Editor
from migrator.syntax.python.imports import Imports
from migrator.syntax.python.spell import spelled
from migrator.syntax.python.strings import quote_style

if TYPE_CHECKING:
    from codemods.found import RewriteOptions
    from codemods.python.clients.libraries import LibraryCall
    from migrator.model import Edit, PipelineRequest
    from migrator.syntax.python.edit_record import Item

_ONLY_V1 = ("revision", "parallel")


def rewrite_library(found: LibraryCall, request: PipelineRequest, options: RewriteOptions) -> tuple[Edit, ...]:
    """The edits that make the call send `request`. Raises Refusal."""
    call, given = found.call, found.given
    if found.library != PYCIRCLECI or not isinstance(call.node, cst.Call):
        raise Refusal("client-library", "The library posts to the old API. Send the request with an HTTP library.")
    func = call.node.func
    if not isinstance(func, cst.Attribute) or any(argument.call.node is not call.node for argument in given.values()):
        raise Refusal("payload-shape", "The arguments are handed through a function. Rewrite the call by hand.")
    by_place = [name for name, argument in given.items() if argument.arg.keyword is None]
    if len(by_place) > 3:
        raise Refusal("payload-shape", "The arguments behind the branch have no names. Name them, then run this again.")
    editor = Editor(options.together | {call.module.span(call.node)})
    imports = Imports(call.module)
    editor.edit(call, call.module.span(func.attr), "trigger_pipeline")
    for name in _ONLY_V1:
        if name in given:
            remove_argument(editor, call, given[name].arg)
    new: list[Item] = []
    if "branch" not in given and request.branch is not None:
        new.append(("branch", spelled(request.branch.template, call)))
    code = _parameters(found, request, imports)
    if "params" in given:
        set_argument(editor, call, given["params"].arg, "params", code)
    elif code:
        new.append(("params", code))
    for keyword, value in new:
        add_argument(editor, call, keyword, value)
    adapt(editor, found.adapted, found.trigger.slug, found.call)
    return (*editor.edits, *imports.edits())


def _parameters(found: LibraryCall, request: PipelineRequest, imports: Imports) -> str:
    names = names_of(found.trigger, request)
    quote = quote_style(found.call.module)
    items: list[Item] = []
    if names.selector is not None and found.trigger.job is None:
        items.append((names.selector, default_job(found.call)))
    for leaf in found.leaves:
        target = names.of(leaf)
        if target is not None:
            items.append((target, moved(leaf, found.call)))
            if leaf.wire is not None and leaf.wire.uses_json:
                imports.json()
    return literal_dict(items, quote) if items else ""
