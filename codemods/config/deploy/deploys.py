"""Replace the deprecated `deploy` step, which runs once however many nodes a job has, after all of them have succeeded.

On one node it is a `run` step. On more it becomes a job of its own that requires the old one, for a plain `run` would
run on every node (CircleCI docs: migrate-from-deploy-to-run).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config.deploy.job import move_to_own_jobs
from codemods.config.text.nodes import Config, JobNote, Passed, StepSite, job_steps
from migrator.errors import Refusal
from migrator.syntax.yaml.api import construct, get
from migrator.syntax.yaml.change import set_text
from migrator.syntax.yaml.patch import patch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from migrator.model import ConfigPlan

# Every trigger of v1.1 and of v2 has it in its path: it says that a deploy step makes such a call.
_CALL = "/project/"


def replace_all(text: str, plan: ConfigPlan) -> Passed:  # noqa: ARG001 - all passes have one signature
    """Replace every deploy step: for a config that moves to 2.1. Raises Refusal."""
    return _replace(text, "")


def replace_calling(text: str, plan: ConfigPlan) -> Passed:  # noqa: ARG001 - all passes have one signature
    """Replace the deploy steps that call the API. Raises Refusal."""
    return _replace(text, _CALL)


def _replace(text: str, mark: str) -> Passed:
    notes: list[JobNote] = []
    while True:
        config = Config(text)
        users = _users(config, mark)
        if not users:
            return Passed(text, tuple(notes))
        site, jobs = next(iter(users.values()))
        nodes = {_parallelism(config, job) for job in jobs}
        if nodes == {1}:
            text = patch(text, set_text(site.name_node, "run"))
        elif 1 in nodes:
            names = ", ".join(f"`{job}`" for job in jobs)
            raise Refusal(
                "deploy-shared", f"Jobs {names} share a deploy step and differ in parallelism. Replace it by hand."
            )
        else:
            moved = move_to_own_jobs(config, jobs)
            text, notes = moved.text, [*notes, *moved.notes]


def _users(config: Config, mark: str) -> Mapping[int, tuple[StepSite, list[str]]]:
    """The deploy steps to replace, by where their key is written, each with the jobs that run it."""
    users: dict[int, tuple[StepSite, list[str]]] = {}
    for name, job in config.jobs.items():
        for site in job_steps(config, job):
            if site.name == "deploy" and site.body is not None and mark in str(construct(site.body)):
                users.setdefault(id(site.name_node), (site, []))[1].append(name)
    return users


def _parallelism(config: Config, name: str) -> int:
    node = get(config.jobs[name], "parallelism")
    value = 1 if node is None else construct(node)
    if value is None:
        return 1
    if not isinstance(value, int):
        raise Refusal(
            "deploy-parallelism", f"The parallelism of job `{name}` is not a number. Replace its deploy step by hand."
        )
    return value
