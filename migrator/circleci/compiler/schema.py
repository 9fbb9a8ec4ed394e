"""What 2.1 refuses in a config wherever it stands: in a job that nothing runs, too, and whatever starts the pipeline.

2 and 2.0 tolerated nearly all of it, so that a config whose first line alone was changed fails as a whole. Sources: the
published JSON schema of 2.1 configs, CircleCI docs (configuration-reference) and the errors that people report
(`string [py3.8] does not match pattern …`, `extraneous key [branches] is not permitted`, CircleCI discuss 36413).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.circleci.compiler.vocabulary import IMAGE_KEYS, JOB_KEYS, STEP_KEYS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

_MACHINES = frozenset({"docker", "machine", "macos", "windows", "executor"})
_HOLDERS = frozenset({"when", "unless", "with_tool_cache"})
_SCRIPTS = ("run", "deploy")
# What such a step cannot do without (CircleCI docs: configuration-reference).
_REQUIRED = {
    "save_cache": ("key", "paths"),
    "store_artifacts": ("path",),
    "store_test_results": ("path",),
    "persist_to_workspace": ("root",),
    "attach_workspace": ("at",),
}
# What is kept for version 2 and refused by 2.1.
_LEFT_OVER = "branches"


def is_job_name(name: str) -> bool:
    """Whether 2.1 takes the name: a letter, then letters, digits, white space, `_` and `-` (CircleCI's JSON schema)."""
    rest = name[1:].replace("_", "").replace("-", "").replace(" ", "")
    return name[:1].isascii() and name[:1].isalpha() and (not rest or (rest.isascii() and rest.isalnum()))


def refusals(config: Mapping[str, object]) -> Iterator[str]:
    """What in the plain data of a 2.1 config makes CircleCI refuse it for certain, in words."""
    for name, job in _map(config.get("jobs")).items():
        if isinstance(name, str) and not is_job_name(name):
            yield f"2.1 does not take the job name `{name}`: letters, digits, `_`, `-` and blanks only"
        if isinstance(job, dict):
            yield from _in_job(f"job `{name}`", job)
            yield from _in_steps(f"job `{name}`", job.get("steps"), _names(config))
    for name, command in _map(config.get("commands")).items():
        yield from _in_steps(f"command `{name}`", _map(command).get("steps"), _names(config))


def _in_job(where: str, job: Mapping[str, object]) -> Iterator[str]:
    if _LEFT_OVER in job:
        yield f"2.1 does not take `{_LEFT_OVER}` in a job, as {where} has it"
    if "type" in job:
        return
    if "steps" not in job:
        yield f"{where}: required key [steps] not found"
    # A key that is not known here may be a new kind of machine.
    elif _MACHINES.isdisjoint(job) and set(job) <= JOB_KEYS:
        yield f"{where}: required key [docker], [machine], [macos] or [executor] not found"


def _in_steps(where: str, steps: object, commands: Collection[str]) -> Iterator[str]:
    for step in _each(steps):
        if isinstance(step, dict) and len(step) != 1:
            yield f"{where}: Each step must be a string or a map with exactly one key"
        elif isinstance(step, dict):
            name, body = next(iter(step.items()))
            has_none = body is None or (isinstance(body, dict) and "command" not in body)
            if name in _SCRIPTS and name not in commands and has_none:
                yield f"{where}: Step '{name}': required key [command] not found"


def doubts(config: Mapping[str, object]) -> Iterator[str]:
    """What in the plain data of a 2.1 config CircleCI may refuse: it is not known here, or not known to be required."""
    for name, job in _map(config.get("jobs")).items():
        yield from _doubts_in_job(f"job `{name}`", _map(job), _names(config))
    for name, command in _map(config.get("commands")).items():
        yield from _doubts_in_steps(f"command `{name}`", _map(command).get("steps"), _names(config))
        if "steps" not in _map(command) and not isinstance(command, str):
            yield f"command `{name}` has no steps"
    for name, executor in _map(config.get("executors")).items():
        yield from _doubts_of_images(f"executor `{name}`", _map(executor))
    for name, workflow in _map(config.get("workflows")).items():
        yield from _doubts_in_workflow(f"workflow `{name}`", _map(workflow))


def _doubts_in_job(where: str, job: Mapping[str, object], commands: Collection[str]) -> Iterator[str]:
    yield from (f"{where} has the key `{key}`" for key in job if key not in JOB_KEYS)
    yield from _doubts_of_images(where, job)
    yield from _doubts_in_steps(where, job.get("steps"), commands)


def _doubts_of_images(where: str, holder: Mapping[str, object]) -> Iterator[str]:
    images = holder.get("docker")
    for image in images if isinstance(images, list) else ():
        if not isinstance(image, dict) or "image" not in image:
            yield f"{where} has a container without `image`"
        yield from (f"a container of {where} has the key `{key}`" for key in _map(image) if key not in IMAGE_KEYS)


def _doubts_in_steps(where: str, steps: object, commands: Collection[str]) -> Iterator[str]:
    for step in _each(steps):
        for name, body in step.items() if isinstance(step, dict) and len(step) == 1 else ():
            if name in STEP_KEYS and name not in commands and name not in _HOLDERS:
                yield from _doubts_in_step(f"`{name}` step of {where}", str(name), body)


def _doubts_in_step(where: str, name: str, body: object) -> Iterator[str]:
    if isinstance(body, dict):
        yield from (f"a {where} has the key `{key}`" for key in body if key not in STEP_KEYS[name])
    if name == "restore_cache" and {"key", "keys"} <= _map(body).keys():
        yield f"a {where} has both `key` and `keys`"
    missing = [key for key in _REQUIRED.get(name, ()) if key not in _map(body)]
    if missing:
        yield f"a {where} has no `{missing[0]}`"


def _doubts_in_workflow(where: str, workflow: Mapping[str, object]) -> Iterator[str]:
    entries = workflow.get("jobs")
    for entry in entries if isinstance(entries, list) else ():
        for name, settings in _map(entry).items():
            filters = _map(settings).get("filters")
            for key in _map(filters):
                if key not in ("branches", "tags"):
                    yield f"the filters of job `{name}` in {where} have the key `{key}`"


def _each(steps: object) -> Iterator[object]:
    """The steps of a list with those that others hold."""
    for step in steps if isinstance(steps, list) else ():
        if isinstance(step, list):
            yield from _each(step)
            continue
        yield step
        for name, body in step.items() if isinstance(step, dict) and len(step) == 1 else ():
            if name in _HOLDERS:
                yield from _each(_map(body).get("steps"))
            elif name == "steps":
                yield from _each(body)


def _names(config: Mapping[str, object]) -> Collection[str]:
    """The commands that the config has itself: one may bear the name of a built-in step."""
    return _map(config.get("commands")).keys()


def _map(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
