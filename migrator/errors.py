"""The one error tree. Raised low, turned into an exit status once, in `cli.py`."""

from __future__ import annotations


class MigratorError(Exception):
    """A reason to stop: what happened and why, what to do next, and the exit status that says so."""

    exit_status = 2

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        """`message` says what and why in one sentence; `hint` says what to do next."""
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(MigratorError):
    """A wrong option, setting or path, or a file that must not be written now."""


class AuthError(MigratorError):
    """The API refused the token."""

    exit_status = 3


class ApiError(MigratorError):
    """The API could not be reached or failed."""

    exit_status = 4


class ProofError(MigratorError):
    """The new world would not run what the old one ran; what it is about was left as it is."""

    exit_status = 7


class Refusal(Exception):  # noqa: N818 - not a fault: the honest answer "this cannot be rewritten"
    """Raised while planning and rewriting when a thing cannot be done; becomes an `error` note on its calls."""

    def __init__(self, code: str, message: str) -> None:
        """`code` is the note's stable code; `message` says the reason and the next step in one or two sentences."""
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def reason(self) -> str:
        """The reason alone, as a clause that can stand behind a colon."""
        first = self.message.partition(". ")[0].removesuffix(".")
        return first[:1].lower() + first[1:] if first[1:2].islower() or first[1:2] == " " else first


class WaitingRefusal(Refusal):
    """A rewrite that is possible only together with those of other calls of the same file, which are not made."""

    def __init__(self, code: str, message: str, needed: frozenset[object]) -> None:
        """`needed` are the spans of the other calls in the file's text."""
        super().__init__(code, message)
        self.needed = needed


class ParseError(Exception):
    """A text is not what its language allows. `line` counts from 1 in the text that was parsed."""

    def __init__(self, message: str, line: int) -> None:
        """`message` is the parser's own complaint, in one line."""
        super().__init__(message)
        self.message = message
        self.line = line
