"""Move to the revision that a call asks for behind every `checkout` of the jobs that calls start with one.

v2 has no field for a commit: the pipeline checks out the head of its ref first. The step stands behind the one checkout
that needs it; where several do, or one in a list on one line, it becomes a command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.config.nodes import (
    ConfigText,
    JobNote,
    Passed,
    StepSite,
    entries_of,
    job_steps,
    value_position,
    warning,
)
from migrator.circleci.compiler import CompileError, Event, EventKind, UnknownError, compile_pipeline
from migrator.circleci.compiler.vocabulary import BUILT_IN
from migrator.circleci.runs.generated import checkout_revision_step, unique
from migrator.circleci.runs.observed import observe
from migrator.circleci.runs.templates import each_step
from migrator.errors import Refusal
from migrator.model import Presence
from migrator.syntax.yaml import NodeKind, construct, get, own
from migrator.syntax.yaml.operations import InsertItem, ReplaceItem, ReplaceValue, insert_pair
from migrator.syntax.yaml.patch import patch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.model import ConfigPlan, JobPlan
    from migrator.syntax.yaml import Node
    from migrator.syntax.yaml.write import Value


def check_out(text: str, plan: ConfigPlan) -> Passed:
    """Add the step behind each checkout that does not have it yet, at the checkout's definition. Raises Refusal."""
    if plan.revision is None:
        return Passed(text)
    config = ConfigText(text)
    moved = [
        (entry.job, job)
        for job in plan.jobs
        if job.revision is not Presence.NEVER
        for entry in entries_of(config, job.workflow)
    ]
    text = _behind_checkouts(text, [name for name, _ in moved], plan.revision)
    config = ConfigText(text)
    for name, job in moved:
        _refuse_others(config, plan, name, job)
    return Passed(text, tuple(note for name, job in moved for note in _unseen_checkouts(config, name, job)))


def _behind_checkouts(text: str, names: Sequence[str], parameter: str) -> str:
    """The first checkout of each list of steps that lacks the step, until none is left."""
    text, command = _with_command(text, names, parameter)
    while True:
        missing: dict[Node, StepSite] = {}
        for site in _lacking(ConfigText(text), names, parameter, command):
            missing.setdefault(site.steps, site)
        if not missing:
            return text
        text = patch(text, *(_behind(site, parameter, command) for site in missing.values()))


def _lacking(config: ConfigText, names: Sequence[str], parameter: str, command: str | None) -> list[StepSite]:
    """The checkouts of these jobs behind which the step is missing."""
    sites = [site for name in names for site in job_steps(config, config.jobs[name])]
    return list({(s.steps, s.position): s for s in sites if _lacks(s, parameter, command)}.values())


def _with_command(text: str, names: Sequence[str], parameter: str) -> tuple[str, str | None]:
    """The text with the step as a command, where there is one or it is worth one, and the command's name."""
    config = ConfigText(text)
    wanted: dict[str, Value] = {"steps": [checkout_revision_step(parameter)]}
    commands = config.definitions("commands")
    found = next((name for name, node in commands.items() if construct(node) == wanted), None)
    plain = [site for site in _lacking(config, names, parameter, found) if _directory(site) is None]
    pair = own(config.root, "commands")
    written = _written_out(config, parameter)
    is_worth_it = len(plain) + len(written) > 1 or any(site.steps.flow for site in plain)
    if found is not None or not (plain and is_worth_it) or (pair is not None and pair[1].kind is NodeKind.ALIAS):
        return text, found
    name = unique(_COMMAND, {*commands, *BUILT_IN}, joiner="-")
    text = patch(text, *(ReplaceItem(site.steps, site.position + 1, name) for site in written))
    return _add_command(text, name, wanted), name


def _written_out(config: ConfigText, parameter: str) -> list[StepSite]:
    """The checkouts of all jobs behind which an earlier run wrote the step."""
    sites = [site for job in config.jobs.values() for site in job_steps(config, job)]
    step = checkout_revision_step(parameter)
    found = [site for site in sites if site.name == "checkout" and _following(site) == [step]]
    return list({(site.steps, site.position): site for site in found}.values())


def _add_command(text: str, name: str, wanted: Value) -> str:
    config = ConfigText(text)
    section = config.section("commands")
    if section is not None:
        return patch(text, insert_pair(section, name, wanted))
    position = value_position(config.root, "commands")
    if position is not None:
        return patch(text, ReplaceValue(config.root, position, {name: wanted}))
    before_jobs = value_position(config.root, "jobs")
    assert before_jobs is not None
    return patch(text, insert_pair(config.root, "commands", {name: wanted}, before_jobs - 1))


_COMMAND = "check-out-revision"


def _refuse_others(config: ConfigText, plan: ConfigPlan, name: str, job: JobPlan) -> None:
    """Refuse a job with checkouts where no step can be written, as in an inline orb, which sees no pipeline parameter.

    CircleCI docs: reusing-config, on the scope of pipeline parameters. Raises Refusal.
    """
    sent = {plan.selector: job.job, str(plan.revision): _ANY}
    try:
        runs = compile_pipeline(config.data, Event(EventKind.API, parameters=sent)).jobs
    except (CompileError, UnknownError):
        return  # the proof says so
    steps = [step for run in runs if run.workflow == job.workflow for step in each_step(observe(run).steps)]
    if any(step.kind == "checkout" and "revision" not in step.settings for step in steps):
        raise Refusal(
            "revision-checkout",
            f"Job `{name}` checks out in a place where no step can be put behind it, such as an inline orb, which "
            "pipeline parameters do not reach. Move the `checkout` into the job or a command of the config.",
        )


_ANY = "0" * 40


def _behind(site: StepSite, parameter: str, command: str | None) -> InsertItem:
    directory = _directory(site)
    step = command if command is not None and directory is None else checkout_revision_step(parameter, directory)
    return InsertItem(site.steps, step, site.position + 1)


def _lacks(site: StepSite, parameter: str, command: str | None) -> bool:
    if site.name != "checkout":
        return False
    directory = _directory(site)
    is_called = directory is None and command is not None and _following(site) == [command]
    return not is_called and _following(site) != [checkout_revision_step(parameter, directory)]


def _following(site: StepSite) -> list[object]:
    return [construct(node) for node in site.steps.nodes[site.position + 1 : site.position + 2]]


def _directory(site: StepSite) -> str | None:
    path = get(site.body, "path")
    return None if path is None else str(construct(path))


def _unseen_checkouts(config: ConfigText, name: str, job: JobPlan) -> list[JobNote]:
    orbs = [site.name for site in job_steps(config, config.jobs[name]) if "/" in site.name]
    if not orbs:
        return []
    message = f"The orb step `{orbs[0]}` of job `{name}` may check out the source: then not the revision sent."
    return [warning(job.job, "revision-orb", message)]
