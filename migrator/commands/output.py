"""How the results of a command are shown, and the one place where an error becomes a message and an exit status."""

from __future__ import annotations

import os
import sys

from migrator.errors import MigratorError
from migrator.report.console import paint, say, wants_color

TYPE_CHECKING = False  # typing itself would take longer to import than git to search
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Action = Callable[[], int]

# Like a shell's, 128 and the signal; and `EX_SOFTWARE` of sysexits.h, so that no defect looks like a finding.
INTERRUPTED = 130
DEFECT = 70


class Output:
    """How to show results: `style` is a format's name; `color` `auto`, `always` or `never`.

    `files` are further reports to write, pairs of a format's name and a path; `today` is the day from which to count
    the days that are left, as `YYYY-MM-DD`, None for the real one. No dataclass: see `migrator.repository.roots.Scope`.
    """

    __slots__ = ("color", "exit_zero", "files", "quiet", "style", "today", "verbose")

    def __init__(
        self,
        style: str = "text",
        color: str = "auto",
        *,
        exit_zero: bool = False,
        quiet: bool = False,
        verbose: bool = False,
        files: Sequence[tuple[str, str]] = (),
        today: str | None = None,
    ) -> None:
        """`exit_zero` turns exit status 1 into 0, and no other."""
        self.style = style
        self.color = color
        self.exit_zero = exit_zero
        self.quiet = quiet
        self.verbose = verbose
        self.files = tuple(files)
        self.today = today

    def status(self, *, work_left: bool) -> int:
        """The exit status of a run that came to its end."""
        return 1 if work_left and not self.exit_zero else 0


def guarded(action: Action, color: str = "auto") -> int:
    """Run a command: the one place where an error becomes a message and an exit status."""
    try:
        return action()
    except MigratorError as error:
        _complain(error.message, error.hint, color)
        return error.exit_status
    except KeyboardInterrupt:
        _complain("interrupted", None, color)
        return INTERRUPTED
    except OSError as error:  # files and git have their own answers; what is left is the output
        _complain(f"the output cannot be written ({error.strerror})", None, color)
        return MigratorError.exit_status
    except Exception as error:
        if os.environ.get("MIGRATOR_DEBUG"):
            raise
        what = f"{type(error).__name__}: {error}".splitlines()[0]
        _complain(f"this is a defect of migrator ({what})", "run again with MIGRATOR_DEBUG=1 and report it", color)
        return DEFECT


def _complain(message: str, hint: str | None, color: str) -> None:
    say(paint("error:", "red", "bold", on=wants_color(color, sys.stderr)) + " " + message)
    if hint:
        say(f"next: {hint}")
