"""API tokens: which there are, and how a request shows one. CircleCI docs: managing-api-tokens, API references."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.world.exchange import Request


class Holder(StrEnum):
    """Whom a token belongs to."""

    PERSON = "person"
    PROJECT = "project"


@dataclass(frozen=True, slots=True)
class Tokens:
    """The two tokens that the fake CircleCI knows."""

    personal: str = "personal-token"
    project: str = "project-token"

    def holder(self, token: str) -> Holder | None:
        """Whose token this is; None for one that nobody has."""
        return {self.personal: Holder.PERSON, self.project: Holder.PROJECT}.get(token)


def in_header(request: Request) -> str | None:
    """The token in `Circle-Token`, or in `Authorization` as Bearer or as the user name of Basic."""
    token = request.headers.get("circle-token")
    if token is not None:
        return token
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    match scheme.lower():
        case "bearer":
            return credentials.strip()
        case "basic":
            return _basic_user(credentials)
        case _:
            return None


def in_query(request: Request) -> str | None:
    """The token in the deprecated `?circle-token=`."""
    return dict(request.query).get("circle-token")


def _basic_user(credentials: str) -> str | None:
    try:
        decoded = base64.b64decode(credentials, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return decoded.partition(":")[0]
