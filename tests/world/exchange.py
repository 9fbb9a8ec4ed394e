"""One HTTP exchange as plain values: what a caller sent, what it was answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came over the wire. `path` is raw (percent-encoded, no query); header names are lower case."""

    method: str
    path: str
    query_string: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def of(cls, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Request:
        """The request of a request line's target, as `http.server` reads it."""
        parts = urlsplit(target)
        lower = {name.lower(): value for name, value in headers.items()}
        return cls(method, parts.path, parts.query, lower, body)

    @property
    def segments(self) -> tuple[str, ...]:
        """The path's segments, percent-decoded after splitting: `%2F` stays inside its segment."""
        return tuple(unquote(segment) for segment in self.path.split("/")[1:])

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        """The decoded pairs of the query string, in order."""
        return tuple(parse_qsl(self.query_string, keep_blank_values=True))

    @property
    def media_type(self) -> str:
        """The content type in lower case and without its parameters; empty when none was sent."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Reply:
    """A status and the data of the body, to be written as JSON or EDN."""

    status: int
    data: object
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request with its body as the endpoint understood it (None: ignored or unreadable), and the reply."""

    request: Request
    decoded: object
    reply: Reply


def fault(status: int) -> Reply:
    """What a service answers that has a fault, or enough of its caller."""
    if status == 429:
        return message(429, "Too many requests", Retry_After="1", RateLimit_Limit="1", RateLimit_Remaining="0")
    return message(status, "Internal server error")


def message(status: int, text: str, **headers: str) -> Reply:
    """The usual error body of CircleCI's APIs."""
    return Reply(status, {"message": text}, {name.replace("_", "-"): value for name, value in headers.items()})
