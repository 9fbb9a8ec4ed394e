"""Move the deploy steps of a job that runs on several nodes into a job of its own that requires the old one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config.deploy.entries import require_everywhere
from codemods.config.deploy.script import needs
from codemods.config.text.nodes import Config, JobNote, Passed, StepSite, info, step_sites, value_position, warning
from migrator.circleci.runs.names import unique
from migrator.errors import Refusal
from migrator.syntax.yaml.api import get, own
from migrator.syntax.yaml.insert import insert_pair
from migrator.syntax.yaml.patch import patch
from migrator.syntax.yaml.remove import RemoveItem
from migrator.syntax.yaml.write import copied

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.syntax.yaml.api import Node
    from migrator.syntax.yaml.write import Value

_LEFT_BEHIND = frozenset(("steps", "parallelism", "branches", "description"))
# What these make is the job's own and cannot be had from the job before, but by doing the same again.
_REPEATED = frozenset(("checkout", "attach_workspace", "restore_cache", "setup_remote_docker", "add_ssh_keys"))
_HARMLESS_LATER = frozenset(("store_artifacts", "store_test_results", "save_cache", "persist_to_workspace"))


def move_to_own_jobs(config: Config, names: Sequence[str]) -> Passed:
    """The text with the deploy steps of each job in a job `<name>-deploy` of its own.

    `names` are all jobs that run one deploy step, wherever that is defined. Raises Refusal.
    """
    text, notes, followers = config.text, list[JobNote](), dict[str, str]()
    for name in names:
        follower = unique(f"{name}-deploy", set(Config(text).jobs), "-")
        added = _with_follower(Config(text), name, follower)
        text, notes = added.text, [*notes, *added.notes]
        followers[name] = follower
    for name, follower in followers.items():
        text = require_everywhere(_without_deploys(text, name), name, follower)
    return Passed(text, tuple(notes))


def _with_follower(config: Config, name: str, new: str) -> Passed:
    job = config.jobs[name]
    steps = get(job, "steps")
    if steps is None or get(job, "parameters") is not None:
        raise Refusal(
            "deploy-parameters", f"Job `{name}` takes parameters. Move its deploy step to a job of its own by hand."
        )
    sites = list(step_sites(steps))
    deploys = [site for site in sites if site.name == "deploy"]
    if not deploys or any(site.steps is not steps for site in deploys) or len(deploys) == len(steps.nodes):
        raise Refusal(
            "deploy-nested", f"The deploy step of job `{name}` is inside another step or alone. Move it by hand."
        )
    reason = next((found for site in deploys if (found := needs(sites, site)) is not None), None)
    text = _with_job(config, name, new, _steps(config.text, sites, deploys, with_files=reason is not None))
    return Passed(text, tuple(_notes(name, new, reason, sites)))


def _steps(text: str, sites: list[StepSite], deploys: list[StepSite], *, with_files: bool) -> list[Value]:
    before = sites[: sites.index(deploys[-1])]
    repeated = [site for site in before if with_files and site.name in _REPEATED and site.steps is deploys[0].steps]
    return [
        *(copied(text, site.steps.nodes[site.position], site.steps.column) for site in repeated),
        *({"run": copied(text, site.body, _step(site).column)} for site in deploys if site.body is not None),
    ]


def _step(site: StepSite) -> Node:
    return site.steps.nodes[site.position].resolved()


def _with_job(config: Config, name: str, new: str, steps: list[Value]) -> str:
    job = config.jobs[name]
    body: dict[str, Value] = {}
    for key, value in job.pairs:
        if key.value not in _LEFT_BEHIND:
            if key.value in body:
                raise Refusal(
                    "deploy-keys", f"Job `{name}` has a key twice. Move its deploy step to a job of its own by hand."
                )
            body[key.value] = copied(config.text, value, job.column)
    if get(job, "parallelism") is not None and own(job, "parallelism") is None:
        body["parallelism"] = 1
    body["steps"] = steps
    section = config.section("jobs")
    assert section is not None
    return patch(config.text, insert_pair(section, new, body, value_position(section, name)))


def _without_deploys(text: str, name: str) -> str:
    while True:
        config = Config(text)
        steps = get(config.jobs[name], "steps")
        site = next((site for site in step_sites(steps) if site.name == "deploy"), None)
        if site is None:
            return text
        text = patch(text, RemoveItem(site.steps, site.position))


def _notes(name: str, new: str, reason: str | None, sites: list[StepSite]) -> list[JobNote]:
    moved = f"The deploy step of job `{name}`, which runs on several nodes, became job `{new}`, which requires it."
    notes = [info(None, "deploy-moved", moved)]
    if reason is not None:
        message = f"Job `{new}` starts afresh, and its script {reason}: what the steps of `{name}` made is not there."
        notes.append(warning(None, "deploy-needs", message))
    first = next(number for number, site in enumerate(sites) if site.name == "deploy")
    later = [site.name for site in sites[first:] if site.name not in ("deploy", *_HARMLESS_LATER)]
    if later:
        message = f"Job `{new}` runs after all of `{name}`, whose steps behind the deploy step ran after it before."
        notes.append(warning(None, "deploy-order", message))
    return notes
