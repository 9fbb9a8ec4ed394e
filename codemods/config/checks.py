"""Refuse to move a config to 2.1 where 2.1 would reject it or read something into it that was ignored before.

2 and 2.0 tolerated unknown keys nearly everywhere; 2.1 does not, and gives new meaning to some (CircleCI docs:
configuration-reference; the published JSON schema of 2.1 configs).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config.nodes import ConfigText, JobNote, Passed, StepSite, entries_of, job_steps, warning
from codemods.config.unknown_keys import JOB_KEYS
from migrator.circleci.compiler.schema import doubts, is_job_name
from migrator.circleci.runs.config import as_mapping
from migrator.circleci.runs.generated import unique
from migrator.errors import Refusal
from migrator.syntax.yaml import NodeKind, construct, entries, get

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from migrator.model import ConfigPlan
    from migrator.syntax.yaml import Node

_EXECUTORS = ("docker", "machine", "macos")
_WORKFLOW_KEYS = frozenset(("jobs", "triggers"))
_ENTRY_KEYS = frozenset(("requires", "filters", "context", "type"))
_RUN_KEYS = frozenset(
    [
        "command",
        "name",
        "shell",
        "environment",
        "background",
        "working_directory",
        "no_output_timeout",
        "when",
        "pwd",
        "path",
    ]
)
_STEP_KEYS = {
    "run": _RUN_KEYS,
    "deploy": _RUN_KEYS,
    "shell": _RUN_KEYS,
    "checkout": frozenset(("path", "name", "method", "when")),
    "setup_remote_docker": frozenset(("docker_layer_caching", "reusable", "version", "exclusive", "name", "when")),
    "setup_docker_engine": frozenset(("docker_layer_caching", "reusable", "version", "exclusive", "name", "when")),
    "save_cache": frozenset(("paths", "key", "name", "when")),
    "restore_cache": frozenset(("keys", "key", "name", "when")),
    "store_artifacts": frozenset(("path", "destination", "name", "when")),
    "store_test_results": frozenset(("path", "name", "when")),
    "persist_to_workspace": frozenset(("root", "paths", "path", "name", "when")),
    "attach_workspace": frozenset(("at", "name", "when")),
    "add_ssh_keys": frozenset(("fingerprints", "name", "when")),
}
_EXECUTOR_KEYS = frozenset((*_EXECUTORS, "resource_class", "shell", "working_directory", "environment", "description"))


def check(text: str, plan: ConfigPlan) -> Passed:  # noqa: ARG001 - all passes have one signature
    """Refuse what 2.1 cannot take, and name what only its compiler can tell. Raises Refusal."""
    config = ConfigText(text)
    _check_top_level(config)
    for name, job in config.jobs.items():
        _check_job(config, name, job)
    for name in config.workflows:
        _check_workflow(config, name)
    for doubt in doubts(as_mapping(config.data)):
        raise _refusal(f"2.1 may refuse the config, since {doubt}")
    return Passed(text, tuple(_doubts(config)))


def _check_top_level(config: ConfigText) -> None:
    """Nothing in a config of version 2 can call commands and executors, but 2.1 wants them to be well-formed."""
    if config.data.get("parameters"):
        raise _refusal("The top-level `parameters`, which version 2 ignores, would count in 2.1")
    for name, orb in config.definitions("orbs").items():
        if orb.kind is not NodeKind.SCALAR:
            raise _refusal(f"The inline orb `{name}`, which version 2 ignores, would count in 2.1")
    for name, command in config.definitions("commands").items():
        if name in _STEP_KEYS or get(command, "steps") is None:
            raise _refusal(f"The top-level command `{name}`, which version 2 ignores, would count in 2.1")
    for name, executor in config.definitions("executors").items():
        keys = set(entries(executor)) if executor.kind is NodeKind.MAP else set()
        if not keys <= _EXECUTOR_KEYS or keys.isdisjoint(_EXECUTORS):
            raise _refusal(f"The top-level executor `{name}`, which version 2 ignores, would count in 2.1")


def _check_job(config: ConfigText, name: str, job: Node) -> None:
    if not is_job_name(name):
        raise _unnamed(name, _job_name(name, config.jobs))
    keys = entries(job)
    for key in keys:
        if key not in JOB_KEYS:
            raise _refusal(f"Job `{name}` has a key `{key}` that 2.1 may not know, or would act on")
    if not any(key in keys for key in _EXECUTORS):
        raise _refusal(f"Job `{name}` has no executor, which 2.1 wants")
    steps = get(job, "steps")
    if steps is None or steps.kind is not NodeKind.SEQ or not steps.nodes:
        raise _refusal(f"Job `{name}` has no list of steps, which 2.1 wants")
    for site in job_steps(config, job):
        _check_step(name, site)


def _job_name(name: str, taken: Collection[str]) -> str:
    letters = "".join(char if char.isascii() and (char.isalnum() or char in "_- ") else "-" for char in name)
    return unique(letters if letters[:1].isalpha() else f"job-{letters}", taken, "-")


def _unnamed(name: str, better: str) -> Refusal:
    """A job's name is also that of its status check and the value of CIRCLE_JOB: who relies on it cannot be seen."""
    return Refusal(
        "version-2-1",
        f"2.1 does not take the job name `{name}`: letters, digits, `_`, `-` and blanks only. Rename the job first, as "
        f"version 2 allows, to `{better}` say: under `jobs:`, in the workflows, in all callers, and wherever its "
        "status check or CIRCLE_JOB is looked at. Then run this again.",
    )


def _check_step(job: str, site: StepSite) -> None:
    step = site.steps.nodes[site.position].resolved()
    if site.name not in _STEP_KEYS:
        raise _refusal(f"Job `{job}` has a step `{site.name}` that 2.1 may not know, or would act on")
    if step.kind is NodeKind.MAP and len(entries(step)) > 1:
        raise _refusal(f"A step of job `{job}` has more than one key, which 2.1 does not take")
    body = site.body
    if body is not None and body.kind is NodeKind.MAP:
        for key in entries(body):
            if key not in _STEP_KEYS[site.name]:
                raise _refusal(
                    f"A `{site.name}` step of job `{job}` has a key `{key}` that 2.1 may not know, or would act on"
                )
    if _STEP_KEYS[site.name] is _RUN_KEYS and not _command(body):
        raise _refusal(f"A `{site.name}` step of job `{job}` has no command, which 2.1 does not take")


def _command(body: Node | None) -> object:
    node = get(body, "command") if body is not None and body.kind is NodeKind.MAP else body
    return construct(node) if node is not None else None


def _check_workflow(config: ConfigText, name: str) -> None:
    workflow = config.workflows[name]
    for key in entries(workflow):
        if key not in _WORKFLOW_KEYS:
            raise _refusal(f"Workflow `{name}` has a key `{key}`, which 2.1 may not know, or would act on")
    for entry in entries_of(config, name):
        if entry.job not in config.jobs and entry.settings.get("type") != "approval":
            raise _refusal(f"Workflow `{name}` runs a job `{entry.job}` that is not there, which 2.1 does not take")
        for key in entry.settings:
            if key not in _ENTRY_KEYS:
                raise _refusal(f"Workflow `{name}` gives job `{entry.job}` a `{key}`, which would count in 2.1")


def _doubts(config: ConfigText) -> Iterator[JobNote]:
    for name in config.definitions("orbs"):
        yield warning(
            None, "orb-imported", f"Version 2 ignored the orb `{name}`; 2.1 imports it, which must be allowed."
        )
    for name in compare_url_readers(as_mapping(config.data)):
        message = f"Job `{name}` reads CIRCLE_COMPARE_URL, which CircleCI does not set for configs of version 2.1."
        yield warning(None, "compare-url", message)


def compare_url_readers(config: Mapping[str, object]) -> Iterator[str]:
    """The jobs of a config, as plain data, that read a variable which is there in version 2 only."""
    for name, job in as_mapping(config.get("jobs")).items():
        if "CIRCLE_COMPARE_URL" in str(job):
            yield name


def _refusal(message: str) -> Refusal:
    return Refusal("version-2-1", f"{message}. Move the config to 2.1 by hand, then run this again.")
