"""Where the program starts: a plain `check` runs without the weight of the command-line library, all else with it."""

from __future__ import annotations

import sys

from migrator import __version__
from migrator.commands import INTERRUPTED, Output, check, guarded
from migrator.report.console import emit

_QUIET, _VERBOSE, _EXIT_ZERO = ("-q", "--quiet"), ("-v", "--verbose"), ("--exit-zero",)


def main() -> None:
    """Run the command line and exit with its status."""
    try:
        status = run(sys.argv[1:])
    except KeyboardInterrupt:
        status = INTERRUPTED
    sys.exit(status)


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit status."""
    if arguments == ["--version"]:
        emit(f"{__version__}\n")
        return 0
    if not _is_plain_check(arguments):
        from migrator.cli import run as run_cli

        return run_cli(arguments)
    given = set(arguments)
    output = Output(
        quiet=not given.isdisjoint(_QUIET),
        verbose=not given.isdisjoint(_VERBOSE),
        exit_zero=not given.isdisjoint(_EXIT_ZERO),
    )
    paths = [argument for argument in arguments[1:] if not argument.startswith("-")]
    return guarded(lambda: check(paths or ["."], output))


def _is_plain_check(arguments: list[str]) -> bool:
    """Whether the command line is `check` with paths and simple flags only."""
    options = (argument for argument in arguments[1:] if argument.startswith("-"))
    return arguments[:1] == ["check"] and all(option in (*_QUIET, *_VERBOSE, *_EXIT_ZERO) for option in options)


if __name__ == "__main__":
    main()
