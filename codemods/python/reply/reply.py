"""Follow the reply of a Python request through its uses, and report what v2 does not answer.

v2 answers 201 with `id`, `number`, `state` and `created_at` (CircleCI API v2 reference, "Trigger a new pipeline"), and
with a `message` where it refuses; v1.1 answered with the whole build.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.reply.decorators import reads_result
from codemods.python.reply.status import Check, compares_with_200
from migrator.circleci.api.reruns import ANSWERED as RERUN_GIVEN
from migrator.model import Note, Severity, static
from migrator.syntax.python.callers import callers
from migrator.syntax.python.calls import enter
from migrator.syntax.python.names import qualified
from migrator.syntax.python.program import DEPTH, Operand
from migrator.syntax.python.records import shows
from migrator.syntax.python.scope import Definition, definitions, references
from migrator.syntax.python.scope import Kind as Binding
from migrator.syntax.python.shown import is_shown
from migrator.syntax.python.text import text

if TYPE_CHECKING:
    from codemods.python.libraries.request import Request
    from migrator.syntax.python.module import Module

ANSWERED = frozenset({"id", "number", "state", "created_at", "message"})
"""The fields of a reply of v2."""

RERUN_ANSWERED = frozenset({"workflow_id", "message"})
"""The fields of a reply to a rerun."""

_FINE = frozenset(
    {"ok", "is_success", "is_error", "reason", "reason_phrase", "headers", "url", "elapsed", "raise_for_status", "msg"}
) | {"release", "history", "encoding", "request", "info", "getheader", "getheaders", "release_conn", "close", "aclose"}
_STATUS = frozenset({"status_code", "status", "code", "getcode"})
_OUTPUT = frozenset({"stdout", "communicate", "read"})
_TEXT = frozenset({"text", "content", "data", "read", "read_body", "iter_content", "aread"})


class Kind(StrEnum):
    """What an expression is: the response, its status, its body as text, or as data.

    A program that was run gives a process, which has the body as its output, or only an exit status.
    """

    RESPONSE = "response"
    STATUS = "status"
    TEXT = "text"
    DATA = "data"
    PROCESS = "process"
    EXIT = "exit"


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """`data["build_url"]`: a field of the reply that is read, and whether it is only shown to a person.

    `exact`: the value itself is meant, not only whether it is there; `sure`: no other reply is read there.
    """

    field: str
    operand: Operand
    shown: bool
    exact: bool
    sure: bool


@dataclass(slots=True)
class Reply:
    """What the program does with the reply; `rerun`: with that of a rerun. `checks` compare its status with 200."""

    rerun: bool = False
    uses: list[Use] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    _sure: bool = True
    """Whether what is being followed is this reply whenever it is reached, and never another one."""
    _seen: set[tuple[int, Kind]] = field(default_factory=set)

    @property
    def given(self) -> str:
        """What v2 gives, for messages."""
        return RERUN_GIVEN if self.rerun else "`id`, `number`, `state` and `created_at`"

    def follow(self, operand: Operand, kind: Kind) -> None:
        """Follow an expression of a kind upwards to what uses it."""
        key = (id(operand.node), kind)
        if key in self._seen or operand.frame.depth > DEPTH or kind is Kind.EXIT:
            return
        self._seen.add(key)
        module = operand.module
        above = module.parent(operand.node)
        match above:
            case cst.Await():
                self.follow(operand.of(above), kind)
            case cst.Assign(targets=targets):
                for target in targets:
                    self._named(operand, target.target, kind)
            case cst.AnnAssign(target=target) | cst.NamedExpr(target=target):
                self._named(operand, target, kind)
                if isinstance(above, cst.NamedExpr):
                    self.follow(operand.of(above), kind)
            case cst.WithItem(asname=cst.AsName(name=name)):
                self._named(operand, name, kind)
            case _:
                self._read(operand, above, kind)

    def _follow(self, operand: Operand, kind: Kind, *, sure: bool) -> None:
        before, self._sure = self._sure, self._sure and sure
        self.follow(operand, kind)
        self._sure = before

    def _read(self, operand: Operand, above: cst.CSTNode | None, kind: Kind) -> None:
        match above:
            case cst.Attribute(attr=cst.Name(value=name)) if above.value is operand.node:
                self._attribute(operand.of(above), name, kind)
            case cst.Subscript() if above.value is operand.node:
                self._subscript(operand.of(above), above, kind)
            case cst.Call() if above.func is operand.node:
                self.follow(operand.of(above), kind)
            case cst.IfExp() if above.test is not operand.node:
                self._follow(operand.of(above), kind, sure=False)
            case cst.BooleanOperation(operator=cst.Or()) if kind in {Kind.RESPONSE, Kind.DATA}:
                self._follow(operand.of(above), kind, sure=False)
            case _:
                self._consumed(operand, above, kind)

    def _named(self, operand: Operand, target: cst.BaseExpression, kind: Kind) -> None:
        """Every place that reads the variable while it holds the reply."""
        if not isinstance(target, cst.Name):
            self._escapes(operand, kind)
            return
        module = operand.module
        for read in references(module, Definition(Binding.OTHER, target), target.value):
            found = definitions(module, read)
            if any(_binds(d.target, target) for d in found):
                self._follow(operand.of(read), kind, sure=len(found) == 1)

    def _attribute(self, operand: Operand, name: str, kind: Kind) -> None:
        match kind:
            case Kind.RESPONSE if name in _STATUS:
                self.follow(_called(operand), Kind.STATUS)
            case Kind.RESPONSE if name == "json":
                self.follow(_called(operand), Kind.DATA)
            case Kind.RESPONSE if name in _TEXT:
                self.follow(_called(operand), Kind.TEXT)
            case Kind.RESPONSE if name not in _FINE:
                self._escapes(operand, kind)
            case Kind.DATA if name in {"get", "pop"}:
                self._got(operand)
            case Kind.DATA:
                self._escapes(operand, kind)
            case Kind.PROCESS if name in _OUTPUT:
                self.follow(_called(operand), Kind.TEXT)
            case Kind.TEXT if name in {"decode", "strip"}:
                self.follow(_called(operand), Kind.TEXT)
            case Kind.TEXT:
                self._escapes(operand, kind)

    def _got(self, operand: Operand) -> None:
        """`data.get("field")`."""
        call = operand.module.parent(operand.node)
        if isinstance(call, cst.Call) and call.args:
            is_plain = len(call.args) == 1 and isinstance(call.func, cst.Attribute) and call.func.attr.value == "get"
            self._field(operand.of(call), operand.of(call.args[0].value), exact=is_plain)

    def _subscript(self, operand: Operand, node: cst.Subscript, kind: Kind) -> None:
        match node.slice:
            case [cst.SubscriptElement(slice=cst.Index(value=key))] if kind is Kind.DATA:
                self._field(operand, operand.of(key), exact=True)
            case _ if kind is not Kind.STATUS:
                self._escapes(operand, kind)

    def _field(self, operand: Operand, key: Operand, *, exact: bool) -> None:
        name = static(text(key))
        if name is None:
            self._escapes(operand, Kind.DATA)
        elif name not in (RERUN_ANSWERED if self.rerun else ANSWERED):
            self.uses.append(Use(name, operand, is_shown(operand), exact, self._sure))

    def _consumed(self, operand: Operand, above: cst.CSTNode | None, kind: Kind) -> None:
        match above:
            case cst.Arg():
                self._argument(operand, above, kind)
            case cst.Return() | cst.Yield():
                self._returned(operand, kind)
            case cst.Comparison() | cst.ComparisonTarget():
                self._compared(operand, above, kind)
            case cst.FormattedStringExpression() | cst.BinaryOperation() | cst.Tuple() | cst.Element():
                if kind is not Kind.STATUS and not is_shown(operand):
                    self._escapes(operand, kind)
            case cst.DictElement() | cst.For() | cst.CompFor() | cst.StarredElement():
                self._escapes(operand, kind)

    def _argument(self, operand: Operand, arg: cst.Arg, kind: Kind) -> None:
        module = operand.module
        call = module.parent(arg)
        if not isinstance(call, cst.Call) or shows(module, call) or is_shown(operand):
            return
        names = set(qualified(operand.of(call.func)))
        if names & {"json.loads", "json.load"} or (names & {"str", "bytes"} and kind is Kind.TEXT):
            self.follow(operand.of(call), Kind.DATA if names & {"json.loads", "json.load"} else kind)
            return
        if kind is Kind.STATUS:
            if compares_with_200(operand, call):
                self.checks.append(Check(operand, call, self._sure))
            return
        inner = enter(operand.of(call))
        given = [n for n, o in inner.arguments.items() if o.node is operand.node] if inner is not None else []
        if inner is None or inner.function is None or not given or not inner.at_root:
            self._escapes(operand, kind)
            return
        for param in (*inner.function.params.params, *inner.function.params.kwonly_params):
            if param.name.value == given[0]:
                before, self._sure = self._sure, self._sure and len(callers(inner, inner.function) or ()) == 1
                self._named(Operand(inner.plain(), param.name), param.name, kind)
                self._sure = before

    def _returned(self, operand: Operand, kind: Kind) -> None:
        """The function hands the reply to whoever called it."""
        function = operand.module.function(operand.node)
        if operand.frame.call is not None and function is operand.frame.function:
            if function is not None and reads_result(operand.module, function):
                self._hands_on(operand)
            self.follow(operand.frame.call, kind)
            return
        found = callers(operand.frame.plain(), function) if function is not None else None
        if found is None:
            self._escapes(operand, kind)
            return
        if function is not None and reads_result(operand.module, function):
            self._hands_on(operand)
        for call in found:
            self._follow(Operand(call.frame.deeper(), call.node), kind, sure=_returns_once(operand.module, function))

    def _compared(self, operand: Operand, above: cst.CSTNode, kind: Kind) -> None:
        module = operand.module
        whole = module.parent(above) if isinstance(above, cst.ComparisonTarget) else above
        assert isinstance(whole, cst.Comparison)
        if kind is Kind.STATUS:
            if compares_with_200(operand, whole):
                self.checks.append(Check(operand, whole, self._sure))
        elif kind is Kind.DATA and isinstance(above, cst.ComparisonTarget):
            self._field(operand.of(whole), operand.of(whole.left), exact=False)
        elif kind is Kind.TEXT:
            self._escapes(operand, kind)

    def _escapes(self, operand: Operand, kind: Kind) -> None:
        if kind in {Kind.STATUS, Kind.EXIT, Kind.PROCESS}:
            return
        self._hands_on(operand)

    def _hands_on(self, operand: Operand) -> None:
        line = operand.module.line(operand.node)
        message = f"Line {line} hands the reply on; v2 gives {self.given} only."
        self._say(Note("reply-field", Severity.WARNING, message, line))

    def _say(self, note: Note) -> None:
        if note not in self.notes:
            self.notes.append(note)


def _binds(node: cst.CSTNode, target: cst.Name) -> bool:
    """Whether a definition is the one that the name stands in."""
    return node is target or (isinstance(node, cst.Param) and node.name is target)


def _returns_once(module: Module, function: cst.FunctionDef | None) -> bool:
    """Whether a function returns in one place only."""
    found = (
        [node for node in module.all(cst.Return, function.body) if module.function(node) is function]
        if function
        else []
    )
    return len(found) == 1


def _called(operand: Operand) -> Operand:
    """The call of a method, or the attribute itself."""
    call = operand.module.parent(operand.node)
    return operand.of(call) if isinstance(call, cst.Call) and call.func is operand.node else operand


def follow(request: Request, *, rerun: bool = False) -> Reply:
    """Everything that the program is seen to do with the reply."""
    reply = Reply(rerun)
    if request.reply is not None:
        reply.follow(request.reply, Kind.TEXT if request.dialect.name == "subprocess" else Kind.RESPONSE)
    return reply
