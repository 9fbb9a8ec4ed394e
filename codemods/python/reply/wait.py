"""Whether a call can wait for its build, so that what reads its reply stays as it is, and what is said of that."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.helper import IF_STARTED, START, STARTED, PythonHelper, Wait, free_name, helper_in, taken_name
from codemods.python.libraries.request import RequestPart
from codemods.python.reply.notes import NO_WAIT, status_notes
from codemods.python.reply.reply import UseKind
from codemods.python.write.rerun import function_of, kept_arguments
from codemods.replies import LATER, handed_note, later_note, unlike_fields, unlike_note, waits_note
from migrator.circleci.plan.decide import job_value
from migrator.errors import Refusal
from migrator.model import Endpoint, Expansion, told
from migrator.syntax.python.imports import Imports
from migrator.syntax.python.program import Operand, operand_of
from migrator.syntax.python.resolve import qualified
from migrator.syntax.python.spell import is_stable, readable, spelled

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from codemods.python.libraries.request import Request
    from codemods.python.reply.reply import PythonReply, ReplyUse
    from codemods.python.sighting import PythonSighting
    from migrator.model import Note, Template
    from migrator.syntax.python.module import Module

KEPT = frozenset({"verify", "timeout", "cert", "proxies", "proxy", "trust_env", "extensions", "context"})
"""Arguments that say how a request is sent, and not what."""

_READ = frozenset({UseKind.DATA, UseKind.TEXT})
_PYTHON_2 = re.compile(r"#![^\n]*\bpython2")
_IN_WORDS = frozenset({"reason", "reason_phrase", "msg"})


def needs_wait(reply: PythonReply, adapted: int, *, polled: bool) -> bool:
    """Whether the reply is read for what v2 does not answer; `adapted` counts the uses that the rewrite changes."""
    return len(reply.uses) > adapted or polled or any(kind in _READ for _, kind in reply.handed)


def wait_for(sighting: PythonSighting, reply: PythonReply) -> Wait:
    """How the call waits for its build. Raises Refusal with the reason why it cannot."""
    request, module = sighting.request, sighting.site.module
    if _PYTHON_2.match(module.text):
        raise _refusal("The file is run by Python 2, and a wait needs Python 3.6.")
    if sighting.trigger.endpoint is not Endpoint.JOB:
        raise _refusal("v1.1 answers with no build here.")
    if request.dialect.name not in {"requests", "httpx", "urllib"} or request.reply is None:
        raise _refusal(NO_WAIT)
    at, shared = _place(sighting, reply, request.reply)
    helper = START if request.dialect.name == "urllib" else IF_STARTED[request.dialect.name] if shared else STARTED
    _refuse_place(sighting, reply, at)
    name = _name(helper, module)
    if not shared:
        _refuse_repeated(job_value(sighting.trigger).template, at)
    if helper is START:
        _refuse_opening(request, at)
        return Wait(helper, name, at)
    _refuse_unnamed(sighting, at)
    return Wait(helper, name, at, tuple(kept_arguments(request, KEPT)), shared)


def _place(sighting: PythonSighting, reply: PythonReply, sent: Operand) -> tuple[Operand, bool]:
    """The expression that is to wait: the call, where it gives the reply itself, which nothing has read before.

    Otherwise it is where the request is sent, in a function that other requests may go through.
    """
    site = sighting.site
    if sighting.request.dialect.name == "urllib" or site.node is sent.node:
        return sent, False
    inside = any(use.operand.frame.call is not None for use in reply.uses)
    if reply.kinds_of(site.node) == {UseKind.RESPONSE} and not inside:
        return site, False
    return Operand(sent.frame.plain(), sent.node), True


def _name(helper: PythonHelper, module: Module) -> str:
    """What the helper is called in the file. Raises Refusal where what it uses is called otherwise."""
    for each in filter(None, (helper, helper.calls)):
        if (taken := taken_name(each, module)) is not None:
            raise _refusal(f"`{taken}` is a name of the program's own, and a wait needs Python's.")
    called = helper.calls
    if called is not None and called.name not in {helper_in(module, called), free_name(called, module)}:
        raise _refusal(f"`{called.name}` is a name of the program's own.")
    return helper_in(module, helper) or free_name(helper, module)


def _refusal(why: str) -> Refusal:
    return Refusal("reply-field", why)


def _refuse_place(sighting: PythonSighting, reply: PythonReply, at: Operand) -> None:
    """The expression must be the reply itself, be read nowhere before it, and stand where new code may."""
    module = at.module
    function = module.function(at.node)
    if function is not None and function.asynchronous is not None:
        raise _refusal("No wait is written in asynchronous code.")
    if not at.frame.at_root or at.frame.call is not None or sighting.request.describes:
        raise _refusal("The request is sent at another place than it is made at.")
    if reply.kinds_of(at.node) != {UseKind.RESPONSE}:
        raise _refusal("What the call gives is not the reply itself, so nothing can wait for its build there.")
    if any(isinstance(above, cst.FormattedString) for above in module.ancestors(at.node)):
        raise _refusal("The call stands inside of an f-string: give its reply a name first.")
    words = (node.attr.value for node in module.all(cst.Attribute))
    if reply.checks and not _IN_WORDS.isdisjoint(words):
        raise _refusal("The status is read in words, which a wait does not keep.")


def _refuse_repeated(job: Template, at: Operand) -> None:
    """The name of the job is sent, and looked for: it must be the same both times."""
    spelled(job, at)
    for part in readable(job, at):
        operand = operand_of(part) if isinstance(part, Expansion) else None
        if operand is not None and not is_stable(operand):
            raise _refusal(f"`{operand.code}` would be evaluated twice to wait for its job. Give it a name first.")


def _refuse_unnamed(sighting: PythonSighting, at: Operand) -> None:
    """There must be a function that sends a GET as the call is sent."""
    request = sighting.request
    own = [argument for argument in request.all(RequestPart.OTHER) if _named(argument.arg) in KEPT]
    if any(argument.call.node is not request.call.node for argument in own):
        raise _refusal("Arguments of the call come out of `*` or `**`.")
    if at.node is not request.call.node:
        names = qualified(request.call.of(request.call.node.func)) if isinstance(request.call.node, cst.Call) else ()
        if not any(name.partition(".")[0] in {"requests", "httpx"} for name in names) or own:
            raise _refusal("The request is sent by a function that does not say how others are sent.")
    if any(argument.spread or argument.arg.star for argument in own):
        raise _refusal("Arguments of the call come out of `*` or `**`.")
    try:
        found = function_of(sighting, Imports(at.module))
    except Refusal as refusal:
        raise _refusal("The request is sent by something that has no name to ask again with.") from refusal
    if found.startswith("await "):
        raise _refusal("No wait is written in asynchronous code.")


def _named(arg: cst.Arg) -> str:
    return arg.keyword.value if arg.keyword is not None else ""


def _refuse_opening(request: Request, at: Operand) -> None:
    """`urlopen` must be urllib's own, with nothing but a request, data, and what has a keyword."""
    node = at.node
    names = qualified(at.of(node.func)) if isinstance(node, cst.Call) else ()
    placed = [arg for arg in node.args if arg.keyword is None] if isinstance(node, cst.Call) else []
    if "urllib.request.urlopen" not in names or not 1 <= len(placed) <= 2 or any(arg.star for arg in placed):
        raise _refusal("A wait is written for `urlopen(request)` of Python 3, with everything else by keyword.")
    if request.call.module is not at.module:
        raise _refusal("The request is sent at another place than it is made at.")


def waiting_notes(sighting: PythonSighting, reply: PythonReply) -> tuple[Note, ...]:
    """What is said of a call that waits, in the place of what would be said of what reads its reply."""
    line = sighting.site.module.line(sighting.site.node)
    unlike = unlike_fields(revised=sighting.trigger.revision is not None)
    waits = waits_note(told(job_value(sighting.trigger).template), line)
    return tuple(dict.fromkeys((waits, *_reader_notes(reply, unlike), *status_notes(reply, adapts=True))))


def _reader_notes(reply: PythonReply, unlike: Collection[str]) -> Iterator[Note]:
    for use in reply.uses:
        line = use.operand.module.line(use.operand.node)
        if use.field in unlike:
            yield unlike_note(f"Line {line}", use.field, line)
        elif use.field in LATER and not _knows_later_states(use):
            yield later_note(f"Line {line}", use.field, line)
    for line, _ in reply.handed:
        yield handed_note(f"Line {line}", line)
    handed = {line for line, _ in reply.handed}
    yield from (note for note in reply.notes if note.code != "reply-field" or note.line not in handed)


def _knows_later_states(use: ReplyUse) -> bool:
    """Whether the variable that is read there may hold the reply of a later question as well, which a loop asks."""
    module, node = use.operand.module, use.operand.node
    if use.sure:
        return False
    around, start = module.function(node) or module.tree, module.span(node).start
    loops = [loop for kind in (cst.While, cst.For) for loop in module.all(kind, around)]
    before = [loop for loop in loops if module.span(loop).start < start]
    given: list[cst.BaseExpression] = [each.target for loop in before for each in module.all(cst.AssignTarget, loop)]
    given += [each.target for loop in before for each in module.all(cst.NamedExpr, loop)]
    targets = {module.code(target) for target in given}
    return any(module.code(held) in targets for held in _holders(node))


def _holders(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """What an expression takes something off, the variable last."""
    match node:
        case cst.Attribute(value=inner) | cst.Subscript(value=inner) | cst.Call(func=inner):
            yield inner
            yield from _holders(inner)
        case cst.Comparison(comparisons=[cst.ComparisonTarget(comparator=inner)]):
            yield inner
            yield from _holders(inner)
