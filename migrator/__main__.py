"""Where the program starts: a plain `check` runs without the weight of the command-line library, all else with it."""

from __future__ import annotations

import sys

from migrator import __version__
from migrator.commands.check import check
from migrator.commands.output import INTERRUPTED, Output, guarded
from migrator.report.console import emit

TYPE_CHECKING = False  # typing itself would take longer to import than git to search
if TYPE_CHECKING:
    from typing import Any

_FLAGS = {"-q": "quiet", "--quiet": "quiet", "-v": "verbose", "--verbose": "verbose", "--exit-zero": "exit_zero"}
_CHOICES = {"--format": ("style", ("text", "json")), "--color": ("color", ("auto", "always", "never"))}


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
    plain = _plain_check(arguments)
    if plain is None:
        from migrator.cli.app import run as run_cli

        return run_cli(arguments)
    paths, options = plain
    output = Output(**options)
    return guarded(lambda: check(paths or ["."], output), output.color)


def _plain_check(arguments: list[str]) -> tuple[list[str], dict[str, Any]] | None:
    """Paths and options of a `check` without anything unusual; None leaves the command line to the library."""
    if arguments[:1] != ["check"]:
        return None
    paths: list[str] = []
    options: dict[str, Any] = {}
    rest = iter(arguments[1:])
    for argument in rest:
        name, has_value, value = argument.partition("=")
        if argument in _FLAGS:
            options[_FLAGS[argument]] = True
        elif name in _CHOICES:
            key, choices = _CHOICES[name]
            options[key] = value if has_value else next(rest, "")
            if options[key] not in choices:
                return None
        elif argument.startswith("-"):
            return None
        else:
            paths.append(argument)
    return paths, options


if __name__ == "__main__":
    main()
