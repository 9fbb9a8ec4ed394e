"""Commands that a Python program puts together in steps: lists and texts that are added to, joined and spread.

Every step is taken, whatever condition it stands under: what comes out is only reported, never edited.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from migrator.model import Literal, Template, static
from migrator.syntax.python.callers import callers
from migrator.syntax.python.program import DEPTH, Operand
from migrator.syntax.python.resolve import qualified, returned
from migrator.syntax.python.text import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from migrator.model import Span
    from migrator.syntax.python.program import PythonFrame


@dataclass(frozen=True, slots=True)
class Built:
    """A command: the expression that it is reported at, its words or its text, and where the pieces stand.

    `reads` is where the variable is read that holds it.
    """

    node: cst.BaseExpression
    words: tuple[Template, ...] | None
    line: Template
    places: frozenset[Span]
    reads: tuple[Operand, ...] = ()


@dataclass(frozen=True, slots=True)
class _Step:
    """A statement that gives a variable its value (`fresh`) or adds to it: a list, a text, or a `single` element."""

    at: int
    value: cst.BaseExpression
    fresh: bool
    single: bool = False


@dataclass(slots=True)
class _Given:
    """What a caller gives for the parameters of the function around, and the variables whose steps are being taken."""

    arguments: Mapping[str, tuple[cst.BaseExpression, ...]] = field(default_factory=dict)
    open: list[tuple[str, int]] = field(default_factory=list)


_LISTS = frozenset({"list", "tuple", "sorted", "shlex.split", "shlex.join", "subprocess.list2cmdline"})
_ADDING = frozenset({"append", "extend", "insert"})
_Scope = cst.FunctionDef | cst.ClassDef | None
_Words = list[tuple[Template, cst.BaseExpression]]
_Variable = tuple[str, int]


def built(frame: PythonFrame) -> Iterator[Built]:
    """Every list and text of the file that is put together, the longest first: joined, sums, spread, variables."""
    builder = _Builder(frame)
    for node in builder.expressions():
        for given, place in builder.callers(node):
            words = builder.words(node, given)
            yield _built(place or node, words, builder.pieces(node, given) if words is None else words, builder)
    for name, steps, reads in builder.variables():
        for given, place in builder.callers(steps[0].value):
            words = builder.words_of(name, steps, given)
            pieces = builder.pieces_of(name, steps, given) if words is None else words
            yield _built(place or steps[0].value, words, pieces, builder, reads)


def _built(
    node: cst.BaseExpression, words: _Words | None, pieces: _Words, builder: _Builder, reads: tuple[Operand, ...] = ()
) -> Built:
    places = frozenset(builder.module.span(piece) for _, piece in pieces)
    texts = tuple(template for template, _ in pieces)
    line = tuple(part for template in texts for part in template)
    return Built(node, texts if words is not None else None, line, places, reads)


class _Builder:
    """The steps of one file."""

    def __init__(self, frame: PythonFrame) -> None:
        self.frame = frame
        self.module = frame.module

    def expressions(self) -> Iterator[cst.BaseExpression]:
        """What puts together in one go."""
        module = self.module
        for call in module.calls():
            if isinstance(call.func, cst.Attribute) and call.func.attr.value == "join" and len(call.args) == 1:
                yield call
        for node in module.all(cst.BinaryOperation):
            if isinstance(node.operator, cst.Add) and not isinstance(module.parent(node), cst.BinaryOperation):
                yield node
        displays: tuple[cst.List | cst.Tuple, ...] = (*module.all(cst.List), *module.all(cst.Tuple))
        for display in displays:
            if any(isinstance(element, cst.StarredElement) for element in display.elements):
                yield display

    def variables(self) -> Iterator[tuple[_Variable, Sequence[_Step], tuple[Operand, ...]]]:
        """Each variable that is added to, from where it gets its value to where it gets another; and its readers."""
        for (code, scope), steps in self._steps.items():
            starts = [i for i, step in enumerate(steps) if step.fresh]
            ends = [*starts[1:], len(steps)] if starts else []  # what others gave its first value is added to only
            for start, end in zip(starts, ends, strict=True):
                if end - start > 1:
                    yield (code, start), steps[start:end], tuple(self._reads(code, scope))

    def _reads(self, code: str, scope: _Scope) -> Iterator[Operand]:
        """Where a variable is read, but for the steps themselves."""
        module = self.module
        nodes: tuple[cst.Name | cst.Attribute, ...] = (*module.all(cst.Name), *module.all(cst.Attribute))
        for node in nodes:
            above = module.parent(node)
            adds = isinstance(above, cst.Attribute) and above.attr.value in _ADDING
            writes = adds or isinstance(above, cst.AssignTarget | cst.AugAssign)
            if module.code(node) == code and not writes and self._scope(node, code) is scope:
                yield Operand(self.frame, node)

    def callers(self, node: cst.CSTNode) -> Iterator[tuple[_Given, cst.BaseExpression | None]]:
        """What each caller gives to the function that puts a command together, and the call; nothing without any."""
        function = self.module.function(node)
        params = function.params if function is not None else None
        found = callers(self.frame, function) if function is not None else None
        if params is None or not found or not (params.params or isinstance(params.star_arg, cst.Param)):
            yield _Given(), None
            return
        for call in found:
            assert isinstance(call.node, cst.Call)
            yield _Given(_arguments(call.node, params)), call.node

    @cached_property
    def _steps(self) -> Mapping[tuple[str, _Scope], Sequence[_Step]]:
        steps: dict[tuple[str, _Scope], list[_Step]] = {}
        for node, code, step in self._written():
            steps.setdefault((code, self._scope(node, code)), []).append(step)
        return {key: sorted(found, key=lambda step: step.at) for key, found in steps.items()}

    def _scope(self, node: cst.CSTNode, code: str) -> _Scope:
        return self.module.class_of(node) if "." in code else self.module.function(node)

    def _written(self) -> Iterator[tuple[cst.CSTNode, str, _Step]]:
        module = self.module
        for assign in module.all(cst.Assign):
            for target in assign.targets:
                code = module.code(target.target)
                fresh = not self._begins_with(assign.value, code)
                yield assign, code, _Step(module.span(assign).start, assign.value, fresh)
        for annotated in module.all(cst.AnnAssign):
            if annotated.value is not None:
                step = _Step(module.span(annotated).start, annotated.value, fresh=True)
                yield annotated, module.code(annotated.target), step
        for added in module.all(cst.AugAssign):
            if isinstance(added.operator, cst.AddAssign):
                yield added, module.code(added.target), _Step(module.span(added).start, added.value, fresh=False)
        for call in module.calls():
            match call.func:
                case cst.Attribute(value=owner, attr=cst.Name(value=name)) if name in _ADDING and call.args:
                    value = call.args[-1].value
                    step = _Step(module.span(call).start, value, fresh=False, single=name != "extend")
                    yield call, module.code(owner), step

    def _begins_with(self, node: cst.BaseExpression, code: str) -> bool:
        """Whether the expression is `x + …` or `[*x, …]` for a variable `x`."""
        match node:
            case cst.BinaryOperation(left=left):
                return self.module.code(left) == code or self._begins_with(left, code)
            case cst.List(elements=[cst.StarredElement(value=value), *_]):
                return self.module.code(value) == code
        return False

    def _before(self, node: cst.BaseExpression) -> tuple[_Variable, Sequence[_Step]]:
        """The steps that a variable goes through from the last value on that it gets before it is read."""
        code = self.module.code(node)
        own, outer = self._steps.get((code, self._scope(node, code))), self._steps.get((code, None))
        steps = own or outer or ()
        at = self.module.span(node).start
        start = max((i for i, step in enumerate(steps) if step.fresh and step.at <= at), default=0)
        ends = (i for i, s in enumerate(steps) if i > start and (s.fresh or at in self.module.span(s.value)))
        return (code, start), steps[start : next(ends, len(steps))]

    def words(self, node: cst.BaseExpression, given: _Given) -> _Words | None:
        """The elements of a list; None for what is none."""
        if len(given.open) > DEPTH:
            return None
        match node:
            case cst.List(elements=elements) | cst.Tuple(elements=elements):
                return [word for element in elements for word in self._element(element, given)]
            case cst.BinaryOperation(left=left, operator=cst.Add(), right=right):
                return self._of_parts((left, right), given)
            case cst.IfExp(body=body, orelse=orelse):
                return self._of_parts((body, orelse), given)
            case cst.Call():
                return self._of_call(node, given)
            case cst.Name(value=name) if name in given.arguments:
                return self._of_argument(given.arguments[name], given)
            case cst.Name() | cst.Attribute():
                return self.words_of(*self._before(node), given)
        return None

    def _of_parts(self, parts: Sequence[cst.BaseExpression], given: _Given) -> _Words | None:
        found = [(self.words(part, given), part) for part in parts]
        if all(words is None for words, _ in found):
            return None
        return [word for words, part in found for word in (self._one(part, given) if words is None else words)]

    def _element(self, element: cst.BaseElement, given: _Given) -> _Words:
        words = self.words(element.value, given) if isinstance(element, cst.StarredElement) else None
        return self._one(element.value, given) if words is None else words

    def _of_call(self, call: cst.Call, given: _Given) -> _Words | None:
        operand = Operand(self.frame, call)
        names = set(qualified(operand.of(call.func)))
        match call:
            case cst.Call(args=[cst.Arg(value=value)]) if names & _LISTS:
                return self.words(value, given)
            case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(value="copy"))):
                return self.words(value, given)
            case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(value="split"))):
                known = static(text(operand.of(value)))
                return [((Literal(word),), value) for word in known.split()] if known is not None else None
        made = returned(operand)
        if made is None or not made.frame.at_root:
            return None
        return self.words(made.node, _Given(open=[*given.open, ("()", self.module.span(call).start)]))

    def _one(self, node: cst.BaseExpression, given: _Given) -> _Words:
        """One element, whatever its text is put together of."""
        return [(tuple(part for template, _ in self.pieces(node, given) for part in template), node)]

    def _of_argument(self, values: tuple[cst.BaseExpression, ...], given: _Given) -> _Words | None:
        whole = self.words(values[0], _Given(open=given.open)) if len(values) == 1 else None
        return [word for value in values for word in self._one(value, _Given())] if whole is None else whole

    def words_of(self, name: _Variable, steps: Sequence[_Step], given: _Given) -> _Words | None:
        """The elements of a list that is added to; None for what is none."""
        if not steps or name in given.open:
            return None
        given.open.append(name)
        parts = [self._one(s.value, given) if s.single else self.words(s.value, given) for s in steps]
        given.open.pop()
        return [word for words in parts for word in words or ()] if parts[0] is not None else None

    def pieces_of(self, name: _Variable, steps: Sequence[_Step], given: _Given) -> _Words:
        """The pieces of a text that is added to."""
        if name in given.open:
            return []
        given.open.append(name)
        found = [piece for step in steps for piece in self.pieces(step.value, given)]
        given.open.pop()
        return found

    def pieces(self, node: cst.BaseExpression, given: _Given) -> _Words:
        """The pieces of a text."""
        operand = Operand(self.frame, node)
        match node:
            case cst.BinaryOperation(left=left, operator=cst.Add(), right=right):
                return [*self.pieces(left, given), *self.pieces(right, given)]
            case cst.Call(func=cst.Attribute(value=by, attr=cst.Name(value="join")), args=[cst.Arg(value=value)]):
                words = self.words(value, given)
                if words is not None:
                    return [piece for word in words for piece in (word, (text(operand.of(by)), by))]
            case cst.Name(value=name) if name in given.arguments:
                return [piece for value in given.arguments[name] for piece in self.pieces(value, _Given())]
            case cst.Name() | cst.Attribute():
                variable, steps = self._before(node)
                if len(steps) > 1 or variable in given.open:
                    return self.pieces_of(variable, steps, given)
        return [(text(operand), node)]


def _arguments(call: cst.Call, params: cst.Parameters) -> Mapping[str, tuple[cst.BaseExpression, ...]]:
    """What a call gives for each parameter; `*args` gets all that is left."""
    names = [param.name.value for param in params.params]
    names = names[1:] if names[:1] in (["self"], ["cls"]) else names
    placed = [arg.value for arg in call.args if arg.keyword is None and not arg.star]
    given: dict[str, tuple[cst.BaseExpression, ...]] = {}
    given |= {name: (value,) for name, value in zip(names, placed, strict=False)}
    given |= {arg.keyword.value: (arg.value,) for arg in call.args if arg.keyword is not None}
    if isinstance(params.star_arg, cst.Param):
        given[params.star_arg.name.value] = tuple(placed[len(names) :])
    return given
