"""Shell text without its calls: what has to stay the same in a step when the call in it is migrated.

The calls themselves are compared one by one; so are, with them, the variables that nothing but a call reads. A deploy
step that has become a job of its own may miss what the earlier steps left behind.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from codemods import find_v2_callers
from codemods.config.deploy_script import needs
from codemods.config.nodes import ConfigText, step_sites
from codemods.shell import caller as shell
from codemods.shell.starts import rerun_spans
from migrator.circleci.proof.differences import CALL
from migrator.circleci.runs.config import as_mapping
from migrator.errors import ParseError
from migrator.model import Proof, Span, Verdict
from migrator.syntax.shell.flow import feeding
from migrator.syntax.shell.script import parse
from migrator.syntax.text.source import Source, VerbatimRegion
from migrator.syntax.yaml import get

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.circleci.runs.config import ConfigView
    from migrator.syntax.shell.script import Script


def moved_deploys(before: str, after: ConfigView) -> Iterator[Proof]:
    """A proof for each deploy step of the older config's text that moved, and whose script may miss something there.

    On one node such a step only got another name, and stayed where it was.
    """
    config = ConfigText(before)
    for name, job in config.jobs.items():
        sites = list(step_sites(get(job, "steps")))
        nodes = as_mapping(as_mapping(config.data["jobs"])[name]).get("parallelism")
        moved = nodes not in (None, 1) and "deploy" not in _kinds(after, name)
        for site in (site for site in sites if moved and site.name == "deploy"):
            reason = needs(sites, site)
            if reason is not None:
                detail = f"it starts afresh in a job of its own now, and its script {reason}"
                yield Proof(f"deploy step of job {name}", Verdict.UNKNOWN, detail)


def _kinds(config: ConfigView, job: str) -> set[str]:
    steps = as_mapping(config.jobs.get(job)).get("steps")
    return (
        {step if isinstance(step, str) else next(iter(as_mapping(step)), "") for step in steps}
        if isinstance(steps, list)
        else set()
    )


_HINTS = ("/project/", "build_parameters")


@lru_cache(maxsize=256)
def mask_calls(text: str) -> str:
    """The text with a mark in the place of every v1 and v2 call, and without what only serves them."""
    if not any(hint in text for hint in _HINTS):
        return text
    calls = _calls(text)
    if not calls:
        return text
    script = parse(text, templated=False)
    serving = _serving(script, calls, set(_bodies(script, calls)))
    pieces, at = [], 0
    for span in sorted({*calls, *serving}):
        if span.start < at:
            continue
        pieces += [text[at : span.start], CALL if span in calls else ""]
        at = span.end
    lines = "".join((*pieces, text[at:])).splitlines()
    return "\n".join(line.rstrip(" \t;") for line in lines if line.strip(" \t;"))


def _calls(text: str) -> set[Span]:
    source = Source("step.sh", text)
    try:
        old = [found.call.span for found in shell.find(source, VerbatimRegion(text), templated=False)]
        new = [caller.span for caller in find_v2_callers(source)]
    except ParseError:
        return set()
    return {*old, *new, *rerun_spans(text)}


def _bodies(script: Script, calls: set[Span]) -> Iterator[Span]:
    """What the calls get on standard input: here-documents to their ends, and what stands before their pipes."""
    for command in script.commands:
        if not any(span.overlaps(script.view.back(command.span)) for span in calls):
            continue
        feeder = feeding(script, command)
        for served in (command, *([feeder] if feeder is not None else [])):
            documents = (redirect.heredoc for redirect in served.simple.redirects if redirect.heredoc is not None)
            yield from (script.view.back(_with_end(script.text, document.span)) for document in documents)
        if feeder is not None:
            yield script.view.back(Span(feeder.span.start, command.span.start))


def _with_end(text: str, body: Span) -> Span:
    end = text.find("\n", body.end)
    return Span(body.start, len(text) if end < 0 else end)


def _serving(script: Script, calls: set[Span], bodies: set[Span]) -> set[Span]:
    """The bodies, and the assignments of variables that are read in calls alone, or in what serves them."""
    masked = calls | bodies
    while True:
        fresh = {
            script.view.back(write.span)
            for name, writes in script.writes.items()
            if _is_read_within(script, name, masked)
            for write in writes
            if write.value is not None and not write.exported
        } - masked
        if not fresh:
            return masked - calls
        masked |= fresh


def _is_read_within(script: Script, name: str, spans: set[Span]) -> bool:
    reads = [
        found.start() for found in re.finditer(rf"\$\{{?[#!]?{re.escape(name)}(?![A-Za-z0-9_])", script.view.region)
    ]
    return bool(reads) and all(any(read in span for span in spans) for read in reads)
