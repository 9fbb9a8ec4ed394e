"""Collect edits of one Python file, and know which of its text may be edited on behalf of one call."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst

from migrator.errors import Refusal
from migrator.model import Edit, Literal, Part, Span, Template
from migrator.syntax.python.callers import callers
from migrator.syntax.python.reach import may_run
from migrator.syntax.python.scope import DefinitionKind, NameDefinition, bindings, definitions, references
from migrator.syntax.text.templates import Marked, width

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from migrator.syntax.python.program import Operand, PythonFrame


_LEVELS = 3
"""Through how many functions the calls of one are looked for."""


@dataclass(frozen=True, slots=True, order=True)
class Splice:
    """Characters of a marked text, and what stands there instead."""

    start: int
    end: int
    text: str


def total(template: Template) -> int:
    """How many characters of a marked text the template takes."""
    return sum(width(part) for part in template)


def spliced(template: Template, splices: Iterable[Splice]) -> Template:
    """The template with the changes made."""
    marked = Marked.of(template)
    parts: list[Part] = []
    at = 0
    for splice in sorted(splices):
        parts += marked.slice(at, splice.start)
        if splice.text:
            parts.append(Literal(splice.text))
        at = splice.end
    return (*parts, *marked.slice(at))


def distributed(
    sizes: Sequence[int], literal: Collection[int], splices: Sequence[Splice]
) -> Mapping[int, list[Splice]]:
    """For each piece that the changes fall on, what changes in it, counted from its own beginning.

    `sizes` are the lengths of the pieces, `literal` the indexes of those that can take new text. New text that no
    literal piece can take goes to the first piece that the change covers, or to the one before it.
    """
    places: list[tuple[int, int]] = []
    at = 0
    for size in sizes:
        places.append((at, at + size))
        at += size
    shares: defaultdict[int, list[Splice]] = defaultdict(list)
    for splice in sorted(splices):
        for index, share in _shares(places, literal, splice):
            shares[index].append(share)
    return shares


def _shares(
    places: Sequence[tuple[int, int]], literal: Collection[int], splice: Splice
) -> Iterable[tuple[int, Splice]]:
    touched = [i for i, (start, end) in enumerate(places) if start < splice.end and splice.start < end]
    host = _host(places, literal, splice, touched) if splice.text else None
    for index in sorted({*touched, *([host] if host is not None else [])}):
        start, end = places[index]
        first, last = max(start, splice.start), min(end, splice.end)
        if index not in touched:
            first = last = end if end == splice.start else start
        yield index, Splice(first - start, last - start, splice.text if index == host else "")


def _host(places: Sequence[tuple[int, int]], literal: Collection[int], splice: Splice, touched: Sequence[int]) -> int:
    """The piece that gets the new text."""
    inside = [i for i, (start, end) in enumerate(places) if start < splice.start < end]
    cut = [i for i in touched if not _is_whole(places[i], splice)]
    before = [i for i, (_, end) in enumerate(places) if end == splice.start and i in literal]
    after = [i for i, (start, _) in enumerate(places) if start == splice.end and i in literal]
    nearest = [i for i, (_, end) in enumerate(places) if end <= splice.start][-1:]
    return [*(i for i in touched if i in literal), *inside, *cut, *before, *after, *touched, *nearest, 0][0]


def _is_whole(place: tuple[int, int], splice: Splice) -> bool:
    return splice.start <= place[0] and place[1] <= splice.end


def removes(size: int, shares: Sequence[Splice]) -> bool:
    """Whether nothing is left of a piece of that size."""
    return size > 0 and not any(c.text for c in shares) and sum(c.end - c.start for c in shares) == size


@dataclass(slots=True)
class Editor:
    """The edits that one call needs. `together` are the spans of all calls that are rewritten in the same go.

    `relied` pairs an edit of text that another of them reads or goes through with the place where it does: the edit is
    right only if that call makes it too, or no longer has anything at that place.
    """

    together: frozenset[Span]
    edits: list[Edit] = field(default_factory=list)
    relied: list[tuple[Edit, Span]] = field(default_factory=list)

    def edit(self, operand: Operand, span: Span, code: str, *, lines: bool = False) -> None:
        """Put other code in the place of a span near the expression. Raises Refusal where that is not this call's.

        `lines`: whole lines go, with the comments that belong to what stands there.
        """
        if not operand.frame.at_root:
            where = operand.module.path
            raise Refusal("other-file", f"What must change stands in another file, {where}. Rewrite the call by hand.")
        places = self._passing(operand.frame)
        if not lines and span.start < span.end and _holds_comment(operand, span):
            raise Refusal(
                "comment-inside", "A comment stands where the call must change. Move it, then run this again."
            )
        made = Edit(span, code)
        self.edits.append(made)
        self.relied += [(made, place) for place in places]

    def rely(self, since: int, name: Operand, value: Operand) -> None:
        """Note that the edits behind the first `since` stand in a value which other calls get through the same name.

        That the value may be edited has been found out before.
        """
        places = [name.module.span(read) for read in self._readers(name) if self._is_rewritten(name.of(read))]
        if _is_default(name, value) or _leaves_frame(name, value):
            places += self._passing(name.frame)
        self.relied += [(edit, place) for edit in self.edits[since:] for place in places]

    def replace(self, operand: Operand, code: str) -> None:
        """Put other code in the place of an expression, and of the parentheses around it."""
        written = f"({code})" if binds_tighter(operand) and _is_loose(code) else code
        self.edit(operand, operand.module.outer(operand.node), written)

    def remove_statement(self, operand: Operand) -> None:
        """Remove the statement that the expression is in, with its line."""
        module = operand.module
        statement = module.statement(operand.node)
        block = module.parent(statement)
        body = getattr(block, "body", ())
        lone = isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1
        if not lone or not isinstance(body, tuple | list) or len(body) < 2:
            where = module.line(operand.node)
            raise Refusal("statement-stays", f"Line {where} would have to go, and cannot. Rewrite the call by hand.")
        span = module.span(statement)
        start = module.text.rfind("\n", 0, span.start) + 1
        end = module.text.find("\n", span.end)
        self.edit(operand, Span(start, len(module.text) if end < 0 else end + 1), "", lines=True)

    def _passing(self, frame: PythonFrame) -> list[Span]:
        """Where the functions that a frame is in are called from: calls that are all rewritten, else Refusal."""
        places: list[Span] = []
        inner: PythonFrame | None = frame
        while inner is not None and inner.call is not None and inner.function is not None:
            found = callers(inner, inner.function)
            used = [self._reached_by(caller, _LEVELS) for caller in found or ()]
            if found is None or None in used:
                name = inner.function.name.value
                line = inner.module.line(inner.function)
                raise Refusal(
                    "wrapper-shared",
                    f"The request is put together in `{name}` (line {line}), which other requests may go through. "
                    "Give the trigger a function of its own, then run this again.",
                )
            places += [place for each in used for place in each or ()]
            inner = inner.call.frame
        return places

    def _reached_by(self, caller: Operand, levels: int) -> list[Span] | None:
        """Where a caller is used, or all calls are of the function that it stands in; None where others may call it."""
        used = self._users(caller)
        function = caller.module.function(caller.node)
        if used is not None or function is None or not levels:
            return used
        found = callers(caller.frame.plain(), function)
        places = [self._reached_by(outer, levels - 1) for outer in found or ()]
        return [place for each in places for place in each or ()] if found and None not in places else None

    def _users(self, caller: Operand) -> list[Span] | None:
        """Where what a function gives to a caller is used; None where that is in no call that is rewritten."""
        module = caller.module
        if self._is_rewritten(caller):
            return [module.span(caller.node)]
        match module.parent(caller.node):
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name() as name)]) if caller.frame.at_root:
                pass
            case _:
                return None
        if module.function(name) is None and caller.frame.program.is_used_elsewhere(name.value):
            return None
        reads = references(module, NameDefinition(DefinitionKind.OTHER, name), name.value)
        mine = [read for read in reads if any(d.target is name for d in definitions(module, read))]
        if not all(self._is_harmless(caller, read) for read in mine):
            return None
        rewritten = [read for read in mine if isinstance(read, cst.BaseExpression)]
        return [module.span(read) for read in rewritten if self._is_rewritten(caller.of(read))]

    def _is_rewritten(self, operand: Operand) -> bool:
        if not operand.frame.at_root:
            return False
        span = operand.module.span(operand.node)
        return any(other.start <= span.start and span.end <= other.end for other in self.together)

    def may_edit(self, name: Operand, value: Operand) -> bool:
        """Whether a value can be changed as far as the name goes that gets it: nothing else reads the name.

        That the value's own place may be edited is checked when it is.
        """
        if _is_default(name, value) or _leaves_frame(name, value):
            try:
                self._passing(name.frame)
            except Refusal:
                return False
        if isinstance(name.node, cst.Call):
            return True
        if isinstance(name.node, cst.Name):
            return self._is_private(name, name.node)
        return isinstance(name.node, cst.Attribute) and self._is_private_attribute(name, name.node)

    def _is_private(self, name: Operand, node: cst.Name) -> bool:
        module = name.module
        found = definitions(module, node)
        if len(found) != 1 or isinstance(found[0].target, cst.Import | cst.ImportFrom):
            return False
        if module.function(found[0].target) is None and name.frame.program.is_used_elsewhere(node.value):
            return False
        others = self._readers(name)
        if len(bindings(module, found[0], node.value)) > 1 and others:
            return False
        return all(self._is_harmless(name, read) or not may_run(name.of(read)) for read in others)

    def _readers(self, name: Operand) -> list[cst.BaseExpression]:
        """The other places of the file that read what a name or an attribute holds."""
        module, node = name.module, name.node
        if isinstance(node, cst.Attribute):
            same = [other for other in module.all(cst.Attribute) if other.attr.value == node.attr.value]
            return [o for o in same if o is not node and not isinstance(module.parent(o), cst.AssignTarget)]
        if not isinstance(node, cst.Name):
            return []
        found = definitions(module, node)
        mine = [read for read in references(module, found[0], node.value) if read is not node] if found else []
        same_target = [read for read in mine if any(d.target is found[0].target for d in definitions(module, read))]
        return [read for read in same_target if isinstance(read, cst.BaseExpression)]

    def _is_harmless(self, name: Operand, read: cst.CSTNode) -> bool:
        """Another place that reads the name: shown to a person, or part of another call that is rewritten too."""
        from migrator.syntax.python.shown import is_shown  # it looks for callers, as this does

        return isinstance(read, cst.BaseExpression) and (is_shown(name.of(read)) or self._is_rewritten(name.of(read)))

    def _is_private_attribute(self, name: Operand, node: cst.Attribute) -> bool:
        """An attribute is private when the file reads it in one place, or only in calls that are rewritten."""
        if name.frame.program.is_used_elsewhere(node.attr.value):
            return False
        return all(self._is_harmless(name, other) for other in self._readers(name))


def binds_tighter(operand: Operand) -> bool:
    """Whether what stands around the expression would take it apart, were it a sum or a condition."""
    above = operand.module.parent(operand.node)
    if isinstance(above, cst.BinaryOperation):
        return not isinstance(above.operator, cst.Add) or above.right is operand.node
    return isinstance(above, cst.Attribute | cst.Subscript | cst.Await | cst.Comparison | cst.ComparisonTarget)


def _is_loose(code: str) -> bool:
    """Whether the code is an expression of several operands."""
    return isinstance(
        cst.parse_expression(f"({code})"), cst.BinaryOperation | cst.IfExp | cst.BooleanOperation | cst.Comparison
    )


def _holds_comment(operand: Operand, span: Span) -> bool:
    """Whether a comment begins inside a stretch of the file."""
    module = operand.module
    return any(module.span(comment).start in span for comment in module.all(cst.Comment))


def _leaves_frame(name: Operand, value: Operand) -> bool:
    """Whether a function that was entered reads something that is not only of this call: a constant, an attribute."""
    if name.frame.call is None or name.frame.call is value.frame.call:
        return False
    return not (isinstance(name.node, cst.Name) and name.frame.arguments.get(name.node.value) is not None)


def _is_default(name: Operand, value: Operand) -> bool:
    """Whether the value is what a parameter gets when nobody gives one."""
    found = definitions(name.module, name.node) if isinstance(name.node, cst.Name) else ()
    return any(isinstance(d.target, cst.Param) and d.target.default is value.node for d in found)
