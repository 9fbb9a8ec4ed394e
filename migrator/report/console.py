"""The two streams and their colours. Imports nothing heavy."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # typing itself would take longer to import than git to search
if TYPE_CHECKING:
    from typing import TextIO

_CODES = {"red": "31", "green": "32", "yellow": "33", "cyan": "36", "bold": "1", "dim": "2"}


def emit(content: str | bytes) -> None:
    """Write findings or a patch to stdout, byte for byte. A reader that has gone away is no error."""
    _write(sys.stdout, content)


def say(line: str) -> None:
    """Write one line to stderr."""
    _write(sys.stderr, line + "\n")


def _write(stream: TextIO | None, content: str | bytes) -> None:
    if stream is None:
        return
    data = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
    try:
        stream.flush()
        stream.buffer.write(data)
        stream.flush()
    except BrokenPipeError:
        # Python flushes once more on its way out, and would complain there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def wants_color(choice: str, stream: TextIO | None) -> bool:
    """Whether to colour a stream: by `choice` (`always`, `never`, `auto`), then NO_COLOR, FORCE_COLOR, the terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    # CircleCI calls its log viewer dumb, and shows colours.
    is_dumb = os.environ.get("TERM") == "dumb" and not os.environ.get("CIRCLECI")
    return stream is not None and stream.isatty() and not is_dumb


def paint(text: str, *styles: str, on: bool) -> str:
    """The text in the given styles, or plain."""
    if not on:
        return text
    return f"\x1b[{';'.join(_CODES[style] for style in styles)}m{text}\x1b[0m"
