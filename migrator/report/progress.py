"""A progress bar on stderr, for long runs at a terminal only: nowhere else may control characters end up in a log."""

from __future__ import annotations

import os
import shutil
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE = 0.7
"""Seconds that a run may take without showing a bar."""
_PAUSE = 0.1
"""Seconds between two pictures."""
_WIDTH = 24
_CLEAR = "\r\x1b[2K"


class Progress:
    """How many of the files that may hold a call have been looked through."""

    def __init__(self, total: int, *, is_shown: bool) -> None:
        """`total` counts files."""
        self._total = total
        self._done = 0
        self._label = ""
        self._is_shown = is_shown and total > 0
        self._next = time.monotonic() + _PATIENCE
        self._is_drawn = False

    def label(self, text: str) -> None:
        """Name what is being looked through."""
        self._label = text

    def advance(self) -> None:
        """One more file is done."""
        self._done = min(self._done + 1, self._total)
        now = time.monotonic()
        if self._is_shown and now >= self._next:
            self._next = now + _PAUSE
            self._draw()

    def _draw(self) -> None:
        filled = _WIDTH * self._done // self._total
        text = f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {self._done}/{self._total} {self._label}"
        self._is_drawn = True  # first: an interrupt may come as soon as there is something to see
        self._write(_CLEAR + text[: shutil.get_terminal_size().columns - 1])

    def clear(self) -> None:
        """Leave the line as it was found."""
        if self._is_drawn:
            self._write(_CLEAR)
            self._is_drawn = False

    def _write(self, text: str) -> None:
        stream = sys.stderr
        stream.write(text)
        stream.flush()


@contextmanager
def progress(total: int, *, quiet: bool = False) -> Iterator[Progress]:
    """A bar for so many files that is gone when the work is done, and when it fails."""
    stream = sys.stderr
    is_terminal = stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"
    bar = Progress(total, is_shown=is_terminal and not quiet and not os.environ.get("CI"))
    try:
        yield bar
    finally:
        bar.clear()
