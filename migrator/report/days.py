"""How much time is left, in words, and the day from which that is counted."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime

from migrator.errors import UsageError


def countdown(days: int) -> str:
    """A sentence about the days until the endpoints are removed."""
    if days > 1:
        return f"{days} days are left: CircleCI removes these endpoints on 1 February 2027."
    if days >= 0:
        return f"{'One day is' if days else 'No day is'} left: CircleCI removes these endpoints on 1 February 2027."
    return "CircleCI has removed these endpoints on 1 February 2027: the calls answer 410 Gone."


def day(text: str | None) -> date:
    """The day that is meant: the one given, else that of the variable MIGRATOR_AS_OF, else today (UTC).

    Raises UsageError when it is no date.
    """
    text = text or os.environ.get("MIGRATOR_AS_OF")
    if not text:
        return datetime.now(tz=UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no date", hint="write it as 2027-01-31") from error
