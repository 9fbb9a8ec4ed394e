"""Follow a name or an attribute to the expressions that can have given it its value, and to the library it is from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from migrator.syntax.python.program import DEPTH, Frame, Operand
from migrator.syntax.python.scope import Definition, Kind, definitions, top_level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.python.module import Module

Meaning = Operand | None
"""An expression that can have given a name its value; None for a value that cannot be seen."""


def meanings(operand: Operand) -> tuple[Meaning, ...]:
    """All that a name or an attribute can stand for; empty for any other expression and for unknown names."""
    if operand.frame.depth > DEPTH:
        return ()
    match operand.node:
        case cst.Name() as name:
            found = definitions(operand.module, name)
            if not found:
                return tuple(_starred(operand.frame, name.value))
            return tuple(_meaning(operand.frame, name.value, definition) for definition in found)
        case cst.Attribute() as attribute:
            return tuple(_attribute(operand, attribute))
    return ()


def _starred(frame: Frame, name: str) -> Iterator[Meaning]:
    """What a name that is bound nowhere can be from `from module import *`; the last such module counts."""
    lines = [line for line in frame.module.all(cst.ImportFrom) if isinstance(line.names, cst.ImportStar)]
    for line in reversed(lines):
        module = frame.program.imported(frame.module, dotted_text(line.module), len(line.relative))
        if module is not None and top_level(module, name):
            yield in_module(Frame(frame.program, module, depth=frame.depth + 1), name)
            return


def meaning(operand: Operand) -> Meaning:
    """The one expression that gave the name or attribute its value, when there is exactly one."""
    found = meanings(operand)
    return found[0] if len(found) == 1 else None


def _meaning(frame: Frame, name: str, definition: Definition) -> Meaning:
    match definition.kind:
        case Kind.VALUE:
            assert definition.value is not None
            return Operand(frame_of(frame, definition.target), definition.value)
        case Kind.PARAMETER if frame.module.function(definition.target) is frame.function:
            return frame.arguments.get(name)
        case Kind.IMPORT:
            found = imported(frame, name, definition)
            if found is None or found[1] is None:
                return None
            return in_module(Frame(frame.program, found[0], depth=frame.depth + 1), found[1])
    return None


def frame_of(frame: Frame, node: cst.CSTNode) -> Frame:
    """The frame itself for what stands in its function, the module around for everything else."""
    return (frame if frame.module.function(node) is frame.function else frame.plain()).deeper()


def in_module(frame: Frame, name: str) -> Meaning:
    """The one value of a name at the top level of the frame's module."""
    found = top_level(frame.module, name) if frame.depth <= DEPTH else ()
    return _meaning(frame, name, found[0]) if len(found) == 1 else None


def _attribute(operand: Operand, attribute: cst.Attribute) -> Iterator[Meaning]:
    """`settings.URL`, `Config.URL`, `self.url`, `client.url`."""
    from migrator.syntax.python.objects import attribute_values  # classes are found through names in turn

    module = module_of(operand.of(attribute.value))
    if module is not None:
        yield in_module(Frame(operand.frame.program, module, depth=operand.frame.depth + 1), attribute.attr.value)
    else:
        yield from attribute_values(operand.of(attribute.value), attribute.attr.value)


def module_of(operand: Operand) -> Module | None:
    """The module of the repository that the expression is."""
    match operand.node:
        case cst.Name(value=name) as node:
            found = definitions(operand.module, node)
            if len(found) == 1 and found[0].kind is Kind.IMPORT:
                target = imported(operand.frame, name, found[0])
                return target[0] if target is not None and target[1] is None else None
        case cst.Attribute():
            path = dotted_text(operand.node)
            outermost = operand.node
            while isinstance(outermost, cst.Attribute):
                outermost = outermost.value  # type: ignore[assignment]
            found = definitions(operand.module, outermost) if isinstance(outermost, cst.Name) else ()
            if path and len(found) == 1 and isinstance(found[0].target, cst.Import):
                return operand.frame.program.imported(operand.module, path)
    return None


def imported(frame: Frame, name: str, definition: Definition) -> tuple[Module, str | None] | None:
    """The module of the repository that an import binds a name to, or the module and the name inside it."""
    match definition.target:
        case cst.ImportFrom(relative=dots):
            path, original = _imported_name(definition.target, name)
            whole = ".".join(filter(None, (path, original)))
            inner = frame.program.imported(frame.module, whole, len(dots))
            if inner is not None:
                return inner, None
            outer = frame.program.imported(frame.module, path, len(dots))
            return None if outer is None else (outer, original)
        case cst.Import():
            path = _imported_name(definition.target, name)[0]
            module = frame.program.imported(frame.module, path)
            return None if module is None else (module, None)
    return None


def _imported_name(node: cst.Import | cst.ImportFrom, name: str) -> tuple[str, str]:
    """The module behind a name that the statement binds, and the name in that module; empty for the module itself."""
    if isinstance(node.names, cst.ImportStar):
        return "", ""
    alias = next((alias for alias in node.names if bound_name(alias) == name), None)
    if alias is None:
        return "", ""
    if isinstance(node, cst.ImportFrom):
        return dotted_text(node.module), dotted_text(alias.name)
    whole = dotted_text(alias.name)
    return (whole if alias.asname is not None else whole.partition(".")[0]), ""


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


def qualified(operand: Operand) -> tuple[str, ...]:
    """The dotted names under which a library knows the expression (`requests.post`): several after `try: import`."""
    if operand.frame.depth > DEPTH:
        return ()
    match operand.node:
        case cst.Name() as name:
            return tuple(dict.fromkeys(_qualified_name(operand.frame, name)))
        case cst.Attribute(value=value, attr=attr):
            return tuple(f"{before}.{attr.value}" for before in qualified(operand.of(value)))
    return ()


def _qualified_name(frame: Frame, name: cst.Name) -> Iterator[str]:
    found = definitions(frame.module, name)
    if not found and frame.module.scope(name) is not None:
        yield name.value
        for line in frame.module.all(cst.ImportFrom):
            if isinstance(line.names, cst.ImportStar):
                yield f"{dotted_text(line.module)}.{name.value}"
    for definition in found:
        if isinstance(definition.target, cst.Import | cst.ImportFrom):
            parts = _imported_name(definition.target, name.value)
            yield ".".join(filter(None, parts))
        elif (
            definition.kind is Kind.VALUE and len(found) == 1 and isinstance(definition.value, cst.Name | cst.Attribute)
        ):
            yield from qualified(Operand(frame_of(frame, definition.target), definition.value))
