"""Say where a variable that a call sends cannot arrive: steps of other shells than bash do not read `$BASH_ENV`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config.nodes import ConfigText, JobNote, Passed, entries_of, job_steps, warning
from migrator.circleci.runs.config import as_mapping
from migrator.circleci.runs.generated import exported
from migrator.circleci.runs.shells import is_bash
from migrator.syntax.yaml import construct, get

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.model import ConfigPlan
    from migrator.syntax.yaml import Node


def check_shells(text: str, plan: ConfigPlan) -> Passed:
    """Change nothing; name the jobs and steps whose shell is known to be another one."""
    config = ConfigText(text)
    notes = [note for job in plan.jobs for note in _notes(config, job.job, set(_exported(config, job.workflow)))]
    return Passed(text, tuple(notes))


def _exported(config: ConfigText, workflow: str) -> Iterator[str]:
    for entry in entries_of(config, workflow):
        steps = entry.settings.get("pre-steps")
        for step in steps if isinstance(steps, list) else ():
            found = exported(step)
            yield from (variable.name for variable in found[0]) if found is not None else ()


def _notes(config: ConfigText, name: str, names: set[str]) -> Iterator[JobNote]:
    if not names or name not in config.jobs:
        return
    shell = _job_shell(config, config.jobs[name])
    if not is_bash(shell):
        message = f"The steps of job `{name}` run in `{shell}`, which does not see what the new first steps export."
        yield warning(name, "shell-not-bash", message)
        return
    for site in job_steps(config, config.jobs[name]):
        own = get(site.body, "shell")
        if own is None or is_bash(str(construct(own))):
            continue
        for variable in sorted(names):
            if variable in str(site.data):
                message = (
                    f"A step of job `{name}` reads {variable} in `{own.value}`, which does not see what is exported."
                )
                yield warning(name, "shell-not-bash", message)


def _job_shell(config: ConfigText, job: Node) -> str:
    """The shell of the job or of its executor; CircleCI's default is bash on Linux and macOS (CircleCI docs: run)."""
    own = get(job, "shell")
    if own is not None:
        return str(construct(own))
    executor = get(job, "executor")
    named = get(executor, "name") or executor
    shared = config.definitions("executors").get(named.value) if named is not None else None
    inherited = as_mapping(construct(shared)).get("shell") if shared is not None else None
    return "bash" if inherited is None else str(inherited)
