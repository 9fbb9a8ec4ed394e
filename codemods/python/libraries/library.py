"""Requests that go through a library's functions (`requests.post`) or the methods of its client objects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.libraries.called import called
from codemods.python.libraries.late import late_settings
from codemods.python.libraries.request import Made, Request, RequestPart, arguments, made, parted, visible_arguments
from migrator.syntax.python.program import Operand
from migrator.syntax.python.resolve import instance, qualified
from migrator.syntax.python.text import text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from codemods.python.libraries.late import LateSetting
    from codemods.python.libraries.request import Argument, LibraryDialect
    from migrator.model import Template
    from migrator.syntax.python.program import PythonFrame

VERBS: Mapping[str, str | None] = {
    "post": "POST",
    "get": "GET",
    "put": "PUT",
    "delete": "DELETE",
    "patch": "PATCH",
    "head": "HEAD",
}
"""What the functions and methods that all libraries have stand for."""


@dataclass(frozen=True, slots=True)
class Library:
    """The functions and classes of a library that send requests.

    `functions` and `methods` map a name to the HTTP method that it stands for, or to None where that is an argument.
    `session` says what the keywords and attributes of a client object are for; `base` puts a client's `base_url` and a
    URL together.
    """

    dialect: LibraryDialect
    functions: Mapping[str, str | None]
    classes: frozenset[str]
    methods: Mapping[str, str | None]
    positional: Mapping[str | None, tuple[str, ...]]
    session: Mapping[str, RequestPart]
    base: Callable[[Template, Template], Template] | None = None


def sent(call: Operand, library: Library) -> Request | None:
    """The request that a call sends through a library of functions and client objects; None for any other call."""
    assert isinstance(call.node, cst.Call)
    names, holder, method = called(call.of(call.node.func))
    for name in names:
        if name in library.functions:
            return _request(call, library, library.functions[name], None)
    if holder is not None and method in library.methods:
        owner = made(holder)
        if owner is not None and not library.classes.isdisjoint(owner.names) and _is_plain(owner, library):
            return _request(call, library, library.methods[method], owner)
    return None


def _is_plain(owner: Made, library: Library) -> bool:
    """Whether a client sends what it is given, as the library says: of a class derived from it not all is seen."""
    return not owner.classes or (library.base is None and not owner.overrides({*library.methods, *_HOOKS}))


_HOOKS = frozenset({"send", "prepare_request", "rebuild_auth", "__getattr__", "__getattribute__"})
"""Methods through which every request of a client goes."""


def _request(call: Operand, library: Library, method: str | None, owner: Made | None) -> Request | None:
    positional = library.positional["named" if method else None]
    found = arguments(call, positional)
    unseen = found is None
    found = visible_arguments(call, positional) if found is None else found
    describes = _describes(call)
    settings = late_settings(call) if describes else ()
    later = next((s for s in settings if s.name == "url" and s.value is not None and s.sure and not s.prepared), None)
    if "url" not in found and later is not None:
        found["url"] = later.argument(call)
    if "url" not in found:
        return None
    session = session_parts(owner, library) if owner is not None else ()
    asked = found["method"].operand if method is None and "method" in found else method
    base = _base(owner, library, found["url"])
    parts = parted(found, library.dialect)
    request = Request(library.dialect, call, asked, found["url"], parts, base, session, call, unseen)
    return _described(request, library, settings) if describes else request


def _describes(call: Operand) -> bool:
    """Whether the call only makes an object that is sent elsewhere."""
    assert isinstance(call.node, cst.Call)
    match call.node.func:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return name == "build_request" or any(
                each.endswith(".Request") for each in qualified(call.of(call.node.func))
            )
    return False


def _described(request: Request, library: Library, settings: Sequence[LateSetting]) -> Request:
    """The request with what is set on it after it has been described."""
    arguments = [*request.arguments]
    session = [*request.session]
    method, changed = request.method, None
    for setting in settings:
        part = library.dialect.parts.get(setting.name, RequestPart.OTHER)
        if setting.name in library.session and part is not RequestPart.QUERY:
            value = setting.given(request.call)
            session += [(part, value)] if value is not None else []
        elif setting.name == "url" and request.url.later:
            continue
        elif setting.value is None or setting.prepared or not setting.sure or part in _FIXED:
            matters = part is not RequestPart.OTHER or setting.name.startswith(("body", "prepare_"))
            changed = setting.statement if matters else changed
        elif part is RequestPart.METHOD:
            method = setting.value
        elif part is not RequestPart.OTHER:
            arguments.append((part, setting.argument(request.call)))
    return replace(
        request, arguments=tuple(arguments), session=tuple(session), method=method, describes=True, changed=changed
    )


_FIXED = frozenset({RequestPart.URL, RequestPart.QUERY})


def _base(owner: Made | None, library: Library, url: Argument) -> Template:
    """What the client object puts in front of the URL."""
    made_with = arguments(owner.call, ("base_url",)) if owner is not None and owner.call is not None else None
    if library.base is None or not made_with or "base_url" not in made_with:
        return ()
    return library.base(text(made_with["base_url"].operand), text(url.operand))


def session_parts(owner: Made, library: Library) -> tuple[tuple[RequestPart, Operand], ...]:
    """What a client object was made with, and what the file sets on it afterwards."""
    parts: list[tuple[RequestPart, Operand]] = []
    given = arguments(owner.call, ()) if owner.call is not None else None
    for name, argument in (given or {}).items():
        if name in library.session:
            parts.append((library.session[name], argument.operand))
    if owner.held is not None:
        parts += _set_later(owner.held, library)
    for frame, node in owner.classes:
        parts += _set_inside(frame, node, library)
    return tuple(parts)


def _set_inside(frame: PythonFrame, owner: cst.ClassDef, library: Library) -> list[tuple[RequestPart, Operand]]:
    """What the methods of a class set on the client that each object of it is."""
    parts: list[tuple[RequestPart, Operand]] = []
    for name in frame.module.all(cst.Name, owner):
        held = frame.of(name)
        found = instance(held) if name.value == "self" else None
        if found is not None and found.node is owner:
            parts += _set_later(held, library, owner)
            break
    return parts


def _set_later(held: Operand, library: Library, below: cst.CSTNode | None = None) -> list[tuple[RequestPart, Operand]]:
    """`session.headers.update(…)` and `session.auth = …`, wherever the file says so."""
    parts: list[tuple[RequestPart, Operand]] = []
    prefix = f"{held.code}."
    module = held.module
    for node in (*module.all(cst.Call, below), *module.all(cst.Assign, below)):
        match node:
            case cst.Call(func=cst.Attribute(value=target, attr=cst.Name(value="update")), args=[cst.Arg(value=value)]):
                pass
            case cst.Assign(targets=[cst.AssignTarget(target=target)], value=value):
                pass
            case _:
                continue
        code = module.code(target)
        name = code.removeprefix(prefix).partition("[")[0]
        if code.startswith(prefix) and name in library.session:
            parts.append((library.session[name], Operand(held.frame, value if "[" not in code else target)))
    return parts
