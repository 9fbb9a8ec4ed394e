"""The command `graph`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from migrator.cli.options import Color, ColorChoice, ExitZero, Paths, Projects, Quiet
from migrator.commands.output import Output, guarded


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
