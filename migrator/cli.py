"""The command line: options in, one call, an exit status out. Nothing is decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from migrator import __version__, cli_catalogue, cli_graph, cli_live, commands
from migrator.cli_options import (
    AllowDirty,
    AsOf,
    Baseline,
    Callers,
    Color,
    ColorChoice,
    DefinitionId,
    Demo,
    Endpoint,
    EndpointChoice,
    ExitZero,
    Format,
    Host,
    Only,
    Outputs,
    Paths,
    Projects,
    ProofFormat,
    ProofStyle,
    Quiet,
    Ready,
    Since,
    StdinFilename,
    Style,
    TokenFile,
    Unsafe,
    Verbose,
)
from migrator.commands import Output, guarded

if TYPE_CHECKING:
    from migrator.commands.others import Others

app = typer.Typer(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(value: bool) -> None:
    if value:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Move CircleCI v1 and v1.1 triggers to v2 pipelines.

    Callers and configs change together, proved before they are written.

    \b
    Examples:
      migrator check               what is left in this repository
      migrator diff ci/            the patch for the calls below ci/
      migrator apply --only config the half to merge first

    \b
    Exit status: 0 nothing left, 1 calls remain, 2 wrong usage,
    3 token refused, 4 API failed, 7 proof failed, 130 interrupted.
    """


@app.command()
def diff(
    paths: Paths = None,
    format: Format = Style.TEXT,  # noqa: A002 - named for its option
    unsafe: Unsafe = None,
    only: Only = None,
    project: Projects = None,
    ready: Ready = None,
    callers: Callers = None,
    endpoint: EndpointChoice = None,
    definition_id: DefinitionId = None,
    demo: Demo = False,
    exit_zero: ExitZero = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    color: ColorChoice = Color.AUTO,
) -> None:
    """Print the patch that `apply` would make, and write nothing.

    The patch goes to stdout and `git apply` takes it; what it leaves out is
    said on stderr. Exit status 1 when there is anything to do.

    \b
    Examples:
      migrator diff                     the patch for this repository
      migrator diff . ../app            for two that call one another
      migrator diff --unsafe | git apply
    """
    from migrator.commands import changes

    output = Output(format.value, color.value, exit_zero=exit_zero, quiet=quiet, verbose=verbose)
    overrides = {"unsafe": unsafe, "only": only and only.value, "ready": ready, **_sent(endpoint, definition_id)}
    if demo and paths:
        raise typer.BadParameter("the demo has its own repository: give no PATHS with it", param_hint="--demo")
    if demo:
        _run(output, lambda: changes.demo(output, overrides))
    _run(output, lambda: changes.diff(paths or ["."], output, overrides, _others(project, callers)))


@app.command()
def apply(
    paths: Paths = None,
    format: Format = Style.TEXT,  # noqa: A002 - named for its option
    unsafe: Unsafe = None,
    only: Only = None,
    project: Projects = None,
    ready: Ready = None,
    callers: Callers = None,
    endpoint: EndpointChoice = None,
    definition_id: DefinitionId = None,
    allow_dirty: AllowDirty = False,
    exit_zero: ExitZero = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    color: ColorChoice = Color.AUTO,
) -> None:
    """Write the rewrites: all of them, or none.

    Files with uncommitted changes are refused. Exit status 0 when no call is
    left, 1 when some are.

    \b
    Examples:
      migrator apply                    all safe rewrites
      migrator apply --only config      what to merge first
      migrator apply --callers FILE     the config, for calls from elsewhere
    """
    from migrator.commands import changes

    output = Output(format.value, color.value, exit_zero=exit_zero, quiet=quiet, verbose=verbose)
    overrides = {
        "unsafe": unsafe,
        "only": only and only.value,
        "ready": ready,
        "allow_dirty": allow_dirty or None,
        **_sent(endpoint, definition_id),
    }
    _run(output, lambda: changes.apply(paths or ["."], output, overrides, _others(project, callers)))


@app.command()
def check(
    paths: Paths = None,
    format: Format = Style.TEXT,  # noqa: A002 - named for its option
    output: Outputs = None,
    baseline: Baseline = None,
    since: Since = None,
    as_of: AsOf = None,
    project: Projects = None,
    ready: Ready = None,
    stdin_filename: StdinFilename = None,
    exit_zero: ExitZero = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    color: ColorChoice = Color.AUTO,
) -> None:
    """Say which calls are left to migrate.

    Exit status 0 when there is none, 1 when there are some or a file that may
    hold one could not be read. `-` reads one file from stdin.

    \b
    Examples:
      migrator check                            this repository
      migrator check --output junit=junit.xml   and a report for CI
      migrator check --since main --baseline .migrator-baseline.json
    """
    shown = Output(
        format.value,
        color.value,
        exit_zero=exit_zero,
        quiet=quiet,
        verbose=verbose,
        files=[_output(text) for text in output or ()],
        today=as_of,
    )
    asked = paths or ["."]
    _run(
        shown,
        lambda: commands.check(
            asked,
            shown,
            baseline=baseline,
            since=since,
            stdin_filename=stdin_filename,
            overrides={"ready": ready},
            others=_others(project, None),
        ),
    )


def _sent(endpoint: Endpoint | None, definition: str | None) -> dict[str, object]:
    """The settings about the endpoint."""
    return {"endpoint": endpoint and endpoint.value, "definition_id": definition}


def _others(projects: list[str] | None, callers: str | None) -> Others | None:
    """What is said about other projects, read when the command runs; None keeps a plain run light."""
    if not projects and callers is None:
        return None
    from migrator.commands.others import others

    return others(projects or (), callers)


def _output(text: str) -> tuple[str, str]:
    """`FORMAT=FILE` in two."""
    style, _, path = text.partition("=")
    if style not in list(Style) or not path:
        raise typer.BadParameter(f"{text!r} is not FORMAT=FILE{_close_to(style)}", param_hint="--output")
    return style, path


def _close_to(style: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(style.lower(), list(Style), n=1)
    return f": did you mean {close[0]}=FILE?" if close else f", with one of the formats {', '.join(Style)}"


@app.command()
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
    overrides = {"ready": ready, **_sent(endpoint, definition_id)}
    asked = paths or ["."]
    _run(output, lambda: proofs.verify(asked, output, against, access, overrides, _others(project, callers)))


app.command()(cli_graph.graph)
app.command()(cli_catalogue.explain)
app.command()(cli_catalogue.rules)
app.command()(cli_catalogue.settings)
app.command()(cli_live.doctor)
app.command()(cli_live.trigger)
app.add_typer(cli_catalogue.baseline_app, name="baseline")


def _run(output: Output, action: commands.Action) -> None:
    raise typer.Exit(guarded(action, output.color))


def run(arguments: list[str]) -> int:
    """Run a command line and return its exit status; usage errors are told as Typer tells them."""
    try:
        app(args=arguments, prog_name="migrator")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0
