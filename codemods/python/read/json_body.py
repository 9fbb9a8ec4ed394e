"""Read the JSON that a Python request sends: a mapping of the program, or text."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.read.wire import as_sent, constant, is_made_text, json_wire
from migrator.circleci.api.v1_request import BodyKind
from migrator.circleci.runs.events import identity
from migrator.errors import Refusal
from migrator.model import Expansion, Literal, Severity, flatten, literal, values
from migrator.syntax.json import JsonArray, JsonBare, JsonError, JsonObject, JsonScalar, JsonString, parse_json
from migrator.syntax.python.program import DEPTH
from migrator.syntax.python.records import record
from migrator.syntax.python.resolve import meaning, qualified
from migrator.syntax.python.text import text
from migrator.syntax.python.types import STR, types

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.model import Part, Template
    from migrator.syntax.json import Json
    from migrator.syntax.python.program import Operand
    from migrator.syntax.python.records import Record, RecordEntry

_JSON_TYPES = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "dict": "object",
    "list": "array",
}


_ANY = frozenset(_JSON_TYPES.values())
"""The types that a value can have of which the program tells none; that it may be null is not held against it."""


@dataclass(slots=True)
class JsonReader:
    """Reads one body; `optional` are the names of what it holds only sometimes."""

    optional: set[str] = field(default_factory=set)

    def content(self, operand: Operand, kind: BodyKind | None) -> Json:
        """What is sent for a mapping, or for text without a `kind`. Raises Refusal for what cannot be read as JSON."""
        match kind:
            case BodyKind.JSON:
                return self.value(operand, is_outer=True)
            case BodyKind.FORM | BodyKind.MULTIPART:
                raise Refusal("payload-not-json", "The body is a form, and v2 reads JSON only. Send it as JSON.")
        try:
            return parse_json(text(operand))
        except JsonError as error:
            message = f"The body is not JSON that can be read here: {error.message}. Write it as a dict."
            raise Refusal("payload-not-json", message) from error

    def value(self, operand: Operand, *, is_outer: bool = False) -> Json:
        """What the value of an expression is as JSON. Raises Refusal."""
        known, plain = constant(operand)
        if known:
            return JsonScalar(json.dumps(plain))
        if isinstance(operand.node, cst.List | cst.Tuple):
            return JsonArray(tuple(self.value(operand.of(element.value)) for element in operand.node.elements))
        found = _mapping(operand)
        if found is not None:
            return self._object([*found.entries], found.inner, is_outer=is_outer)
        if types(operand) == STR or is_made_text(operand):
            return JsonString(as_sent(operand), exact=True)
        return JsonBare(text(operand), _types(operand))

    def _object(
        self, entries: Sequence[RecordEntry], inner: Sequence[tuple[str, RecordEntry]] = (), *, is_outer: bool = False
    ) -> JsonObject:
        items: list[tuple[Template, Json]] = []
        paths = dict.fromkeys(path for path, _ in inner)
        for name in dict.fromkeys((*(entry.name for entry in entries), *paths)):
            same = [entry for entry in entries if entry.name == name]
            added = [entry for path, entry in inner if path == name]
            if name is None:
                raise _unread("A name in the body is known only at run time.")
            if not any(entry.sure for entry in (*same, *added)):
                self._only_sometimes(name, is_outer=is_outer)
            items.append((literal(name), self._added(same, added) if added else self._one(same)))
        return JsonObject(tuple(items))

    def _added(self, same: Sequence[RecordEntry], added: Sequence[RecordEntry]) -> Json:
        """A map that statements add to."""
        start = _mapping(same[-1].value) if len(same) == 1 else None
        if start is None or start.inner:
            raise _unread("A part of the body is put together in a way that cannot be read here.")
        return self._object([*start.entries, *added])

    def _one(self, same: Sequence[RecordEntry]) -> Json:
        """The value of a field: of several places that set it, any from the last certain one on may count."""
        certain = [index for index, entry in enumerate(same) if entry.sure]
        reaching = same[certain[-1] :] if certain else same
        last = reaching[-1].value
        if len(reaching) == 1:
            return self.value(last)
        texts = [values(text(entry.value)) for entry in reaching]
        known = tuple(dict.fromkeys(each for found in texts for each in found or ()))
        return JsonString((Expansion(last.code, values=known if None not in texts else None, origin=last),), exact=True)

    def _only_sometimes(self, name: str, *, is_outer: bool) -> None:
        if is_outer:
            raise _unread(f"`{name}` is added to the body only under a condition.")
        self.optional.add(name)


def _unread(message: str) -> Refusal:
    return Refusal("unreadable-payload", message)


def _mapping(operand: Operand) -> Record | None:
    try:
        return record(operand)
    except Refusal as refusal:
        raise _unread(f"The body cannot be followed: {refusal.reason}.") from refusal


def _types(operand: Operand) -> frozenset[str]:
    found = types(operand)
    return frozenset(_JSON_TYPES.get(name, "null") for name in found) if found is not None else _ANY


_LAYOUT = frozenset({"indent", "sort_keys", "separators", "ensure_ascii"})
"""Arguments of `json.dumps` that change nothing of what the text means."""


def json_text(operand: Operand) -> Template | None:
    """The text that `json.dumps` makes of a mapping, with the values in it; None for any other expression."""
    if operand.frame.depth > DEPTH:
        return None
    match operand.node:
        case cst.Name() | cst.Attribute():
            value = meaning(operand)
            return json_text(value) if value is not None else None
        case cst.Call(func=func, args=[cst.Arg(keyword=None, star="", value=value), *others]):
            keywords = {arg.keyword.value if arg.keyword is not None else "" for arg in others}
            if "json.dumps" in qualified(operand.of(func)) and keywords <= _LAYOUT:
                try:
                    return _spelled(operand.of(value), "")
                except Refusal:
                    return None
    return None


def _spelled(operand: Operand, name: str) -> Template:
    """A value as JSON spells it. Raises Refusal where only the run shows what there is."""
    known, plain = constant(operand)
    if known:
        return literal(json.dumps(plain))
    if isinstance(operand.node, cst.List | cst.Tuple):
        spelled = [_spelled(operand.of(element.value), name) for element in operand.node.elements]
        return (*literal("["), *_listed(spelled), *literal("]"))
    found = record(operand)
    if found is not None:
        return _spelled_object([*found.entries], found.inner)
    if types(operand) == STR or is_made_text(operand):
        return (*literal('"'), *(_inside(part) for part in flatten(as_sent(operand))), *literal('"'))
    wire = json_wire(operand, name)
    if any(note.severity is not Severity.INFO for note in wire.notes):
        raise _unread("A value of the body may be no text.")
    last = flatten(wire.template)[-1] if wire.template else None
    alias = identity(last) if isinstance(last, Expansion) else None
    value = Expansion(wire.code or operand.code, alias=alias, origin=operand)
    return (*literal('"'), value, *literal('"')) if types(operand) is None else (value,)


def _spelled_object(entries: Sequence[RecordEntry], inner: Sequence[tuple[str, RecordEntry]]) -> Template:
    """A mapping as JSON spells it; `inner` are entries that statements add to mappings in it. Raises Refusal."""
    names = [entry.name for entry in entries]
    unsure = any(not entry.sure for entry in (*entries, *(entry for _, entry in inner)))
    if None in names or len({*names}) < len(names) or unsure or not {path for path, _ in inner} <= {*names}:
        raise _unread("The body is put together in a way that cannot be read here.")
    pairs = []
    for entry in entries:
        added = [each for path, each in inner if path == entry.name]
        start = record(entry.value) if added else None
        if added and (start is None or start.inner):
            raise _unread("The body is put together in a way that cannot be read here.")
        name = entry.name or ""
        value = _spelled_object([*start.entries, *added], ()) if start is not None else _spelled(entry.value, name)
        pairs.append((*literal(f"{json.dumps(name)}: "), *value))
    return (*literal("{"), *_listed(pairs), *literal("}"))


def _inside(part: Part) -> Part:
    """A part of a text inside of the quotes of JSON."""
    return Literal(json.dumps(part.text)[1:-1]) if isinstance(part, Literal) else part


def _listed(items: Sequence[Template]) -> Template:
    return tuple(part for index, item in enumerate(items) for part in ((*literal(", "), *item) if index else item))
