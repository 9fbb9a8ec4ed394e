"""Decoding of request bodies: forms with nested brackets, multipart, JSON. As callers of v1.1 send them."""

from __future__ import annotations

import json
import re
from email.message import Message
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.world.exchange import Request

_NESTED = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)\Z")
_BRACKET = re.compile(r"\[([^\[\]]*)\]")


class BadBodyError(Exception):
    """The body is not what its content type promises."""


def decode(request: Request) -> dict[str, object]:
    """The fields of a v1/v1.1 request's body. Raises BadBodyError."""
    match request.media_type:
        case "application/json":
            return _json_object(request.body)
        case "multipart/form-data":
            return nested(_multipart_pairs(request.headers["content-type"], request.body))
        case _:
            return nested(parse_qsl(_text(request.body), keep_blank_values=True))


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, object]:
    """Pairs with names like `build_parameters[X]` as a tree of maps; a name with unbalanced brackets is kept whole."""
    tree: dict[str, object] = {}
    for name, value in pairs:
        _put(tree, _keys(name), value)
    return tree


def _keys(name: str) -> list[str]:
    found = _NESTED.match(name)
    return [found[1], *_BRACKET.findall(found[2])] if found else [name]


def _put(tree: dict[str, object], keys: list[str], value: str) -> None:
    for key in keys[:-1]:
        below = tree.get(key)
        if not isinstance(below, dict):
            below = tree[key] = {}
        tree = below
    tree[keys[-1]] = value


def _json_object(body: bytes) -> dict[str, object]:
    if not body.strip():
        return {}
    try:
        data = json.loads(body)
    except ValueError as error:
        raise BadBodyError(f"Unable to parse JSON: {error}") from None
    if not isinstance(data, dict):
        raise BadBodyError("The body must be a JSON object")
    return data


def _multipart_pairs(content_type: str, body: bytes) -> Iterator[tuple[str, str]]:
    boundary = _header(content_type).get_boundary()
    if boundary is None:
        raise BadBodyError("Multipart body without a boundary")
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    for piece in pieces[1:-1]:
        head, found, content = piece.partition(b"\r\n\r\n")
        if not found:
            raise BadBodyError("Multipart part without headers")
        yield _part_name(_text(head)), _text(content)


def _part_name(head: str) -> str:
    for line in head.splitlines():
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-disposition":
            return str(_header(value.strip()).get_param("name", ""))
    raise BadBodyError("Multipart part without a name")


def _header(value: str) -> Message:
    header = Message()
    header["content-type"] = value
    return header


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise BadBodyError("The body is not UTF-8") from None
