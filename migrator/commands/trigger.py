"""`trigger`: start a job through v2, and say what became of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.report.console import emit, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from migrator.circleci.runs.config import ConfigView
    from migrator.commands.access import Access
    from migrator.commands.output import Output
    from migrator.live.client import Client
    from migrator.live.trigger import PipelineSeen, Started
    from migrator.live.trigger_plan import Wish

_LONG_WAIT = 3600.0


@dataclass(frozen=True, slots=True)
class Manner:
    """How to trigger. `run`: through `pipeline/run`, with `definition`, which is looked up when it is None.

    `wait` is how many seconds to wait for the workflows, None not to. `dry`: only print what would be sent.
    """

    run: bool = False
    definition: str | None = None
    wait: float | None = None
    dry: bool = False
    access: Access = field(kw_only=True)


def trigger(slug: str, wish: Wish, manner: Manner, output: Output) -> int:
    """Trigger one pipeline. The exit status is 1 when it fails, or runs nothing. Raises the errors of the API."""
    from migrator.live.trigger import parse_slug
    from migrator.live.trigger_plan import parameters_of, secrets

    slug = parse_slug(slug)
    config = _config(slug)
    parameters = parameters_of(wish, config)
    for name in secrets(wish):
        say(f"note: {name} looks like a secret: pipeline parameters are shown to everyone who sees the project")
    if config is not None and not output.quiet:
        _foretell(config, slug, wish, parameters)
    if manner.dry:
        emit(json.dumps(_body(wish, parameters, manner, manner.definition), indent=2) + "\n")
        return 0
    with manner.access.client() as client:
        return _trigger(client, slug, wish, parameters, manner, output)


def _body(
    wish: Wish, parameters: dict[str, str | int | bool], manner: Manner, definition: str | None
) -> dict[str, object]:
    from migrator.live.trigger_plan import plain_body, run_body

    return run_body(wish, parameters, definition) if manner.run else plain_body(wish, parameters)


def _config(slug: str) -> ConfigView | None:
    """The config of the project, when this is a checkout of it."""
    from migrator.circleci.api.target import canonical_slug
    from migrator.circleci.runs.config import ConfigView, as_mapping
    from migrator.errors import ParseError, UsageError
    from migrator.repository.needles import UnreadableFileError, read_regular
    from migrator.repository.remotes import project_slugs
    from migrator.repository.roots import CONFIG_PATH, root_of
    from migrator.syntax.yaml import load

    root = root_of(str(Path.cwd()))
    if canonical_slug(*slug.split("/", 2)) not in project_slugs(root):
        return None
    path = str(Path(root, CONFIG_PATH))
    try:
        data = read_regular(path)
        return None if data is None else ConfigView(as_mapping(load(data.decode("utf-8-sig"))))
    except (UnreadableFileError, UnicodeDecodeError, ParseError) as error:
        raise UsageError(f"{path} cannot be read", hint="correct it, or run outside of the checkout") from error


def _foretell(config: ConfigView, slug: str, wish: Wish, parameters: Mapping[str, str | int | bool]) -> None:
    """Say what the config in this checkout would make of it; the one on the ref has the last word."""
    from migrator.circleci.api.v2_request import V2Request
    from migrator.circleci.proof.v2_check import check_request
    from migrator.model import Slug, Value, Verdict, literal

    branch, tag = (None if name is None else Value(literal(name)) for name in (wish.branch, wish.tag))
    sent = tuple((n, Value(literal(v)) if isinstance(v, str) else v) for n, v in parameters.items())
    request = V2Request(Slug(*map(literal, slug.split("/", 2))), branch, tag, sent)
    for proof in check_request(config, request):
        if proof.verdict is Verdict.DIFFERS:
            say(f"note: by the config in this checkout: {proof.detail}")


def _trigger(
    client: Client, slug: str, wish: Wish, parameters: dict[str, str | int | bool], manner: Manner, output: Output
) -> int:
    from migrator.live.trigger import definition_of, start, until_created

    definition = manner.definition
    if manner.run and definition is None:
        definition = definition_of(client, slug)
    started = start(client, slug, _body(wish, parameters, manner, definition), run=manner.run)
    if output.style == "text":
        emit(f"{started.url}\n")
    else:
        say(f"pipeline {started.number}: {started.url}")
    seen = until_created(client, slug, started)
    if manner.wait is not None and seen.workflows and not seen.is_over:
        seen = _waited(client, slug, started, manner.wait, output)
    if output.style == "json":
        emit(json.dumps(_document(started, seen), indent=2) + "\n")
    message, is_good = _verdict(seen, waited=manner.wait is not None)
    say(f"pipeline {started.number}: {message}")
    return output.status(work_left=not is_good)


def _waited(client: Client, slug: str, started: Started, timeout: float, output: Output) -> PipelineSeen:
    """Wait for the workflows, telling every change once."""
    from migrator.live.trigger import PipelineSeen, watch

    seen = PipelineSeen("created")
    told: dict[str, str] = {}
    for seen in watch(client, slug, started, timeout):
        for workflow in seen.workflows:
            if told.get(workflow.url) != workflow.status and not output.quiet:
                say(f"{workflow.name}: {workflow.status}")
            told[workflow.url] = workflow.status
    return seen


def _verdict(seen: PipelineSeen, *, waited: bool) -> tuple[str, bool]:
    """What to say at last, and whether it is good."""
    if seen.state == "errored":
        return f"failed: {'; '.join(seen.errors) or 'CircleCI gives no reason'}", False
    if not seen.workflows:
        if seen.state != "created":
            return f"still {seen.state}, given up waiting", False
        return "nothing runs: no workflow is for these parameters and this ref", False
    shown = ", ".join(f"{workflow.name} {workflow.status}" for workflow in seen.workflows)
    if not waited:
        return f"created: {shown}", True
    return (shown, seen.is_good) if seen.is_over else (f"given up waiting: {shown}", False)


def _document(started: Started, seen: PipelineSeen) -> dict[str, object]:
    return {"schema_version": 1, **asdict(started), **asdict(seen)}
