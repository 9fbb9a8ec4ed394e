"""The headers and the query of a Python request, and how it shows its token."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import libcst as cst

from codemods.python.libraries.request import RequestPart, arguments
from codemods.python.read.wire import constant
from migrator.circleci.api.v1_request import TOKEN_FIELDS, BodyKind
from migrator.errors import Refusal
from migrator.model import Auth, Expansion, Objection, static
from migrator.syntax.python.records import Record, RecordEntry, RecordPlace, record
from migrator.syntax.python.resolve import meaning, qualified
from migrator.syntax.python.text import text
from migrator.syntax.request import FORM_TYPE, JSON_TYPE, Login, SentHeader
from migrator.syntax.text.templates import Marked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.python.libraries.request import Argument, Request
    from migrator.circleci.api.v1_url import TriggerUrl
    from migrator.model import Part, Template
    from migrator.syntax.python.program import Operand


@dataclass(frozen=True, slots=True, eq=False)
class Header:
    """One header: its name in lower case, its value, and where the pair stands (None for `add_header`).

    `is_login`: the value is a user and a password, of which the library makes the header.
    """

    name: str
    value: Operand
    entry: RecordEntry | None = None
    record: Record | None = None
    is_login: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Headers:
    """The headers that a request is known to send; `complete` says that there are no others of its own."""

    found: tuple[Header, ...]
    complete: bool = True

    def get(self, name: str) -> Header | None:
        """The header of a name in lower case."""
        return next((header for header in reversed(self.found) if header.name == name), None)


def headers_of(request: Request) -> Headers:
    """Read the headers of the session and of the request."""
    found: list[Header] = []
    complete = True
    own = [argument.operand for argument in request.all(RequestPart.HEADERS)]
    shared = request.shared(RequestPart.HEADERS) if request.dialect.merges_headers or not own else ()
    for operand in (*shared, *own):
        if constant(operand) == (True, None):
            continue
        headers = list(_read(operand))
        if not headers:
            complete = complete and _is_known(operand)
        found += headers
    return Headers(tuple(found), complete)


def _is_known(operand: Operand) -> bool:
    try:
        return record(operand) is not None
    except Refusal:
        return False


def _read(operand: Operand) -> Iterator[Header]:
    match operand.node:
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="add_header" | "add_unredirected_header")), args=args):
            if len(args) == 2 and all(arg.keyword is None for arg in args):
                yield Header((static(text(operand.of(args[0].value))) or "").lower(), operand.of(args[1].value))
            return
        case cst.Call(func=func) if any(name.endswith("make_headers") for name in qualified(operand.of(func))):
            yield from _made_headers(operand)
            return
        case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
            yield Header((static(text(operand.of(key))) or "").lower(), operand)
            return
    try:
        found = record(operand)
    except Refusal:
        return
    if found is None and isinstance(operand.node, cst.Dict):
        yield from _with_made(operand, operand.node)
    for entry in found.entries if found is not None else ():
        yield Header((entry.name or "").lower(), entry.value, entry, found)


def _with_made(operand: Operand, node: cst.Dict) -> Iterator[Header]:
    """`{"Content-Type": "…", **urllib3.make_headers(…)}`; nothing where anything else is taken in."""
    found: list[Header] = []
    for element in node.elements:
        if isinstance(element, cst.DictElement):
            found.append(Header((static(text(operand.of(element.key))) or "").lower(), operand.of(element.value)))
        elif not isinstance(element.value, cst.Call) or not (made := list(_read(operand.of(element.value)))):
            return
        else:
            found += made
    yield from found


def _made_headers(operand: Operand) -> Iterator[Header]:
    """`urllib3.make_headers(basic_auth="token:")`."""
    assert isinstance(operand.node, cst.Call)
    for arg in operand.node.args:
        if arg.keyword is not None and arg.keyword.value == "basic_auth":
            yield Header("authorization", operand.of(arg.value), is_login=True)


def query_of(request: Request) -> tuple[tuple[Argument | None, Record], ...]:
    """The query parameters that are given beside the URL. Raises Refusal for those that cannot be seen."""
    found: list[tuple[Argument | None, Record]] = []
    for argument in request.all(RequestPart.QUERY):
        if constant(argument.operand) == (True, None):
            continue
        values = record(argument.operand)
        if values is None:
            raise Refusal("query-unseen", "The query is known only at run time. Write it out, then run this again.")
        found.append((argument, values))
    found += [
        (None, _of_client(operand))
        for operand in request.shared(RequestPart.QUERY)
        if constant(operand) != (True, None)
    ]
    return tuple(found)


def _of_client(operand: Operand) -> Record:
    """What a client object adds to each query: a mapping, or one key that is set by itself. Raises Refusal."""
    match operand.node:
        case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
            name = static(text(operand.of(key)))
            entry = RecordEntry(name, key, operand, RecordPlace.STATEMENT, operand.node, operand)
            return Record(operand, operand, (entry,))
    values = record(operand)
    if values is None:
        message = "What the client adds to each query is known only at run time. Write it out, then run this again."
        raise Refusal("query-unseen", message)
    return values


def auth_of(request: Request, url: TriggerUrl, body_fields: tuple[str, ...]) -> Auth:
    """How the request shows its token."""
    headers = headers_of(request)
    if headers.get("circle-token") is not None:
        return Auth.HEADER
    authorization = headers.get("authorization")
    if authorization is not None:
        return Auth.BASIC if _lead(authorization.value).lower().startswith("basic") else Auth.HEADER
    if has_credentials(request):
        return Auth.BASIC
    if url.userinfo is not None and request.dialect.sends_userinfo:
        return Auth.USERINFO
    names = {static(parameter.name) for parameter in url.query} | set(body_fields)
    names |= {entry.name for _, values in query_of(request) for entry in values.entries}
    if names & TOKEN_FIELDS:
        return Auth.QUERY
    return Auth.NONE if headers.complete else Auth.HEADER


def has_credentials(request: Request) -> bool:
    """Whether the request is given a user and a password beside its headers."""
    given = [*(argument.operand for argument in request.all(RequestPart.AUTH)), *request.shared(RequestPart.AUTH)]
    return any(constant(operand) != (True, None) for operand in given)


def sent_headers(request: Request) -> Iterator[SentHeader]:
    """The headers with their values, but for those that a library makes of a user and a password."""
    for header in headers_of(request).found:
        if not header.is_login:
            nothing = constant(header.value) == (True, None)
            value = tuple(_encoded(part, header.value) for part in _value(header.value))
            yield SentHeader(header.name, value, _NOTHING if nothing else None)


_NOTHING = Objection("a header whose value is None is not sent")


def _encoded(part: Part, operand: Operand) -> Part:
    """The part of a header; of a variable that is given base64, what gives it that."""
    if not isinstance(part, Expansion) or not part.source.isidentifier():
        return part
    module = operand.module
    codes = (
        module.code(node.value)
        for node in module.all(cst.Assign)
        if any(module.code(target.target) == part.source for target in node.targets)
    )
    return replace(part, source=next((code for code in codes if "b64encode" in code), part.source))


def _value(operand: Operand) -> Template:
    """The text of a header; of `session.headers[name]` that is what the statement gives it."""
    match operand.module.parent(operand.module.parent(operand.node) or operand.node):
        case cst.Assign(targets=[cst.AssignTarget(target=target)], value=value) if target is operand.node:
            return text(operand.of(value))
    return text(operand)


def login_of(request: Request) -> Login | None:
    """The user and the password that the request is given; of several, the one that is given closest to it."""
    own = [argument.operand for argument in request.all(RequestPart.AUTH)]
    made = [header.value for header in headers_of(request).found if header.is_login]
    given = [operand for operand in (*request.shared(RequestPart.AUTH), *own) if constant(operand) != (True, None)]
    if made:
        user, _, password = Marked.of(text(made[-1])).text.partition(":")
        whole = Marked.of(text(made[-1]))
        return Login(whole.slice(0, len(user)), whole.slice(len(whole.text) - len(password)) if password else ())
    return _login(given[-1]) if given else None


def _login(operand: Operand) -> Login:
    """`(user, password)`, or an object of a library's class that is made of the two."""
    found = meaning(operand) or operand
    match found.node:
        case cst.Tuple(elements=[cst.Element(value=user), cst.Element(value=password)]):
            return Login(text(found.of(user)), text(found.of(password)))
        case cst.Call(func=func) if any(name.endswith("BasicAuth") for name in qualified(found.of(func))):
            given = arguments(found, ("user", "password"))
            named = {_LOGIN_NAMES.get(name, name): argument for name, argument in (given or {}).items()}
            if "user" in named:
                word = text(named["password"].operand) if "password" in named else ()
                return Login(text(named["user"].operand), word)
    return Login()


_LOGIN_NAMES = {"username": "user", "login": "user"}


def types_of(request: Request, encoded: BodyKind | None) -> tuple[str, ...]:
    """What the request says that its body is: what its headers say, else what the library says by itself.

    `encoded` is what the library makes of the body, None where it is given text. An empty text stands for a header
    whose value only the run shows.
    """
    given = headers_of(request).get("content-type")
    if given is not None:
        value = _lead(given.value).strip()
        unbounded = encoded is BodyKind.MULTIPART and "boundary" not in value
        return ("",) if unbounded else (value,)
    match encoded:
        case BodyKind.JSON:
            return (JSON_TYPE,)
        case BodyKind.FORM:
            return (FORM_TYPE,)
        case BodyKind.MULTIPART:
            return ("multipart/form-data",)
    return (request.dialect.text_type,) if request.dialect.text_type else ()


def _lead(operand: Operand) -> str:
    behind = meaning(operand)
    parts = text(behind or operand)
    return parts[0].text if parts and hasattr(parts[0], "text") else ""
