"""What of a program depends on the address of a request, and is lost or gained when that becomes v2's.

An adapter or a password is given to all addresses with a prefix; an auth class, a hook or a function of the repository
looks at the address. Sources: requests, "Transport Adapters"; Python docs, urllib.request, "HTTPPasswordMgr Objects".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.libraries.request import made
from migrator.model import Note, Severity, values
from migrator.syntax.memo import Question
from migrator.syntax.python.callers import callers
from migrator.syntax.python.editor import Splice, spliced
from migrator.syntax.python.program import Operand, PythonFrame
from migrator.syntax.python.resolve import meaning, qualified
from migrator.syntax.python.scope import DefinitionKind, definitions
from migrator.syntax.python.text import text
from migrator.syntax.text.templates import Marked, has_marks, is_mark

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from codemods.python.libraries.request import Request
    from migrator.circleci.api.v1_url import TriggerUrl
    from migrator.model import Template
    from migrator.syntax.python.module import Module
    from migrator.syntax.python.program import PythonProgram


@dataclass(frozen=True, slots=True, eq=False)
class AddressTest:
    """Something that holds for some addresses only: for those that one of `patterns` is found in.

    `owner` is the object that an adapter is mounted on or a password belongs to, with the library that it is of;
    `subject` the value that is looked at, None where that is the address of any request.
    """

    node: cst.CSTNode
    patterns: tuple[Operand, ...]
    owner: Operand | None = None
    library: str = ""
    subject: Operand | None = None
    is_expression: bool = False


_HINT = re.compile(r"\.mount\(|add_password\(|update_authenticated\(|\.cookies\b|api/v|/v[12]|v1\.1|/tree/|/project/")
_TESTS: Question[tuple[AddressTest, ...]] = Question("tests of an address", ())


def address_notes(request: Request, url: TriggerUrl) -> tuple[Note, ...]:
    """A warning for everything that holds for the old address of a trigger and not for the new one, or the reverse."""
    program = request.call.frame.program
    tests = program.memo.answer(_TESTS, program.root, lambda: tuple(_tests_in(program)))
    old = _readable(url.url.whole)
    splices = (Splice(change.start, change.end, change.text) for change in url.replacements)
    new = _readable(spliced(url.url.whole, splices)).partition("?")[0]
    found: dict[Note, None] = {}
    for test in tests:
        if _applies(test, request) and not _is_own(_leading(test.subject)):
            found.update(dict.fromkeys(_judged(test, old, new, program.root)))
    return tuple(found)


def _readable(template: Template) -> str:
    """An address as text; a host that only the run shows, with a path behind it, is taken for CircleCI's own."""
    marked = Marked.of(template).text
    if len(marked) > 1 and is_mark(marked[0]) and not is_mark(marked[1]):
        return "https://circleci.com" + marked[1:]
    return marked


def _judged(test: AddressTest, old: str, new: str, root: Module) -> Iterator[Note]:
    """The note on a test; none where it says the same of both addresses."""
    matches = [(each, _finds(test, each, old), _finds(test, each, new)) for each in _written(test)]
    module = test.patterns[0].module
    line = module.line(test.node)
    where = f"Line {line}" if module is root else f"`{module.path}` (line {line})"
    unknown = [pattern for pattern, *_ in matches if has_marks(pattern)]
    if test.library and unknown and len(unknown) == len(matches):
        message = f"{where} holds for addresses that only the run shows; whether it still does for v2's is not known."
        yield Note("address-dependent", Severity.WARNING, message, line if module is root else None)
    before, after = any(first for _, first, _ in matches), any(second for *_, second in matches)
    if before == after:
        return
    shown = next(pattern for pattern, first, second in matches if (first if before else second))
    both = "is in the old address, and not in v2's" if before else "is in v2's address, and not in the old one"
    message = f"{where} goes by the address: `{shown}` {both}. Let it hold for both, then run this again."
    yield Note("address-dependent", Severity.WARNING, message, line if module is root else None)


def _written(test: AddressTest) -> Iterator[str]:
    """The texts that are looked for, each that they can be."""
    for operand in test.patterns:
        found = text(operand)
        yield from values(found) or (_readable(found),)


def _finds(test: AddressTest, pattern: str, address: str) -> bool:
    if test.is_expression:
        try:
            return re.search(pattern, address) is not None
        except re.error:
            return False
    return pattern.lower().rstrip("*") in address.lower()


def _applies(test: AddressTest, request: Request) -> bool:
    """Whether a request goes through the object that the test belongs to, as far as that can be told."""
    if test.library and test.library != request.dialect.name:
        return False
    if test.owner is None or test.library != "requests":
        return True
    func = request.call.node.func if isinstance(request.call.node, cst.Call) else None
    if not isinstance(func, cst.Attribute) or qualified(request.call.of(func)):
        return any(name.endswith(".Request") for name in qualified(request.call.of(func))) if func else True
    mine, other = made(request.call.of(func.value)), made(test.owner)
    if mine is None or other is None or mine.call is None or other.call is None:
        return True
    return mine.call.node is other.call.node


def _leading(subject: Operand | None) -> Operand | None:
    """The value that a part is cut out of: `url.split("/")[2]`."""
    node = subject.node if subject is not None else None
    while isinstance(node, cst.Subscript) or (isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute)):
        node = node.value if isinstance(node, cst.Subscript) else node.func.value  # type: ignore[attr-defined]
    return subject.of(node) if subject is not None and node is not None else None


def _is_own(subject: Operand | None) -> bool:
    """Whether what is looked at is a value of the program's own: a rewrite leaves what others look at as it is."""
    if subject is None:
        return False
    module = subject.module
    if isinstance(subject.node, cst.Name):
        found = definitions(module, subject.node)
        if len(found) != 1 or found[0].kind not in {DefinitionKind.VALUE, DefinitionKind.PARAMETER}:
            return False
        if found[0].kind is DefinitionKind.PARAMETER:
            function = module.function(found[0].target)
            is_plain = function is not None and module.class_of(function) is None
            return is_plain and function is not None and bool(callers(subject.frame, function))
    return values(text(subject)) is not None


_ADDRESS = re.compile(r"ur[li]|path|href|addr|endpoint|selector|target", re.IGNORECASE)
_TELLING = re.compile(r"/api/v|/v[12]\b|\bv1\.1|\bv1\\\.1|circleci\S*/api|/project/|/tree/")
_BARE = re.compile(r"api/v[12]|/v[12]\b|circleci\S*/api")


def _tests_in(program: PythonProgram) -> Iterator[AddressTest]:
    for module in program.reached(_HINT):
        frame = PythonFrame(program, module)
        yield from _together(_mounted(frame))
        found = (*_compared(frame), *_asked(frame), *_keyed(frame))
        for test in (*_together(found), *_matched(frame), *_cased(frame)):
            about = test.subject.code if test.subject is not None else ""
            needed = _TELLING if _ADDRESS.search(about) else _BARE
            if any(needed.search(each) for each in _written(test)):
                yield test


_PREFIXED = {
    "mount": ("requests", "prefix", 0),
    "add_password": ("urllib", "uri", 1),
    "update_authenticated": ("urllib", "uri", 0),
}
"""Methods that give something to all addresses with a prefix: library, name and place of the prefix."""


def _mounted(frame: PythonFrame) -> Iterator[tuple[tuple[str, ...], AddressTest]]:
    """The prefixes, each with what is given to them: who names both addresses for one thing has thought of v2."""
    for call in frame.module.calls():
        match call.func:
            case cst.Attribute(value=owner, attr=cst.Name(value=name)) if name in _PREFIXED:
                library, keyword, place = _PREFIXED[name]
            case cst.Attribute(value=owner, attr=cst.Name(value="set" | "create_cookie" as name)):
                library, keyword, place = "", "path", len(call.args)
            case _:
                continue
        prefix = _given(call, keyword, place)
        if prefix is None:
            continue
        module, patterns = frame.module, tuple(frame.of(each) for each in _members(prefix))
        function = module.function(call)
        where = str(module.line(function)) if function is not None else ""
        rest = (module.code(arg.value) for arg in call.args if arg.value is not prefix)
        yield (where, name, module.code(owner), *rest), AddressTest(call, patterns, frame.of(owner), library)


def _given(call: cst.Call, keyword: str, place: int) -> cst.BaseExpression | None:
    named = [arg.value for arg in call.args if arg.keyword is not None and arg.keyword.value == keyword]
    plain = [arg.value for arg in call.args if arg.keyword is None and not arg.star]
    return next(iter((*named, *plain[place : place + 1])), None)


def _members(node: cst.BaseExpression) -> tuple[cst.BaseExpression, ...]:
    """The elements of a tuple or list; the expression itself otherwise."""
    if isinstance(node, cst.Tuple | cst.List | cst.Set):
        return tuple(element.value for element in node.elements if not isinstance(element, cst.StarredElement))
    return (node,)


def _together(found: Iterable[tuple[Hashable, AddressTest]]) -> Iterator[AddressTest]:
    """One test for all that mean the same."""
    groups: dict[Hashable, list[AddressTest]] = {}
    for key, test in found:
        groups.setdefault(key, []).append(test)
    for tests in groups.values():
        yield replace(tests[0], patterns=tuple(pattern for test in tests for pattern in test.patterns))


def _compared(frame: PythonFrame) -> Iterator[tuple[Hashable, AddressTest]]:
    """`"/v1.1/" in url`, `url == URL`, `url in (OLD, NEW)`."""
    for node in frame.module.all(cst.Comparison):
        if len(node.comparisons) != 1:
            continue
        left, right = node.left, node.comparisons[0].comparator
        match node.comparisons[0].operator:
            case cst.In() | cst.NotIn() if isinstance(right, cst.Tuple | cst.List | cst.Set):
                pairs = [(left, _members(right))]
            case cst.In() | cst.NotIn():
                pairs = [(right, (left,))]
            case cst.Equal() | cst.NotEqual():
                pairs = [(left, (right,)), (right, (left,))]
            case _:
                continue
        for subject, patterns in pairs:
            yield _looked_at(frame, node, subject, patterns)


def _looked_at(
    frame: PythonFrame, node: cst.CSTNode, subject: cst.BaseExpression, patterns: Iterable[cst.BaseExpression]
) -> tuple[Hashable, AddressTest]:
    """A test of a value; what `or` joins about one value is one."""
    above = _joined(frame.module, node)
    test = AddressTest(above, tuple(frame.of(each) for each in patterns), subject=frame.of(subject))
    return (above, frame.module.code(subject)), test


def _joined(module: Module, node: cst.CSTNode) -> cst.CSTNode:
    """The whole `a or b` that a condition is part of, else the condition."""
    above = module.parent(node)
    while isinstance(above, cst.BooleanOperation) and isinstance(above.operator, cst.Or):
        node, above = above, module.parent(above)
    return node


_LOOKING = frozenset({"startswith", "endswith", "find", "rfind", "index", "rindex", "count"})
_CUTTING = frozenset(
    {"partition", "rpartition", "split", "rsplit", "removeprefix", "removesuffix", "replace", "lstrip", "strip"}
)
_MATCHING = frozenset({"match", "search", "fullmatch", "findall", "finditer", "sub", "split"})


def _asked(frame: PythonFrame) -> Iterator[tuple[Hashable, AddressTest]]:
    """`url.startswith(…)`, `request.url.replace(…)`, `fnmatch(url, …)`."""
    for call in frame.module.calls():
        given = [arg.value for arg in call.args if not arg.star]
        match call.func:
            case cst.Attribute(value=subject, attr=cst.Name(value=name)) if given and (
                name in _LOOKING or (name in _CUTTING and isinstance(subject, cst.Attribute))
            ):
                yield _looked_at(frame, call, subject, _members(given[0]))
            case func if len(given) > 1 and any(name.startswith("fnmatch.") for name in qualified(frame.of(func))):
                yield _looked_at(frame, call, given[0], (given[1],))


def _matched(frame: PythonFrame) -> Iterator[AddressTest]:
    """`re.match(…, url)`, `PATTERN.match(url)`."""
    for call in frame.module.calls():
        given = [arg.value for arg in call.args if not arg.star]
        match call.func:
            case cst.Attribute(value=value, attr=cst.Name(value=name)) if given and name in _MATCHING:
                if f"re.{name}" in qualified(frame.of(call.func)):
                    pattern = frame.of(given[0]) if len(given) > 1 else None
                else:
                    pattern = _compiled(frame.of(value))
                if pattern is not None:
                    yield AddressTest(call, (pattern,), subject=frame.of(given[-1]), is_expression=True)


def _compiled(operand: Operand) -> Operand | None:
    """The pattern that `re.compile` made the object of."""
    value = operand if isinstance(operand.node, cst.Call) else meaning(operand)
    match value.node if value is not None else None:
        case cst.Call(func=func, args=[cst.Arg(value=pattern), *_]) if value is not None:
            return value.of(pattern) if "re.compile" in qualified(value.of(func)) else None
    return None


def _keyed(frame: PythonFrame) -> Iterator[tuple[Hashable, AddressTest]]:
    """`{"https://circleci.com/api/v1.1/": token}`: those with one value are one. httpx looks at the host only."""
    module = frame.module
    for node in module.all(cst.Dict):
        above = module.parent(node)
        if isinstance(above, cst.Arg) and above.keyword is not None and above.keyword.value == "mounts":
            continue
        pairs = ((element.key, element.value) for element in node.elements if isinstance(element, cst.DictElement))
        for key, value in pairs:
            yield (node, module.code(value)), AddressTest(key, (frame.of(key),))
    for assign in module.all(cst.Assign):
        for target in assign.targets:
            match target.target:
                case cst.Subscript(value=holder, slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
                    yield (module.code(holder), module.code(assign.value)), AddressTest(assign, (frame.of(key),))


def _cased(frame: PythonFrame) -> Iterator[AddressTest]:
    """`case "/api/v1.1/…":`."""
    for node in frame.module.all(cst.Match):
        for case in node.cases:
            for value in frame.module.all(cst.MatchValue, case.pattern):
                yield AddressTest(case.pattern, (frame.of(value.value),), subject=frame.of(node.subject))
