"""The build parameters that a program sends, as far as its own text shows them.

An object with the key `build_parameters`, keys such as `build_parameters[NAME]`, or JSON in a string.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from codemods.programs.expression import expression
from codemods.programs.text import OPENING, closing_of, operand_end, sum_at
from migrator.model import Expansion, Literal, Value
from migrator.syntax.programs.program import TokenKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemods.programs.text import ProgramText
    from migrator.model import Part, Template
    from migrator.syntax.programs.program import ProgramToken

Fields = tuple[tuple[str, Value], ...]
_SIGNS = frozenset({":", "=>", "="})
_KEY = re.compile(r"build_parameters(?:\[|%5B)(?P<name>\w+)(?:\]|%5D)", re.IGNORECASE)
_JSON = re.compile(r"\s*\{.*build_parameters", re.DOTALL)
_MORE = "..."
_MARK = "\ufdd0{}\ufdd0"


def fields_of(program: ProgramText) -> Fields | None:
    """The build parameters that a program sends; None where it shows none, or not all of them.

    Two objects of them in one program may be for different calls: then they are not known.
    """
    if program.clojure or _is_filled_later(program):  # Clojure has no signs between keys and values
        return None
    objects = list(_objects(program))
    keys = list(_keys(program))
    if len(objects) + bool(keys) != 1:
        return None
    found = objects[0] if objects else tuple(keys)
    return None if not found or any(name == _MORE for name, _ in found) else found


def _is_filled_later(program: ProgramText) -> bool:
    """Whether a statement adds to the parameters: `body.build_parameters.X = 1` and its like.

    Then the object alone does not say what is sent.
    """
    read = program.read
    for index, token in enumerate(read[:-1]):
        if token.text.strip(":'\"") == "build_parameters":
            following = read[index + 2].text if read[index + 1].text == "]" and index + 2 < len(read) else ""
            if read[index + 1].text in {".", "["} or following in {".", "["}:
                return True
    return False


def _objects(program: ProgramText) -> Iterator[Fields | None]:
    read = program.read
    for index, token in enumerate(read[:-2]):
        name = token.text.strip(":'\"")
        if name == "build_parameters" and read[index + 1].text in _SIGNS:
            opening = _opening(read, index + 2)
            yield tuple(_members(program, opening)) if opening is not None else None
        elif token.kind is TokenKind.STRING and _JSON.match(token.text):
            yield _of_json(list(expression(program, index).template))


def _opening(read: Sequence[ProgramToken], at: int) -> int | None:
    """The bracket of an object, an array or a map literal with its type in front: `map[string]string{`."""
    for index in range(at, min(at + 6, len(read))):
        text = read[index].text
        if text == "{" or (text in OPENING and index == at) or (text == "(" and index == at + 1):
            return index
        if text in {",", ";", "}"}:
            return None
    return None


def _members(program: ProgramText, opening: int) -> Iterator[tuple[str, Value]]:
    read = program.read
    closing = closing_of(read, opening + 1)
    index = opening + 1
    while index < closing:
        token = read[index]
        signed = index + 1 < closing and read[index + 1].text in _SIGNS
        if token.text == ",":
            index += 1
        elif signed and index + 2 < closing:
            end = max(operand_end(read, index + 2), sum_at(program, index + 2).end)
            yield token.text.strip(":'\""), Value(_value(program, index + 2, end))
            index = _behind(read, end, closing)
        elif token.kind is TokenKind.WORD and (index + 1 == closing or read[index + 1].text == ","):
            yield token.text, Value((Expansion(token.text),))  # `{ CIRCLE_JOB }`
            index += 1
        else:
            yield _MORE, Value((Expansion(program.source(index, index + 1)),))  # `...more`: not all is seen
            index = _behind(read, index + 1, closing)


def _behind(read: Sequence[ProgramToken], at: int, closing: int) -> int:
    """Behind the rest of a value, such as `|| 'x'`."""
    depth = 0
    while at < closing:
        text = read[at].text
        depth += (text in OPENING) - (text in {")", "]", "}"})
        if depth == 0 and text == ",":
            return at
        at += 1
    return at


def _value(program: ProgramText, first: int, end: int) -> Template:
    """A value: text that is known, or what is written. What has a default behind it is only known to the run."""
    following = program.read[end].text if end < len(program.read) else ""
    if following in {"|", "||", "?", "or", "if", "??"}:
        return (Expansion(program.source(first, end)),)
    is_text = program.read[first].kind is TokenKind.STRING
    return (expression(program, first) if is_text else sum_at(program, first)).template


def _keys(program: ProgramText) -> Iterator[tuple[str, Value]]:
    """`'build_parameters[NAME]': value`, `"build_parameters[NAME]=value"` and its like in a query."""
    read = program.read
    for index, token in enumerate(read):
        if token.kind is not TokenKind.STRING or "curl" in token.text:
            continue
        found = _KEY.search(token.text)
        if found is None:
            continue
        if _KEY.fullmatch(token.text.strip()) and index + 2 < len(read):
            at = index + 2 if read[index + 1].text in _SIGNS | {","} else index + 3
            if at < len(read):
                yield found["name"], Value(sum_at(program, at).template)
        elif token.text[found.end() : found.end() + 1] == "=":
            yield from _of_query(list(sum_at(program, index).template))


def _of_query(parts: list[Part]) -> Iterator[tuple[str, Value]]:
    holes = [part for part in parts if not isinstance(part, Literal)]
    numbers = iter(range(len(holes)))
    text = "".join(part.text if isinstance(part, Literal) else _MARK.format(next(numbers)) for part in parts)
    for found in re.finditer(rf"{_KEY.pattern}=(?P<value>[^&#]*)", text, re.IGNORECASE):
        yield found["name"], Value(_with_holes(found["value"], holes))


def _of_json(parts: list[Part]) -> Fields | None:
    holes = [part for part in parts if not isinstance(part, Literal)]
    numbers = iter(range(len(holes)))
    text = "".join(part.text if isinstance(part, Literal) else _MARK.format(next(numbers)) for part in parts)
    try:
        data = json.loads(text)
    except ValueError:
        return None
    fields = data.get("build_parameters") if isinstance(data, dict) else None
    if not isinstance(fields, dict):
        return None
    return tuple((name, Value(_with_holes(str(value), holes))) for name, value in fields.items())


def _with_holes(text: str, holes: Sequence[Part]) -> Template:
    """Text with its marks turned back into what they stand for."""
    made: list[Part] = []
    for number, piece in enumerate(re.split("\ufdd0(\\d+)\ufdd0", text)):
        if number % 2:
            made.append(holes[int(piece)])
        elif piece:
            made.append(Literal(piece))
    return tuple(made)
