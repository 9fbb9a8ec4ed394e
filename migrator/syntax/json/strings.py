"""The strings of a JSON text with the path of keys that leads to each, and strings as regions."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.errors import ParseError, Refusal
from migrator.syntax.text.layers import Token, decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.syntax.text.regions import Decoded

_TOKEN = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)")


@dataclass(frozen=True, slots=True)
class JsonString:
    """A string value: the keys and indexes that lead to it, and the span of its text without the quotes."""

    path: tuple[str | int, ...]
    start: int
    end: int


def json_strings(text: str) -> tuple[JsonString, ...]:
    """All string values of a JSON text. Raises ParseError for what is not JSON."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise ParseError(error.msg, error.lineno) from error
    except RecursionError as error:
        raise ParseError("the nesting is too deep", 1) from error
    return tuple(_walk(text))


def _walk(text: str) -> Iterator[JsonString]:
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
                    yield JsonString(tuple(path), found.start() + 1, found.end() - 1)


class JsonEscapes:
    """The escapes of a JSON string."""

    def decode(self, text: str) -> Decoded:
        """The string's value. Raises Refusal."""
        tokens = [Token(found.start(), found.end(), _meaning(found[0])) for found in _ESCAPE.finditer(text)]
        return decoded(text, tokens)

    def encode(self, text: str) -> str:
        """Text as JSON writes it, other scripts' letters as they are."""
        return json.dumps(text, ensure_ascii=False)[1:-1]


def _meaning(escape: str) -> str:
    try:
        return str(json.loads(f'"{escape}"'))
    except json.JSONDecodeError as error:
        raise Refusal("host-escape", f"The escape `{escape}` is not understood; edit the call by hand.") from error
