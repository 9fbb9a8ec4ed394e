r"""Read the jq programs that scripts build payloads with: one object of literals, variables and `"…\($variable)"`.

Source: jq 1.7 manual, "Object Construction", "String interpolation", "Invoking jq" (`--arg`, `--argjson`).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from migrator.model import Expansion, Literal, Template
from migrator.syntax.json import (
    Json,
    JsonArray,
    JsonBare,
    JsonError,
    JsonObject,
    JsonScalar,
    JsonString,
    parse_json,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_TOKEN = re.compile(
    r"""\s*(?:(?P<env>\$ENV\.[A-Za-z_]\w*|env\.[A-Za-z_]\w*)|(?P<variable>\$[A-Za-z_]\w*)|(?P<name>[A-Za-z_]\w*)"""
    r"""|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<quote>")|(?P<mark>[{}\[\]:,()]))"""
)
_FLAGS = frozenset("nrcjaSCM")
_LONG = frozenset(
    {"--null-input", "--raw-output", "--compact-output", "--join-output", "--ascii-output", "--sort-keys", "--tab"}
)


def _outside(name: str) -> Expansion:
    return Expansion(f"${name}", name)


def read_jq(
    arguments: Sequence[Template],
    texts: Sequence[str | None],
    environment: Callable[[str], Expansion] = _outside,
) -> Json:
    """The JSON that `jq` prints, given its arguments as templates and, where they are known, as texts.

    `environment` gives what a variable of jq's environment holds. Raises JsonError for programs that do more than build
    one object, and for jq reading any input.
    """
    program: str | None = None
    variables: dict[str, Json] = {}
    without_input = False
    at = 0
    while at < len(texts):
        text = texts[at]
        if text in {"--arg", "--argjson"} and at + 2 < len(texts):
            variables[texts[at + 1] or ""] = _variable(text, arguments[at + 2])
            at += 3
            continue
        if text in _LONG or (text is not None and re.fullmatch(r"-[a-zA-Z]+", text) and set(text[1:]) <= _FLAGS):
            without_input = without_input or text == "--null-input" or (text[1] != "-" and "n" in text)
        elif text is None or program is not None or text.startswith("-"):
            raise JsonError(0, "jq is called in a way that is not understood")
        else:
            program = text
        at += 1
    if program is None or not without_input:
        raise JsonError(0, "jq reads input that is not known")
    return _Reader(program, variables, environment).whole()


def _variable(option: str | None, value: Template) -> Json:
    if option == "--arg":
        return JsonString(value, exact=True)
    try:
        return parse_json(value)
    except JsonError:
        return JsonBare(value)


class _Reader:
    """A recursive-descent parser of one program."""

    def __init__(self, text: str, variables: Mapping[str, Json], environment: Callable[[str], Expansion]) -> None:
        self.text = text
        self.environment = environment
        self.variables = variables
        self.at = 0

    def whole(self) -> Json:
        value = self._value()
        if self.text[self.at :].strip():
            raise JsonError(self.at, "the jq program does more than build one object")
        return value

    def _next(self) -> tuple[str, str]:
        found = _TOKEN.match(self.text, self.at)
        if not found:
            raise JsonError(self.at, "the jq program is not understood")
        self.at = found.end()
        kind = found.lastgroup or ""
        return kind, found[kind]

    def _peek(self) -> str:
        found = _TOKEN.match(self.text, self.at)
        return found[found.lastgroup or 0] if found else ""

    def _value(self) -> Json:
        match self._next():
            case ("mark", "{"):
                return JsonObject(tuple(self._members()))
            case ("mark", "["):
                return JsonArray(tuple(self._elements()))
            case ("mark", "("):
                inner = self._value()
                self._expect(")")
                return inner
            case ("quote", _):
                return JsonString(tuple(self._string()), exact=True)
            case ("number", text):
                return JsonScalar(text)
            case ("name", "true" | "false" | "null" as word):
                return JsonScalar(word)
            case ("env", text):
                name = text.rpartition(".")[2]
                return JsonString((self.environment(name),), exact=True)
            case ("variable", text) if text[1:] in self.variables:
                return self.variables[text[1:]]
        raise JsonError(self.at, "the jq program does more than build one object")

    def _members(self) -> Iterator[tuple[Template, Json]]:
        if self._peek() == "}":
            self._next()
            return
        while True:
            yield self._member()
            _, text = self._next()
            if text == "}":
                return
            if text != ",":
                raise JsonError(self.at, "the jq program is not understood")

    def _member(self) -> tuple[Template, Json]:
        match self._next():
            case ("name", name):
                key: Template = (Literal(name),)
            case ("quote", _):
                key = tuple(self._string())
            case ("variable", text) if text[1:] in self.variables and self._peek() != ":":
                return (Literal(text[1:]),), self.variables[text[1:]]
            case _:
                raise JsonError(self.at, "a key of the jq program is not understood")
        self._expect(":")
        return key, self._value()

    def _elements(self) -> Iterator[Json]:
        if self._peek() == "]":
            self._next()
            return
        while True:
            yield self._value()
            _, text = self._next()
            if text == "]":
                return
            if text != ",":
                raise JsonError(self.at, "the jq program is not understood")

    def _expect(self, mark: str) -> None:
        if self._next()[1] != mark:
            raise JsonError(self.at, f"`{mark}` was expected in the jq program")

    def _string(self) -> Iterator[Literal | Expansion]:
        """The rest of a string behind its opening quote."""
        start = self.at
        while self.at < len(self.text) and self.text[self.at] != '"':
            if self.text.startswith("\\(", self.at):
                yield from self._literal(start)
                self.at += 2
                yield from self._inserted(self._value())
                self._expect(")")
                start = self.at
            else:
                self.at += 2 if self.text[self.at] == "\\" else 1
        yield from self._literal(start)
        self.at += 1

    def _literal(self, start: int) -> Iterator[Literal]:
        if self.at > start:
            yield Literal(str(json.loads(f'"{self.text[start : self.at]}"', strict=False)))

    def _inserted(self, value: Json) -> Template:
        match value:
            case JsonString(template):
                return template
            case JsonScalar(text):
                return (Literal(text),)
        raise JsonError(self.at, "the jq program is not understood")
