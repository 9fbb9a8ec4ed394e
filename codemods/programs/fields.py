"""The build parameters that a program sends, as far as its own text shows them.

An object with the key `build_parameters`, keys such as `build_parameters[NAME]`, or JSON in a string.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods.programs.expression import expression
from codemods.programs.text import CLOSING, MEMBER, OPENING, closing_of, operand_end, pieces, sum_at
from migrator.model import Expansion, Literal, Value, literal, source, static
from migrator.syntax.programs.program import TokenKind, assignments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from codemods.programs.text import ProgramText
    from migrator.model import Part, Template
    from migrator.syntax.programs.program import ProgramToken

Fields = tuple[tuple[str, Value], ...]
_SIGNS = frozenset({":", "=>", "="})
_BETWEEN = frozenset({",", ";"})
_SPREAD = frozenset({".", "*"})
_KEY = re.compile(r"build_parameters(?:\[|%5B)(?P<name>\w+)(?:\]|%5D)", re.IGNORECASE)
_JSON = re.compile(r"\s*\{.*build_parameters", re.DOTALL)
_MORE = "..."
_ADDING = frozenset({"assign", "merge", "update", "store", "put", "set", "add", "extend", "array_merge", "Add"})
_NEAR = 12  # tokens between a name and what is assigned to it
_NULL = frozenset({"null", "nil", "NULL", "undefined", "None"})
_FARTHEST = 400  # tokens between a key and the bracket of its object
_MARK = "\ufdd0{}\ufdd0"
BESIDE = frozenset({"job", "revision", "tag", "branch", "config"})
"""What v1.1 reads of a body beside the build parameters (CircleCI API v1.1 reference: trigger a new job)."""


@dataclass(frozen=True, slots=True)
class Body:
    """What a program puts together to be sent, from its token `first` to before `end`.

    `parameters` is None where not all of them are seen, `beside` is what else v1.1 reads. `optional` are parameters
    that may be left out.
    """

    first: int
    end: int
    parameters: Fields | None
    beside: Fields = ()
    optional: frozenset[str] = frozenset()


def bodies(program: ProgramText) -> list[Body]:
    """Everything in a program that has build parameters, in order."""
    if program.clojure:  # it has no signs between keys and values
        return []
    found = [*_objects(program), *_of_keys(program)]
    is_filled = _is_filled_later(program)
    found = [replace(body, parameters=None) if is_filled or _is_changed(program, body) else body for body in found]
    return sorted(found, key=lambda body: body.first)


def name_of(read: Sequence[ProgramToken], body: Body) -> str | None:
    """The name that a body is assigned to, itself or within an expression."""
    before = [(name, at) for name, at in assignments(read) if at <= body.first and body.first - at < _NEAR]
    return before[-1][0] if before else None


def _is_changed(program: ProgramText, body: Body) -> bool:
    """Whether a statement may add to an object once it is made: `body.tag = x`, `Object.assign(body, more)`."""
    read, name = program.read, name_of(program.read, body)
    uses = (i for i in range(body.end, len(read) - 2) if read[i].text == name and read[i].kind is TokenKind.WORD)
    return any(_is_set(read, use) or _is_handed(read, use) for use in uses)


def _is_set(read: Sequence[ProgramToken], use: int) -> bool:
    """Whether a member of a name is assigned: `name.x =`, `name['x'] =`, `name->x =`."""
    behind = use + 1
    if read[behind].text in MEMBER:
        behind += 2
    elif read[behind].text == "[":
        behind = closing_of(read, behind + 1) + 1
    return behind > use + 1 and behind < len(read) and read[behind].text == "="


def _is_handed(read: Sequence[ProgramToken], use: int) -> bool:
    """Whether a method that adds is called on a name, or a function that adds is given it first."""
    if read[use + 1].text in MEMBER:
        return read[use + 2].text.rstrip("!") in _ADDING
    return read[use - 1].text == "(" and read[use - 2].text.rstrip("!") in _ADDING


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


def _objects(program: ProgramText) -> Iterator[Body]:
    read, tags = program.read, _tags(program)
    for index, token in enumerate(read[:-2]):
        name = token.text.strip(":'\"")
        if tags.get(name, name) == "build_parameters" and read[index + 1].text in _SIGNS:
            opening = _opening(read, index + 2) or _named(program, index + 2)
            inner = _seen(_members(program, opening), tags) if opening is not None else None
            around = _around(read, index)
            beside = _beside(program, around, tags) if around is not None else ()
            end = closing_of(read, index + 1 if around is None else around + 1)
            parameters = None if beside is None else inner
            yield Body(index if around is None else around, end, parameters, beside or (), _optional(inner or ()))
        elif token.kind is TokenKind.STRING and _JSON.match(token.text):
            text = expression(program, index)
            yield body_of_json(list(text.template), text.first, text.end)


def _tags(program: ProgramText) -> Mapping[str, str]:
    """What fields of structs in Go are called in JSON: of `Job string `json:"CIRCLE_JOB"`` the first word has a tag."""
    read, found = program.read, dict[str, set[str]]()
    for index, token in enumerate(read):
        if token.kind is TokenKind.STRING and token.text.startswith('json:"'):
            first = index
            while first and "\n" not in program.text[read[first - 1].end : read[first].start]:
                first -= 1
            name = token.text.removeprefix('json:"').partition('"')[0].partition(",")[0]
            found.setdefault(read[first].text, set()).add(name)
    return {word: next(iter(names)) for word, names in found.items() if len(names) == 1}


def _seen(members: Iterable[tuple[str, Value]], tags: Mapping[str, str]) -> Fields | None:
    """The members of an object; None where it has others too, or none at all."""
    fields = tuple((tags.get(name, name), value) for name, value in members)
    return None if not fields or any(name == _MORE for name, _ in fields) else fields


def _optional(parameters: Fields) -> frozenset[str]:
    """What may be left out: an object of JavaScript loses what is undefined on its way into JSON."""
    return frozenset(name for name, value in parameters if static(value.template) is None)


def _around(read: Sequence[ProgramToken], at: int) -> int | None:
    """The bracket of the object or of the arguments that a key stands in."""
    depth = 0
    for index in range(at - 1, max(at - _FARTHEST, -1), -1):
        if read[index].kind is TokenKind.SIGN:
            depth += (read[index].text in CLOSING) - (read[index].text in OPENING)
        if depth < 0:
            return index
    return None


def _beside(program: ProgramText, opening: int, tags: Mapping[str, str]) -> Fields | None:
    """What an object, or named arguments, have for v1.1 beside the parameters; None where not all of it is seen."""
    read = program.read
    is_object = read[opening].text != "(" or (opening > 0 and read[opening - 1].text == "array")
    members = _members(program, opening) if not _is_block(read, opening) else ()
    found = tuple((tags.get(name, name), value) for name, value in members)
    if is_object and any(name == _MORE for name, _ in found):
        return None
    return tuple((name, value) for name, value in found if name in BESIDE and source(value.template) not in _NULL)


def _is_block(read: Sequence[ProgramToken], opening: int) -> bool:
    """Whether a brace holds statements: then the first thing in it is no key, and takes in no other object."""
    first = [token.text for token in read[opening + 1 : opening + 3]]
    is_object = len(first) == 2 and (first[1] in _SIGNS | _BETWEEN or first[0] in _SPREAD)
    return read[opening].text == "{" and not is_object


def _named(program: ProgramText, at: int) -> int | None:
    """The bracket of the object that a name stands for which is assigned once, and used here alone."""
    name = program.read[at]
    uses = [token for token in program.read if token.text == name.text and token.kind is TokenKind.WORD]
    places = [behind for each, behind in assignments(program.read) if each == name.text]
    if name.kind is not TokenKind.WORD or len(uses) != 2 or len(places) != 1:
        return None
    return _opening(program.read, places[0])


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
        if token.text in _BETWEEN:
            index += 1
        elif signed and index + 2 < closing:
            inner = _opening(read, index + 2)
            end = max(operand_end(read, index + 2), sum_at(program, index + 2).end)
            end = end if inner is None else max(end, closing_of(read, inner + 1) + 1)
            yield token.text.strip(":'\""), Value(_value(program, index + 2, end, closing))
            index = _behind(program, end, closing)
        elif token.kind is TokenKind.WORD and (index + 1 == closing or read[index + 1].text == ","):
            yield token.text, Value((Expansion(token.text),))  # `{ CIRCLE_JOB }`
            index += 1
        else:
            yield _MORE, Value((Expansion(program.source(index, index + 1)),))  # `...more`: not all is seen
            index = _behind(program, index + 1, closing)


def _behind(program: ProgramText, at: int, closing: int) -> int:
    """Behind the rest of a value, such as `|| 'x'`."""
    read, depth = program.read, 0
    while at < closing:
        text = read[at].text
        depth += (text in OPENING) - (text in CLOSING)
        if depth == 0 and (text in _BETWEEN or _begins_line_with_key(program, at)):
            return at
        at += 1
    return at


def _begins_line_with_key(program: ProgramText, at: int) -> bool:
    """Whether the next member begins, where no comma parts them: in PowerShell and HCL."""
    read = program.read
    has_sign = at + 1 < len(read) and read[at + 1].text in _SIGNS and read[at].kind is not TokenKind.SIGN
    return has_sign and "\n" in program.text[read[at - 1].end : read[at].start]


def _value(program: ProgramText, first: int, end: int, closing: int) -> Template:
    """A value: text that is known, or what is written. What has a default behind it is only known to the run."""
    following = program.read[end].text if end < len(program.read) else ""
    if following == "?":
        stop = _behind(program, end, closing)
        return (Expansion(program.source(first, stop), values=_choices(program.read[end + 1 : stop])),)
    if following in {"|", "||", "?", "or", "if", "??"}:
        return (Expansion(program.source(first, end)),)
    if end == first + 1 and (program.read[first].text.isdecimal() or program.read[first].text in {"true", "false"}):
        return literal(program.read[first].text)
    is_text = program.read[first].kind is TokenKind.STRING
    return (expression(program, first) if is_text else sum_at(program, first)).template


def _choices(read: Sequence[ProgramToken]) -> tuple[str, ...] | None:
    """The two texts of `condition ? 'a' : 'b'`, where that is all there is."""
    kinds = [token.kind if token.kind is not TokenKind.SIGN else token.text for token in read]
    if kinds != [TokenKind.STRING, ":", TokenKind.STRING]:
        return None
    known = [static(tuple(pieces(token))) for token in (read[0], read[2])]
    return tuple(text for text in known if text is not None) if None not in known else None


@dataclass(frozen=True, slots=True)
class _Key:
    """A field `build_parameters[NAME]` at a token, in an object or given to a method of something."""

    at: int
    name: str
    value: Value
    group: tuple[str, object]


def _of_keys(program: ProgramText) -> Iterator[Body]:
    """`'build_parameters[NAME]': value`, `add('build_parameters[NAME]', value)`, `"build_parameters[NAME]=value"`."""
    groups: dict[tuple[str, object], list[_Key]] = {}
    for key in _keys(program):
        groups.setdefault(key.group, []).append(key)
    for (kind, where), keys in groups.items():
        fields = tuple((key.name, key.value) for key in keys)
        beside: Fields | None = ()
        if kind == "object" and isinstance(where, int):
            beside = _beside(program, where, {})
        elif kind == "method":
            beside = tuple(_given(program, str(where)))
        parameters = None if beside is None else fields
        single = kind == "text" or (kind == "object" and isinstance(where, int))
        optional = _optional(fields) if single else frozenset(name for name, _ in fields)
        yield Body(keys[0].at, keys[-1].at + 1, parameters, beside or (), optional)


def _keys(program: ProgramText) -> Iterator[_Key]:
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
                value = Value(sum_at(program, at).template)
                yield _Key(index, found["name"], value, _group(read, index))
        elif token.text[found.end() : found.end() + 1] == "=":
            for name, value in _of_query(list(sum_at(program, index).template)):
                yield _Key(index, name, value, ("text", index))


def _group(read: Sequence[ProgramToken], at: int) -> tuple[str, object]:
    """What a key belongs with: the other keys of its object, or those given to the same method of the same thing."""
    opening = _around(read, at)
    if opening is not None and read[at + 1].text == "," and opening == at - 1 and read[opening].text == "(":
        return "method", "".join(token.text for token in read[max(opening - 3, 0) : opening])
    return "object", opening


def _given(program: ProgramText, method: str) -> Iterator[tuple[str, Value]]:
    """What v1.1 reads, and the same method is given: `form.append('revision', sha)`."""
    read = program.read
    for index in range(4, len(read) - 2):
        is_field = read[index].kind is TokenKind.STRING and read[index].text in BESIDE and read[index + 1].text == ","
        if is_field and _group(read, index) == ("method", method):
            yield read[index].text, Value(sum_at(program, index + 2).template)


def _of_query(parts: list[Part]) -> Iterator[tuple[str, Value]]:
    holes = [part for part in parts if not isinstance(part, Literal)]
    numbers = iter(range(len(holes)))
    text = "".join(part.text if isinstance(part, Literal) else _MARK.format(next(numbers)) for part in parts)
    for found in re.finditer(rf"{_KEY.pattern}=(?P<value>[^&#]*)", text, re.IGNORECASE):
        yield found["name"], Value(_with_holes(found["value"], holes))


def body_of_json(parts: list[Part], first: int, end: int) -> Body:
    """What a text in JSON says, which stands from one token to before another."""
    holes = [part for part in parts if not isinstance(part, Literal)]
    numbers = iter(range(len(holes)))
    text = "".join(part.text if isinstance(part, Literal) else _MARK.format(next(numbers)) for part in parts)
    try:
        data = json.loads(text)
    except ValueError:
        return Body(first, end, None)
    fields = data.get("build_parameters") if isinstance(data, dict) else None
    if not isinstance(fields, dict) or not fields:
        return Body(first, end, None)
    parameters = tuple((name, Value(_with_holes(str(value), holes))) for name, value in fields.items())
    beside = ((name, Value(_with_holes(str(value), holes))) for name, value in data.items() if name in BESIDE and value)
    return Body(first, end, parameters, tuple(beside))


def _with_holes(text: str, holes: Sequence[Part]) -> Template:
    """Text with its marks turned back into what they stand for."""
    made: list[Part] = []
    for number, piece in enumerate(re.split("\ufdd0(\\d+)\ufdd0", text)):
        if number % 2:
            made.append(holes[int(piece)])
        elif piece:
            made.append(Literal(piece))
    return tuple(made)
