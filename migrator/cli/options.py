"""The options of the command line, each spelled once."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from migrator.commands.others import Others


class Style(StrEnum):
    """The formats of `--format` for findings."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    GITLAB = "gitlab"
    MARKDOWN = "markdown"
    HTML = "html"


class ProofStyle(StrEnum):
    """The formats of `--format` for proofs."""

    TEXT = "text"
    JSON = "json"


class Half(StrEnum):
    """The halves of a migration, for `--only`."""

    CONFIG = "config"
    CALLERS = "callers"


class Color(StrEnum):
    """When to colour."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


_UNSAFE_CODES = "--unsafe-codes"


def with_codes(arguments: Iterable[str]) -> list[str]:
    """The arguments with `--unsafe=CODE,…` as the option that it stands for: `--unsafe` takes no value of its own."""
    given = "--unsafe="
    return [f"{_UNSAFE_CODES}={arg.removeprefix(given)}" if arg.startswith(given) else arg for arg in arguments]


def allowed(*, unsafe: bool | None, codes: str | None) -> bool | tuple[str, ...] | None:
    """What the two options say together, as the settings have it."""
    return unsafe if codes is None or unsafe else tuple(codes.split(","))


_FORMATS = "text, json, sarif, junit, github, gitlab, markdown, html."
Paths = Annotated[
    list[str] | None, typer.Argument(metavar="PATHS", help="Files, folders, repositories (default: here).")
]
Format = Annotated[Style, typer.Option("--format", metavar="FORMAT", help=_FORMATS)]
ProofFormat = Annotated[ProofStyle, typer.Option("--format", help="How to print.")]
Outputs = Annotated[
    list[str] | None,
    typer.Option("--output", metavar="FORMAT=FILE", help="Also write a report to a file; repeatable."),
]
Baseline = Annotated[
    str | None, typer.Option("--baseline", metavar="FILE", help="Fail only for calls that FILE does not list.")
]
Since = Annotated[
    str | None, typer.Option("--since", metavar="REF", help="Only files changed since this git revision.")
]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="Count the days from DATE, not today.")]
StdinFilename = Annotated[
    str | None, typer.Option("--stdin-filename", metavar="NAME", help="What the file on stdin (-) is called.")
]
Only = Annotated[Half | None, typer.Option("--only", help="Change only this half.")]
Unsafe = Annotated[
    bool | None,
    typer.Option("--unsafe/--no-unsafe", help="Also make rewrites that rest on assumptions (=CODE,…: on these)."),
]
UnsafeCodes = Annotated[str | None, typer.Option(_UNSAFE_CODES, hidden=True)]
AllowDirty = Annotated[bool, typer.Option("--allow-dirty", help="Also write to files with uncommitted changes.")]
Projects = Annotated[
    list[str] | None, typer.Option("--project", metavar="SLUG=PATH", help="PATH is a checkout of this project.")
]
Ready = Annotated[
    list[str] | None, typer.Option("--ready", metavar="SLUG", help="This other project is migrated (see README).")
]
Callers = Annotated[
    str | None, typer.Option("--callers", metavar="FILE", help="Also plan for the calls in this JSON report.")
]
Demo = Annotated[bool, typer.Option("--demo", help="Show it on a sample repository instead.")]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 in place of 1.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print less.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Print more.")]
ColorChoice = Annotated[Color, typer.Option("--color", help="When to colour.")]
Within = Annotated[
    list[str] | None, typer.Option("--in", metavar="PATH", help="Search here; repeatable (default: here).")
]


class EndpointName(StrEnum):
    """The two endpoints of v2 that start pipelines, for `--endpoint`."""

    PIPELINE = "pipeline"
    PIPELINE_RUN = "pipeline-run"


EndpointChoice = Annotated[
    EndpointName | None, typer.Option("--endpoint", metavar="NAME", help="pipeline, or pipeline-run with a definition.")
]
DefinitionId = Annotated[
    str | None, typer.Option("--definition-id", metavar="ID", help="For pipeline-run; looked up when left out.")
]
Host = Annotated[
    str | None, typer.Option("--host", metavar="HOST", help="CircleCI's host, a name or a URL (CIRCLE_HOST).")
]
TokenFile = Annotated[
    str | None, typer.Option("--token-file", metavar="FILE", help="Read the token here, `-` is stdin (CIRCLE_TOKEN).")
]


def sent_to(endpoint: EndpointName | None, definition: str | None) -> dict[str, object]:
    """The settings about the endpoint."""
    return {"endpoint": endpoint and endpoint.value, "definition_id": definition}


def others_of(projects: list[str] | None, callers: str | None) -> Others | None:
    """What is said about other projects, read when the command runs; None keeps a plain run light."""
    if not projects and callers is None:
        return None
    from migrator.commands.others import others

    return others(projects or (), callers)
