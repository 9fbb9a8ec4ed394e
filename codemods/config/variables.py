"""Hand the build parameters to the jobs: in `environment:` where every start sends them, else by exporting pre-steps.

What the config, the project or a context sets is never shadowed, and what is not sent stays unset. Steps of other
shells than bash do not read `$BASH_ENV`: where a variable cannot arrive, that is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config.nodes import (
    ConfigText,
    JobEntry,
    JobNote,
    Passed,
    entries_of,
    set_in_entry,
    value_position,
    warning,
)
from codemods.config.workflows import TAG_FILTERS, pre_steps
from migrator.circleci.compiler import JobRun
from migrator.circleci.runs.config import ConfigView, as_mapping, entry_jobs
from migrator.circleci.runs.events import readable
from migrator.circleci.runs.exports import started_alone
from migrator.circleci.runs.generated import exported, revision_step, tag
from migrator.circleci.runs.shells import is_bash
from migrator.circleci.runs.templates import each_step
from migrator.syntax.yaml import Node, NodeKind, construct, get, is_merge, own
from migrator.syntax.yaml.operations import InsertItem, RemoveItem, RemovePair, ReplaceValue, insert_pair
from migrator.syntax.yaml.patch import patch
from migrator.syntax.yaml.write import Copy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrator.model import ConfigPlan, JobPlan, Variable
    from migrator.syntax.yaml.write import Value


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
    run = started_alone(_view(config), name) if names and name in config.jobs else None
    if not isinstance(run, JobRun):
        return
    if isinstance(run.shell, str) and not is_bash(run.shell):
        shell = readable(run.shell)
        message = f"The steps of job `{name}` run in `{shell}`, which does not see what the new first steps export."
        yield warning(name, "shell-not-bash", message)
        return
    for step in each_step(run.steps):
        shell = readable(str(step.settings.get("shell", "bash")))
        for variable in sorted(names) if not is_bash(shell) else ():
            if variable in str(step.settings):
                message = f"A step of job `{name}` reads {variable} in `{shell}`, which does not see what is exported."
                yield warning(name, "shell-not-bash", message)


def _view(config: ConfigText) -> ConfigView:
    return ConfigView({str(key): value for key, value in config.data.items()})


def keep_in_environment(text: str, job: JobPlan) -> tuple[str, tuple[Variable, ...]]:
    """Put there what belongs there and take out what an earlier run put there and not every start sends any more.

    Returns the text and the variables that stand there then; the others need pre-steps.
    """
    wanted = job.always if job.in_environment else ()
    placed = []
    # A line in a job that other workflows hold is not the tool's.
    for variable in () if _has_other_homes(text, job) else (*job.always, *job.sometimes):
        if variable not in wanted:
            text = _removed(text, job.job, variable)
    for variable in wanted:
        after = _added(text, job.job, variable)
        if after is not None:
            text = after
            placed.append(variable)
    return text, tuple(placed)


def _has_other_homes(text: str, job: JobPlan) -> bool:
    """Whether another workflow than the one for the callers holds the job."""
    workflows = _view(ConfigText(text)).workflows
    return any(name != job.workflow and job.job in entry_jobs(as_mapping(body)) for name, body in workflows.items())


def _added(text: str, name: str, variable: Variable) -> str | None:
    """The text with the variable in the job's environment, or None where it cannot or must not stand there."""
    config = ConfigText(text)
    job = config.jobs[name]
    environment = get(job, "environment")
    if _ours(environment, variable) is not None:
        return text
    if not _is_own(config, name, environment) or variable.name in _view(config).environment_of(name):
        return None
    pair = own(job, "environment")
    if pair is None or environment is None:
        return patch(
            text, insert_pair(job, "environment", {variable.name: tag(variable.parameter)}, _before_steps(job))
        )
    match environment.kind:
        case NodeKind.MAP:
            return patch(text, insert_pair(environment, variable.name, tag(variable.parameter)))
        case NodeKind.SEQ:
            return patch(text, InsertItem(environment, _item(environment, variable), len(environment.nodes)))
    if construct(environment) is None:
        position = value_position(job, "environment")
        assert position is not None
        return patch(text, ReplaceValue(job, position, {variable.name: tag(variable.parameter)}))
    return None


def _is_own(config: ConfigText, name: str, environment: Node | None) -> bool:
    """Whether the job and its environment are written out for this job alone, without merges and aliases."""
    job = config.jobs[name]
    section = config.section("jobs")
    pair = own(section, name) if section is not None else None
    if pair is None or pair[1].kind is NodeKind.ALIAS or config.is_shared(job):
        return False
    if environment is None:
        return True
    own_pair = own(job, "environment")
    if own_pair is None or own_pair[1].kind is NodeKind.ALIAS or config.is_shared(environment):
        return False
    return not any(is_merge(key) for key, _ in environment.pairs)


def _before_steps(job: Node) -> int | None:
    """The position before `steps`, where people look for an environment."""
    position = value_position(job, "steps")
    return None if position is None else position - 1


def _item(environment: Node, variable: Variable) -> dict[str, str] | str:
    """An item in the form that the list has: a map of one variable, or `KEY=VALUE`."""
    value = tag(variable.parameter)
    if any(item.resolved().kind is NodeKind.SCALAR for item in environment.nodes):
        return f"{variable.name}={value}"
    return {variable.name: value}


def _ours(environment: Node | None, variable: Variable) -> int | None:
    """The position of the pair or item that sets the variable to its parameter, where there is one."""
    value = tag(variable.parameter)
    forms = ({variable.name: value}, f"{variable.name}={value}")
    for position, item in enumerate(environment.nodes if environment is not None else ()):
        if construct(item) in forms:
            return position
    found = value_position(environment, variable.name) if environment is not None else None
    return found if found is not None and environment and construct(environment.pairs[found][1]) == value else None


def _removed(text: str, name: str, variable: Variable) -> str:
    config = ConfigText(text)
    job = config.jobs[name]
    environment = get(job, "environment")
    position, whole = _ours(environment, variable), value_position(job, "environment")
    if environment is None or position is None or whole is None:
        return text
    if len(environment.items) == 1:
        return patch(text, RemovePair(job, whole))
    return patch(text, (RemovePair if environment.pairs else RemoveItem)(environment, position))


def hand_over(text: str, plan: ConfigPlan) -> Passed:
    """Make every generated workflow hand over what its callers send. Raises Refusal."""
    for job in plan.jobs:
        text, in_environment = keep_in_environment(text, job)
        for position in range(len(list(entries_of(ConfigText(text), job.workflow)))):
            text = _complete(text, plan, job, position, in_environment)
    return Passed(text)


def _complete(text: str, plan: ConfigPlan, job: JobPlan, position: int, in_environment: Sequence[Variable]) -> str:
    config = ConfigText(text)
    entry = list(entries_of(config, job.workflow))[position]
    placed = in_environment if entry.job == job.job else ()
    wanted = pre_steps(config, job, plan, name=entry.job, placed=placed)
    text = _set_pre_steps(config, entry, wanted, plan)
    entry = list(entries_of(ConfigText(text), job.workflow))[position]
    if job.tags and entry.settings.get("filters") is None:
        text = set_in_entry(text, entry, "filters", TAG_FILTERS)
    return text


def _set_pre_steps(config: ConfigText, entry: JobEntry, wanted: Sequence[Value], plan: ConfigPlan) -> str:
    """Ours first, then what others put there."""
    present = entry.settings.get("pre-steps")
    steps = present if isinstance(present, list) else []
    if [step for step in steps if _is_ours(step, plan)] == list(wanted):
        return config.text
    node = get(entry.body, "pre-steps")
    foreign = [
        Copy(config.text, item, node.column)
        for item, step in zip(node.nodes if node else (), steps, strict=True)
        if node is not None and not _is_ours(step, plan)
    ]
    return set_in_entry(config.text, entry, "pre-steps", [*wanted, *foreign])


def _is_ours(step: object, plan: ConfigPlan) -> bool:
    return exported(step) is not None or (plan.revision is not None and step == revision_step(plan.revision))
