"""Make a form with `build_parameters[NAME]` fields a JSON payload where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.write.payload import PARAMETERS, default_job, is_ref, keep_ref, moved, names_of, refs, staying
from codemods.python.write.rewrite_json import convert, span_of
from migrator.errors import Refusal
from migrator.model import Span
from migrator.syntax.python.edit_record import nest, rename, restructure, wrap
from migrator.syntax.python.records import Place

if TYPE_CHECKING:
    from codemods.python.find.sighting import Sighting
    from codemods.python.read.body import Leaf
    from codemods.python.write.payload import Names
    from migrator.model import PipelineRequest
    from migrator.syntax.python.edit_record import Item
    from migrator.syntax.python.editor import Editor
    from migrator.syntax.python.imports import Imports


def rewrite_form(editor: Editor, sighting: Sighting, request: PipelineRequest) -> None:
    """Edit the mapping. Raises Refusal where it cannot be edited."""
    outer = sighting.body.outer
    assert outer is not None
    if not isinstance(outer.display.node, cst.Dict):
        raise Refusal("payload-shape", "The form is no dict in braces. Write it as one, then run this again.")
    names = names_of(sighting.trigger, request)
    beside: list[Item] = []
    gone: list[Span] = []
    for leaf in sighting.body.leaves:
        _place(editor, names, leaf, request, gone)
        is_moved = leaf.entry is not None and span_of(leaf.entry) in gone
        if is_moved and is_ref(leaf, names, request) and request.definition is None:
            beside.append((leaf.field.name, moved(leaf, outer.display)))
    kept = staying(sighting.body.leaves, names, request)
    front = [*refs(request, outer.display, kept), *beside]
    if names.selector is None:
        restructure(editor, outer.display, front, (), gone)
        return
    job = [(names.selector, default_job(sighting.site))] if sighting.trigger.job is None else []
    wrap(editor, outer.display, front, PARAMETERS, job, gone)


def _place(editor: Editor, names: Names, leaf: Leaf, request: PipelineRequest, gone: list[Span]) -> None:
    """What becomes of one field: a parameter stays in its place under a new name, a ref goes beside them."""
    entry, target = leaf.entry, names.of(leaf)
    assert entry is not None
    if target is not None:
        convert(editor, leaf)
        if entry.place is Place.STATEMENT:
            nest(editor, entry, PARAMETERS, target)
        else:
            rename(editor, entry, target)
    elif entry.place is Place.STATEMENT:
        if is_ref(leaf, names, request):
            keep_ref(editor, leaf, request)
        else:
            editor.remove_statement(entry.value)
    elif is_ref(leaf, names, request) and names.selector is None and request.definition is None:
        convert(editor, leaf)
    else:
        gone.append(span_of(entry))


def send_as_json(editor: Editor, sighting: Sighting, imports: Imports) -> None:
    """Have the mapping sent as JSON: `data=` becomes `json=`, `urlencode` becomes `json.dumps`."""
    body, dialect = sighting.body, sighting.request.dialect
    assert body.argument is not None
    if body.encoder is not None:
        _dump(editor, sighting, imports)
        return
    if dialect.json is None:
        raise Refusal("payload-shape", "The form is sent in a way that JSON cannot be. Rewrite the call by hand.")
    arg, call = body.argument.arg, body.argument.call
    module = call.module
    if arg.keyword is not None:
        editor.edit(call, module.span(arg.keyword), dialect.json)
        return
    assert isinstance(call.node, cst.Call)
    if any(other.keyword is None for other in call.node.args[call.node.args.index(arg) + 1 :]):
        raise Refusal("payload-shape", "Arguments follow the form without a keyword. Name them, then run this again.")
    start = module.outer(arg.value).start
    editor.edit(call, Span(start, start), f"{dialect.json}=")


def _dump(editor: Editor, sighting: Sighting, imports: Imports) -> None:
    encoder = sighting.body.encoder
    assert encoder is not None
    assert isinstance(encoder.node, cst.Call)
    module = encoder.module
    editor.edit(encoder, module.outer(encoder.node.func), f"{imports.json()}.dumps")
    if len(encoder.node.args) > 1:
        first, last = encoder.node.args[0], encoder.node.args[-1]
        editor.edit(encoder, Span(module.outer(first.value).end, module.outer(last.value).end), "")
