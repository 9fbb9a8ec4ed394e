"""What the API answered, and the error that it means."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.errors import ApiError, AuthError

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST_MESSAGE = 300
_HINTS = {
    410: "the endpoint is gone: update migrator",
    429: "wait a while, then run again",
}


class StatusError(ApiError):
    """The API answered with a status that says no; `status` is the HTTP status, `said` its own words."""

    def __init__(self, message: str, *, status: int, said: str = "", hint: str | None = None) -> None:
        """See MigratorError."""
        super().__init__(message, hint=hint)
        self.status = status
        self.said = said


class NotFoundError(StatusError):
    """404: v2 says so of what is not there, and of all projects to a project token (API v2 reference)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply; header names are lower case. `what` names the request, e.g. `GET /api/v2/me`."""

    what: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def data(self) -> object:
        """The body, read as JSON. Raises ApiError when it is none."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise ApiError(
                f"the answer to {self.what} is not JSON",
                hint="something else than CircleCI's API answered: check --host, CIRCLE_HOST and the proxy",
            ) from error

    def said(self) -> str:
        """The message in the body of an error, in one line without anything that could command a terminal."""
        try:
            data = json.loads(self.body)
        except ValueError:
            return ""
        match data:
            case {"message": str(text)}:  # v1.1 and v2
                return plain(text)
            case {"error": {"detail": str(text)}} | {"error": {"title": str(text)}}:  # v3
                return plain(text)
        return ""


def plain(text: str) -> str:
    """Text of a stranger, in one line and of bounded length."""
    line = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(line.split())[:_LONGEST_MESSAGE]


def refusal(answer: Answer, said: str, origin: str, token_origin: str) -> ApiError | AuthError:
    """The error that a status from 400 on means."""
    status = answer.status
    shown = f"{status}: {said}" if said else str(status)
    if status in {401, 403}:
        return AuthError(
            f"{origin} refused the token of {token_origin} ({shown})",
            hint="make a new personal token; it may have expired, or belong to another host",
        )
    if status == 404:
        return NotFoundError(
            f"{answer.what} found nothing ({shown})",
            status=status,
            said=said,
            hint="check the project's name, and that the token is a personal one of someone who can see it; "
            "v2 answers 404 to project tokens",
        )
    who = "CircleCI failed at" if status >= 500 else "CircleCI refused"
    hint = _HINTS.get(status, "try again later; https://status.circleci.com" if status >= 500 else None)
    return StatusError(f"{who} {answer.what} ({shown})", status=status, said=said, hint=hint)
