"""The arguments of a command that a Python program runs without a shell: elements of lists, and arguments of calls."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import libcst as cst

from migrator.syntax.python.binding import is_extra
from migrator.syntax.python.containers import may_be_changed
from migrator.syntax.python.program import DEPTH, Operand
from migrator.syntax.python.resolve import meaning, qualified

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from migrator.syntax.python.program import PythonFrame


@dataclass(frozen=True, slots=True, eq=False)
class ArgumentWord:
    """One argument of a command: the expression, and the list, call or brackets that it stands in.

    `held` are the names that the list comes through, each with its value: who else reads them gets the argument too.
    """

    operand: Operand
    owner: Operand
    held: tuple[tuple[Operand, Operand], ...] = ()


def words_of(operand: Operand) -> tuple[ArgumentWord, ...] | None:
    """The elements of a list that is written out, or put together of such lists; None for any other expression."""
    if operand.frame.depth > DEPTH:
        return None
    match operand.node:
        case cst.List(elements=elements) | cst.Tuple(elements=elements):
            return _joined(_element(operand, element) for element in elements)
        case cst.BinaryOperation(operator=cst.Add(), left=left, right=right):
            return _joined((words_of(operand.of(left)), words_of(operand.of(right))))
        case cst.Call(func=func, args=[cst.Arg(keyword=None, star="", value=value)]):
            return words_of(operand.of(value)) if qualified(operand.of(func)) in {("list",), ("tuple",)} else None
        case cst.Name() | cst.Attribute():
            return _behind(operand)
    return None


def _element(owner: Operand, element: cst.BaseElement) -> tuple[ArgumentWord, ...] | None:
    if isinstance(element, cst.StarredElement):
        return words_of(owner.of(element.value))
    return (ArgumentWord(owner.of(element.value), owner),)


def _joined(parts: Iterable[Sequence[ArgumentWord] | None]) -> tuple[ArgumentWord, ...] | None:
    found = list(parts)
    return None if None in found else tuple(word for words in found for word in words or ())


def _behind(operand: Operand) -> tuple[ArgumentWord, ...] | None:
    """The words of a list that a name holds, which nothing adds to."""
    if is_extra(operand):
        return given_words(operand.frame.extra)
    value = meaning(operand)
    if value is None or may_be_changed(operand):
        return None
    words = words_of(value)
    if words is None or _is_given(operand, value):
        return words
    return tuple(replace(word, held=((operand, value), *word.held)) for word in words)


def _is_given(operand: Operand, value: Operand) -> bool:
    """Whether the name is a parameter and the call gives the value for it: other calls give their own."""
    frame, node = operand.frame, operand.node
    given = frame.arguments.get(node.value) if isinstance(node, cst.Name) else None
    return given is value and frame.call is not None and value.frame is frame.call.frame


def given_words(given: Iterable[tuple[cst.Arg, PythonFrame]]) -> tuple[ArgumentWord, ...] | None:
    """The arguments that a call gives one by one."""
    words: list[ArgumentWord] = []
    for arg, frame in given:
        call = _call_of(arg, frame)
        found = words_of(frame.of(arg.value)) if arg.star else (ArgumentWord(frame.of(arg.value), call),)
        if found is None:
            return None
        words += found
    return tuple(words)


def _call_of(arg: cst.Arg, frame: PythonFrame) -> Operand:
    call = frame.module.parent(arg)
    assert isinstance(call, cst.Call)
    return frame.of(call)


def argument_words(call: Operand, start: int = 0) -> tuple[ArgumentWord, ...] | None:
    """What a call gets without keywords, from the argument `start` on."""
    assert isinstance(call.node, cst.Call)
    placed = [arg for arg in call.node.args if arg.keyword is None and arg.star != "**"]
    return given_words((arg, call.frame) for arg in placed[start:])
