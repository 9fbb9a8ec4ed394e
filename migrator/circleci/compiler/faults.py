"""What stops a compilation: an error CircleCI itself would give, or a thing that cannot be known offline."""

from __future__ import annotations


class CompileError(Exception):
    """CircleCI would refuse the config or the arguments; worded as CircleCI words it where that is known."""

    def __init__(self, message: str) -> None:
        """`message` may have several lines: the place first (`Error calling job: 'build'`), the complaint last."""
        super().__init__(message)
        self.message = message

    @property
    def line(self) -> str:
        """The message in one line: the place, then the complaint."""
        return ": ".join(line.strip().rstrip(":.") for line in self.message.splitlines() if line.strip())

    def inside(self, place: str) -> CompileError:
        """The same error, said to have happened in `place`, as CircleCI prefixes its messages."""
        return type(self)(f"{place}\n{self.message}")


class EvaluationError(CompileError):
    """A condition that is well formed but whose operands have the wrong types; it only counts where it is evaluated."""


class UnknownError(Exception):
    """What would run cannot be decided from the config and the event alone."""

    def __init__(self, message: str) -> None:
        """`message` says in one sentence what is not known."""
        super().__init__(message)
        self.message = message
