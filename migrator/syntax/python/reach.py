"""What holds where a place of a program is reached.

Whether that can be when its function is entered with known arguments; and whether a value is made sure of there:
`if not x: sys.exit(2)`, `if x is None: x = "dev"`, `assert x`, and being inside of `if x:`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from migrator.model import static
from migrator.syntax.python.program import Operand
from migrator.syntax.python.resolve import enter, meaning, qualified
from migrator.syntax.python.scope import dominates
from migrator.syntax.python.text import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from migrator.syntax.python.module import Module

_LEAVING = cst.Return | cst.Raise | cst.Continue | cst.Break


def may_run(operand: Operand) -> bool:
    """Whether no `if verb == "POST"` around or before the place is known to keep it from running."""
    module = operand.module
    inside: cst.CSTNode = operand.node
    for above in module.ancestors(operand.node):
        if isinstance(above, cst.FunctionDef | cst.Lambda):
            break
        if isinstance(above, cst.If):
            truth = _truth(operand, above.test)
            if (truth is False and inside is above.body) or (truth is True and inside is above.orelse):
                return False
        if isinstance(above, cst.IndentedBlock) and _is_left_before(operand, above, inside):
            return False
        inside = above
    return True


def _is_left_before(operand: Operand, block: cst.IndentedBlock, inside: cst.CSTNode) -> bool:
    """Whether an earlier `if` of the block surely leaves it."""
    for statement in block.body:
        if statement is inside:
            return False
        if isinstance(statement, cst.If) and _leaves(statement.body) and _truth(operand, statement.test) is True:
            return True
    return False


def _leaves(body: cst.BaseSuite) -> bool:
    last = body.body[-1] if body.body else None
    parts = last.body if isinstance(last, cst.SimpleStatementLine) else ()
    return bool(parts) and isinstance(parts[-1], _LEAVING)


def _truth(operand: Operand, test: cst.BaseExpression) -> bool | None:
    """What a comparison of two known texts says; None for anything else."""
    match test:
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=operator, comparator=right)]):
            first, second = static(text(operand.of(left))), static(text(operand.of(right)))
            if first is None or second is None:
                return None
            match operator:
                case cst.Equal():
                    return first == second
                case cst.NotEqual():
                    return first != second
    return None


_LEVELS = 3
"""How many functions an end is looked for in."""
_EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit", "os.abort"})


def is_set(operand: Operand, since: cst.CSTNode) -> bool:
    """Whether a name or attribute that got its value at `since` is not None where it is read."""
    module, code = operand.module, operand.code
    if any(_tells(operand, test, code, truth=truth) for test, truth in _around(operand)):
        return True
    start = module.span(since).start
    guards: tuple[cst.If | cst.Assert, ...] = (*module.all(cst.If), *module.all(cst.Assert))
    for guard in guards:
        is_later = module.span(guard).start > start or start in module.span(guard.test)
        if is_later and _holds_at(operand, guard, since) and _makes_sure(operand, guard, code):
            return not _is_set_between(module, guard, operand.node, code)
    return False


def _holds_at(operand: Operand, guard: cst.CSTNode, since: cst.CSTNode) -> bool:
    """Whether the guard has run, after the value was given, whenever the place is reached."""
    module, node = operand.module, operand.node
    if module.function(guard) is module.function(node):
        return dominates(module, guard, node)
    # What stands at the top of a file has run before any function below it can be called.
    function = module.function(node)
    is_top = module.function(guard) is None and isinstance(module.parent(module.statement(guard)), cst.Module)
    is_later = function is not None and module.span(guard).start < module.span(function).start
    return is_top and is_later and module.function(since) is None


def _around(operand: Operand) -> Iterator[tuple[cst.BaseExpression, bool]]:
    """The conditions that hold where the expression stands, and whether they are true or false."""
    module = operand.module
    inside: cst.CSTNode = operand.node
    for above in module.ancestors(operand.node):
        match above:
            case cst.If(test=test, body=body, orelse=orelse) | cst.IfExp(test=test, body=body, orelse=orelse):
                if inside is body or inside is orelse:
                    yield test, inside is body
            case cst.While(test=test, body=body) if inside is body:
                yield test, True
            case cst.BooleanOperation(left=left, operator=operator, right=right) if inside is right:
                yield left, isinstance(operator, cst.And)
            case cst.FunctionDef() | cst.Lambda() | cst.ClassDef():
                return
        inside = above


def _makes_sure(operand: Operand, guard: cst.CSTNode, code: str) -> bool:
    match guard:
        case cst.Assert(test=test):
            return _tells(operand, test, code, truth=True)
        case cst.If(test=test, body=body, orelse=orelse):
            if ends(operand, body) or _sets(operand.module, body, code):
                return _tells(operand, test, code, truth=False)
            if isinstance(orelse, cst.Else) and (
                ends(operand, orelse.body) or _sets(operand.module, orelse.body, code)
            ):
                return _tells(operand, test, code, truth=True)
    return False


def _tells(operand: Operand, test: cst.BaseExpression, code: str, *, truth: bool) -> bool:
    """Whether the condition being true, or false, means that the value is not None."""
    module = operand.module

    def each(parts: Iterable[cst.BaseExpression]) -> Iterator[bool]:
        return (_tells(operand, part, code, truth=truth) for part in parts)

    match test:
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            return _tells(operand, inner, code, truth=not truth)
        case cst.BooleanOperation(left=left, operator=operator, right=right):
            return any(each((left, right))) if isinstance(operator, cst.And) is truth else all(each((left, right)))
        case cst.NamedExpr(target=target):
            return truth and module.code(target) == code
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=operator, comparator=right)]):
            inner = left.target if isinstance(left, cst.NamedExpr) else left
            return module.code(inner) == code and _compared(operator, right, truth=truth)
        case cst.Call(func=cst.Name(value="all"), args=[cst.Arg(value=cst.List() | cst.Tuple() as group)]):
            return truth and any(each(element.value for element in group.elements))
        case cst.Call(func=cst.Name(value="bool" | "isinstance" | "len"), args=[cst.Arg(value=first), *_]):
            return truth and module.code(first) == code
        case cst.Call(func=cst.Attribute(value=owner)):
            return truth and module.code(owner) == code
    return truth and module.code(test) == code


def _compared(operator: cst.BaseCompOp, right: cst.BaseExpression, *, truth: bool) -> bool:
    is_none = isinstance(right, cst.Name) and right.value == "None"
    match operator:
        case cst.Is() | cst.Equal() if is_none:
            return not truth
        case cst.IsNot() | cst.NotEqual() if is_none:
            return truth
        case cst.Equal():
            return truth and isinstance(right, cst.SimpleString | cst.Integer)
        case cst.In() if isinstance(right, cst.Tuple | cst.List | cst.Set):
            return truth and all(isinstance(each.value, cst.SimpleString) for each in right.elements)
    return False


def ends(operand: Operand, body: cst.BaseSuite, depth: int = 0) -> bool:
    """Whether the block never goes on to what stands behind it. `operand` is an expression of the same frame."""
    last = body.body[-1] if body.body else None
    if isinstance(last, cst.If):
        both = (last.body, last.orelse.body) if isinstance(last.orelse, cst.Else) else ()
        return bool(both) and all(ends(operand, each, depth) for each in both)
    if isinstance(last, cst.With):
        return ends(operand, last.body, depth)
    parts = last.body if isinstance(last, cst.SimpleStatementLine) else (last,)
    match parts[-1] if parts else None:
        case last if isinstance(last, _LEAVING):
            return True
        case cst.Expr(value=cst.Call() as call):
            return _exits(operand.of(call), depth)
    return False


def _exits(call: Operand, depth: int) -> bool:
    """`sys.exit()`, `parser.error()`, or a function of the repository that ends so."""
    assert isinstance(call.node, cst.Call)
    if not _EXITS.isdisjoint(qualified(call.of(call.node.func))):
        return True
    if isinstance(call.node.func, cst.Attribute) and call.node.func.attr.value in {"error", "exit"}:
        made = meaning(call.of(call.node.func.value))
        names = qualified(made.of(made.node.func)) if made is not None and isinstance(made.node, cst.Call) else ()
        return any(name.rpartition(".")[2] == "ArgumentParser" for name in names)
    inner = enter(call) if depth < _LEVELS else None
    if inner is None or inner.function is None or inner.function.asynchronous is not None:
        return False
    returns = inner.module.all(cst.Return, inner.function.body)
    return not returns and ends(Operand(inner, call.node), inner.function.body, depth + 1)


def _sets(module: Module, body: cst.BaseSuite, code: str) -> bool:
    """Whether the block gives the value itself another value, whatever happens in it."""
    lines = [line for line in body.body if isinstance(line, cst.SimpleStatementLine)]
    assigns = [item for line in lines for item in line.body if isinstance(item, cst.Assign)]
    return any(module.code(target.target) == code for assign in assigns for target in assign.targets)


def _is_set_between(module: Module, guard: cst.CSTNode, read: cst.BaseExpression, code: str) -> bool:
    """Whether an attribute gets a value behind the guard: names are looked up where they are read."""
    if isinstance(read, cst.Name):
        return False
    start, end = module.span(guard).end, module.span(read).start
    targets = (target.target for target in module.all(cst.AssignTarget))
    return any(module.code(target) == code and start <= module.span(target).start < end for target in targets)
