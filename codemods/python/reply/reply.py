"""Follow the reply of a Python request through its uses, and report what v2 does not answer.

v2 answers 201 with `id`, `number`, `state` and `created_at` (CircleCI API v2 reference, "Trigger a new pipeline"), and
with a `message` where it refuses; v1.1 answered with the whole build.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import libcst as cst

from codemods import replies
from codemods.python.helper import REPLYING, is_helper
from codemods.python.reply.decorators import reads_result
from codemods.python.reply.formats import fields_formatted
from codemods.python.reply.status import StatusCheck, compares_with_200, holds_created, is_unknown
from codemods.replies import field_note
from migrator.model import Note, Severity, static
from migrator.syntax.python.callers import callers
from migrator.syntax.python.program import DEPTH, Operand
from migrator.syntax.python.records import shows
from migrator.syntax.python.resolve import enter, qualified
from migrator.syntax.python.scope import DefinitionKind as Binding
from migrator.syntax.python.scope import NameDefinition, definitions, references
from migrator.syntax.python.shown import is_shown
from migrator.syntax.python.text import text

if TYPE_CHECKING:
    from codemods.python.libraries.request import Request
    from migrator.syntax.python.module import Module


_LOOKED_AT = (
    cst.Expr,
    cst.If,
    cst.While,
    cst.Assert,
    cst.UnaryOperation,
    cst.BooleanOperation,
    cst.IfExp,
    cst.WithItem,
)
"""What looks only whether there is a reply."""
_FINE = frozenset({"ok", "is_success", "is_error", "headers", "url", "elapsed", "raise_for_status"}) | {
    "release",
    "history",
    "encoding",
    "request",
    "info",
    "getheader",
    "getheaders",
    "release_conn",
    "close",
    "aclose",
}
# The status as a number, or in words: `OK` for 200, `Created` for 201.
_STATUS = frozenset({"status_code", "status", "code", "getcode", "reason", "reason_phrase", "msg"})
_OUTPUT = frozenset({"stdout", "communicate", "read"})
_TEXT = frozenset({"text", "content", "data", "read", "read_body", "iter_content", "aread"})


class UseKind(StrEnum):
    """What an expression is: the response, its status, its body as text, or as data; or a request to be sent.

    A program that was run gives a process, which has the body as its output, or only an exit status.
    """

    RESPONSE = "response"
    STATUS = "status"
    TEXT = "text"
    DATA = "data"
    PROCESS = "process"
    EXIT = "exit"
    REQUEST = "request"


_SENDING = {"send": UseKind.RESPONSE, "prepare_request": UseKind.REQUEST}
_DESCRIBING = frozenset({"url", "method", "headers", "params", "auth", "data", "json", "body", "files", "content"})


@dataclass(frozen=True, slots=True, eq=False)
class ReplyUse:
    """`data["build_url"]`: a field of the reply that is read, and whether it is only shown to a person.

    `exact`: the value itself is meant, not only whether it is there; `sure`: no other reply is read there.
    """

    field: str
    operand: Operand
    shown: bool
    exact: bool
    sure: bool


@dataclass(slots=True)
class PythonReply:
    """What the program does with the reply; `rerun`: with that of a rerun. `checks` compare its status with 200."""

    rerun: bool = False
    known: frozenset[str] | None = None
    """Fields whose uses are not kept; None for those that v2 gives."""
    uses: list[ReplyUse] = field(default_factory=list)
    checks: list[StatusCheck] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    handed: list[tuple[int, UseKind]] = field(default_factory=list)
    """The lines that hand it on to something unseen, and as what."""
    described_in: cst.FunctionDef | None = None
    """The function that makes the object which is sent."""
    _sure: bool = True
    """Whether what is being followed is this reply whenever it is reached, and never another one."""
    _seen: set[tuple[cst.CSTNode, UseKind]] = field(default_factory=set)

    def kinds_of(self, node: cst.CSTNode) -> frozenset[UseKind]:
        """What an expression of the program was seen to be."""
        return frozenset(kind for seen, kind in self._seen if seen is node)

    def follow(self, operand: Operand, kind: UseKind) -> None:
        """Follow an expression of a kind upwards to what uses it."""
        key = (operand.node, kind)
        if key in self._seen or operand.frame.depth > DEPTH or kind is UseKind.EXIT:
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

    def _follow(self, operand: Operand, kind: UseKind, *, sure: bool) -> None:
        before, self._sure = self._sure, self._sure and sure
        self.follow(operand, kind)
        self._sure = before

    def _read(self, operand: Operand, above: cst.CSTNode | None, kind: UseKind) -> None:
        match above:
            case cst.Attribute(attr=cst.Name(value=name)) if above.value is operand.node:
                own = self._of_request if kind is UseKind.REQUEST else self._attribute
                own(operand.of(above), name, kind)
            case cst.Subscript() if above.value is operand.node:
                self._subscript(operand.of(above), above, kind)
            case cst.Call() if above.func is operand.node:
                self.follow(operand.of(above), kind)
            case cst.IfExp() if above.test is not operand.node:
                self._follow(operand.of(above), kind, sure=False)
            case cst.BooleanOperation(operator=cst.Or()) if kind in {UseKind.RESPONSE, UseKind.DATA}:
                self._follow(operand.of(above), kind, sure=False)
            case _:
                self._consumed(operand, above, kind)

    def _named(self, operand: Operand, target: cst.BaseExpression, kind: UseKind) -> None:
        """Every place that reads the variable while it holds the reply."""
        module = operand.module
        if isinstance(target, cst.Attribute) and _is_own(operand, target):
            self._kept(operand, target, kind)
            return
        if not isinstance(target, cst.Name):
            self._escapes(operand, kind)
            return
        for read in references(module, NameDefinition(Binding.OTHER, target), target.value):
            found = definitions(module, read)
            if any(_binds(d.target, target) for d in found):
                self._follow(operand.of(read), kind, sure=len(found) == 1)

    def _kept(self, operand: Operand, target: cst.Attribute, kind: UseKind) -> None:
        """Every place of the file that reads the attribute, which may hold other replies at other times."""
        for read in operand.module.all(cst.Attribute):
            is_set = isinstance(operand.module.parent(read), cst.AssignTarget | cst.AnnAssign)
            if read.attr.value == target.attr.value and not is_set:
                self._follow(Operand(operand.frame.plain(), read), kind, sure=False)

    def _attribute(self, operand: Operand, name: str, kind: UseKind) -> None:
        match kind:
            case UseKind.RESPONSE if name in _STATUS:
                self.follow(_called(operand), UseKind.STATUS)
            case UseKind.RESPONSE if name == "json":
                self.follow(_called(operand), UseKind.DATA)
            case UseKind.RESPONSE if name in _TEXT:
                self.follow(_called(operand), UseKind.TEXT)
            case UseKind.RESPONSE if name not in _FINE or (name == "request" and not is_shown(operand)):
                self._escapes(operand, kind)
            case UseKind.DATA if name in {"get", "pop"}:
                self._got(operand)
            case UseKind.DATA:
                self._escapes(operand, kind)
            case UseKind.PROCESS if name in _OUTPUT:
                self.follow(_called(operand), UseKind.TEXT)
            case UseKind.TEXT if name in {"decode", "strip"}:
                self.follow(_called(operand), UseKind.TEXT)
            case UseKind.TEXT:
                self._escapes(operand, kind)

    def _of_request(self, operand: Operand, name: str, kind: UseKind) -> None:
        """An attribute of a request: another function than the one that describes it may not change it."""
        if name == "prepare":
            self.follow(_called(operand), kind)
        module = operand.module
        above = module.parent(operand.node)
        changes = isinstance(above, cst.AssignTarget | cst.AugAssign | cst.Subscript | cst.Attribute)
        if name not in _DESCRIBING or not changes or module.function(operand.node) is self.described_in:
            return
        line = module.line(operand.node)
        message = f"Line {line} changes the request in another function than makes it. Give it all when it is made."
        self._say(Note("request-changed", Severity.ERROR, message, line))

    def _got(self, operand: Operand) -> None:
        """`data.get("field")`."""
        call = operand.module.parent(operand.node)
        if isinstance(call, cst.Call) and call.args:
            is_plain = len(call.args) == 1 and isinstance(call.func, cst.Attribute) and call.func.attr.value == "get"
            self._field(operand.of(call), operand.of(call.args[0].value), exact=is_plain)
        else:
            self._escapes(operand, UseKind.DATA)

    def _subscript(self, operand: Operand, node: cst.Subscript, kind: UseKind) -> None:
        match node.slice:
            case [cst.SubscriptElement(slice=cst.Index(value=key))] if kind is UseKind.DATA:
                self._field(operand, operand.of(key), exact=True)
            case _ if kind is not UseKind.STATUS:
                self._escapes(operand, kind)

    def _field(self, operand: Operand, key: Operand, *, exact: bool) -> None:
        name = static(text(key))
        if name is None:
            self._escapes(operand, UseKind.DATA)
        elif name not in (replies.given(rerun=self.rerun) if self.known is None else self.known):
            self.uses.append(ReplyUse(name, operand, is_shown(operand), exact, self._sure))

    def _formatted(self, operand: Operand, above: cst.CSTNode | None) -> bool:
        """Whether a format reads fields of the reply, which it does wherever its text goes."""
        names = fields_formatted(operand, above)
        for name in dict.fromkeys(names):
            if not name:
                self._hands_on(operand, UseKind.DATA)
            elif name not in (replies.given(rerun=self.rerun) if self.known is None else self.known):
                line = operand.module.line(operand.node)
                self.handed.append((line, UseKind.DATA))
                self._say(field_note(f"Line {line}", f"reads `{name}` of the reply", line, rerun=self.rerun))
        return bool(names)

    def _consumed(self, operand: Operand, above: cst.CSTNode | None, kind: UseKind) -> None:
        if kind is UseKind.DATA and self._formatted(operand, above):
            return
        match above:
            case cst.Arg():
                self._spelled(operand, above, kind)
                self._argument(operand, above, kind)
            case cst.Return() | cst.Yield():
                self._returned(operand, kind)
            case cst.Comparison() | cst.ComparisonTarget():
                self._compared(operand, above, kind)
            case _ if kind is UseKind.STATUS:
                self._status_consumed(operand, above)
            case cst.BooleanOperation(operator=cst.And(), right=right) if right is operand.node:
                self._follow(operand.of(above), kind, sure=False)
            case cst.For() | cst.Match():
                self._escapes(operand, kind)
            case _ if not isinstance(above, _LOOKED_AT) and not is_shown(operand):
                self._escapes(operand, kind)

    def _status_consumed(self, operand: Operand, above: cst.CSTNode | None) -> None:
        match above:
            case cst.Index():
                access = next(each for each in operand.module.ancestors(above) if isinstance(each, cst.Subscript))
                self._looked_up(operand, access.value)
            case cst.Match(cases=cases):
                patterns = [operand.module.code(case.pattern) for case in cases]
                if any("200" in pattern and "201" not in pattern for pattern in patterns):
                    self._looked_up(operand, None)
            case cst.Tuple() | cst.Element() | cst.DictElement() | cst.ListComp() | cst.SetComp() | cst.GeneratorExp():
                if not is_shown(operand):
                    self._looked_up(operand, None)

    def _argument(self, operand: Operand, arg: cst.Arg, kind: UseKind) -> None:
        module = operand.module
        call = module.parent(arg)
        if not isinstance(call, cst.Call) or is_shown(operand):
            return
        if module.code(call.func) in {"str", "repr"} and kind is UseKind.DATA:
            self.follow(operand.of(call), UseKind.TEXT)
            return
        if shows(module, call) and module.code(call.func) != "len":
            return
        names = set(qualified(operand.of(call.func)))
        sent = _SENDING.get(call.func.attr.value) if isinstance(call.func, cst.Attribute) else None
        if kind is UseKind.REQUEST and sent is not None:
            self.follow(operand.of(call), sent)
            return
        if names & {"json.loads", "json.load"} or (names & {"str", "bytes"} and kind is UseKind.TEXT):
            self.follow(operand.of(call), UseKind.DATA if names & {"json.loads", "json.load"} else kind)
            return
        if kind is UseKind.STATUS and self._status_given(operand, call):
            return
        self._given(operand, call, kind)

    def _given(self, operand: Operand, call: cst.Call, kind: UseKind) -> None:
        """A function of the program gets it."""
        inner = enter(operand.of(call))
        if inner is not None and inner.function is not None and is_helper(inner.module, inner.function, *REPLYING):
            return  # it gives what v1.1 answers
        given = [n for n, o in inner.arguments.items() if o.node is operand.node] if inner is not None else []
        if inner is None or inner.function is None or not given or not inner.at_root:
            self._escapes(operand, kind)
            return
        for param in (*inner.function.params.params, *inner.function.params.kwonly_params):
            if param.name.value == given[0]:
                before, self._sure = self._sure, self._sure and len(callers(inner, inner.function) or ()) == 1
                self._named(Operand(inner.plain(), param.name), param.name, kind)
                self._sure = before

    def _status_given(self, operand: Operand, call: cst.Call) -> bool:
        """Whether it is known what a call makes of the status."""
        name = call.func.attr.value if isinstance(call.func, cst.Attribute) else operand.module.code(call.func)
        if compares_with_200(operand, call):
            self.checks.append(StatusCheck(operand, call, self._sure))
        elif name == "get" and isinstance(call.func, cst.Attribute):
            self._looked_up(operand, call.func.value)
        return name.startswith(("assert", "get")) or name in {"int", "bool", "isinstance", "HTTPStatus", "eq_"}

    def _spelled(self, operand: Operand, arg: cst.Arg, kind: UseKind) -> None:
        """`str(status)`, and `str(reply)`, which spells the status too."""
        call = operand.module.parent(arg)
        if not isinstance(call, cst.Call) or operand.module.code(call.func) not in {"str", "repr", "int"}:
            return
        if kind is UseKind.STATUS:
            self.follow(operand.of(call), kind)
        elif kind is UseKind.RESPONSE and not is_shown(operand.of(call)):
            self._looked_up(operand, None)

    def _looked_up(self, operand: Operand, table: cst.BaseExpression | None) -> None:
        """What the program makes of the status is no comparison, and may not think of 201."""
        if table is not None and holds_created(operand.of(table)):
            return
        line = operand.module.line(operand.node)
        what = f"Line {line} makes something of the status of the reply that is no comparison with a number"
        answer = f"v2 answers {202 if self.rerun else 201}, where v1.1 may have answered 200."
        self._say(Note("status-code", Severity.WARNING, f"{what}; {answer}", line))

    def _returned(self, operand: Operand, kind: UseKind) -> None:
        """The function hands the reply to whoever called it."""
        function = operand.module.function(operand.node)
        if operand.frame.call is not None and function is operand.frame.function:
            if function is not None and reads_result(operand.module, function):
                self._hands_on(operand, kind)
            self.follow(operand.frame.call, kind)
            return
        found = callers(operand.frame.plain(), function) if function is not None else None
        if found is None:
            self._escapes(operand, kind)
            return
        if function is not None and reads_result(operand.module, function):
            self._hands_on(operand, kind)
        for call in found:
            self._follow(Operand(call.frame.deeper(), call.node), kind, sure=_returns_once(operand.module, function))

    def _compared(self, operand: Operand, above: cst.CSTNode, kind: UseKind) -> None:
        module = operand.module
        whole = module.parent(above) if isinstance(above, cst.ComparisonTarget) else above
        assert isinstance(whole, cst.Comparison)
        if kind is UseKind.STATUS:
            if compares_with_200(operand, whole):
                self.checks.append(StatusCheck(operand, whole, self._sure))
            elif is_unknown(operand, whole):
                self._looked_up(operand, None)
        elif kind is UseKind.DATA and isinstance(above, cst.ComparisonTarget):
            self._field(operand.of(whole), operand.of(whole.left), exact=False)
        elif kind is UseKind.TEXT:
            self._escapes(operand, kind)

    def _escapes(self, operand: Operand, kind: UseKind) -> None:
        if kind is UseKind.STATUS:
            self._looked_up(operand, None)
        elif kind not in {UseKind.EXIT, UseKind.PROCESS}:
            self._hands_on(operand, kind)

    def _hands_on(self, operand: Operand, kind: UseKind) -> None:
        line = operand.module.line(operand.node)
        self.handed.append((line, kind))
        self._say(field_note(f"Line {line}", "hands the reply on", line, rerun=self.rerun))

    def _say(self, note: Note) -> None:
        if note not in self.notes:
            self.notes.append(note)


def _binds(node: cst.CSTNode, target: cst.Name) -> bool:
    """Whether a definition is the one that the name stands in."""
    return node is target or (isinstance(node, cst.Param) and node.name is target)


def _is_own(operand: Operand, target: cst.Attribute) -> bool:
    """Whether what gets the reply is an attribute of the program's own object that only this file reads."""
    is_self = isinstance(target.value, cst.Name) and target.value.value == "self"
    return is_self and operand.frame.at_root and not operand.frame.program.is_used_elsewhere(target.attr.value)


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


_HOOKS = frozenset({"hooks", "event_hooks"})


def _hooks(module: Module) -> list[int]:
    """The lines that give functions to a session or a request which get each reply (requests, httpx: event hooks)."""
    given = [arg for arg in module.all(cst.Arg) if arg.keyword is not None and arg.keyword.value in _HOOKS]
    set_later = [
        node
        for node in module.all(cst.Attribute)
        if node.attr.value in _HOOKS and isinstance(module.parent(node), cst.AssignTarget | cst.Subscript)
    ]
    return [module.line(node) for node in (*given, *set_later)][:1]


def follow(request: Request, *, rerun: bool = False, known: frozenset[str] | None = None) -> PythonReply:
    """Everything that the program is seen to do with the reply. `known` are fields whose uses do not matter."""
    reply = PythonReply(rerun, known)
    if request.reply is not None:
        kind = UseKind.TEXT if request.dialect.name == "subprocess" else UseKind.RESPONSE
        reply.described_in = request.call.module.function(request.call.node)
        for line in _hooks(request.call.module) if request.dialect.name in {"requests", "httpx"} else ():
            reply.notes.append(field_note(f"Line {line}", "hands replies to a hook", line, rerun=rerun))
        reply.follow(request.reply, UseKind.REQUEST if request.describes else kind)
    return reply
