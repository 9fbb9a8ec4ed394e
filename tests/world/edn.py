"""A small writer of EDN, which v1 and v1.1 answer in unless JSON is asked for. CircleCI docs: API v1 reference."""

from __future__ import annotations

import re

_KEYWORD = re.compile(r"[A-Za-z_*!?][A-Za-z0-9_*!?.-]*\Z")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def dumps(value: object) -> str:
    """The EDN text of plain data; map keys become keywords where they can."""
    match value:
        case None:
            return "nil"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case dict():
            return "{" + ", ".join(f"{_key(key)} {dumps(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + " ".join(dumps(item) for item in value) + "]"
        case _:
            return _string(str(value))


def _key(key: object) -> str:
    text = str(key)
    return f":{text}" if _KEYWORD.match(text) else _string(text)


def _string(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(character, character) for character in text) + '"'
