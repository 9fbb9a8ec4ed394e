"""The commands that speak to CircleCI."""

from __future__ import annotations

from typing import Annotated

import typer

from migrator.cli.options import (
    Color,
    ColorChoice,
    DefinitionId,
    EndpointChoice,
    EndpointName,
    ExitZero,
    Host,
    Paths,
    ProofFormat,
    ProofStyle,
    Quiet,
    TokenFile,
)
from migrator.commands.output import Output, guarded


def trigger(
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="gh/ORG/REPO, bb/ORG/REPO or circleci/ID/ID.")],
    job: Annotated[str | None, typer.Option("--job", metavar="JOB", help="Start this job alone.")] = None,
    branch: Annotated[str | None, typer.Option("--branch", metavar="BRANCH", help="On this branch.")] = None,
    tag: Annotated[str | None, typer.Option("--tag", metavar="TAG", help="On this tag.")] = None,
    param: Annotated[
        list[str] | None, typer.Option("--param", metavar="NAME=VALUE", help="Send a value; repeatable.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the workflows to end.")] = False,
    timeout: Annotated[float, typer.Option("--timeout", metavar="SECONDS", min=1, help="How long at most.")] = 3600,
    endpoint: EndpointChoice = None,
    definition_id: DefinitionId = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be sent, and send nothing.")] = False,
    host: Host = None,
    token_file: TokenFile = None,
    format: ProofFormat = ProofStyle.TEXT,  # noqa: A002 - named for its option
    quiet: Quiet = False,
    color: ColorChoice = Color.AUTO,
) -> None:
    """Start a job through v2 and print the web page of its pipeline.

    In a checkout of the project its config names the parameters. Exit status 1
    when the pipeline fails or runs nothing, with --wait also when a workflow
    fails.

    \b
    Examples:
      migrator trigger gh/acme/app --job deploy --branch main
      migrator trigger gh/acme/app --job deploy --param VERSION=1.2 --wait
      migrator trigger gh/acme/app --tag v1.2 --dry-run
    """
    from migrator.commands import trigger as command
    from migrator.live.trigger_plan import Wish, pairs

    if branch is not None and tag is not None:
        raise typer.BadParameter(
            "a pipeline is of a branch or of a tag: leave one out", param_hint="--branch and --tag"
        )
    run = endpoint is EndpointName.PIPELINE_RUN or (endpoint is None and slug.startswith("circleci/"))
    if definition_id is not None and not run:
        raise typer.BadParameter("only --endpoint pipeline-run takes one", param_hint="--definition-id")
    from migrator.commands.access import Access

    access = Access(host, token_file)
    manner = command.Manner(run, definition_id, timeout if wait else None, dry_run, access=access)
    output = Output(format.value, color.value, quiet=quiet)

    def action() -> int:
        return command.trigger(slug, Wish(job, branch, tag, pairs(param or ())), manner, output)

    raise typer.Exit(guarded(action, color.value))


def doctor(
    paths: Paths = None,
    host: Host = None,
    token_file: TokenFile = None,
    format: ProofFormat = ProofStyle.TEXT,  # noqa: A002 - named for its option
    exit_zero: ExitZero = False,
    quiet: Quiet = False,
    color: ColorChoice = Color.AUTO,
) -> None:
    """Ask CircleCI whether everything is ready, and say what to do next.

    Looks at the token, at the projects that calls start, at the configs on the
    branches that they name, and at what v1.1 still starts. Exit status 1 when
    there is a problem, 3 when v2 does not take the token.

    \b
    Examples:
      migrator doctor                   the projects that calls here start
      migrator doctor ../app ../deploy  those of two repositories
      migrator doctor --format json     for programs
    """
    from migrator.commands import doctor as command

    output = Output(format.value, color.value, exit_zero=exit_zero, quiet=quiet)
    from migrator.commands.access import Access

    access = Access(host, token_file)
    raise typer.Exit(guarded(lambda: command.doctor(paths or ["."], output, access), color.value))
