"""A reader of EDN, as much of it as the corpus of CircleCI's expressions is written in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(r'[\s,]*(?:;[^\n]*\n[\s,]*)*(?P<token>"(?:[^"\\]|\\.)*"|[()\[\]{}]|[^\s,;()\[\]{}"]+)', re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_CLOSED = {"{": "}", "[": "]", "(": ")"}


@dataclass(frozen=True, slots=True)
class Tagged:
    """A value behind a tag, such as `#corpus/regexp "a+"`."""

    tag: str
    value: Any


def read(text: str) -> Iterator[Any]:
    """The values that stand in the text, keywords as texts without their colon."""
    tokens = [found["token"] for found in _TOKEN.finditer(text)]
    tokens.reverse()
    while tokens:
        yield _value(tokens)


def _value(tokens: list[str]) -> Any:
    match tokens.pop():
        case ("{" | "[" | "(") as opening:
            items = []
            while tokens[-1] != _CLOSED[opening]:
                items.append(_value(tokens))
            tokens.pop()
            return dict(zip(items[::2], items[1::2], strict=True)) if opening == "{" else items
        case token if token.startswith("#"):
            return Tagged(token[1:], _value(tokens))
        case token if token.startswith('"'):
            return _ESCAPE.sub(_unescaped, token[1:-1])
        case ("true" | "false" | "nil") as token:
            return {"true": True, "false": False, "nil": None}[token]
        case token:
            return int(token) if token.lstrip("-").isdigit() else token.removeprefix(":")


def _unescaped(found: re.Match[str]) -> str:
    char = found[1]
    if len(char) > 1:
        return chr(int(char[1:], 16))
    return {"n": "\n", "t": "\t", "r": "\r"}.get(char, char)
