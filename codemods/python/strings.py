"""Triggers in strings, lists and mappings of a Python program that go to something unknown: reported, never edited.

A command for curl may run in `invoke`, in a job of another service or on another machine, and a mapping may describe a
request that somebody else sends. What is printed or logged, help texts, docstrings and tests are no calls.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import libcst as cst

from codemods.found import Found, Unwritten
from codemods.python.arguments import argv_of_elements, argv_of_texts, restored, with_values
from codemods.python.built import built
from codemods.python.commands import region_of
from codemods.python.joined import joined_words
from codemods.python.runners import PROGRAMS, runs_of
from codemods.shell.find.sight import may_call, sight
from migrator.circleci.api.recognise import TELLING, bare_trigger, unknown_trigger
from migrator.circleci.api.v1_url import trigger_url
from migrator.model import Call, Expansion, Literal, Note, Severity, flatten, static
from migrator.repository.needles import may_hold_call
from migrator.syntax.python.program import Operand, is_test
from migrator.syntax.python.shown import is_shown
from migrator.syntax.python.text import text
from migrator.syntax.shell.script import parse
from migrator.syntax.text.source import VerbatimRegion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from codemods.python.built import Built
    from migrator.model import Part, Span, Template, V1Trigger
    from migrator.syntax.python.program import PythonFrame
    from migrator.syntax.text.source import Source

_SPOKEN = frozenset({"help", "description", "epilog", "usage", "metavar", "short_help", "doc", "title", "summary"})
_COMMAND = "The command stands in {} that something unknown gets. Change it by hand."
_STEPS = "The command is put together in steps. Write it as one list where it is run, then run this again."
_BODY = "This is the body of a call of v1.1, and where it goes is not seen here. Change it by hand."
_LENT = "Another file posts something to this address, and what that is, is not seen here. Change both by hand."
_ROOT = re.compile(r"/v1(?:\.1)?\b|\bv1\.1\b")
_REQUEST = "What sends the request that this mapping describes is not known. Change it by hand."


def find(source: Source, frame: PythonFrame, known: Iterable[Span]) -> Iterator[Found]:
    """Every trigger in a string, a list or a mapping that lies in none of the `known` calls."""
    if is_test(source.path):
        return
    known, run = list(known), dict(_run(frame))
    taken, told = [*known, *run], list(known)
    for node, trigger, code, message in (*_in_lists(frame), *_in_strings(frame), *_in_mappings(frame)):
        span = frame.module.span(node)
        if not any(span.overlaps(other) for other in taken) and not _is_spoken(Operand(frame, node)):
            taken.append(span)
            told.append(span)
            yield _found(source, span, trigger, code, message)
    told += [span for span, call in run.items() if call in known]
    for place, trigger in _in_steps(frame, told):
        yield _found(source, place, trigger, "argument-list", _STEPS)
    for node, trigger, code, message in _in_lists(frame, spread=True):
        span = frame.module.span(node)
        if not any(span.overlaps(other) for other in (*taken, *told)):
            told.append(span)
            yield _found(source, span, trigger, code, message)
    if not told:
        yield from (_found(source, place, unknown_trigger(), "client-unknown", _BODY) for place in _bodies(frame))
        yield from (_found(source, place, trigger, "client-unknown", _LENT) for place, trigger in _lent(frame))


def _lent(frame: PythonFrame) -> Iterator[tuple[Span, V1Trigger]]:
    """Addresses of the module that a file which names nothing of CircleCI itself imports, and posts something to."""
    module = frame.module
    for assign in module.all(cst.Assign):
        match assign.targets:
            case [cst.AssignTarget(target=cst.Name(value=name))] if module.function(assign) is None:
                url = trigger_url(text(Operand(frame, assign.value)))
                others = frame.program.using(name) if url is not None and url.sure else ()
                if url is not None and any(other is not None and _posts(other.text) for other in others):
                    yield module.span(assign), bare_trigger(url)


def _posts(text: str) -> bool:
    return ("post(" in text or "urlopen(" in text or "POST" in text) and not may_hold_call(text.encode())


def _run(frame: PythonFrame) -> Iterator[tuple[Span, Span]]:
    """Where the commands stand that the program is known to run, and the calls: those are looked at otherwise."""
    module = frame.module
    for call in module.calls():
        for run in runs_of(Operand(frame, call)):
            readable = [word.owner for word in run.words or ()]
            if run.command is not None and region_of(run) is not None:
                readable += [run.command, *(word.owner for word in joined_words(run.command) or ())]
            for operand in readable:
                if operand.frame.at_root:
                    yield module.span(operand.node), module.span(call)


def _found(source: Source, span: Span, trigger: V1Trigger, code: str, message: str) -> Found:
    line, column = source.position(span.start)
    end_line = source.position(span.end - 1)[0]
    note = Note(code, Severity.ERROR, message)
    call = Call(source.path, span, line, column, end_line, "python", trigger, (note,))
    return Found(call, VerbatimRegion(source.text), Unwritten(code, message))


if TYPE_CHECKING:
    Hit = tuple[cst.BaseExpression, V1Trigger, str, str]


def _in_strings(frame: PythonFrame) -> Iterator[Hit]:
    """Commands in the text of a literal."""
    module = frame.module
    kinds = (cst.ConcatenatedString, cst.FormattedString, cst.SimpleString)
    for node in (found for kind in kinds for found in module.all(kind)):
        if isinstance(module.parent(node), cst.ConcatenatedString | cst.Expr):
            continue
        trigger = _in_text(text(Operand(frame, node)))
        if trigger is not None:
            yield node, trigger, "wrapped-call", _COMMAND.format("a string")


def _in_text(template: Template) -> V1Trigger | None:
    """The trigger of a command that is one text."""
    parts = flatten(template)
    literal = "".join(part.text for part in parts if isinstance(part, Literal))
    if not any(f"{program} " in literal for program in PROGRAMS) or not may_call(literal):
        return None
    written, values = _as_shell(parts)
    script = parse(written, templated=False)
    seen = next((found for command in script.commands for found in sight(script, command)), None)
    return with_values(seen.trigger, partial(_with_own, values)) if seen is not None else None


def _as_shell(parts: Template) -> tuple[str, Mapping[str, Part]]:
    """The text as a shell reads it, with a variable for each value of the program."""
    values: dict[str, Part] = {}
    pieces = []
    for part in parts:
        if isinstance(part, Literal):
            pieces.append(part.text)
        else:
            name = f"PYTHON_{len(values)}"
            values[name] = part
            pieces.append(f"${{{name}}}")
    return "".join(pieces), values


def _with_own(values: Mapping[str, Part], template: Template) -> Template:
    return tuple(values.get(part.name or "", part) if isinstance(part, Expansion) else part for part in template)


def _in_lists(frame: PythonFrame, *, spread: bool = False) -> Iterator[Hit]:
    """Commands that are lists of arguments, of a list or of a call; with `spread`, what a list spreads may be data."""
    for node, program, given in _argument_lists(frame):
        argv = argv_of_elements([Operand(frame, value) for value in given])
        more = " -X POST" if spread and _adds_data(node, frame.module.text) else ""
        script = parse(f"{program} {argv.script}{more}", templated=False)
        seen = next((found for command in script.commands[:1] for found in sight(script, command)), None)
        if seen is not None:
            trigger = with_values(seen.trigger, partial(restored, argv))
            yield node, trigger, "wrapped-call", _COMMAND.format("a list of arguments")


def _adds_data(node: cst.BaseExpression, text: str) -> bool:
    """Whether the list spreads something else, in a file that has build parameters to send."""
    elements = node.elements if isinstance(node, cst.List | cst.Tuple) else ()
    return any(isinstance(element, cst.StarredElement) for element in elements) and "build_parameters" in text


def _in_steps(frame: PythonFrame, told: list[Span]) -> Iterator[tuple[Span, V1Trigger]]:
    """Commands that are put together, where no piece of them has been `told` of."""
    if not any(program in frame.module.text for program in PROGRAMS):
        return
    for found in built(frame):
        if any(place.overlaps(other) for place in found.places for other in told):
            continue
        if found.reads and all(is_shown(read) for read in found.reads):
            continue
        trigger = _in_words(frame, found) if found.words is not None else _in_text(found.line)
        if trigger is not None and not _is_spoken(Operand(frame, found.node)):
            told += found.places
            yield frame.module.span(found.node), trigger


def _in_words(frame: PythonFrame, found: Built) -> V1Trigger | None:
    """The trigger of a command that is a list of words."""
    words = found.words or ()
    program = (static(words[0]) or "").rpartition("/")[2] if words else ""
    literal = "".join(part.text for part in flatten(found.line) if isinstance(part, Literal))
    if program not in PROGRAMS or not may_call(literal):
        return None
    argv = argv_of_texts(Operand(frame, found.node), words[1:])
    script = parse(f"{program} {argv.script}", templated=False)
    seen = next((each for command in script.commands[:1] for each in sight(script, command)), None)
    return with_values(seen.trigger, partial(restored, argv)) if seen is not None else None


def _argument_lists(frame: PythonFrame) -> Iterator[tuple[cst.BaseExpression, str, Sequence[cst.BaseExpression]]]:
    """Each list that begins with curl or wget, or is given to something of that name: the program, its arguments."""
    module = frame.module
    lists: list[tuple[cst.BaseExpression, list[cst.BaseExpression]]] = [
        (node, [element.value for element in node.elements if isinstance(element, cst.Element)])
        for nodes in (module.all(cst.List), module.all(cst.Tuple))
        for node in nodes
    ]
    calls = [(call, [a.value for a in call.args if not a.star and a.keyword is None]) for call in module.calls()]
    for node, values in (*lists, *calls):
        if len(values) > 1 and (program := _program(values[0])):
            yield node, program, values[1:]
    for call, values in calls:
        if values and (program := _program(call.func)):
            yield call, program, values
    for access in module.all(cst.Subscript):
        indexes = [element.slice.value for element in access.slice if isinstance(element.slice, cst.Index)]
        if indexes and (program := _program(access.value)):
            yield access, program, indexes


def _program(node: cst.BaseExpression) -> str:
    """Which of the programs an expression names; empty for any other."""
    match node:
        case cst.SimpleString():
            name = str(node.evaluated_value).rpartition("/")[2]
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            pass
        case _:
            return ""
    return name if name in PROGRAMS else ""


def _in_mappings(frame: PythonFrame) -> Iterator[Hit]:
    """Requests that a mapping describes: an address, and a method or a payload."""
    for node in frame.module.all(cst.Dict):
        code = frame.module.code(node)
        if "/v1" not in code or not ("POST" in code or TELLING.search(code)):
            continue
        values = [element.value for element in node.elements if isinstance(element, cst.DictElement)]
        urls = (trigger_url(text(Operand(frame, value))) for value in values)
        url = next((found for found in urls if found is not None and found.sure), None)
        if url is not None:
            yield node, bare_trigger(url), "client-unknown", _REQUEST


def _bodies(frame: PythonFrame) -> Iterator[Span]:
    """Mappings with build parameters that a call gets, in a program that names v1.1: their address is put together."""
    module = frame.module
    if "build_parameters" not in module.text or next(frame.program.reached(_ROOT), None) is None:
        return
    for node in module.all(cst.Dict):
        keys = [static(text(Operand(frame, each.key))) for each in node.elements if isinstance(each, cst.DictElement)]
        around = module.parent(node)
        is_given = isinstance(around, cst.Arg) and not is_shown(Operand(frame, node))
        if is_given and any(key is not None and _PARAMETERS.match(key) for key in keys):
            yield module.span(node)


_PARAMETERS = re.compile(r"build_parameters(?:\[\w+\])?\Z")


def _is_spoken(operand: Operand) -> bool:
    """Whether the text is for a person: printed, logged, or the help of a command."""
    above = operand.module.parent(operand.node)
    if isinstance(above, cst.Arg) and above.keyword is not None and above.keyword.value in _SPOKEN:
        return True
    return is_shown(operand)
