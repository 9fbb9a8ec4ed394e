"""How a request shows its token to CircleCI, and what keeps CircleCI from taking it.

Both APIs read a header `Circle-Token`, `Authorization` with the scheme Bearer, or Basic with the token as the user (API
v1.1 reference, "Authentication"; OpenAPI of v2, "securitySchemes"). v1.1 took it in the query as well.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from migrator.circleci.api.v1_request import TOKEN_FIELDS
from migrator.circleci.api.v2_request import names_in_query, user_in
from migrator.model import Auth, Expansion, Objection, ShownToken, flatten, static, values
from migrator.model import source as written_as
from migrator.syntax.text.templates import Marked, has_marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import Template
    from migrator.syntax.request import HttpRequest, SentHeader

_TO_THE_LETTER = re.compile(r"\$(?:[A-Za-z_]\w*|\{[^{}]+\}|\([^()]+\)|\d)|`[^`]+`")
# What a Python program fills in, when the text has an `f` before it, or `%` or `.format` behind it. In a document it
# stands for what the reader puts there.
_PLACEHOLDER = re.compile(r"\{[A-Za-z_][\w.]*\}|%s|%\(\w+\)s")
_NAME = re.compile(r"[A-Z]+(?:_[A-Z]+)+")
_ENCODES = re.compile(r"base64|b64encode|\bopenssl\b", re.IGNORECASE)
_SCHEME = re.compile(r"(?P<scheme>\S+)(?:\s+(?P<rest>.*))?", re.DOTALL)


def shown_token(request: HttpRequest) -> ShownToken:
    """How the request shows its token: the first way that works, or else the first with what is wrong with it."""
    names = {header.name for header in request.headers if header.lost is None}
    hidden = "" in names or not request.complete
    ways = list(_ways(request, names))
    found = next((way for way in ways if not way.faults), ways[0] if ways else None)
    if found is not None:
        # What cannot be seen may show a token too.
        return replace(found, faults=tuple(replace(fault, sure=fault.sure and not hidden) for fault in found.faults))
    asked = names_in_query(request)
    if hidden or ("" in asked and not TOKEN_FIELDS & set(asked)):
        return ShownToken()
    if TOKEN_FIELDS & set(asked):
        return ShownToken(Auth.QUERY, next((token for url in request.urls if (token := _in_query(url))), ()))
    return ShownToken(Auth.NONE)


def _in_query(url: Template) -> Template:
    """The token in the query of an address; empty where there is none."""
    marked = Marked.of(url)
    found = re.search(rf"[?&](?:{'|'.join(sorted(TOKEN_FIELDS))})=([^&#]*)", marked.text)
    return marked.slice(*found.span(1)) if found and found[1] else ()


def _ways(request: HttpRequest, names: set[str]) -> Iterator[ShownToken]:
    by_name = {header.name: header for header in request.headers}
    if header := by_name.get("circle-token"):
        yield _lost(header) or _as_it_is(Auth.HEADER, header.value)
    if header := by_name.get("authorization"):
        yield _lost(header) or _authorization(header.value)
    if "authorization" in names:  # it takes the place of a user
        return
    if request.login is not None:
        login = request.login
        yield _user(Auth.BASIC, login.user, login.password, (login.lost,) if login.lost else ())
    for url in request.urls if request.sends_userinfo else ():
        if (found := user_in(url)) is not None:
            yield _user(Auth.USERINFO, *found)


def _lost(header: SentHeader) -> ShownToken | None:
    return ShownToken(Auth.HEADER, faults=(header.lost,)) if header.lost else None


def _as_it_is(auth: Auth, token: Template) -> ShownToken:
    return ShownToken(auth, token, tuple(_faults(token)))


def _faults(token: Template) -> Iterator[Objection]:
    """What is wrong with a token that is sent as it is."""
    text = Marked.of(token).text.strip()
    if not text or values(token) == ("",):
        yield Objection("the token that the request shows is empty")
    elif (found := _TO_THE_LETTER.search(text)) and not has_marks(text):
        yield Objection(f"its token is `{found[0]}` to the letter: nothing fills the variable in")
    elif found := _NAME.fullmatch(text):
        yield Objection(f"its token is `{found[0]}` to the letter, which looks like the name of a variable", sure=False)
    elif (found := _PLACEHOLDER.search(text)) and not has_marks(text):
        yield Objection(f"its token is `{found[0]}` to the letter, if nothing fills it in", sure=False)


def _authorization(value: Template) -> ShownToken:
    marked = Marked.of(value)
    found = _SCHEME.search(marked.text)
    if found is None:
        return _as_it_is(Auth.HEADER, ())
    scheme = found["scheme"].lower()
    rest = marked.slice(*found.span("rest")) if found["rest"] else ()
    if scheme == "bearer":
        return _as_it_is(Auth.HEADER, rest)
    if scheme == "basic":
        return ShownToken(Auth.BASIC, faults=tuple(_basic_faults(rest)))
    known = "CircleCI reads `Bearer TOKEN` there, and `Basic` with `TOKEN:` in base64"
    if has_marks(scheme):
        told = f"`Authorization` is {_told(value)}, and whether that begins with a scheme cannot be seen"
        return ShownToken(Auth.HEADER, value, (Objection(f"{told}: {known}", sure=False),))
    if not rest:
        return ShownToken(Auth.HEADER, value, (Objection(f"`Authorization` names no scheme: {known}"),))
    return ShownToken(Auth.HEADER, rest, (Objection(f"`Authorization` is of another scheme than these: {known}"),))


def _basic_faults(credentials: Template) -> Iterator[Objection]:
    text = Marked.of(credentials).text.strip()
    if not has_marks(text):
        if not _user_of_basic(text):
            yield Objection("what follows `Basic` is not the token with a colon behind it in base64")
    elif not any(_ENCODES.search(part.source) for part in flatten(credentials) if isinstance(part, Expansion)):
        told = f"`Basic` wants the token with a colon behind it in base64, and whether {_told(credentials)} is that"
        yield Objection(f"{told} cannot be seen", sure=False)


def _user_of_basic(credentials: str) -> str:
    try:
        return base64.b64decode(credentials, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _user(auth: Auth, user: Template | None, password: Template = (), lost: tuple[Objection, ...] = ()) -> ShownToken:
    if user is None:
        return ShownToken(auth, faults=lost)
    if not Marked.of(user).text:
        return ShownToken(auth, faults=(Objection("the token has to be the user, and none stands before the colon"),))
    if static(user) is not None and static(password) is None:
        told = f"the token has to be the user, and {_told(password)} is the password"
        return ShownToken(auth, user, (Objection(told, sure=False),))
    return ShownToken(auth, user, (*lost, *_faults(user)))


def _told(template: Template) -> str:
    return f"`{written_as(template).strip()}`"
