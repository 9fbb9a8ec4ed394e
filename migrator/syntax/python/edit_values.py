"""Remove the values of fields that are gone from a format string."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from migrator.model import Span, static
from migrator.syntax.python.text import text

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from migrator.syntax.python.editor import Editor
    from migrator.syntax.python.program import Operand
    from migrator.syntax.python.text import Fmt


def drop_values(editor: Editor, shape: Fmt, dropped: Collection[int]) -> None:
    """Remove the values of the pieces `dropped`; with the last value goes the formatting itself."""
    kept = [piece for index, piece in enumerate(shape.pieces) if piece.value is not None and index not in dropped]
    if not kept:
        _unformatted(editor, shape)
        return
    used = {id(piece.value.operand.node) for piece in kept if piece.value is not None}
    pieces = [shape.pieces[index] for index in dropped]
    gone = [piece.value.operand for piece in pieces if piece.value is not None]
    gone = [operand for operand in gone if id(operand.node) not in used]
    match shape.operand.node:
        case cst.BinaryOperation(right=cst.Tuple(elements=elements) as right):
            _drop_elements(editor, shape.operand.of(right), elements, gone)
        case cst.BinaryOperation(right=cst.Dict(elements=elements) as right):
            pairs = [element for element in elements if isinstance(element, cst.DictElement)]
            nodes = [(element.key, element.value) for element in pairs]
            _drop(editor, shape.operand.of(right), nodes, gone)
        case cst.Call(args=args):
            _drop_arguments(editor, shape.operand, args, gone)


def _unformatted(editor: Editor, shape: Fmt) -> None:
    """`"…" % x` and `"…".format(x)` become `"…"`."""
    module = shape.operand.module
    base = module.outer(shape.base.operand.node)
    editor.edit(shape.operand, Span(base.end, module.span(shape.operand.node).end), "")


def _drop_elements(
    editor: Editor, right: Operand, elements: Sequence[cst.BaseElement], gone: Sequence[Operand]
) -> None:
    nodes: list[tuple[cst.CSTNode, cst.CSTNode]] = [(element.value, element.value) for element in elements]
    left = len(elements) - len({id(operand.node) for operand in gone})
    _drop(editor, right, nodes, gone)
    if left == 1:  # `(a, b)` becomes `(a,)`, which a lone value in parentheses is not
        keep = next(e for e in elements if all(e.value is not operand.node for operand in gone))
        end = right.module.outer(keep.value).end
        last = elements[-1]
        if not (keep is last and isinstance(last.comma, cst.Comma)):
            editor.edit(right, Span(end, end), ",")


def _drop_arguments(editor: Editor, call: Operand, args: Sequence[cst.Arg], gone: Sequence[Operand]) -> None:
    """Arguments of `.format`; a positional one that numbered fields count on stays, which `.format` allows."""
    assert isinstance(call.node, cst.Call)
    assert isinstance(call.node.func, cst.Attribute)
    numbered = any(f"{{{index}" in (static(text(call.of(call.node.func.value))) or "") for index in range(len(args)))
    nodes: list[tuple[cst.CSTNode, cst.CSTNode]] = [(arg.keyword or arg.value, arg.value) for arg in args]
    lone = {id(operand.node) for operand in gone}
    removable = []
    for index, arg in enumerate(args):
        followed = any(a.keyword is None and id(a.value) not in lone for a in args[index + 1 :])
        if id(arg.value) in lone and (arg.keyword is not None or not (numbered and followed)):
            removable += [operand for operand in gone if operand.node is arg.value]
    _drop(editor, call, nodes, removable)


def _drop(
    editor: Editor,
    owner: Operand,
    nodes: Sequence[tuple[cst.CSTNode, cst.CSTNode]],
    gone: Sequence[Operand],
) -> None:
    """Remove items of a comma-separated list: each with the comma before it, the first ones with the comma behind."""
    module = owner.module
    spans = [Span(module.outer(first).start, module.outer(last).end) for first, last in nodes]
    removed = [i for i, (_, last) in enumerate(nodes) if any(operand.node is last for operand in gone)]
    kept = [index for index in range(len(spans)) if index not in removed]
    for index in removed:
        if kept and index > kept[0]:
            editor.edit(owner, Span(spans[index - 1].end, spans[index].end), "")
        elif index + 1 < len(spans):
            editor.edit(owner, Span(spans[index].start, spans[index + 1].start), "")
