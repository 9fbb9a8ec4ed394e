"""Deploy steps that have become jobs of their own: what their scripts may miss there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config.deploy.script import needs
from codemods.config.text.nodes import Config, step_sites
from migrator.circleci.runs.config import as_mapping
from migrator.model import Proof, Verdict
from migrator.syntax.yaml.api import get

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.circleci.runs.config import ConfigView


def moved_deploys(before: str, after: ConfigView) -> Iterator[Proof]:
    """A proof for each deploy step of the older config's text that moved, and whose script may miss something there.

    On one node such a step only got another name, and stayed where it was.
    """
    config = Config(before)
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
