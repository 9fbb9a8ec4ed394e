"""Make the payload of v1.1 a v2 one where it stands: a form becomes JSON; JSON gets new keys and values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.read.body import encoded_names
from codemods.python.write.payload import (
    PARAMETERS,
    default_job,
    is_ref,
    keep_ref,
    literal_dict,
    moved,
    out_of_order,
    parameter_of,
    refs,
    staying,
)
from migrator.errors import Refusal
from migrator.model import Span
from migrator.syntax.python.edit_record import nest, rename, restructure, wrap
from migrator.syntax.python.imports import refuse_taken
from migrator.syntax.python.records import RecordPlace
from migrator.syntax.python.strings import quote_style, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.python.read.body import BodyLeaf, PythonBody
    from codemods.python.sighting import PythonSighting
    from migrator.model import Edit, PipelineRequest
    from migrator.syntax.python.edit_record import Item
    from migrator.syntax.python.editor import Editor
    from migrator.syntax.python.imports import Imports
    from migrator.syntax.python.program import Operand
    from migrator.syntax.python.records import Record, RecordEntry


def rewrite_form(editor: Editor, sighting: PythonSighting, request: PipelineRequest) -> None:
    """Edit the mapping. Raises Refusal where it cannot be edited."""
    outer = sighting.body.outer
    assert outer is not None
    if not isinstance(outer.display.node, cst.Dict):
        raise Refusal("payload-shape", "The form is no dict in braces. Write it as one, then run this again.")
    names = request.names
    beside: list[Item] = []
    gone: list[Span] = []
    for leaf in sighting.body.leaves:
        _place_field(editor, leaf, request, gone)
        is_moved = leaf.entry is not None and span_of(leaf.entry) in gone
        if is_moved and is_ref(leaf, request) and request.definition is None:
            beside.append((leaf.field.name, moved(leaf, outer.display)))
    kept = staying(sighting.body.leaves, request)
    front = [*refs(request, outer.display, kept), *beside]
    if names.selector is None:
        restructure(editor, outer.display, front, (), gone)
        return
    job = [(names.selector, default_job(sighting.site))] if sighting.trigger.job is None else []
    wrap(editor, outer.display, front, PARAMETERS, job, gone)


def _place_field(editor: Editor, leaf: BodyLeaf, request: PipelineRequest, gone: list[Span]) -> None:
    """What becomes of one field: a parameter stays in its place under a new name, a ref goes beside them."""
    entry, target = leaf.entry, parameter_of(leaf, request.names)
    assert entry is not None
    if target is not None:
        convert(editor, leaf)
        if entry.place is RecordPlace.STATEMENT:
            nest(editor, entry, PARAMETERS, target)
        else:
            rename(editor, entry, target)
    elif entry.place is RecordPlace.STATEMENT:
        if is_ref(leaf, request):
            keep_ref(editor, leaf, request)
        else:
            editor.remove_statement(entry.value)
    elif is_ref(leaf, request) and request.names.selector is None and request.definition is None:
        convert(editor, leaf)
    else:
        gone.append(span_of(entry))


def send_as_json(editor: Editor, sighting: PythonSighting, imports: Imports) -> None:
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


def _dump(editor: Editor, sighting: PythonSighting, imports: Imports) -> None:
    encoder = sighting.body.encoder
    assert encoder is not None
    assert isinstance(encoder.node, cst.Call)
    module = encoder.module
    refuse_taken(encoder, "json")
    editor.edit(encoder, module.outer(encoder.node.func), f"{imports.json()}.dumps")
    if len(encoder.node.args) > 1:
        first, last = encoder.node.args[0], encoder.node.args[-1]
        editor.edit(encoder, Span(module.outer(first.value).end, module.outer(last.value).end), "")


@dataclass(slots=True)
class _Plan:
    """What is added to the two mappings, and what leaves them."""

    front: list[Item] = field(default_factory=list)
    inside_front: list[Item] = field(default_factory=list)
    inside_back: list[Item] = field(default_factory=list)
    gone: list[RecordEntry] = field(default_factory=list)


def rewrite_json(editor: Editor, body: PythonBody, request: PipelineRequest, site: Operand | None) -> None:
    """Edit the payload. `site` is a call that names no job, and gets the default. Raises Refusal."""
    outer = body.outer
    assert outer is not None
    names = request.names
    plan = _Plan()
    holder = outer.get("build_parameters")
    for leaf in body.leaves:
        _place_member(editor, body, leaf, plan, request)
    if names.selector is not None and site is not None:
        plan.inside_front.insert(0, (names.selector, default_job(site)))
    plan.front = _refs(editor, request, outer, staying(body.leaves, request))
    back = _parameters(editor, body, request, holder, plan)
    if holder is not None and names.selector is None:
        plan.gone.append(holder)
    for entry in plan.gone:
        if entry.place is RecordPlace.STATEMENT:
            editor.remove_statement(entry.value)
    shown = [entry for entry in plan.gone if entry.place is not RecordPlace.STATEMENT]
    for owner in {
        entry.owner.node: entry.owner for entry in shown if entry.owner.node is not outer.display.node
    }.values():
        restructure(editor, owner, (), (), {span_of(e) for e in shown if e.owner.node is owner.node})
    own = {span_of(entry) for entry in shown if entry.owner.node is outer.display.node}
    restructure(editor, outer.display, plan.front, back, own)


def refuse_shared_text(editor: Editor, text: Operand, held: Iterable[tuple[Operand, Operand]] = ()) -> None:
    """Raises Refusal where something else reads the text that an encoder makes, which becomes another one.

    `held` are further names through which the text comes, each with what it holds.
    """
    for name, value in (*held, *encoded_names(text)):
        if not editor.may_edit(name, value):
            message = (
                f"`{name.code}` is also used by something else. Give the call a text of its own, then run this again."
            )
            raise Refusal("payload-shared", message)


def refuse_in_braces(operand: Operand, edits: Iterable[Edit]) -> None:
    """Raises Refusal for quotes and backslashes inside the braces of an f-string, which before 3.12 no Python reads."""
    for above in operand.module.ancestors(operand.node):
        if isinstance(above, cst.FormattedString):
            span = operand.module.span(above)
            written = [edit.text for edit in edits if edit.span.start in span]
            if any(above.end in text or "\\" in text for text in written):
                message = "What must change stands inside of an f-string. Give it a name first, then run this again."
                raise Refusal("payload-shape", message)


def span_of(entry: RecordEntry) -> Span:
    """Where an entry of a literal stands."""
    module = entry.owner.module
    return Span(module.outer(entry.key).start, module.outer(entry.value.node).end)


def convert(editor: Editor, leaf: BodyLeaf) -> None:
    """Send the value as text, where it was none."""
    if leaf.entry is not None and leaf.wire is not None and leaf.wire.code is not None:
        editor.replace(leaf.entry.value, leaf.wire.code)


def _place_member(
    editor: Editor,
    body: PythonBody,
    leaf: BodyLeaf,
    plan: _Plan,
    request: PipelineRequest,
) -> None:
    entry, target = leaf.entry, parameter_of(leaf, request.names)
    assert entry is not None
    if leaf.field.name.startswith("build_parameters["):
        if target is not None:
            convert(editor, leaf)
            rename(editor, entry, target)
            if entry.within is not None:
                quote = quote_style(entry.owner.module)
                editor.edit(entry.owner, entry.owner.module.outer(entry.within), quoted(PARAMETERS, quote))
    elif target is not None and not _is_double(body, leaf):
        _move_inside(editor, body, leaf, target, plan)
    elif staying([leaf], request):
        keep_ref(editor, leaf, request)
    else:
        plan.gone.append(entry)


def _is_double(body: PythonBody, leaf: BodyLeaf) -> bool:
    """Whether the job is named among the build parameters as well."""
    names = {other.field.name for other in body.leaves}
    return leaf.field.name == "job" and "build_parameters[CIRCLE_JOB]" in names


def _move_inside(editor: Editor, body: PythonBody, leaf: BodyLeaf, target: str, plan: _Plan) -> None:
    """`job` and `revision` stood beside the build parameters, and become parameters like the others."""
    entry = leaf.entry
    assert entry is not None
    assert body.outer is not None
    if entry.place is RecordPlace.STATEMENT:
        _refuse_early(body.outer, entry)
        convert(editor, leaf)
        nest(editor, entry, PARAMETERS, target)
        return
    at = body.inner.display if body.inner is not None else body.outer.display
    item = (target, moved(leaf, at))
    (plan.inside_front if leaf.field.name == "job" else plan.inside_back).append(item)
    plan.gone.append(entry)


def _refuse_early(outer: Record, entry: RecordEntry) -> None:
    """A statement can only add to the parameters when the payload has them by then."""
    holder = outer.get("build_parameters")
    if holder is None or holder.place is not RecordPlace.STATEMENT:
        return
    module = entry.owner.module
    if not holder.sure or module.span(holder.node).start > module.span(entry.node).start:
        raise out_of_order(module.line(entry.node))


def _refs(editor: Editor, request: PipelineRequest, outer: Record, kept: frozenset[str]) -> list[Item]:
    """The branch, in the payload itself, or around it at the call where the payload stands somewhere else."""
    try:
        return refs(request, outer.display, kept)
    except Refusal:
        use = outer.operand
        if use is outer.display or use.node is outer.display.node:
            raise
        items = refs(request, use, kept)
    _spread(editor, use, items)
    return []


def _spread(editor: Editor, use: Operand, items: list[Item]) -> None:
    quote = quote_style(use.module)
    written = "".join(f"{quoted(key, quote)}: {code}, " for key, code in items)
    editor.replace(use, f"{{{written}**{use.code}}}")


def _parameters(
    editor: Editor, body: PythonBody, request: PipelineRequest, holder: RecordEntry | None, plan: _Plan
) -> list[Item]:
    """Rename and complete the mapping of the parameters, or add one."""
    inner, outer = body.inner, body.outer
    assert outer is not None
    if request.names.selector is None:
        return []
    if holder is not None and inner is not None:
        rename(editor, holder, PARAMETERS)
        restructure(editor, inner.display, plan.inside_front, plan.inside_back, ())
        return []
    quote = quote_style(outer.display.module)
    return [(PARAMETERS, literal_dict([*plan.inside_front, *plan.inside_back], quote))]
