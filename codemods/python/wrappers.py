"""Calls of functions of the repository that put a request together from their arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

import libcst as cst

from codemods.python.libraries.called import is_looked_up
from migrator.syntax.memo import Question
from migrator.syntax.python.callers import callers
from migrator.syntax.python.program import Operand
from migrator.syntax.python.reach import may_run
from migrator.syntax.python.resolve import enter, imported
from migrator.syntax.python.scope import DefinitionKind, bound_name, top_level

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from codemods.python.libraries.request import Request
    from migrator.syntax.python.module import Module
    from migrator.syntax.python.program import PythonFrame


class Judged(Protocol):
    """What is found out about a request. `hidden`: only what is given to the function around it tells."""

    @property
    def hidden(self) -> bool:
        """Whether it is."""


T = TypeVar("T", bound=Judged)


class Reported(Protocol):
    """A request that is reported at `site`, which may be a call of the function that `sender` stands in.

    `open`: it is reported where it stands, and the callers of the function around give what it carries.
    """

    @property
    def site(self) -> Operand:
        """The call that it is reported at."""

    @property
    def sender(self) -> Operand:
        """The call that sends it."""

    @property
    def open(self) -> bool:
        """Whether it is."""

    @property
    def is_refused(self) -> bool:
        """Whether it is not understood."""


R = TypeVar("R", bound=Reported)
if TYPE_CHECKING:
    Recognise = Callable[[Operand], Request | None]
    Judge = Callable[[Request, Operand], T | None]

_LEVELS = 3
"""How many functions a request is followed through."""

SENDING = frozenset({"post", "request", "urlopen", "Request", "stream", "build_request"})
"""How the functions and methods of all libraries are called that send a POST."""


_TRIGGERS = Question("triggers", pending=False)
_SENDERS: Question[set[str] | None] = Question("senders", None)


def sight_through(call: Operand, recognise: Recognise, judge: Judge[T]) -> tuple[T, ...]:
    """What `judge` finds in the requests that a call makes through functions, and only because of its arguments."""
    return tuple(_through(call, call, recognise, judge, _LEVELS))


def _through(site: Operand, call: Operand, recognise: Recognise, judge: Judge[T], levels: int) -> Iterator[T]:
    if levels == 0 or not may_send(call):
        return
    frame = enter(call)
    if frame is None or frame.function is None:
        return
    for node in frame.module.calls(frame.function.body):
        inner = Operand(frame, node)
        if frame.module.function(node) is not frame.function:
            continue
        request = recognise(inner)
        if (request is None and not may_send(inner)) or not may_run(inner):
            continue
        if request is None:
            if not _triggers(Operand(frame.plain(), node), recognise, judge, levels - 1):  # else that call is the one
                yield from _through(site, inner, recognise, judge, levels - 1)
            continue
        found = judge(request, site)
        if found is not None and not found.hidden and not _stands_alone(frame, inner, recognise, judge):
            yield found


def _triggers(call: Operand, recognise: Recognise, judge: Judge[T], levels: int) -> bool:
    """Whether a call is a trigger whatever the arguments of the function around it are."""
    about = (judge, call.node, levels)
    return call.frame.program.memo.answer(
        _TRIGGERS, about, lambda: any(True for _ in _through(call, call, recognise, judge, levels))
    )


def may_send(call: Operand) -> bool:
    """Whether the function that is called may send requests, going by names; those of other files may."""
    senders = call.frame.program.memo.answer(
        _SENDERS, call.module, lambda: None if _imports_locally(call.frame, call.module) else _senders(call.module)
    )
    return senders is None or last_name(call.node) in senders


def last_name(node: cst.CSTNode) -> str:
    """The last name of what a call calls; empty for anything else."""
    func = node.func if isinstance(node, cst.Call) else None
    match func:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return name
    return ""


def _senders(module: Module) -> set[str]:
    """The names of functions of the file that send requests, themselves or through others."""
    calls: dict[str, set[str]] = {}
    for call in module.calls():
        function = module.function(call)
        if function is not None:
            named = calls.setdefault(function.name.value, set())
            named.add("request" if is_looked_up(module, call) else last_name(call))
    senders = {name for name, called in calls.items() if called & SENDING}
    for _ in range(_LEVELS):
        senders |= {name for name, called in calls.items() if called & senders}
    return senders


def _imports_locally(frame: PythonFrame, module: Module) -> bool:
    """Whether the file imports something from another file of the repository."""
    names = {bound_name(alias) for alias in module.all(cst.ImportAlias)}
    found = ((name, definition) for name in names for definition in top_level(module, name))
    return any(d.kind is DefinitionKind.IMPORT and imported(frame, name, d) is not None for name, d in found)


def may_be_open(sender: Operand, site: Operand) -> bool:
    """Whether a request is looked at where it stands, in a function that only calls of its name call."""
    function = sender.module.function(sender.node)
    alone = sender.node is site.node and sender.frame.call is None
    return alone and function is not None and not function.decorators


def given_by_callers(found: Sequence[R]) -> Iterator[R]:
    """The requests: an open one at its callers where all of them are understood, else where it stands."""
    is_given = {each.sender.node: any(_given(each, found)) for each in found if each.open}
    for each in found:
        given = is_given.get(each.sender.node)
        if given is None or given is not each.open:
            yield each


def _given(inner: R, found: Sequence[R]) -> Iterator[R]:
    """What each caller of the function around a request makes of it; nothing unless all are understood."""
    mine = {each.site.node: each for each in found if each.sender.node is inner.sender.node and each is not inner}
    understood = {node for node, each in mine.items() if not each.is_refused}
    if _covered(inner.sender, understood, _LEVELS):
        yield from mine.values()


def _covered(call: Operand, understood: Collection[cst.CSTNode], levels: int) -> bool:
    """Whether all calls of the function around a call are understood, or lie in functions of which all calls are."""
    function = call.module.function(call.node)
    sites = callers(call.frame, function) if function is not None and levels else None
    return bool(sites) and all(
        site.node in understood or _covered(site, understood, levels - 1) for site in sites or ()
    )


def _stands_alone(frame: PythonFrame, inner: Operand, recognise: Recognise, judge: Judge[T]) -> bool:
    """Whether the function's request is a trigger whatever its arguments are: then that is the call."""
    own = Operand(frame.plain(), inner.node)
    request = recognise(own)
    found = judge(request, own) if request is not None else None
    return found is not None and not found.hidden
