"""Read an expression as a mapping with known keys: a literal, and what the program adds to it before it is used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import libcst as cst

from migrator.errors import Refusal
from migrator.model import static
from migrator.syntax.python.program import DEPTH, Operand
from migrator.syntax.python.resolve import meanings, qualified, returned
from migrator.syntax.python.scope import DefinitionKind, definitions, dominates, references
from migrator.syntax.python.text import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.python.module import Module
    from migrator.syntax.python.program import PythonFrame

Literal = cst.Dict | cst.Call


class RecordPlace(StrEnum):
    """Where a key stands: in braces, as a keyword of `dict(…)`, or in a statement `record[key] = value`."""

    BRACES = "braces"
    KEYWORD = "keyword"
    STATEMENT = "statement"


@dataclass(frozen=True, slots=True, eq=False)
class RecordEntry:
    """One key with its value. `key` is the node that spells the key; `node` the element, the argument or the statement.

    `name` is None for a key that only the run shows. `sure`: the entry is there whenever the record is used. `within`
    spells the key of the record that it is added to, where that is itself the value of a key. `through` are calls that
    hand a keyword on to their function with `**`.
    """

    name: str | None
    key: cst.CSTNode
    value: Operand
    place: RecordPlace
    node: cst.CSTNode
    owner: Operand
    sure: bool = True
    within: cst.CSTNode | None = None
    through: tuple[Operand, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A mapping. `display` is the literal that it starts as; `inner` are statements that add to the value of a key.

    `name` is the variable that holds it, `uses` how often the program reads that.
    """

    operand: Operand
    display: Operand
    entries: tuple[RecordEntry, ...]
    inner: tuple[tuple[str, RecordEntry], ...] = ()
    spread: bool = False

    def get(self, name: str) -> RecordEntry | None:
        """The last entry of a name."""
        return next((entry for entry in reversed(self.entries) if entry.name == name), None)


def record(operand: Operand) -> Record | None:
    """The mapping that the expression is where it is read; None when it is something else.

    Raises Refusal for a mapping that the program changes or shares in ways that cannot be followed.
    """
    if operand.frame.depth > DEPTH:
        return None
    match operand.node:
        case cst.Dict() as node:
            return _braces(operand, node)
        case cst.Call(func=func) as node if qualified(operand.of(func)) == ("dict",):
            return _keywords(operand, node)
        case cst.Call():
            value = returned(operand)
            inner = record(value) if value is not None else None
            return replace(inner, operand=operand) if inner is not None else None
        case cst.Name():
            return _rest(operand) or _variable(operand)
        case cst.Attribute():
            return _held(operand)
    return None


def _braces(operand: Operand, node: cst.Dict) -> Record | None:
    above = operand.module.parent(node)
    if isinstance(above, cst.NamedExpr) or (isinstance(above, cst.Assign) and len(above.targets) > 1):
        line = operand.module.line(node)
        raise Refusal("payload-shared", f"The dict in line {line} gets several names. Give the call a dict of its own.")
    entries: list[RecordEntry] = []
    spread = False
    for element in node.elements:
        if isinstance(element, cst.DictElement):
            name = static(text(operand.of(element.key)))
            value = operand.of(element.value)
            entries.append(RecordEntry(name, element.key, value, RecordPlace.BRACES, element, operand))
            continue
        inner = record(operand.of(element.value)) if isinstance(element, cst.StarredDictElement) else None
        if inner is None or inner.inner:
            return None
        spread = True
        entries += inner.entries
    return Record(operand, operand, tuple(entries), spread=spread)


def _keywords(operand: Operand, node: cst.Call) -> Record | None:
    if any(arg.star or arg.keyword is None for arg in node.args):
        return None
    entries = [
        RecordEntry(arg.keyword.value, arg.keyword, operand.of(arg.value), RecordPlace.KEYWORD, arg, operand)
        for arg in node.args
        if arg.keyword is not None
    ]
    return Record(operand, operand, tuple(entries))


def _rest(operand: Operand) -> Record | None:
    """The `**` parameter of the function that was entered, which nothing changes: what the one call gives by name."""
    frame, node = operand.frame, operand.node
    if frame.function is None or frame.call is None or not isinstance(node, cst.Name):
        return None
    found = definitions(operand.module, node)
    if len(found) != 1 or found[0].target is not frame.function.params.star_kwarg:
        return None
    reads = (name for name in operand.module.all(cst.Name, frame.function.body) if name.value == node.value)
    if any(not _only_reads(operand.module, operand.module.parent(name)) for name in reads if name is not node):
        return None
    entries = [_given(arg, arg.keyword, origin, frame) for arg, origin in frame.rest if arg.keyword is not None]
    return Record(operand, frame.call, tuple(entries))


def _given(arg: cst.Arg, keyword: cst.Name, origin: PythonFrame, frame: PythonFrame) -> RecordEntry:
    """What a call gives by name to a function, maybe through others that hand it on."""
    call = origin.module.parent(arg)
    assert isinstance(call, cst.Call)
    through: list[Operand] = []
    inner: PythonFrame | None = frame
    while inner is not None and inner.call is not None and inner.call.node is not call:
        through.append(inner.call)
        inner = inner.call.frame
    owner, place = origin.of(call), RecordPlace.KEYWORD
    return RecordEntry(keyword.value, keyword, origin.of(arg.value), place, arg, owner, through=tuple(through))


def _held(operand: Operand) -> Record | None:
    """An attribute: known when it is set once and nothing in the file changes what it holds."""
    found = meanings(operand)
    if len(found) != 1 or found[0] is None:
        return None
    assert isinstance(operand.node, cst.Attribute)
    name, module = operand.node.attr.value, operand.module
    above: list[cst.CSTNode] = [node.value for node in module.all(cst.Subscript)]
    above += [node.value for node in module.all(cst.Attribute)]
    if found[0].module is module and any(isinstance(node, cst.Attribute) and node.attr.value == name for node in above):
        return None
    inner = record(found[0])
    return replace(inner, operand=operand) if inner is not None else None


def _variable(operand: Operand) -> Record | None:
    assert isinstance(operand.node, cst.Name)
    name = operand.node
    found = definitions(operand.module, name)
    values = meanings(operand)
    if len(found) != 1 or values[0] is None:
        return None
    start = record(values[0])
    if start is None:
        return None
    target = found[0].target
    module = operand.module
    if module.function(target) is None and operand.frame.program.is_used_elsewhere(name.value):
        raise Refusal("payload-shared", f"`{name.value}` may be used by other files. Give the call a dict of its own.")
    reads = [node for node in references(module, found[0], name.value) if node is not name]
    mine = [node for node in reads if any(d.target is target for d in definitions(module, node))]
    if _is_only_sent(module, name):  # so are the others that are sent: none of them is a payload
        mine = [node for node in mine if not _is_only_sent(module, node) and not _is_copied(module, node)]
    changes = [change for node in mine for change in _changes(operand.of(node))]
    if changes and found[0].kind is not DefinitionKind.VALUE:
        raise _unclear(module, changes[0][1].node)
    placed = [(path, _placed(module, entry, name, target)) for path, entry in changes]
    top = [entry for path, entry in placed if path is None]
    inner = [(path, entry) for path, entry in placed if path is not None]
    return replace(start, operand=operand, entries=(*start.entries, *top), inner=(*start.inner, *inner))


def _is_only_sent(module: Module, node: cst.CSTNode) -> bool:
    """Whether a mapping is given as headers or as a query: who sends it leaves it alone."""
    above = module.parent(node)
    return isinstance(above, cst.Arg) and above.keyword is not None and above.keyword.value in {"headers", "params"}


def _is_copied(module: Module, node: cst.CSTNode) -> bool:
    """`dict(record, key=value)`, `{**record}`."""
    above = module.parent(node)
    call = module.parent(above) if isinstance(above, cst.Arg) else None
    copies = isinstance(call, cst.Call) and module.code(call.func) == "dict"
    return copies or isinstance(above, cst.StarredDictElement)


def _changes(read: Operand) -> Iterator[tuple[str | None, RecordEntry]]:
    """What one read of the variable adds to the record: pairs of the key whose value it adds to, if any, and the entry.

    Raises Refusal where the record may change unseen.
    """
    module, node = read.module, read.node
    keys: list[cst.BaseExpression] = []
    above = module.parent(node)
    inside: cst.CSTNode = node
    while isinstance(above, cst.Subscript) and above.value is inside:
        match above.slice:
            case [cst.SubscriptElement(slice=cst.Index(value=key))]:
                keys.append(key)
        inside, above = above, module.parent(above)
    match above:
        case cst.AssignTarget() if keys:
            statement = module.parent(above)
            assert isinstance(statement, cst.Assign)
            yield _assigned(read, keys, statement.value, statement)
        case cst.Attribute(attr=cst.Name(value="update")):
            yield from _updated(read, keys, above)
        case _ if not keys and _only_reads(module, above):
            return
        case _:
            raise _unclear(module, node)


def _assigned(
    read: Operand, keys: list[cst.BaseExpression], value: cst.BaseExpression, statement: cst.CSTNode
) -> tuple[str | None, RecordEntry]:
    path = [static(text(read.of(key))) for key in keys]
    if len(path) > 2 or None in path:
        raise _unclear(read.module, read.node)
    within = keys[0] if len(keys) == 2 else None
    entry = RecordEntry(path[-1], keys[-1], read.of(value), RecordPlace.STATEMENT, statement, read, within=within)
    return (path[0] if len(path) == 2 else None), entry


def _updated(
    read: Operand, keys: list[cst.BaseExpression], attribute: cst.Attribute
) -> Iterator[tuple[str | None, RecordEntry]]:
    call = read.module.parent(attribute)
    path = [static(text(read.of(key))) for key in keys]
    if not isinstance(call, cst.Call) or len(path) > 1 or None in path or len(call.args) != 1:
        raise _unclear(read.module, read.node)
    added = record(read.of(call.args[0].value)) if not call.args[0].star else None
    if added is None or added.inner or call.args[0].keyword is not None:
        raise _unclear(read.module, read.node)
    for entry in added.entries:
        yield (path[0] if path else None), replace(entry, within=keys[0] if keys else None)


_READING = frozenset({"keys", "values", "items"})
_SHOWING = frozenset(
    {"print", "len", "str", "repr", "pprint.pprint", "pprint", "bool", "type", "exit", "sys.exit"}
    | {"sys.stdout.write", "sys.stderr.write"}
)
_LOGGING = frozenset({"debug", "info", "warning", "warn", "error", "critical", "exception", "log", "echo", "secho"})


def _only_reads(module: Module, above: cst.CSTNode | None) -> bool:
    """Whether what stands above the record leaves it alone and does not depend on how it is spelled."""
    match above:
        case cst.Arg():
            call = module.parent(above)
            if isinstance(call, cst.Call) and module.code(call.func) == "json.dumps":
                return _only_reads(module, module.parent(call))
            return isinstance(call, cst.Call) and shows(module, call) and not _is_formatted(module, call, above)
        case cst.FormattedStringExpression() | cst.If():
            return True
        case cst.Attribute(attr=cst.Name(value=name)):
            return name in _READING
    return False


def _is_formatted(module: Module, call: cst.Call, arg: cst.Arg) -> bool:
    """Whether a message of `logging` names keys of the mapping behind it: `info("%(a)s", data)`, `extra=data`."""
    before = call.args[: call.args.index(arg)]
    named = any("%(" in module.code(each.value) for each in before)
    return named or (arg.keyword is not None and arg.keyword.value == "extra")


def shows(module: Module, call: cst.Call) -> bool:
    """Whether the call only shows its arguments to a person: printing and logging."""
    name = module.code(call.func)
    return name in _SHOWING or (isinstance(call.func, cst.Attribute) and call.func.attr.value in _LOGGING)


def _unclear(module: Module, node: cst.CSTNode) -> Refusal:
    return Refusal(
        "payload-shared",
        f"`{module.code(node)}` is also used in line {module.line(node)}, which may change it or depend on its keys. "
        "Give the call a dict of its own, then run this again.",
    )


def _placed(module: Module, entry: RecordEntry, use: cst.CSTNode, start: cst.CSTNode) -> RecordEntry:
    """The entry with what is known about when it is added. Raises Refusal when it may come after the use."""
    node = entry.node if entry.place is RecordPlace.STATEMENT else entry.owner.node
    same = module.function(node) is module.function(use) is module.function(start)
    if not same or not dominates(module, start, node):
        raise _unclear(module, node)
    if dominates(module, node, use):
        return entry
    if module.span(node).start > module.span(use).start:
        raise Refusal(
            "payload-changed-later",
            f"The payload is changed in line {module.line(node)}, after the call. Give the call a dict of its own.",
        )
    return replace(entry, sure=False)
