"""Write text with expansions as a Python expression, in the style of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from migrator.errors import Refusal
from migrator.model import Expansion, Literal, Part, Template
from migrator.syntax.python.containers import may_change_in_call
from migrator.syntax.python.program import operand_of
from migrator.syntax.python.records import shows
from migrator.syntax.python.scope import definitions, dominates
from migrator.syntax.python.strings import escaped, quote_style, quoted
from migrator.syntax.python.text import environment_variable
from migrator.syntax.python.types import STR, TEXT_METHODS, types

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.python.module import Module
    from migrator.syntax.python.program import Operand


def spelled(template: Template, at: Operand) -> str:
    """The text as an expression to stand in place of `at`. Raises Refusal when a part means nothing there.

    An expansion that `str()` was applied to by the old text gets a `str()` of its own where it may be something else.
    """
    parts = _joined(readable(template, at))
    quote = quote_style(at.module)
    match parts:
        case ():
            return quote + quote
        case (Literal(text),):
            return quoted(text, quote)
        case (Expansion() as hole,):
            return hole.source if is_text(hole) else f"str({hole.source})"
    if uses_f_strings(at.module):
        written = _f_string(parts, quote)
        if written is not None:
            return written
    return _sum(parts, quote)


def uses_f_strings(module: Module) -> bool:
    """Whether the file already needs a Python that has f-strings."""
    return any(module.all(kind) for kind in (cst.FormattedString, cst.Annotation, cst.NamedExpr, cst.Await))


def _f_string(parts: Template, quote: str) -> str | None:
    """The parts in an f-string; None where an older Python could not read one of them inside these quotes."""
    pieces: list[str] = []
    for part in parts:
        if isinstance(part, Literal):
            pieces.append(escaped(part.text, quote).replace("{", "{{").replace("}", "}}"))
        elif quote in part.source or "\\" in part.source or "\n" in part.source or part.source.startswith("{"):
            other = "'" if quote == '"' else '"'
            spare = other not in part.source and "\\" not in part.source and "\n" not in part.source
            if not spare or any(isinstance(p, Literal) and quote in p.text for p in parts):
                return None
            pieces.append(f"{{{part.source}}}")
            if any(isinstance(p, Expansion) and other in p.source for p in parts):
                return None
            return _f_string(parts, other)
        else:
            pieces.append(f"{{{part.source}}}")
    return f"f{quote}{''.join(pieces)}{quote}"


def _sum(parts: Template, quote: str) -> str:
    if all(isinstance(part, Literal) or is_text(part) for part in parts):
        written = (quoted(p.text, quote) if isinstance(p, Literal) else _operand(p.source) for p in parts)
        return " + ".join(written)
    text = "".join(p.text.replace("{", "{{").replace("}", "}}") if isinstance(p, Literal) else "{}" for p in parts)
    holes = ", ".join(part.source for part in parts if isinstance(part, Expansion))
    return f"{quoted(text, quote)}.format({holes})"


def _operand(code: str) -> str:
    """The expression as it can stand beside a `+`."""
    simple = isinstance(
        cst.parse_expression(f"({code})"), cst.Name | cst.Attribute | cst.Subscript | cst.Call | cst.SimpleString
    )
    return code if simple else f"({code})"


def is_text(part: Expansion) -> bool:
    """Whether the expression is text wherever the program gets past it, so that no `str()` is needed around it."""
    operand = operand_of(part)
    return operand is not None and (part.textual or part.source != operand.code or types(operand) == STR)


def _joined(parts: Template) -> Template:
    joined: list[Literal | Expansion] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, Literal) and isinstance(last, Literal):
            joined[-1] = Literal(last.text + part.text)
        else:
            joined.append(part)
    return tuple(joined)


def readable(template: Template, at: Operand) -> Template:
    """The parts, with every expansion that means nothing at `at` replaced by what is behind it. Raises Refusal."""
    return tuple(_readable(template, at))


def _readable(template: Template, at: Operand) -> Iterator[Part]:
    for part in template:
        operand = None if isinstance(part, Literal) else operand_of(part)
        if isinstance(part, Literal) or (operand is not None and is_visible(operand, at)):
            yield part
        elif part.resolved is not None:
            yield from _readable(part.resolved, at)
        else:
            raise _out_of_sight(part)


def _out_of_sight(part: Expansion) -> Refusal:
    return Refusal(
        "expression-moves",
        f"`{part.source}` would have to be evaluated in another place, where it may be something else. "
        "Give it a name of its own right before the call, then run this again.",
    )


def is_visible(operand: Operand, at: Operand) -> bool:
    """Whether the expression means the same where `at` stands, and evaluating it there makes no difference."""
    module = operand.module
    if module is not at.module:
        return False
    same_scope = module.scope(operand.node) is module.scope(at.node)
    if same_scope and module.statement(operand.node) is module.statement(at.node):
        return True  # inside one statement it is still evaluated once
    if not is_stable(operand) or _may_change_between(operand, at) or _is_caught(operand, at):
        return False
    return all(_same_meaning(operand, name, at) for name in _names(operand))


def _is_caught(operand: Operand, at: Operand) -> bool:
    """Whether a `try` around the expression catches that there is no such item, and none does where `at` stands."""
    module = operand.module
    if next(_items(operand), None) is None:
        return False
    around = [above for above in module.ancestors(operand.node) if isinstance(above, cst.Try | cst.TryStar)]
    return any(
        module.span(operand.node).start in module.span(each.body)
        and module.span(at.node).start not in module.span(each.body)
        for each in around
    )


def _items(operand: Operand) -> Iterator[cst.Subscript]:
    """What raises an error where an item is missing: `os.environ["X"]`, `sys.argv[1]`."""
    yield from operand.module.all(cst.Subscript, operand.node)


def is_read_later(operand: Operand, at: Operand) -> bool:
    """Whether a missing item ends the program later than it did: it is read at `at` now, behind other calls."""
    module = operand.module
    if next(_items(operand), None) is None:
        return False
    if module.function(operand.node) is not module.function(at.node):
        return True
    first, last = module.span(operand.node).end, module.span(at.node).start
    calls = (call for call in module.calls() if first <= module.span(call).start < last)
    inside = {module.span(above).start for above in module.ancestors(at.node)}
    return any(module.span(call).start not in inside and not shows(module, call) for call in calls)


def is_stable(operand: Operand) -> bool:
    """Whether evaluating the expression earlier or later gives the same: it calls nothing but pure functions."""
    kinds = (cst.Call, cst.Await, cst.Yield, cst.NamedExpr)
    return all(_is_pure(operand, node) for kind in kinds for node in operand.module.all(kind, operand.node))


def _is_pure(operand: Operand, node: cst.CSTNode) -> bool:
    if not isinstance(node, cst.Call):
        return False
    if environment_variable(operand.of(node)) is not None:
        return True
    match node.func:
        case cst.Name(value=name):
            return name in {"str", "int"}
        case cst.Attribute(attr=cst.Name(value=name)):
            return name in TEXT_METHODS
    return False


def _names(operand: Operand) -> list[cst.Name]:
    module = operand.module
    others: set[cst.CSTNode | None] = {attribute.attr for attribute in module.all(cst.Attribute, operand.node)}
    others |= {arg.keyword for arg in module.all(cst.Arg, operand.node)}
    return [name for name in module.all(cst.Name, operand.node) if name not in others]


def _same_meaning(operand: Operand, name: cst.Name, at: Operand) -> bool:
    """Whether the name is bound by the same single definition in both places, before `at`."""
    module = operand.module
    here, there = definitions(module, name), definitions(module, name, at.node)
    if not here or not there:
        return not here and not there
    target = here[0].target
    if len(here) > 1 or len(there) > 1 or there[0].target is not target:
        return False
    if isinstance(target, cst.Param | cst.Import | cst.ImportFrom | cst.FunctionDef | cst.ClassDef):
        return True
    if module.function(target) is module.function(at.node):
        return dominates(module, target, at.node)
    return not _is_guarded(module, target)


def _is_guarded(module: Module, target: cst.CSTNode) -> bool:
    """Whether only some runs bind a name of the module: `if __name__ == "__main__":` binds none for who imports it."""
    if module.function(target) is not None:
        return False
    return any(isinstance(above, cst.If | cst.For | cst.While) for above in module.ancestors(target))


_ENVIRONMENT = "os.environ"
_READING = frozenset({"os.getenv", "os.environ.get", "getenv", "environ.get"})
_SETTING = frozenset(
    {"os.putenv", "os.unsetenv", "putenv", "load_dotenv", "dotenv.load_dotenv", "read_env", "env.read_env"}
)
_LOOKING = frozenset({"get", "items", "keys", "values", "copy", "count", "index", "read_text", "exists"}) | TEXT_METHODS


def _may_change_between(operand: Operand, at: Operand) -> bool:
    """Whether the program may change what the expression reads between where it stands and `at`."""
    owners = frozenset(_owners(operand))
    if not owners:
        return False
    module = operand.module
    same = module.function(operand.node) is module.function(at.node)
    first, last = sorted((module.span(operand.node), module.span(at.node)))
    for node, code in _changes(operand, owners):
        place = module.span(node).start
        is_between = first.end <= place < last.start
        # Another function may run at any time later; the lines of the module run once, in order.
        may_come = is_between if same else module.function(node) is not None or place >= module.span(operand.node).end
        if may_come and code in owners:
            return True
    return False


def _owners(operand: Operand) -> Iterator[str]:
    """The objects of which the expression reads an attribute or an item, as they are written."""
    module = operand.module
    called = {call.func for call in module.all(cst.Call, operand.node)}
    read: tuple[cst.Attribute | cst.Subscript, ...] = (
        *module.all(cst.Attribute, operand.node),
        *module.all(cst.Subscript, operand.node),
    )
    for access in read:
        if access not in called:
            yield _named(module.code(access.value))
    for call in module.all(cst.Call, operand.node):
        if module.code(call.func) in _READING:
            yield _ENVIRONMENT


def _named(code: str) -> str:
    return _ENVIRONMENT if code in {"os.environ", "environ"} else code


def _changes(operand: Operand, owners: frozenset[str]) -> Iterator[tuple[cst.CSTNode, str]]:
    """Where the program may change one of the objects, and which."""
    module = operand.module
    for node in _targets(module):
        if isinstance(node, cst.Attribute | cst.Subscript):
            yield node, _named(module.code(node.value))
    for call in module.calls():
        yield from ((call, owner) for owner in _changed_by(operand, call, owners))


def _targets(module: Module) -> Iterator[cst.BaseExpression]:
    for target in module.all(cst.AssignTarget):
        yield target.target
    yield from (node.target for node in module.all(cst.AugAssign))
    yield from (node.target for node in module.all(cst.AnnAssign))
    yield from (node.target for node in module.all(cst.Del))
    yield from (node.target for node in module.all(cst.For))


def _changed_by(operand: Operand, call: cst.Call, owners: frozenset[str]) -> Iterator[str]:
    module = operand.module
    name = module.code(call.func)
    if _ENVIRONMENT in owners and name in _SETTING:
        yield _ENVIRONMENT
    match call.func:
        case cst.Attribute(value=value, attr=cst.Name(value=method)) if method not in _LOOKING:
            yield _named(module.code(value))
    for arg in call.args:
        code = _named(module.code(arg.value))
        if code in owners and may_change_in_call(operand.of(arg.value), call):
            yield code
