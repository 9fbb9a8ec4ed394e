"""How long to wait: between tries of one request, and between looks at something that is under way."""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Patience:
    """Tries of one request, the first pause between them, and the longest that the server may ask for, in seconds."""

    tries: int = 4
    first: float = 0.5
    longest: float = 60.0
    connect: float = 10.0
    read: float = 30.0
    whole: float = 90.0
    """Seconds for one answer, from the request to its last byte."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The time, replaced in tests: seconds that only grow, the date in seconds since 1970, and how to wait."""

    monotonic: Callable[[], float] = time.monotonic
    date: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def looks(self, within: float, *, first: float = 1.0, longest: float = 10.0) -> Iterator[float]:
        """Now, and again after growing pauses while `within` seconds last; yields the seconds gone by."""
        started, pause = self.monotonic(), first
        while True:
            gone = self.monotonic() - started
            yield gone
            left = within - (self.monotonic() - started)
            if left <= 0:
                return
            self.sleep(min(pause, left))
            pause = min(pause * 1.5, longest)


def asked_for(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds that an answer asks to wait: `Retry-After` as seconds or as a date, or the end of the rate limit."""
    text = headers.get("retry-after", "").strip()
    if text:
        return _seconds(text) if text.isascii() and text.isdigit() else _until(text, now)
    for name in ("ratelimit-reset", "x-ratelimit-reset"):
        reset = _seconds(headers.get(name, ""))
        if reset is not None:
            return max(reset - now, 0.0) if reset > now / 2 else reset  # some say when, some say in how long
    return None


def _seconds(text: str) -> float | None:
    text = text.strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 15 else None


def _until(text: str, now: float) -> float | None:
    try:
        return max(parsedate_to_datetime(text).timestamp() - now, 0.0)
    except (ValueError, TypeError, OverflowError):
        return None
