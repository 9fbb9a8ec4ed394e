"""An HTTP request as a Python call makes it, whatever library it goes through: which argument plays which part."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeGuard

import libcst as cst

from migrator.syntax.python.binding import expanded_arguments
from migrator.syntax.python.containers import may_be_changed
from migrator.syntax.python.program import DEPTH, Operand
from migrator.syntax.python.resolve import frame_of, instance, lineage, meaning, meanings, qualified, returned
from migrator.syntax.python.scope import DefinitionKind, definitions

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from migrator.model import Template
    from migrator.syntax.python.program import PythonFrame


class RequestPart(StrEnum):
    """What an argument is for. `DATA` takes a mapping (sent as a form) or text, `RAW` only text."""

    METHOD = "method"
    URL = "url"
    JSON = "json"
    DATA = "data"
    RAW = "raw"
    MULTIPART = "multipart"
    HEADERS = "headers"
    QUERY = "query"
    AUTH = "auth"
    OTHER = "other"


class FormValues(StrEnum):
    """How a library writes a value of a form that is no text, as found by running it.

    requests leaves `None` out and takes `str()` of the rest; httpx writes `true`, `false` and nothing for `None`;
    urllib's `urlencode` takes `str()` of everything; aiohttp takes text only.
    """

    REQUESTS = "requests"
    HTTPX = "httpx"
    URLENCODE = "urlencode"
    AIOHTTP = "aiohttp"


@dataclass(frozen=True, slots=True)
class LibraryDialect:
    """A library: its keywords, and how a JSON body is written for it.

    `json` is the keyword that encodes by itself; without one, `raw` takes `json.dumps(…)`, as bytes when `bytes_only`.
    `headers` is the keyword of the headers, empty where a call takes none; `merges_headers`: those of a client object
    are sent beside those of the call, not only in their place. `text_type` is the `Content-Type` that it gives text
    which it did not encode itself; `sends_userinfo`: of `https://token:@host` it makes a header; `latin`: it encodes
    text that is no bytes as ISO-8859-1, and fails for other characters.
    """

    name: str
    parts: Mapping[str, RequestPart]
    form: FormValues
    json: str | None = "json"
    raw: str = "data"
    bytes_only: bool = False
    headers: str = "headers"
    merges_headers: bool = True
    text_type: str = ""
    sends_userinfo: bool = True
    latin: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Argument:
    """An argument: its value, and where it stands among the arguments of a call.

    `later`: a statement sets it on the request that the call describes, and `arg` has the attribute for its keyword;
    `spread`: it stands in a dict that the call takes in, which other calls may take in as well.
    """

    operand: Operand
    arg: cst.Arg
    call: Operand
    later: bool = False
    spread: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """One request. `method` is None when only the run shows it.

    `call` is the call that gets the arguments; `base` what the library puts in front of the URL; `session` are
    arguments of the object the method is called on, which apply to each of its requests; `reply` is the expression that
    becomes the response; `unseen` says that more arguments come out of `*` or `**`. `describes`: the call only makes an
    object, which is sent elsewhere; `changed` is a statement that changes it in a way that cannot be followed.
    """

    dialect: LibraryDialect
    call: Operand
    method: Operand | str | None
    url: Argument
    arguments: tuple[tuple[RequestPart, Argument], ...] = ()
    base: Template = ()
    session: tuple[tuple[RequestPart, Operand], ...] = ()
    reply: Operand | None = None
    unseen: bool = False
    describes: bool = False
    changed: cst.CSTNode | None = None

    def all(self, *parts: RequestPart) -> tuple[Argument, ...]:
        """The arguments that play one of the parts, in order."""
        return tuple(argument for part, argument in self.arguments if part in parts)

    def shared(self, part: RequestPart) -> tuple[Operand, ...]:
        """What the session adds for a part."""
        return tuple(operand for kind, operand in self.session if kind is part)


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """An object of a library's class: the class's dotted names, and the call that made it, when that is seen.

    `classes` are those of the repository that are derived from it, the object's own first; `above`: methods are those
    of the classes above that one.
    """

    names: tuple[str, ...]
    call: Operand | None = None
    held: Operand | None = None
    classes: tuple[tuple[PythonFrame, cst.ClassDef], ...] = ()
    above: bool = False

    def overrides(self, names: Collection[str]) -> bool:
        """Whether a class of the repository gives one of the methods another meaning."""
        methods = {
            item.name.value for _, node in self.classes[self.above :] for item in node.body.body if _is_method(item)
        }
        return not methods.isdisjoint(names)


def _is_method(item: cst.CSTNode) -> TypeGuard[cst.FunctionDef]:
    return isinstance(item, cst.FunctionDef)


def arguments(call: Operand, positional: Sequence[str]) -> dict[str, Argument] | None:
    """The arguments of a call by keyword; `positional` names those that come without. None when some are unseen."""
    assert isinstance(call.node, cst.Call)
    given = expanded_arguments(call)
    if given is not None:
        return _named(call, given, list(positional))
    spread = _spread(call)
    return None if spread is None else visible_arguments(call, positional) | spread


_ALIKE = frozenset({"auth", "headers", "timeout", "verify", "stream", "allow_redirects", "cert", "proxies"})
"""What many requests have in common."""


def _spread(call: Operand) -> dict[str, Argument] | None:
    """What dicts give that a call takes in, where they say how it is sent and not what; None for anything else."""
    assert isinstance(call.node, cst.Call)
    found: dict[str, Argument] = {}
    for arg in call.node.args:
        if arg.star == "*":
            return None
        if not arg.star:
            continue
        held = call.of(arg.value)
        value = meaning(held) if isinstance(held.node, cst.Name | cst.Attribute) else held
        if value is None or not isinstance(value.node, cst.Dict) or may_be_changed(held):
            return None
        for element in value.node.elements:
            key = element.key if isinstance(element, cst.DictElement) else None
            name = key.raw_value if isinstance(key, cst.SimpleString) else ""
            if name not in _ALIKE:
                return None
            found[name] = Argument(value.of(element.value), arg, call, spread=True)
    return found


def visible_arguments(call: Operand, positional: Sequence[str]) -> dict[str, Argument]:
    """The arguments that are written out at the call, where others come out of `*` or `**`."""
    assert isinstance(call.node, cst.Call)
    given = tuple((arg, call.frame) for arg in call.node.args if not arg.star)
    return _named(call, given, list(positional)) or {}


def _named(call: Operand, given: Sequence[tuple[cst.Arg, PythonFrame]], names: list[str]) -> dict[str, Argument] | None:
    found: dict[str, Argument] = {}
    for arg, frame in given:
        if arg.keyword is None and not names:
            return None
        name = arg.keyword.value if arg.keyword is not None else names.pop(0)
        owner = call if frame is call.frame else frame.call or call
        found[name] = Argument(Operand(frame, arg.value), arg, _owner(call, frame, owner))
    return found


def _owner(call: Operand, frame: PythonFrame, fallback: Operand) -> Operand:
    """The call among whose arguments one stands: what `**kwargs` hands through stands in an outer call."""
    if frame is call.frame:
        return call
    outer = call.frame.call
    while outer is not None and outer.frame is not frame:
        outer = outer.frame.call
    return outer or fallback


def parted(found: Mapping[str, Argument], dialect: LibraryDialect) -> tuple[tuple[RequestPart, Argument], ...]:
    """The arguments with the part that each plays for the library."""
    return tuple((dialect.parts.get(name, RequestPart.OTHER), argument) for name, argument in found.items())


def made(operand: Operand) -> Made | None:
    """The object that an expression is, when it comes out of a call that can be seen, or is annotated."""
    if operand.frame.depth > DEPTH:
        return None
    match operand.node:
        case cst.Call(func=cst.Name(value="super"), args=[]):
            function = operand.module.function(operand.node)
            owner = operand.module.class_of(function) if function is not None else None
            return _of_class(operand, operand.frame.plain(), owner, above=True) if owner is not None else None
        case cst.Call(func=func):
            value = returned(operand)
            inner = made(value) if value is not None else None
            if inner is not None:
                return replace(inner, held=None)
            names = qualified(operand.of(func))
            return Made(names, operand) if names else _derived(operand)
        case cst.BooleanOperation(operator=cst.Or(), left=left, right=right):
            return made(operand.of(right)) or made(operand.of(left))
        case cst.Await(expression=inner):
            return made(operand.of(inner))
        case cst.Name() as name:
            return _made_by_name(operand, name) or _derived(operand)
        case cst.Attribute():
            found = meanings(operand)
            return _held(made(found[0]), operand) if len(found) == 1 and found[0] is not None else None
    return None


def _derived(operand: Operand) -> Made | None:
    """An object of a class of the repository that is derived from one of a library: what is made of it, or `self`."""
    owner = instance(operand)
    return _of_class(operand, owner.frame, owner.node) if owner is not None else None


def _of_class(operand: Operand, frame: PythonFrame, owner: cst.ClassDef, *, above: bool = False) -> Made | None:
    classes = tuple(lineage(frame, owner))
    bases = (frame.of(base.value) for frame, node in classes for base in node.bases)
    names = tuple(name for base in bases for name in qualified(base))
    return Made(names, None, operand, classes, above) if names else None


def _held(found: Made | None, operand: Operand) -> Made | None:
    return replace(found, held=operand) if found is not None else None


def _made_by_name(operand: Operand, name: cst.Name) -> Made | None:
    found = definitions(operand.module, name)
    if len(found) != 1:
        return None
    definition = found[0]
    if definition.kind is DefinitionKind.WITH and definition.value is not None:
        return _held(made(Operand(frame_of(operand.frame, definition.target), definition.value)), operand)
    value = meanings(operand)[0]
    if value is not None:
        return _held(made(value), operand)
    if isinstance(definition.target, cst.Param) and definition.target.annotation is not None:
        annotation = definition.target.annotation.annotation
        names = qualified(Operand(operand.frame.plain(), annotation))
        return Made(names, None, operand) if names else None
    return None
