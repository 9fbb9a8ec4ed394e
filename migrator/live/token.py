"""The API token: read from the environment, a file or stdin, sent in a header, shown nowhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VARIABLES = ("CIRCLE_TOKEN", "CIRCLECI_TOKEN")
"""The environment variables that may hold a token; the first one that is set counts."""

_MAKE = "make a personal token at https://app.circleci.com/settings/user/tokens"
_LONGEST = 4096


class Token:
    """A token and the place it came from. Whatever prints it prints `***`."""

    __slots__ = ("_text", "origin")

    def __init__(self, text: str, origin: str) -> None:
        """Raises UsageError when the text cannot be a token: it would break the header, or be sent in vain."""
        self._text = text.strip()
        self.origin = origin
        if not self._text:
            raise UsageError(f"there is no token in {origin}", hint=_MAKE)
        if not re.fullmatch(r"[\x21-\x7e]+", self._text) or len(self._text) > _LONGEST:
            raise UsageError(f"what is in {origin} is no token: a token is one word", hint=_MAKE)

    def header(self, path: str) -> tuple[str, str]:
        """The header that shows it; v3 knows only the second form (CircleCI docs: API v2 and v3, authentication)."""
        return (
            ("Authorization", f"Bearer {self._text}") if path.startswith("/api/v3/") else ("Circle-Token", self._text)
        )

    def hide(self, text: str) -> str:
        """The text with `***` in place of the token."""
        return text.replace(self._text, "***")

    def __repr__(self) -> str:
        """No token."""
        return f"Token(***, {self.origin!r})"


def read_token(token_file: str | None, environ: Mapping[str, str], read_stdin: Callable[[], str]) -> Token:
    """The token of `--token-file` (`-` is stdin), or else of the environment. Raises UsageError."""
    if token_file == "-":  # noqa: S105 - the name for stdin
        return Token(read_stdin(), "stdin")
    if token_file is not None:
        return Token(_read(token_file), token_file)
    for name in VARIABLES:
        if environ.get(name, "").strip():
            return Token(environ[name], name)
    raise UsageError(
        "this needs a CircleCI API token, and there is none",
        hint=f"set {VARIABLES[0]}, or name a file with --token-file; {_MAKE}",
    )


def _read(path: str) -> str:
    try:
        with Path(path).open(encoding="utf-8") as file:
            return file.read(_LONGEST * 2)
    except OSError as error:
        raise UsageError(f"the token file {path} cannot be read ({error.strerror})", hint="check the path") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"what is in {path} is no token: it is not text", hint=_MAKE) from error
