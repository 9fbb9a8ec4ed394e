"""What the commands do, free of how they are spelled: search, analyse, maybe write, print, and an exit status.

A clean `check` comes no further than this module and `flow`: everything heavier is imported by who needs it.
"""

from __future__ import annotations

import os
import sys

from migrator.commands.flow import close, is_clean, searched
from migrator.errors import MigratorError
from migrator.report.console import paint, say, wants_color

TYPE_CHECKING = False  # typing itself would take longer to import than git to search
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from migrator.commands.others import Others

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


def check(
    paths: Sequence[str],
    output: Output,
    *,
    baseline: str | None = None,
    since: str | None = None,
    stdin_filename: str | None = None,
    overrides: Mapping[str, object] | None = None,
    others: Others | None = None,
) -> int:
    """Say what is left to migrate: apart from what the file `baseline` lists, in files changed after `since` only.

    The path `-` is one file on stdin, called `stdin_filename`.
    """
    if "-" in paths or since is not None or stdin_filename is not None:
        from migrator.commands.scope import narrowed

        searches = narrowed(paths, output, since, stdin_filename)
    else:
        searches = searched(paths, output, others)
    if output.files:  # what the last run left there quotes the very calls that it found
        for found in searches:
            for path in (os.path.relpath(os.path.realpath(name), found.root) for _, name in output.files):
                found.candidates.pop(path, None)
    if output.style == "text" and not output.files and baseline is None and is_clean(searches):
        return close("check", searches, (), output)
    from migrator.commands.remaining import report

    return report(searches, output, baseline, overrides, others)


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
