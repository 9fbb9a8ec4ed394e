"""Splice stretches of a text where they stand: inside literals, in sums and format strings, at assignments.

The values of fields that are gone from a format string are removed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from migrator.errors import Refusal
from migrator.model import Literal, Span, static
from migrator.syntax.python.editor import Splice, distributed, removes, spliced, total
from migrator.syntax.python.shapes import Fmt, FormatField, Reference, Str, Sum
from migrator.syntax.python.spell import readable, spelled
from migrator.syntax.python.strings import TextRun, quote_style, quoted, quoting
from migrator.syntax.python.text import text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from migrator.model import Part, Template
    from migrator.syntax.python.editor import Editor
    from migrator.syntax.python.program import Operand
    from migrator.syntax.python.shapes import Shape
    from migrator.syntax.python.strings import Quoting


def drop_values(editor: Editor, shape: Fmt, dropped: Collection[int]) -> None:
    """Remove the values of the pieces `dropped`; with the last value goes the formatting itself."""
    kept = [piece for index, piece in enumerate(shape.pieces) if piece.value is not None and index not in dropped]
    if not kept:
        _unformatted(editor, shape)
        return
    used = {piece.value.operand.node for piece in kept if piece.value is not None}
    pieces = [shape.pieces[index] for index in dropped]
    gone = [piece.value.operand for piece in pieces if piece.value is not None]
    gone = [operand for operand in gone if operand.node not in used]
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
    left = len(elements) - len({operand.node for operand in gone})
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
    lone = {operand.node for operand in gone}
    removable = []
    for index, arg in enumerate(args):
        followed = any(a.keyword is None and a.value not in lone for a in args[index + 1 :])
        if arg.value in lone and (arg.keyword is not None or not (numbered and followed)):
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


class TextEditor:
    """Changes texts through an editor of the file that they stand in."""

    def __init__(self, editor: Editor) -> None:
        """`editor` collects the edits and knows what may be edited."""
        self._editor = editor
        self.edit = editor.edit

    def change(self, shape: Shape, splices: Sequence[Splice]) -> None:
        """Make the changes, counted in characters of the shape's marked text. Raises Refusal."""
        match shape:
            case Str():
                self._literal(shape, splices)
            case Sum():
                self._sum(shape, splices)
            case Fmt():
                self._format(shape, splices)
            case Reference():
                self._ref(shape, splices)

    def _ref(self, shape: Reference, splices: Sequence[Splice]) -> None:
        if not self._changed_behind(shape, splices):
            self._editor.replace(shape.operand, spelled(spliced(_behind(shape), splices), shape.operand))

    def _changed_behind(self, shape: Reference, splices: Sequence[Splice]) -> bool:
        """Whether the changes could be made in the value behind the expression."""
        if shape.inner is None or not self._is_editable(shape):
            return False
        before = len(self._editor.edits)
        try:
            self.change(shape.inner, splices)
            if not shape.within:
                self._editor.rely(before, shape.operand, shape.inner.operand)
        except Refusal:
            if shape.within:
                raise
            del self._editor.edits[before:]
            return False
        return True

    def _is_editable(self, shape: Reference) -> bool:
        if shape.inner is None:
            return False
        return shape.within or self._editor.may_edit(shape.operand, shape.inner.operand)

    def _literal(self, shape: Str, splices: Sequence[Splice]) -> None:
        node = shape.operand.node
        assert isinstance(node, cst.SimpleString | cst.FormattedString)
        how = quoting(node)
        sizes = [total(c.inner.template) if isinstance(c, FormatField) else len(c.text) for c in shape.chunks]
        runs = [index for index, chunk in enumerate(shape.chunks) if isinstance(chunk, TextRun)]
        written: dict[int, str] = {}
        for index, shares in distributed(sizes, runs, splices).items():
            chunk = shape.chunks[index]
            if isinstance(chunk, TextRun):
                for share in shares:
                    span = Span(chunk.places[share.start], chunk.places[share.end])
                    self.edit(shape.operand, span, how.write(share.text))
            elif (code := self._field(chunk, how, shares, sizes[index])) is not None:
                self.edit(shape.operand, chunk.span, code)
                written[index] = code
        if isinstance(node, cst.FormattedString) and _is_plain(shape, written):
            start = shape.operand.module.span(node).start
            prefix = node.start.rstrip("'\"")
            self.edit(shape.operand, Span(start, start + len(prefix)), prefix.replace("f", "").replace("F", ""))

    def _field(self, chunk: FormatField, how: Quoting, shares: Sequence[Splice], size: int) -> str | None:
        """What stands in the place of a field; None when the value of the field was changed where it is."""
        inner = chunk.inner
        if sum(share.end - share.start for share in shares) == size:
            return how.write("".join(share.text for share in shares))
        if not isinstance(inner, Reference):
            self.change(inner, shares)
            return None
        if self._changed_behind(inner, shares):
            return None
        parts = readable(spliced(_behind(inner), shares), inner.operand)
        return "".join(_written(part, how) for part in parts)

    def _sum(self, shape: Sum, splices: Sequence[Splice]) -> None:
        sizes = [total(unit.template) for unit in shape.units]
        literal = [index for index, unit in enumerate(shape.units) if isinstance(unit, Str | Fmt | Sum)]
        removed: list[int] = []
        for index, shares in distributed(sizes, literal, splices).items():
            unit = shape.units[index]
            covered = sum(share.end - share.start for share in shares) == sizes[index]
            if removes(sizes[index], shares):
                removed.append(index)
            elif isinstance(unit, Reference) and (covered or all(share.start == share.end for share in shares)):
                self._beside(unit, shares, covered=covered)
            else:
                self.change(unit, shares)
        self._remove_units(shape, removed)

    def _beside(self, unit: Reference, shares: Sequence[Splice], *, covered: bool) -> None:
        """New text where no literal is: in the place of a unit, or as a unit of its own behind it."""
        module, node = unit.operand.module, unit.operand.node
        literal = quoted("".join(share.text for share in shares), quote_style(module))
        span = module.outer(node)
        if covered:
            self.edit(unit.operand, span, literal)
        else:
            self.edit(unit.operand, Span(span.end, span.end), f" + {literal}")

    def _remove_units(self, shape: Sum, removed: Sequence[int]) -> None:
        kept = [index for index in range(len(shape.units)) if index not in removed]
        if not kept:
            raise _uneditable()
        for index in removed:
            owner = shape.units[index].operand
            if shape.augmented:
                self._editor.remove_statement(owner)
                continue
            spans = [unit.operand.module.outer(unit.operand.node) for unit in shape.units]
            if index > kept[0]:
                self.edit(owner, Span(spans[index - 1].end, spans[index].end), "")
            else:
                self.edit(owner, Span(spans[index].start, spans[index + 1].start), "")

    def _format(self, shape: Fmt, splices: Sequence[Splice]) -> None:
        percent = isinstance(shape.operand.node, cst.BinaryOperation)
        sizes = [total(piece.template) for piece in shape.pieces]
        literal = [index for index, piece in enumerate(shape.pieces) if piece.value is None]
        raw: list[Splice] = []
        dropped: list[int] = []
        for index, shares in distributed(sizes, literal, splices).items():
            piece = shape.pieces[index]
            if piece.value is None and piece.end - piece.start == sizes[index]:
                raw += (Splice(piece.start + c.start, piece.start + c.end, _doubled(c.text, percent)) for c in shares)
            elif sum(share.end - share.start for share in shares) == sizes[index]:
                text = _doubled("".join(share.text for share in shares), percent)
                raw.append(Splice(piece.start, piece.end, text))
                dropped += [index] if piece.value is not None else []
            elif piece.value is not None:
                self.change(piece.value, shares)
        if raw:
            self.change(shape.base, raw)
        if dropped:
            drop_values(self._editor, shape, dropped)


def _behind(shape: Reference) -> Template:
    """The template with what is behind a name in place of the name."""
    return shape.inner.template if shape.inner is not None else shape.template


def _written(part: Part, how: Quoting) -> str:
    """A part of what an f-string's field is replaced by."""
    if isinstance(part, Literal):
        return how.write(part.text)
    if how.quote[0] in part.source or "\\" in part.source or "\n" in part.source or part.source.startswith("{"):
        raise _uneditable()
    return f"{{{part.source}}}"


def _is_plain(shape: Str, written: Mapping[int, str]) -> bool:
    """Whether an f-string is left without fields and braces: then it need not be one."""
    fields = [index for index, chunk in enumerate(shape.chunks) if isinstance(chunk, FormatField)]
    texts = [*written.values(), *(chunk.text for chunk in shape.chunks if isinstance(chunk, TextRun))]
    return bool(fields) and all(index in written for index in fields) and not any("{" in t or "}" in t for t in texts)


def _uneditable() -> Refusal:
    return Refusal("url-shape", "The URL is put together in a way that cannot be edited. Rewrite it by hand.")


def _doubled(text: str, percent: bool) -> str:
    return text.replace("%", "%%") if percent else text.replace("{", "{{").replace("}", "}}")
