"""The command line: options in, one call, an exit status out. Nothing is decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from migrator import __version__
from migrator.cli import catalogue as cli_catalogue
from migrator.cli import catalogue as cli_graph
from migrator.cli import live as cli_live
from migrator.cli import proofs as cli_proofs
from migrator.cli.options import (
    AllowDirty,
    AsOf,
    Baseline,
    Callers,
    Color,
    ColorChoice,
    DefinitionId,
    Demo,
    EndpointChoice,
    ExitZero,
    Format,
    Only,
    Outputs,
    Paths,
    Projects,
    Quiet,
    Ready,
    Since,
    StdinFilename,
    Style,
    Unsafe,
    UnsafeCodes,
    Verbose,
    allowed,
    others_of,
    sent_to,
    with_codes,
)
from migrator.commands.check import check as run_check
from migrator.commands.output import Output, guarded

if TYPE_CHECKING:
    from collections.abc import Callable

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
    unsafe_codes: UnsafeCodes = None,
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
    overrides = {
        "unsafe": allowed(unsafe=unsafe, codes=unsafe_codes),
        "only": only and only.value,
        "ready": ready,
        **sent_to(endpoint, definition_id),
    }
    if demo and paths:
        raise typer.BadParameter("the demo has its own repository: give no PATHS with it", param_hint="--demo")
    if demo:
        _run(output, lambda: changes.demo(output, overrides))
    _run(output, lambda: changes.diff(paths or ["."], output, overrides, others_of(project, callers)))


@app.command()
def apply(
    paths: Paths = None,
    format: Format = Style.TEXT,  # noqa: A002 - named for its option
    unsafe: Unsafe = None,
    unsafe_codes: UnsafeCodes = None,
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
        "unsafe": allowed(unsafe=unsafe, codes=unsafe_codes),
        "only": only and only.value,
        "ready": ready,
        "allow_dirty": allow_dirty or None,
        **sent_to(endpoint, definition_id),
    }
    _run(output, lambda: changes.apply(paths or ["."], output, overrides, others_of(project, callers)))


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
        lambda: run_check(
            asked,
            shown,
            baseline=baseline,
            since=since,
            stdin_filename=stdin_filename,
            overrides={"ready": ready},
            others=others_of(project, None),
        ),
    )


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


app.command()(cli_proofs.verify)
app.command()(cli_graph.graph)
app.command()(cli_catalogue.explain)
app.command()(cli_catalogue.rules)
app.command()(cli_catalogue.settings)
app.command()(cli_live.doctor)
app.command()(cli_live.trigger)
app.add_typer(cli_catalogue.baseline_app, name="baseline")


def _run(output: Output, action: Callable[[], int]) -> None:
    raise typer.Exit(guarded(action, output.color))


def run(arguments: list[str]) -> int:
    """Run a command line and return its exit status; usage errors are told as Typer tells them."""
    try:
        app(args=with_codes(arguments), prog_name="migrator")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0
