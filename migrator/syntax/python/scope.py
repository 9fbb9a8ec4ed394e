"""What a name stands for where it is read: the assignments, parameters and imports that can have given it its value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import Assignment, BuiltinAssignment, ImportAssignment

from migrator.syntax.memo import Question

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from libcst.metadata import BaseAssignment, Scope

    from migrator.syntax.python.module import Module


class DefinitionKind(StrEnum):
    """How a name gets its value."""

    VALUE = "value"
    AUGMENTED = "augmented"
    LOOP = "loop"
    LOOP_PART = "loop-part"
    WITH = "with"
    PARAMETER = "parameter"
    IMPORT = "import"
    FUNCTION = "function"
    CLASS = "class"
    OTHER = "other"


@dataclass(frozen=True, slots=True, eq=False)
class NameDefinition:
    """One way a name gets its value. `target` is the node that binds it.

    `value` is the expression of an assignment, the iterable of a loop, the context manager of a `with`; `index` the
    place of the name among those that each round of a loop binds.
    """

    kind: DefinitionKind
    target: cst.CSTNode
    value: cst.BaseExpression | None = None
    index: int = 0


_DEFINITIONS: Question[tuple[NameDefinition, ...]] = Question("definitions", ())


def definitions(module: Module, name: cst.Name, at: cst.CSTNode | None = None) -> tuple[NameDefinition, ...]:
    """Everything that can have given the name its value where it is read, nothing else; empty for an unknown name.

    `at` asks about another place than where the name stands.
    """
    here = at or name
    return module.memo.answer(_DEFINITIONS, (name.value, here), lambda: _definitions(module, name, here))


def _definitions(module: Module, name: cst.Name, here: cst.CSTNode) -> tuple[NameDefinition, ...]:
    scope = module.scope(here)
    if scope is None:
        return ()
    assignments = [a for a in scope[name.value] if not isinstance(a, BuiltinAssignment)]
    if not assignments:
        return ()
    if len(assignments) > 1 and all(a.scope is scope for a in assignments):
        assignments = _reaching(module, here, assignments)
    start = max((module.span(_node(assignment)).start for assignment in assignments), default=-1)
    captured = [d for d in _captured(module, name.value, here) if module.span(d.target).start > start]
    return (*(_definition(module, assignment) for assignment in assignments), *captured)


def _captured(module: Module, name: str, here: cst.CSTNode) -> tuple[NameDefinition, ...]:
    """What the patterns of `case` in the same function bind to a name: the scopes of libcst leave them out."""
    function = module.function(here)
    nodes = (*module.all(cst.MatchAs), *module.all(cst.MatchStar), *module.all(cst.MatchMapping))
    found = (node for node in nodes if _bound_by(node) == name and module.function(node) is function)
    return tuple(NameDefinition(DefinitionKind.OTHER, node) for node in found)


def _bound_by(node: cst.CSTNode) -> str | None:
    match node:
        case cst.MatchAs(name=cst.Name(value=name)) | cst.MatchStar(name=cst.Name(value=name)):
            return name
        case cst.MatchMapping(rest=cst.Name(value=name)):
            return name
    return None


def top_level(module: Module, name: str) -> tuple[NameDefinition, ...]:
    """All definitions of a name at the top level of the module, in the order of the file."""
    scope = module.scope(module.tree)
    found = [a for a in scope[name] if not isinstance(a, BuiltinAssignment)] if scope is not None else []
    return tuple(_definition(module, a) for a in _sorted(module, found))


def is_taken(module: Module, name: str, here: cst.CSTNode) -> bool:
    """Whether a name of Python's own, or of a module, stands for something of the program's at a node."""
    scope = module.scope(here)
    found = scope[name] if scope is not None else ()
    return not all(
        isinstance(a, BuiltinAssignment) or (isinstance(a, ImportAssignment) and isinstance(a.node, cst.Import))
        for a in found
    )


def bindings(module: Module, definition: NameDefinition, name: str) -> tuple[NameDefinition, ...]:
    """All definitions of a name in the scope of one of them, in the order of the file."""
    scope = module.scope(definition.target)
    assignments = scope[name] if scope is not None else ()
    found = [a for a in assignments if not isinstance(a, BuiltinAssignment)]
    return tuple(_definition(module, a) for a in _sorted(module, found))


def references(module: Module, definition: NameDefinition, name: str) -> tuple[cst.Name, ...]:
    """Every place of the file where the name is read, in order."""
    above = module.parent(definition.target)
    param = definition.target if isinstance(definition.target, cst.Param) else above
    scope = module.scope(definition.target)
    if isinstance(param, cst.Param):
        scope = _function_scope(module, param)
    assignments = scope[name] if scope is not None else ()
    reads = {access.node for assignment in assignments for access in assignment.references}
    names = [_leftmost(node) for node in reads]
    return tuple(sorted((n for n in names if n is not None), key=lambda node: module.span(node).start))


def _leftmost(node: cst.CSTNode) -> cst.Name | None:
    while isinstance(node, cst.Attribute):
        node = node.value
    return node if isinstance(node, cst.Name) else None


def _function_scope(module: Module, param: cst.Param) -> Scope | None:
    function = module.function(param)
    return module.scope(function.body) if function is not None else module.scope(param)


def _sorted(module: Module, assignments: Iterable[BaseAssignment]) -> list[BaseAssignment]:
    return sorted(assignments, key=lambda a: module.span(_node(a)).start)


def _reaching(module: Module, read: cst.CSTNode, assignments: Sequence[BaseAssignment]) -> list[BaseAssignment]:
    """Of several assignments in one scope, those that can be the last before the name is read."""
    here = module.statement(read)
    start = module.span(read).start
    ordered = _sorted(module, assignments)
    before = [a for a in ordered if module.span(_node(a)).start < start and not _is_same_statement(module, a, here)]
    certain = [index for index, a in enumerate(before) if dominates(module, _node(a), here)]
    last = before[certain[-1]] if certain else None
    # What stands further down comes first in the next round of a loop, unless the loop itself begins with `last`.
    loops = {*_loops(module, read)} - ({*_loops(module, _node(last))} if last else set())
    later = [a for a in ordered if a not in before and not loops.isdisjoint(_loops(module, _node(a)))]
    return (before[certain[-1] :] if certain else before) + later


def _is_same_statement(module: Module, assignment: BaseAssignment, here: cst.CSTNode) -> bool:
    """Whether the assignment is the statement that reads the name: what it reads is the value before."""
    return isinstance(here, cst.SimpleStatementLine) and module.statement(_node(assignment)) is here


def _loops(module: Module, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The loops around the node in its own function."""
    for above in module.ancestors(node):
        if isinstance(above, cst.For | cst.While):
            yield above
        elif isinstance(above, cst.FunctionDef | cst.Lambda | cst.ClassDef):
            return


def dominates(module: Module, node: cst.CSTNode, other: cst.CSTNode) -> bool:
    """Whether the statement of `node` has run whenever `other` runs, in the same function."""
    statement = module.statement(node)
    block = module.parent(statement)
    for above in (node, *module.ancestors(node)):
        if above is statement:
            break
        if isinstance(above, cst.SimpleStatementSuite):  # behind the colon, `if x: y = z`
            statement, block = _part_of(module, node, above), above
            break
    for candidate in (other, *module.ancestors(other)):
        if candidate is statement:
            return isinstance(statement, cst.With | cst.For) and other is not statement
        if module.parent(candidate) is block:
            return module.span(statement).start < module.span(candidate).start
        if isinstance(candidate, cst.FunctionDef | cst.Lambda | cst.ClassDef):
            return False
    return False


def _part_of(module: Module, node: cst.CSTNode, suite: cst.SimpleStatementSuite) -> cst.CSTNode:
    """The small statement of a line behind a colon that a node stands in."""
    return next(each for each in (node, *module.ancestors(node)) if module.parent(each) is suite)


def _node(assignment: BaseAssignment) -> cst.CSTNode:
    match assignment:
        case ImportAssignment():
            return assignment.as_name
        case Assignment():
            return assignment.node
        case _:
            raise AssertionError(assignment)


def _definition(module: Module, assignment: BaseAssignment) -> NameDefinition:
    if isinstance(assignment, ImportAssignment):
        return NameDefinition(DefinitionKind.IMPORT, assignment.node)
    node = _node(assignment)
    match node:
        case cst.FunctionDef():
            return NameDefinition(DefinitionKind.FUNCTION, node)
        case cst.ClassDef():
            return NameDefinition(DefinitionKind.CLASS, node)
        case cst.Param():
            return NameDefinition(DefinitionKind.PARAMETER, node)
    return _of_target(module, node, module.parent(node))


def _of_target(module: Module, node: cst.CSTNode, parent: cst.CSTNode | None) -> NameDefinition:
    match parent:
        case cst.AssignTarget():
            above = module.parent(parent)
            assert isinstance(above, cst.Assign)
            return NameDefinition(DefinitionKind.VALUE, node, above.value)
        case cst.AnnAssign(value=value) if value is not None:
            return NameDefinition(DefinitionKind.VALUE, node, value)
        case cst.AnnAssign():
            return NameDefinition(DefinitionKind.OTHER, node)
        case cst.NamedExpr(value=value):
            return NameDefinition(DefinitionKind.VALUE, node, value)
        case cst.AugAssign(value=value):
            return NameDefinition(DefinitionKind.AUGMENTED, node, value)
        case cst.For(iter=iterable) | cst.CompFor(iter=iterable):
            return NameDefinition(DefinitionKind.LOOP, node, iterable)
        case cst.AsName():
            item = module.parent(parent)
            return (
                NameDefinition(DefinitionKind.WITH, node, item.item) if isinstance(item, cst.WithItem) else _other(node)
            )
        case cst.Element():
            return _unpacked(module, node, parent)
    return _other(node)


def _other(node: cst.CSTNode) -> NameDefinition:
    return NameDefinition(DefinitionKind.OTHER, node)


def _unpacked(module: Module, node: cst.CSTNode, element: cst.Element) -> NameDefinition:
    """`a, b = 1, 2`: the value at the same place, when both sides are as long."""
    targets = module.parent(element)
    assert isinstance(targets, cst.Tuple | cst.List)
    match module.parent(targets):
        case cst.AssignTarget() as target:
            assign = module.parent(target)
            value = assign.value if isinstance(assign, cst.Assign) else None
        case cst.For(iter=iterable) | cst.CompFor(iter=iterable) if not any(
            isinstance(each, cst.StarredElement) for each in targets.elements
        ):
            return NameDefinition(DefinitionKind.LOOP_PART, node, iterable, targets.elements.index(element))
        case _:
            return _other(node)
    if not isinstance(value, cst.Tuple | cst.List) or len(value.elements) != len(targets.elements):
        return _other(node)
    if any(isinstance(e, cst.StarredElement) for e in (*targets.elements, *value.elements)):
        return _other(node)
    return NameDefinition(DefinitionKind.VALUE, node, value.elements[targets.elements.index(element)].value)


def dotted_text(node: cst.BaseExpression | None) -> str:
    """`a.b.c` as it is written; empty for anything else."""
    match node:
        case cst.Name(value=value):
            return value
        case cst.Attribute(value=value, attr=attr):
            before = dotted_text(value)
            return f"{before}.{attr.value}" if before else ""
    return ""


def bound_name(alias: cst.ImportAlias) -> str:
    """The name that an import binds."""
    name = alias.asname.name if alias.asname is not None else alias.name
    text = dotted_text(name) if isinstance(name, cst.Name | cst.Attribute) else ""
    return text if alias.asname is not None else text.partition(".")[0]
