"""One HTTP request that a program sends, as far as its text tells; neither an API nor a language is known here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from migrator.model import Objection, Template
    from migrator.syntax.json import Json

JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class JsonBody:
    """A body of JSON. `optional` names what it holds only sometimes; None when that was not looked at."""

    json: Json
    optional: frozenset[str] | None = None


LENGTHS = frozenset({"content-length", "transfer-encoding"})
"""Headers that say how long a body is: clients send what they are told, and the server reads no more than that."""


@dataclass(frozen=True, slots=True)
class SentHeader:
    """A header of a request: its name in small letters, empty where only the run shows it, and its value.

    `lost` says why the client does not send it as it is written.
    """

    name: str
    value: Template = ()
    lost: Objection | None = None


@dataclass(frozen=True, slots=True)
class Login:
    """A user and a password beside the headers of a request. `user` is None where neither can be seen.

    `lost` says why the client does not send them, or not in a header of the scheme Basic.
    """

    user: Template | None = None
    password: Template = ()
    lost: Objection | None = None


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request, and the text of the call that makes it.

    `urls` are all addresses that the call is given. `method` is in capitals; None when only the run shows it. `types`
    are the values of its `Content-Type`, by the program itself where no header says one; an empty text stands for a
    value that only the run shows, and without `complete` there may be other headers. `unseen` says as a clause why
    there may be more to the request than can be seen, `broken` why it is not sent as it is written. `query` are the
    names of the fields that it adds to the query of its address; an empty text is one that only the run shows. `login`
    is what it is given beside headers and address, and `sends_userinfo`: it takes a user from its address too.
    `follows`: it may follow a redirect. `read` gives the JSON body, or None without a body; it raises Refusal for a
    body that is no JSON, or cannot be read.
    """

    urls: tuple[Template, ...]
    method: str | None
    code: str
    types: tuple[str, ...]
    read: Callable[[], JsonBody | None]
    complete: bool = True
    unseen: str = ""
    broken: str = ""
    headers: tuple[SentHeader, ...] = ()
    query: tuple[str, ...] = ()
    login: Login | None = None
    sends_userinfo: bool = True
    follows: bool = True

    @property
    def may_post(self) -> bool:
        """Whether the request is a POST, or may be one."""
        return may_post(self.method)

    @property
    def says_json(self) -> bool | None:
        """Whether the request declares its body to be JSON; None when only the run shows it."""
        if any(is_json_media(value) for value in self.types):
            return True
        return None if "" in self.types or not self.complete else False


def may_post(method: str | None) -> bool:
    """Whether a request of this method is a POST, or may be one; None stands for a method that only the run shows."""
    return method in {"POST", None}


def is_json_media(content_type: str) -> bool:
    """Whether the value of a `Content-Type` header means JSON."""
    media = content_type.partition(";")[0].strip().lower()
    return media == JSON_TYPE or media.endswith("+json")
