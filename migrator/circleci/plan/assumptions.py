"""What a plan rests on beyond the config's text: bash in the image, values that are not empty, pipelines that run on.

With "Auto-cancel redundant workflows" in the project's settings, a new pipeline cancels what still runs on its branch,
also where an API call started either of them and their workflows differ, but never on the default branch (CircleCI
docs: skip-build; CircleCI discuss 38745). v1.1 started a job and no pipeline. The setting is not in the repository.
"""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

from migrator.circleci.compiler import JobRun
from migrator.circleci.plan.decide import job_value
from migrator.circleci.runs.events import identity
from migrator.circleci.runs.exports import export_doubt, started_alone
from migrator.circleci.runs.generated import tag
from migrator.circleci.runs.templates import read_by_circleci
from migrator.model import (
    Endpoint,
    Expansion,
    JobPlan,
    Note,
    Presence,
    Severity,
    V1Trigger,
    flatten,
    static,
    told,
    values,
)
from migrator.template import never_empty

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from migrator.circleci.plan.decide import Decision
    from migrator.circleci.runs.config import ConfigView
    from migrator.circleci.runs.observed import Seen
    from migrator.model import ConfigPlan, Template


def emptied(trigger: V1Trigger, known: Mapping[str, str]) -> dict[str, str]:
    """The expansions that build parameters may get an empty value from, each with that value.

    What also decides on the job, the ref or the project is left alone: there, nothing would be started at all.
    """
    open_ones = {
        name for _, value in trigger.parameters if not never_empty(value.template) for name in _names(value.template)
    }
    return dict.fromkeys(sorted(open_ones - trigger.filled - set(known) - set(_deciding(trigger))), "")


def with_empty(run: Seen, names: Iterable[str]) -> Seen:
    """The run as if it had these variables, empty, where it has none: the tool says of them that they may be unset."""
    seen = run.observed
    return replace(run, observed=replace(seen, environment={**dict.fromkeys(names, ""), **seen.environment}))


def _deciding(trigger: V1Trigger) -> Iterator[str]:
    slug = trigger.slug
    yield from _names(job_value(trigger).template)
    for part in (slug.vcs, slug.organization, slug.repository):
        yield from _names(part)
    for value in (trigger.branch, trigger.tag, trigger.revision):
        yield from _names(value.template) if value is not None else ()


def _names(template: Template) -> Iterator[str]:
    return (identity(part) for part in flatten(template) if isinstance(part, Expansion))


# What default branches are called. A project where such a name is another branch's is told nothing new by this note.
_DEFAULTS = frozenset({"main", "master", "trunk"})
_SHOWN = 3


def shares_branch(trigger: V1Trigger) -> bool:
    """Whether the call starts a job on a branch that is not known to be the default branch."""
    if trigger.endpoint is not Endpoint.JOB or trigger.tag is not None or trigger.branch is None:
        return False
    names = values(trigger.branch.template)
    return names is None or not _DEFAULTS.issuperset(names)


def auto_cancel_note(triggers: Sequence[V1Trigger]) -> Note | None:
    """One note for all calls of a report, which may be about none of them."""
    concerned = [trigger for trigger in triggers if shares_branch(trigger)]
    if not concerned:
        return None
    refs = list(dict.fromkeys(told(trigger.branch.template) for trigger in concerned if trigger.branch))
    where = ", ".join(refs[:_SHOWN]) + (f" and {len(refs) - _SHOWN} more" if len(refs) > _SHOWN else "")
    most = max(map(_times, concerned))
    many = f" One call alone starts {most} of them." if most > 1 else ""
    return Note(
        "auto-cancel",
        Severity.INFO,
        "Where the project's settings have “Auto-cancel redundant workflows” on, a new pipeline cancels what still "
        f"runs on its branch ({where}), also the pipeline that the call comes from, unless it is the default branch."
        f"{many} Switch the setting off, or wait for one pipeline before the next.",
    )


def _times(trigger: V1Trigger) -> int:
    """How many pipelines one call starts on one branch, as far as the values of a loop are listed."""
    templates = [value.template for value in (trigger.job, *(value for _, value in trigger.parameters)) if value]
    own = {part.source for part in _listed(trigger.branch.template if trigger.branch else ())}
    listed = {part.source: len(part.values or ()) for template in templates for part in _listed(template)}
    return prod(number for name, number in listed.items() if name not in own)


def _listed(template: Template) -> Iterator[Expansion]:
    return (part for part in flatten(template) if isinstance(part, Expansion) and part.values)


def plan_notes(config: ConfigView, plan: ConfigPlan, decision: Decision) -> tuple[Note, ...]:
    """The notes on one call that come from how its jobs get what it sends."""
    if plan.served:
        return ()
    jobs = [job for job in plan.jobs if job.job in decision.jobs]
    return (
        *_about_shells(config, jobs),
        *_about_environment(jobs),
        *_about_readers(config, jobs),
        *_about_empty_values(jobs, decision),
    )


def _about_shells(config: ConfigView, jobs: list[JobPlan]) -> Iterator[Note]:
    for job in jobs:
        exported = [v.name for v in (*(() if job.in_environment else job.always), *job.sometimes)]
        if job.revision is not Presence.NEVER:
            exported.append("CIRCLE_SHA1")
        doubt = export_doubt(config, job.job, exported) if exported else None
        if doubt is None:
            continue
        if doubt.fails:
            yield Note(
                "shell-not-sh",
                Severity.ERROR,
                f"Job {job.job} gets {', '.join(exported)} from a step written for bash, and {doubt.reason}. "
                "Put the parameters into its environment by hand.",
            )
            continue
        yield Note(
            "needs-bash",
            Severity.WARNING,
            f"Job {job.job} gets {', '.join(exported)} through $BASH_ENV, which only bash reads, and {doubt.reason}.",
        )


def _about_environment(jobs: list[JobPlan]) -> Iterator[Note]:
    for job in jobs:
        if job.in_environment and job.always:
            names = ", ".join(variable.name for variable in job.always)
            yield Note(
                "environment-first",
                Severity.INFO,
                f"Job {job.job} gets {names} through its environment, since an export may not reach its steps: a "
                "caller that stays on v1.1 sends it an empty value, so merge config and callers together.",
            )


def _about_readers(config: ConfigView, jobs: list[JobPlan]) -> Iterator[Note]:
    """CircleCI itself reads what its own places set; neither way to hand a variable over is among them."""
    for job in jobs:
        run = started_alone(config, job.job)
        variables = {variable.name: variable.parameter for variable in (*job.always, *job.sometimes)}
        for name, where in read_by_circleci(run, variables) if isinstance(run, JobRun) else ():
            yield Note(
                "circleci-reads",
                Severity.WARNING,
                f"CircleCI itself, and no step, reads {name} in {where} of job {job.job}: what a pipeline hands to a "
                f"job may not be seen there; `{tag(variables[name])}` is.",
            )


def _about_empty_values(jobs: list[JobPlan], decision: Decision) -> Iterator[Note]:
    sometimes = {variable.name for job in jobs for variable in job.sometimes}
    sent = dict(decision.call.trigger.parameters)
    names = [name for name in sent if name in sometimes and not static(sent[name].template)]
    always_empty = any(static(sent[name].template) == "" for name in names)
    if names:
        yield Note(
            "empty-is-unset",
            Severity.WARNING if always_empty else Severity.INFO,
            f"Not every caller sends {', '.join(names)}, so an empty value reaches the job as an unset variable.",
        )
