"""Whether text of a program may be percent-encoded by what makes it: a helper, a lambda, a property, a caller."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from migrator.model import Expansion, flatten
from migrator.syntax.python.arguments import converter
from migrator.syntax.python.callers import everywhere
from migrator.syntax.python.program import DEPTH, Operand, PythonFrame, operand_of
from migrator.syntax.python.resolve import callee, enter, frame_of, imported, meanings
from migrator.syntax.python.scope import DefinitionKind, definitions, dotted_text, top_level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import Template
    from migrator.syntax.python.module import Module
    from migrator.syntax.python.scope import NameDefinition

_ENCODING = re.compile(r"\b(?:\w+_)?quote(?:_plus|_via|_from_bytes)?\b|%2[Ff]|\burl_?enc|\bpercent_?enc")
_OTHER = re.compile(r"(?:shlex|pipes)\.quote|%2[Ff]['\"]\s*,\s*['\"]/")
"""What quotes for a shell, or takes the encoding off."""
_MANY = 100
_CONVERTING = frozenset({"convert", "__call__"})
"""Methods by which command lines make a value of text."""


def encoded_part(template: Template) -> str | None:
    """The first part of the text that may be percent-encoded, as it is written; None for text that is as it is."""
    for part in flatten(template):
        operand = operand_of(part) if isinstance(part, Expansion) else None
        if operand is not None and isinstance(part, Expansion) and _encodes(operand, set()):
            return part.source
    return None


def _encodes(operand: Operand, seen: set[cst.CSTNode]) -> bool:
    """Whether the expression, or anything that it is made of, percent-encodes."""
    if operand.node in seen or len(seen) > _MANY or operand.frame.depth > DEPTH:
        return False
    seen.add(operand.node)
    if _says(operand.code):
        return True
    module = operand.module
    attributes = module.all(cst.Attribute, operand.node)
    skipped = {*(node.attr for node in attributes), *(arg.keyword for arg in module.all(cst.Arg, operand.node))}
    names = [name for name in module.all(cst.Name, operand.node) if name not in skipped]
    inner = [each for name in names for each in _behind_name(operand, name)]
    inner += [each for node in attributes for each in meanings(operand.of(node)) if each is not None]
    inner += [each for node in attributes if (each := converter(operand.of(node))) is not None]
    if any(_encodes(each, seen) for each in inner):
        return True
    functions = [each for name in names for each in _functions(operand, name)]
    functions += [(module, each) for node in attributes for each in _methods(module, node.attr.value)]
    for call in module.calls(operand.node):
        found = callee(operand.of(call.func))
        functions += [(found[0].module, found[1])] if found is not None else []
    return any(_function_encodes(operand, there, function, seen) for there, function in functions)


def _says(code: str) -> bool:
    return _ENCODING.search(_OTHER.sub("", code)) is not None


def _function_encodes(operand: Operand, module: Module, function: cst.FunctionDef, seen: set[cst.CSTNode]) -> bool:
    if function in seen:
        return False
    seen.add(function)
    if _says(module.code(function)):
        return True
    frame = PythonFrame(operand.frame.program, module, depth=operand.frame.depth + 1)
    return any(_encodes(Operand(frame, call), seen) for call in module.calls(function.body))


def _behind_name(operand: Operand, name: cst.Name) -> Iterator[Operand]:
    """What a name can have got its value from."""
    frame = operand.frame
    for definition in definitions(operand.module, name):
        if definition.kind is DefinitionKind.PARAMETER:
            yield from _given(operand, name.value, definition)
            yield from _converters(operand, name.value, definition)
        elif definition.value is not None:
            yield Operand(frame_of(frame, definition.target), definition.value)
        elif definition.kind is DefinitionKind.IMPORT:
            found = imported(frame, name.value, definition)
            there = top_level(found[0], found[1]) if found is not None and found[1] is not None else ()
            values = (each.value for each in there if found is not None and each.value is not None)
            for value in values:
                assert found is not None
                yield Operand(PythonFrame(frame.program, found[0], depth=frame.depth + 1), value)


def _given(operand: Operand, name: str, definition: NameDefinition) -> Iterator[Operand]:
    """What the callers of the function around give for a parameter."""
    frame, function = operand.frame, operand.module.function(definition.target)
    bound = frame.arguments.get(name) if function is frame.function else None
    if bound is not None:
        yield bound
        return
    for call in (everywhere(frame, function) or ()) if function is not None else ():
        there = PythonFrame(frame.program, call.module, depth=frame.depth + 1)
        inner = enter(Operand(there, call.node))
        if inner is not None and name in inner.arguments:
            yield inner.arguments[name]


def _converters(operand: Operand, name: str, definition: NameDefinition) -> Iterator[Operand]:
    """What may change an option of a command line before it gets to a parameter, as click and typer do it.

    Source: click docs, "Parameter Types" and "Options"; typer docs, "Custom Types" (2026).
    """
    module, frame = operand.module, operand.frame.plain().deeper()
    param, function = definition.target, module.function(definition.target)
    if isinstance(param, cst.Param):
        made = (param.annotation.annotation if param.annotation is not None else None, param.default)
        yield from (Operand(frame, node) for node in made if node is not None)
    for decorator in function.decorators if function is not None else ():
        node, code = decorator.decorator, module.code(decorator.decorator).replace("-", "_")
        if isinstance(node, cst.Call) and name in code:
            yield Operand(frame, node)


def _functions(operand: Operand, name: cst.Name) -> Iterator[tuple[Module, cst.FunctionDef]]:
    """The functions of the repository that a name can mean, those of `from module import *` included."""
    frame = operand.frame
    found = definitions(operand.module, name)
    for definition in found:
        if isinstance(definition.target, cst.FunctionDef):
            yield operand.module, definition.target
        elif isinstance(definition.target, cst.ClassDef):
            inside = operand.module.all(cst.FunctionDef, definition.target)
            yield from ((operand.module, each) for each in inside if each.name.value in _CONVERTING)
        elif definition.kind is DefinitionKind.IMPORT:
            there = imported(frame, name.value, definition)
            if there is not None and there[1] is not None:
                yield from _top(there[0], there[1])
    for line in operand.module.all(cst.ImportFrom) if not found else ():
        if isinstance(line.names, cst.ImportStar):
            module = frame.program.imported(operand.module, dotted_text(line.module), len(line.relative))
            yield from _top(module, name.value) if module is not None else ()


def _top(module: Module, name: str) -> Iterator[tuple[Module, cst.FunctionDef]]:
    for definition in top_level(module, name):
        if isinstance(definition.target, cst.FunctionDef):
            yield module, definition.target


def _methods(module: Module, name: str) -> Iterator[cst.FunctionDef]:
    """The methods and properties of the file of that name."""
    return (
        each for each in module.all(cst.FunctionDef) if each.name.value == name and module.class_of(each) is not None
    )
