"""Write new options the way the call writes its own: short or long, with or without `=`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrator.syntax.shell.curl import Invocation, Option

_HAVE_SHORT = frozenset({"data", "header", "user", "request", "form", "silent", "output", "fail", "show-error"})
_KEPT = frozenset({"data", "data-raw", "data-binary", "data-ascii", "json", "post-data", "body-data"})


@dataclass(frozen=True, slots=True)
class Style:
    """How options are spelt. `equals`: wget's `--name=value`; `method`: wget is told it, and so takes `body-data`."""

    wget: bool
    short: bool
    short_header: bool
    equals: bool
    method: bool = False

    def header(self, word: str) -> str:
        """A header option with its value, which is a shell word."""
        if self.wget:
            return f"--header={word}" if self.equals else f"--header {word}"
        return f"-H {word}" if self.short_header else f"--header {word}"

    def data(self, word: str, replaced: Option | None) -> str:
        """A data option with its value, spelt like the one that it replaces where that one can carry JSON."""
        if self.wget:
            new = "body-data" if self.method else "post-data"
            name = replaced.name if replaced is not None and replaced.name in _KEPT else new
            return f"--{name}={word}" if self.equals else f"--{name} {word}"
        if replaced is None or replaced.name not in _KEPT:
            short = self.short if replaced is None or replaced.name == "data-urlencode" else replaced.short
            return f"-d {word}" if short else f"--data {word}"
        return f"-d {word}" if replaced.short else f"--{replaced.name} {word}"


def style_of(invocation: Invocation) -> Style:
    """The spelling that most options of the call have."""
    options = [option for option in invocation.options if option.name in _HAVE_SHORT]
    headers = [option for option in options if option.name == "header"]
    short = _mostly_short(options)
    equals = [option.equals for option in invocation.options if option.value is not None and not option.bare]
    return Style(
        invocation.wget,
        short,
        _mostly_short(headers) if headers else short,
        all(equals),
        bool(invocation.all("method")),
    )


def _mostly_short(options: list[Option]) -> bool:
    return sum(1 if option.short else -1 for option in options) >= 0
