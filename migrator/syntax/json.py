"""JSON text that holds expansions, inside strings or in place of a value, and JSON strings as regions of a file.

Nothing is evaluated.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.errors import ParseError, Refusal
from migrator.model import Expansion, Literal, Template
from migrator.syntax.text.layers import LayerToken, decoded
from migrator.syntax.text.templates import Marked, is_mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.text.regions import DecodedRegion


_TOKEN = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)")


@dataclass(frozen=True, slots=True)
class StringAt:
    """A string value: the keys and indexes that lead to it, and the span of its text without the quotes."""

    path: tuple[str | int, ...]
    start: int
    end: int


def json_strings(text: str) -> tuple[StringAt, ...]:
    """All string values of a JSON text. Raises ParseError for what is not JSON."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise ParseError(error.msg, error.lineno) from error
    except RecursionError as error:
        raise ParseError("the nesting is too deep", 1) from error
    return tuple(_walk(text))


def _walk(text: str) -> Iterator[StringAt]:
    path: list[str | int] = []
    key = False
    for found in _TOKEN.finditer(text):
        match found[0]:
            case "{":
                path.append("")
                key = True
            case "[":
                path.append(0)
                key = False
            case "}" | "]":
                path.pop()
                key = False
            case "," if path and isinstance(path[-1], int):
                path[-1] += 1
            case ",":
                key = True
            case ":":
                key = False
            case string if string.startswith('"'):
                if key:
                    path[-1] = json.loads(string)
                else:
                    yield StringAt(tuple(path), found.start() + 1, found.end() - 1)


class JsonEscapes:
    """The escapes of a JSON string."""

    def decode(self, text: str) -> DecodedRegion:
        """The string's value. Raises Refusal."""
        tokens = [LayerToken(found.start(), found.end(), _meaning(found[0])) for found in _ESCAPE.finditer(text)]
        return decoded(text, tokens)

    def encode(self, text: str) -> str:
        """Text as JSON writes it, other scripts' letters as they are."""
        return json.dumps(text, ensure_ascii=False)[1:-1]


def _meaning(escape: str) -> str:
    try:
        return str(json.loads(f'"{escape}"'))
    except json.JSONDecodeError as error:
        raise Refusal("host-escape", f"The escape `{escape}` is not understood; edit the call by hand.") from error


_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_BLANK = re.compile(r"[ \t\r\n]*")
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class JsonError(Exception):
    """The text is not JSON. `index` is where in the marked text."""

    def __init__(self, index: int, message: str) -> None:
        """`message` says what was expected."""
        super().__init__(message)
        self.index = index
        self.message = message


@dataclass(frozen=True, slots=True)
class JsonString:
    """A string; the template is its decoded text. `exact`: an encoder wrote it, whatever its expansions hold."""

    template: Template
    exact: bool = False


@dataclass(frozen=True, slots=True)
class JsonScalar:
    """A number, `true`, `false` or `null`, as written."""

    text: str


@dataclass(frozen=True, slots=True)
class JsonBare:
    """An expansion that stands where a value should; `types` are those that it can have, where that is known."""

    template: Template
    types: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class JsonArray:
    """A list of values."""

    items: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class JsonObject:
    """Keys and values in order, repeated keys included."""

    items: tuple[tuple[Template, Json], ...]


Json = JsonString | JsonScalar | JsonBare | JsonArray | JsonObject


def parse_json(template: Template) -> Json:
    """Parse. Raises JsonError."""
    reader = _Reader(Marked.of(template))
    value = reader.value(reader.blank(0))
    end = reader.blank(reader.at)
    if end != len(reader.text):
        raise JsonError(end, "text behind the end of the value")
    return value


def looks_like_json(template: Template) -> bool:
    """Whether the text begins as a JSON object or list."""
    return Marked.of(template).text.lstrip()[:1] in {"{", "["}


class _Reader:
    """A recursive-descent parser; `at` is where the last value ended."""

    def __init__(self, marked: Marked) -> None:
        self.marked = marked
        self.text = marked.text
        self.at = 0

    def blank(self, at: int) -> int:
        found = _BLANK.match(self.text, at)
        return found.end() if found else at

    def value(self, at: int) -> Json:
        char = self.text[at : at + 1]
        if char == "{":
            return self._object(at)
        if char == "[":
            return self._array(at)
        if char == '"':
            return JsonString(self._string(at))
        if char and is_mark(char):
            return self._bare(at)
        return self._scalar(at)

    def _scalar(self, at: int) -> Json:
        for word in ("true", "false", "null"):
            if self.text.startswith(word, at):
                self.at = at + len(word)
                return JsonScalar(word)
        number = _NUMBER.match(self.text, at)
        if not number:
            raise JsonError(at, "a value was expected")
        self.at = number.end()
        if is_mark(self.text[self.at : self.at + 1] or " "):
            return self._bare(at)
        return JsonScalar(number[0])

    def _bare(self, at: int) -> JsonBare:
        end = at
        while end < len(self.text) and (is_mark(self.text[end]) or self.text[end].isalnum() or self.text[end] in "._-"):
            end += 1
        self.at = end
        return JsonBare(self.marked.slice(at, end))

    def _object(self, at: int) -> JsonObject:
        return JsonObject(tuple(self._members(at)))

    def _members(self, at: int) -> Iterator[tuple[Template, Json]]:
        at = self.blank(at + 1)
        if self._is(at, "}"):
            self.at = at + 1
            return
        while True:
            key = self._string(at)
            at = self._expect(self.blank(self.at), ":")
            value = self.value(self.blank(at))
            yield key, value
            at = self.blank(self.at)
            if self._is(at, "}"):
                self.at = at + 1
                return
            at = self.blank(self._expect(at, ","))

    def _array(self, at: int) -> JsonArray:
        items: list[Json] = []
        at = self.blank(at + 1)
        while not self._is(at, "]"):
            if items:
                at = self.blank(self._expect(at, ","))
            items.append(self.value(at))
            at = self.blank(self.at)
        self.at = at + 1
        return JsonArray(tuple(items))

    def _is(self, at: int, char: str) -> bool:
        return self.text.startswith(char, at)

    def _expect(self, at: int, char: str) -> int:
        if not self._is(at, char):
            raise JsonError(at, f"`{char}` was expected")
        return at + 1

    def _string(self, at: int) -> Template:
        start = at = self._expect(at, '"')
        parts: list[Literal | Expansion] = []
        while at < len(self.text) and self.text[at] != '"':
            if self.text[at] != "\\":
                at += 1
                continue
            parts += self.marked.slice(start, at)
            decoded, at = self._escape(at)
            parts.append(Literal(decoded))
            start = at
        self._expect(at, '"')
        parts += self.marked.slice(start, at)
        self.at = at + 1
        return _joined(parts)

    def _escape(self, at: int) -> tuple[str, int]:
        char = self.text[at + 1 : at + 2]
        if char in _ESCAPES:
            return _ESCAPES[char], at + 2
        found = re.compile(r"(?:\\u[0-9A-Fa-f]{4})+").match(self.text, at)
        if not found:
            raise JsonError(at, "an escape that JSON does not have")
        decoded = json.loads(f'"{found[0]}"')
        return str(decoded), found.end()


def _joined(parts: list[Literal | Expansion]) -> Template:
    """Neighbouring literals without a place of their own become one."""
    joined: list[Literal | Expansion] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, Literal) and isinstance(last, Literal):
            joined[-1] = Literal(last.text + part.text)
        else:
            joined.append(part)
    return tuple(joined)


def json_text(value: Json) -> Template:
    """The value as compact JSON text. Strings keep their expansions, unescaped."""
    match value:
        case JsonString(template):
            return (Literal('"'), *(_escaped(part) for part in template), Literal('"'))
        case JsonScalar(text):
            return (Literal(text),)
        case JsonBare(template):
            return template
        case JsonArray(items):
            return (Literal("["), *_listed([json_text(item) for item in items]), Literal("]"))
        case JsonObject(members):
            pairs = [(*json_text(JsonString(key)), Literal(":"), *json_text(item)) for key, item in members]
            return (Literal("{"), *_listed(pairs), Literal("}"))


def _escaped(part: Literal | Expansion) -> Literal | Expansion:
    return Literal(json.dumps(part.text, ensure_ascii=False)[1:-1]) if isinstance(part, Literal) else part


def _listed(items: list[Template]) -> Iterator[Literal | Expansion]:
    for index, item in enumerate(items):
        if index:
            yield Literal(",")
        yield from item
