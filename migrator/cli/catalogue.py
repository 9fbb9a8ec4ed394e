"""The commands beside the flow: what a finding means, which settings count, the baseline, and who triggers what."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from migrator.cli.options import Color, ColorChoice, ExitZero, Paths, Projects, Quiet, Within
from migrator.commands.output import Output, guarded
from migrator.report.baseline import DEFAULT_PATH


class GraphStyle(StrEnum):
    """The formats of `migrator graph`."""

    TEXT = "text"
    MERMAID = "mermaid"
    DOT = "dot"
    JSON = "json"


def graph(
    paths: Paths = None,
    format: Annotated[GraphStyle, typer.Option("--format", help="How to print.")] = GraphStyle.TEXT,  # noqa: A002
    project: Projects = None,
    exit_zero: ExitZero = False,
    quiet: Quiet = False,
    color: ColorChoice = Color.AUTO,
) -> None:
    """Show who triggers what, and in which order to merge.

    Every v1, v1.1 and v2 call with the project, the job and the branch that it
    starts; what does not exist; projects that trigger one another. Exit status
    1 when something that is started does not exist.

    \b
    Examples:
      migrator graph                    this repository
      migrator graph ~/clones           all repositories in a folder
      migrator graph . ../app --format mermaid
    """
    from migrator.commands import graph as command
    from migrator.commands.others import others

    output = Output(format.value, color.value, exit_zero=exit_zero, quiet=quiet)
    run = lambda: command.graph(paths or ["."], output, others(project or (), None))  # noqa: E731
    raise typer.Exit(guarded(run, color.value))


class ListStyle(StrEnum):
    """The formats of `migrator rules`."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def _codes(incomplete: str) -> list[str]:
    """What the shell may complete to."""
    from migrator.rules import catalogue

    return [code for code in catalogue() if code.startswith(incomplete)]


Codes = Annotated[
    list[str] | None,
    typer.Argument(metavar="CODE", help="Codes as they stand in findings.", autocompletion=_codes),
]


def explain(codes: Codes = None, color: ColorChoice = Color.AUTO) -> None:
    """Say what a finding means and what to do about it.

    Without a code, list them all.

    \b
    Examples:
      migrator explain v1-job           what every finding is about
      migrator explain reply-field      what a note says in short
      migrator explain not-proved rerun several at once
    """
    from migrator.commands import catalogue

    raise typer.Exit(guarded(lambda: catalogue.explain(codes or (), color.value), color.value))


def rules(
    format: Annotated[ListStyle, typer.Option("--format", help="How to print.")] = ListStyle.TEXT,  # noqa: A002
    color: ColorChoice = Color.AUTO,
) -> None:
    """List every code that a finding can have.

    \b
    Examples:
      migrator rules                    by group, with a line for each
      migrator rules --format json      for programs
      migrator rules --format markdown  for a page of your own
    """
    from migrator.commands import catalogue

    raise typer.Exit(guarded(lambda: catalogue.rules(format.value, color.value), color.value))


def settings(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATHS", help="Files, folders, repositories (default: here).")
    ] = None,
    color: ColorChoice = Color.AUTO,
) -> None:
    """Print the settings that count here, and where each comes from.

    They stand in .migrator.toml or in [tool.migrator] of pyproject.toml.

    \b
    Examples:
      migrator settings                     this repository
      migrator settings ../app              another one
      migrator settings > .migrator.toml    a file to start from
    """
    from migrator.commands import catalogue

    raise typer.Exit(guarded(lambda: catalogue.settings(paths or ["."], color.value), color.value))


baseline_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="""Accept the calls that are there today.

    `migrator check --baseline FILE` then fails for others only, and for entries
    whose calls are gone.

    \b
    Examples:
      migrator baseline write
      migrator check --baseline .migrator-baseline.json
      migrator baseline prune
    """,
)

File = Annotated[str, typer.Argument(metavar="FILE", help="The baseline.")]


@baseline_app.command("write")
def baseline_write(file: File = DEFAULT_PATH, within: Within = None, quiet: Quiet = False) -> None:
    """Write a baseline with everything that is left today.

    \b
    Examples:
      migrator baseline write                   .migrator-baseline.json
      migrator baseline write ci/baseline.json  another file
      migrator baseline write --in ../app       of another repository
    """
    from migrator.commands import baselines

    output = Output(quiet=quiet)
    raise typer.Exit(guarded(lambda: baselines.write(file, within or ["."], output)))


@baseline_app.command("prune")
def baseline_prune(file: File = DEFAULT_PATH, within: Within = None, quiet: Quiet = False) -> None:
    """Take out what is no longer there; nothing is added.

    \b
    Examples:
      migrator baseline prune                   .migrator-baseline.json
      migrator baseline prune ci/baseline.json  another file
      migrator baseline prune --in ci           only entries below ci/
    """
    from migrator.commands import baselines

    output = Output(quiet=quiet)
    raise typer.Exit(guarded(lambda: baselines.prune(file, within or ["."], output)))
