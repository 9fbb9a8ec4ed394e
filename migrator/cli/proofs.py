"""The command that proves."""

from __future__ import annotations

from typing import Annotated

import typer

from migrator.cli.options import (
    Callers,
    Color,
    ColorChoice,
    DefinitionId,
    EndpointChoice,
    ExitZero,
    Host,
    Paths,
    Projects,
    ProofFormat,
    ProofStyle,
    Quiet,
    Ready,
    TokenFile,
    Verbose,
    others_of,
    sent_to,
)
from migrator.commands.output import Output, guarded


def verify(
    paths: Paths = None,
    against: Annotated[
        str | None, typer.Option("--against", metavar="REF", help="Compare with this git revision.")
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="Ask CircleCI's own compiler too.")] = False,
    host: Host = None,
    token_file: TokenFile = None,
    project: Projects = None,
    ready: Ready = None,
    callers: Callers = None,
    endpoint: EndpointChoice = None,
    definition_id: DefinitionId = None,
    format: ProofFormat = ProofStyle.TEXT,  # noqa: A002 - named for its option
    exit_zero: ExitZero = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    color: ColorChoice = Color.AUTO,
) -> None:
    """Prove that the same jobs run as before, call by call.

    Planned rewrites are proved before they are made, v2 calls are checked
    against the config that they start, and pushes still have to run something.
    With --against REF, callers and config are compared with those of a git
    revision, however the migration was made.

    Exit status 0 when all of it is proved, 7 when anything differs, 1 when
    something is unknown or a call has no plan.

    \b
    Examples:
      migrator verify                   what `apply` would do, or what it did
      migrator verify --against main    this branch, against the main branch
      migrator verify --live            and what CircleCI itself would run
    """
    from migrator.commands import proofs
    from migrator.commands.access import Access

    output = Output(format.value, color.value, exit_zero=exit_zero, quiet=quiet, verbose=verbose)
    if not live and (host is not None or token_file is not None):
        raise typer.BadParameter("only --live asks CircleCI: give it too", param_hint="--host and --token-file")
    access = Access(host, token_file) if live else None
    overrides = {"ready": ready, **sent_to(endpoint, definition_id)}
    asked = paths or ["."]

    def action() -> int:
        return proofs.verify(asked, output, against, access, overrides, others_of(project, callers))

    raise typer.Exit(guarded(action, color.value))
