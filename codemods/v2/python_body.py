"""Read the JSON body of a v2 request in a Python program: dicts, for the library or `json.dumps`, and JSON text."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.libraries.request import Part
from codemods.python.read.body import unwrapped
from codemods.python.read.headers import headers_of
from codemods.python.read.wire import as_sent, constant, is_json_text
from codemods.v2.body import UnreadableError
from migrator.errors import Refusal
from migrator.model import literal, static, values
from migrator.syntax.json import JsonArray, JsonBare, JsonError, JsonObject, JsonScalar, JsonString, parse_json
from migrator.syntax.python.records import record
from migrator.syntax.python.resolve import qualified
from migrator.syntax.python.shapes import Hole
from migrator.syntax.python.text import text
from migrator.syntax.python.types import STR, types

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codemods.python.libraries.request import Argument, Request
    from migrator.model import Template
    from migrator.syntax.json import Json
    from migrator.syntax.python.program import Operand
    from migrator.syntax.python.records import Entry, Record

_JSON_TYPES = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "dict": "object",
    "list": "array",
}


@dataclass(slots=True)
class Reader:
    """Reads one body; `optional` are the names of what it holds only sometimes."""

    optional: set[str] = field(default_factory=set)

    def argument(self, argument: Argument, part: Part) -> Json:
        """What an argument of a request sends. Raises UnreadableError."""
        if part is Part.JSON:
            return self.value(argument.operand, is_outer=True)
        operand = unwrapped(argument.operand)
        if part is Part.MULTIPART or (part is Part.DATA and _mapping(operand) is not None):
            raise UnreadableError("the body is a form, and v2 reads JSON only")
        return self.text(operand)

    def text(self, operand: Operand) -> Json:
        """What text says that is JSON, or will be. Raises UnreadableError."""
        match operand.node:
            case cst.Call(func=func, args=[cst.Arg(value=value), *_]) if "json.dumps" in qualified(operand.of(func)):
                return self.value(operand.of(value), is_outer=True)
        try:
            return parse_json(text(operand))
        except JsonError as error:
            raise UnreadableError(f"the body is not JSON that can be read here: {error.message}") from error

    def value(self, operand: Operand, *, is_outer: bool = False) -> Json:
        """What the value of an expression is as JSON. Raises UnreadableError."""
        known, plain = constant(operand)
        if known:
            return JsonScalar(json.dumps(plain))
        if isinstance(operand.node, cst.List | cst.Tuple):
            return JsonArray(())  # no field of v2's takes one, whatever is in it
        found = _mapping(operand)
        if found is not None:
            return self._object([*found.entries], found.inner, is_outer=is_outer)
        if types(operand) == STR or is_json_text(operand):
            return JsonString(as_sent(operand), exact=True)
        return JsonBare(text(operand), _types(operand))

    def _object(
        self, entries: Sequence[Entry], inner: Sequence[tuple[str, Entry]] = (), *, is_outer: bool = False
    ) -> JsonObject:
        items: list[tuple[Template, Json]] = []
        paths = dict.fromkeys(path for path, _ in inner)
        for name in dict.fromkeys((*(entry.name for entry in entries), *paths)):
            same = [entry for entry in entries if entry.name == name]
            added = [entry for path, entry in inner if path == name]
            if name is None:
                raise UnreadableError("a name in the body is known only at run time")
            if not any(entry.sure for entry in (*same, *added)):
                self._only_sometimes(name, is_outer=is_outer)
            items.append((literal(name), self._added(same, added) if added else self._one(same)))
        return JsonObject(tuple(items))

    def _added(self, same: Sequence[Entry], added: Sequence[Entry]) -> Json:
        """A map that statements add to."""
        start = _mapping(same[-1].value) if len(same) == 1 else None
        if start is None or start.inner:
            raise UnreadableError("a part of the body is put together in a way that cannot be read here")
        return self._object([*start.entries, *added])

    def _one(self, same: Sequence[Entry]) -> Json:
        """The value of a field: of several places that set it, any from the last certain one on may count."""
        certain = [index for index, entry in enumerate(same) if entry.sure]
        reaching = same[certain[-1] :] if certain else same
        last = reaching[-1].value
        if len(reaching) == 1:
            return self.value(last)
        texts = [values(text(entry.value)) for entry in reaching]
        known = tuple(dict.fromkeys(each for found in texts for each in found or ()))
        return JsonString((Hole(last.code, values=known if None not in texts else None, operand=last),), exact=True)

    def _only_sometimes(self, name: str, *, is_outer: bool) -> None:
        if is_outer:
            raise UnreadableError(f"`{name}` is added to the body only under a condition")
        self.optional.add(name)


def _mapping(operand: Operand) -> Record | None:
    try:
        return record(operand)
    except Refusal as refusal:
        raise UnreadableError(f"the body cannot be followed: {refusal.message.partition('. ')[0]}") from refusal


def _types(operand: Operand) -> frozenset[str]:
    found = types(operand)
    return frozenset(_JSON_TYPES.get(name, "null") for name in found) if found is not None else frozenset()


def is_json(request: Request, part: Part | None) -> bool | None:
    """Whether the request declares its body to be JSON; None when a header is known only at run time."""
    headers = headers_of(request)
    declared = headers.get("content-type")
    if declared is not None:
        known = static(text(declared.value))
        return None if known is None else "application/json" in known.lower()
    if part is Part.JSON:
        return True
    return False if headers.complete else None
