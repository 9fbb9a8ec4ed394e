"""Replace the deprecated `deploy` step, which runs once however many nodes a job has, after all of them have succeeded.

On one node it is a `run` step. On more it becomes a job of its own that requires the old one, for a plain `run` would
run on every node (CircleCI docs: migrate-from-deploy-to-run). That job follows the old one in every workflow, with its
filters and contexts, before whatever waits for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config.deploy_script import needs
from codemods.config.nodes import (
    ConfigText,
    JobEntry,
    JobNote,
    Passed,
    StepSite,
    entries_of,
    info,
    job_steps,
    set_in_entry,
    step_sites,
    value_position,
    warning,
)
from migrator.circleci.runs.generated import unique
from migrator.errors import Refusal
from migrator.syntax.yaml import NodeKind, construct, get, own
from migrator.syntax.yaml.operations import InsertItem, RemoveItem, insert_pair, set_text
from migrator.syntax.yaml.patch import patch
from migrator.syntax.yaml.write import copied, with_comments

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from migrator.model import ConfigPlan
    from migrator.syntax.yaml import Node
    from migrator.syntax.yaml.write import Value


_SHARED_SETTINGS = ("context", "filters")
_UNDERSTOOD = frozenset((*_SHARED_SETTINGS, "requires", "name"))


def require_everywhere(text: str, old: str, new: str) -> str:
    """The text with `new` behind `old` in each workflow that runs `old`. Raises Refusal for what it cannot repeat."""
    for workflow in ConfigText(text).workflows:
        names = _names(ConfigText(text), workflow, old, new)
        text = _wait_for_both(text, workflow, names)
        text = _add_entries(text, workflow, old, new)
    return text


def _names(config: ConfigText, workflow: str, old: str, new: str) -> dict[str, str]:
    """What entries of the old job are called, each with the name of the new job's entry behind it."""
    return {entry.name: _new_name(entry, old, new) for entry in entries_of(config, workflow) if entry.job == old}


def _new_name(entry: JobEntry, old: str, new: str) -> str:
    return new if entry.name == old else f"{entry.name}{new.removeprefix(old)}"


def _wait_for_both(text: str, workflow: str, names: Mapping[str, str]) -> str:
    for number in range(len(list(entries_of(ConfigText(text), workflow)))):
        for old, new in names.items():
            entry = list(entries_of(ConfigText(text), workflow))[number]
            requires = entry.settings.get("requires")
            waits = requires if isinstance(requires, list) else [requires]
            if old in waits and new not in waits:
                text = _also_requires(text, entry, waits, new)
    return text


def _also_requires(text: str, entry: JobEntry, waits: list[object], new: str) -> str:
    node = get(entry.body, "requires")
    if node is not None and node.kind is NodeKind.SEQ and not ConfigText(text).is_shared(node):
        return patch(text, InsertItem(node, new, len(node.nodes)))
    if not all(isinstance(name, str) for name in waits):
        raise Refusal(
            "deploy-requires", f"What `{entry.name}` requires in workflow `{entry.workflow}` cannot be extended."
        )
    return set_in_entry(text, entry, "requires", [*(str(name) for name in waits), new])


def _add_entries(text: str, workflow: str, old: str, new: str) -> str:
    wanted = [entry.name for entry in entries_of(ConfigText(text), workflow) if entry.job == old]
    for name in wanted:
        config = ConfigText(text)
        entry = next(entry for entry in entries_of(config, workflow) if entry.job == old and entry.name == name)
        if not set(entry.settings) <= _UNDERSTOOD:
            raise Refusal(
                "deploy-entry", f"Workflow `{workflow}` runs job `{old}` with more than filters and contexts."
            )
        text = patch(text, InsertItem(entry.jobs, {new: _settings(config, entry, old, new)}, entry.position + 1))
    return text


def _settings(config: ConfigText, entry: JobEntry, old: str, new: str) -> dict[str, Value]:
    settings: dict[str, Value] = {} if entry.name == old else {"name": _new_name(entry, old, new)}
    settings["requires"] = [entry.name]
    for key in _SHARED_SETTINGS:
        node = get(entry.body, key)
        if node is None or entry.body is None:
            continue
        settings[key] = copied(config.text, node, entry.body.column)
    return settings


_LEFT_BEHIND = frozenset(("steps", "parallelism", "branches", "description"))
# What these make is the job's own and cannot be had from the job before, but by doing the same again.
_REPEATED = frozenset(("checkout", "attach_workspace", "restore_cache", "setup_remote_docker", "add_ssh_keys"))
_HARMLESS_LATER = frozenset(("store_artifacts", "store_test_results", "save_cache", "persist_to_workspace"))


def move_to_own_jobs(config: ConfigText, names: Sequence[str]) -> Passed:
    """The text with the deploy steps of each job in a job `<name>-deploy` of its own.

    `names` are all jobs that run one deploy step, wherever that is defined. Raises Refusal.
    """
    text, notes, followers = config.text, list[JobNote](), dict[str, str]()
    for name in names:
        follower = unique(f"{name}-deploy", set(ConfigText(text).jobs), "-")
        added = _with_follower(ConfigText(text), name, follower)
        text, notes = added.text, [*notes, *added.notes]
        followers[name] = follower
    for name, follower in followers.items():
        text = require_everywhere(_without_deploys(text, name), name, follower)
    return Passed(text, tuple(notes))


def _with_follower(config: ConfigText, name: str, new: str) -> Passed:
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
        *(_moved(text, site, site.body) for site in deploys if site.body is not None),
    ]


def _moved(text: str, site: StepSite, body: Node) -> Value:
    step = site.steps.nodes[site.position]
    return with_comments(text, step, step, {"run": copied(text, body, _step(site).column)})


def _step(site: StepSite) -> Node:
    return site.steps.nodes[site.position].resolved()


def _with_job(config: ConfigText, name: str, new: str, steps: list[Value]) -> str:
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
        config = ConfigText(text)
        steps = get(config.jobs[name], "steps")
        site = next((site for site in step_sites(steps) if site.name == "deploy"), None)
        if site is None:
            return text
        text = patch(text, RemoveItem(site.steps, site.position, moved=True))


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
        config = ConfigText(text)
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


def _users(config: ConfigText, mark: str) -> Mapping[Node, tuple[StepSite, list[str]]]:
    """The deploy steps to replace, by where their key is written, each with the jobs that run it."""
    users: dict[Node, tuple[StepSite, list[str]]] = {}
    for name, job in config.jobs.items():
        for site in job_steps(config, job):
            if site.name == "deploy" and site.body is not None and mark in str(construct(site.body)):
                users.setdefault(site.name_node, (site, []))[1].append(name)
    return users


def _parallelism(config: ConfigText, name: str) -> int:
    node = get(config.jobs[name], "parallelism")
    value = 1 if node is None else construct(node)
    if value is None:
        return 1
    if not isinstance(value, int):
        raise Refusal(
            "deploy-parallelism", f"The parallelism of job `{name}` is not a number. Replace its deploy step by hand."
        )
    return value
