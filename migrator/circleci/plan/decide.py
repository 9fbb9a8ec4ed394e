"""Decide about one call: which project and jobs it starts, and what stands in the way of a rewrite."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from migrator.circleci.api.reruns import assumption
from migrator.circleci.api.target import target_of
from migrator.circleci.api.v1_url import RERUNS
from migrator.circleci.api.v2_request import is_pull_only_sometimes
from migrator.circleci.plan.build_parameters import about_environment, about_parameters
from migrator.circleci.plan.snippet import config_snippet, sendable
from migrator.circleci.runs.v1_run import config_fault
from migrator.model import (
    Call,
    Endpoint,
    Literal,
    Note,
    Severity,
    Status,
    Target,
    Template,
    V1Trigger,
    Value,
    flatten,
    literal,
    source,
    told,
    values,
    worst,
)
from migrator.template import written_sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.circleci.runs.config import ConfigView

DEFAULT_JOB = "build"
"""The job that v1.1 runs when a call names none (CircleCI v1 reference: trigger a new job)."""


_PLACES = frozenset({"exec-form", "other-language", "posts-for-you"})
"""Errors about where a call stands, which is read and cannot be written."""
_UNWRITABLE = """
all-arguments assigning-value base-url comment-inside expression-moves host-text moved-command moved-variable
other-file over-parts payload-order payload-shape payload-shared query-token raw-string statement-stays wrapper-argument
wrapper-shared yaml-scalar
"""
_TEXTS = frozenset(_UNWRITABLE.split())
"""Errors about the text of a call, when it was understood and then could not be rewritten."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A call with its target project, the jobs that it can start there, and all notes about it.

    `ignored`: a comment in the file says to leave it alone.
    """

    call: Call
    target: Target
    jobs: tuple[str, ...]
    notes: tuple[Note, ...]
    ignored: bool = False

    @property
    def status(self) -> Status:
        """Safe, unsafe or manual, as the gravest note has it, unless the call is ignored."""
        if self.ignored:
            return Status.IGNORED
        match worst(self.notes):
            case Severity.ERROR:
                return Status.MANUAL
            case Severity.WARNING:
                return Status.UNSAFE
            case _:
                return Status.SAFE

    @property
    def by_hand(self) -> tuple[Note, ...]:
        """Why a person has to change the call, which is understood; empty where there is another reason or none."""
        errors = [note for note in self.notes if is_about_request(note)]
        known = (note.code in _TEXTS and note not in self.call.notes for note in errors if note.code not in _PLACES)
        return tuple(errors) if all(known) and not self.call.unread else ()

    @property
    def half(self) -> Status:
        """The status of what the config needs for a call, whoever changes the caller."""
        return replace(self, notes=tuple(note for note in self.notes if note not in self.by_hand)).status


def is_understood(call: Call) -> bool:
    """Whether all that a call sends could be read, be it in a text that is not rewritten."""
    return not call.unread and all(note.code in _PLACES for note in call.notes if is_about_request(note))


def job_value(trigger: V1Trigger) -> Value:
    """The job that the call asks for; v1.1 starts `build` when it is not told."""
    return trigger.job or Value(literal(DEFAULT_JOB))


def is_about_request(note: Note) -> bool:
    """Whether a note says that the request itself could not be read, or not be understood."""
    return note.severity is Severity.ERROR


def named_job(call: Call) -> Value | None:
    """The job that a call starts, or None where it names none in what could be read and something could not be."""
    unread = call.trigger.job is None and not is_understood(call)
    return None if unread or call.trigger.endpoint is not Endpoint.JOB else job_value(call.trigger)


def decide(
    call: Call, config: ConfigView | None, own: tuple[str, ...], *, given: bool = False, ready: bool = False
) -> Decision:
    """Decide about `call`, given the config of its repository and the slugs that the repository is known by.

    `given`: the call is for another project, and the config is that one's. `ready`: it is for another project, whose
    config is not at hand and is declared to have what the call needs.
    """
    target = Target.OTHER if given or ready else target_of(call.trigger.slug, own)
    is_here = config is not None and (given or target is Target.THIS)
    if any(map(is_about_request, call.notes)) and not (is_understood(call) and is_here):
        return Decision(call, target, (), call.notes)
    notes: tuple[Note, ...]
    jobs: tuple[str, ...] = ()
    match call.trigger.endpoint:
        case Endpoint.PIPELINE:
            notes = (*_about_pipeline(call.trigger), *_about_fork(call.trigger))
        case Endpoint.RETRY | Endpoint.SSH:
            notes = (assumption(),)
        case Endpoint.JOB:
            known = _about_ready(call.trigger) if ready else _about_job(call, target, config, own, given=given)
            notes, jobs = known
    notes = (*notes, _merge_order(call.trigger)) if given and call.trigger.endpoint not in RERUNS else notes
    return Decision(call, target, jobs, (*call.notes, *notes, _PERSONAL_TOKEN))


_PERSONAL_TOKEN = Note(
    "personal-token", Severity.INFO, "v2 takes personal API tokens only: with a project token it answers 404."
)


def _error(code: str, message: str) -> Note:
    return Note(code, Severity.ERROR, message)


def _warning(code: str, message: str) -> Note:
    return Note(code, Severity.WARNING, message)


def _about_pipeline(trigger: V1Trigger) -> tuple[Note, ...]:
    if trigger.branch and trigger.tag:
        return (_error("branch-and-tag", _BRANCH_AND_TAG),)
    if trigger.revision is None:
        return ()
    return (
        _warning(
            "revision-dropped",
            "v2 starts a pipeline at the head of a branch: the commit that the call names runs only if it is the head.",
        ),
    )


_BRANCH_AND_TAG = "The call names a branch and a tag; v2 takes one of them. Remove the one that is not meant."


def _about_job(
    call: Call, target: Target, config: ConfigView | None, own: tuple[str, ...], *, given: bool
) -> tuple[tuple[Note, ...], tuple[str, ...]]:
    trigger = call.trigger
    refusal = (None if given else _other_project(trigger, target)) or _unusable(config)
    if refusal or config is None:
        return ((refusal,) if refusal else ()), ()
    jobs, job_notes = _jobs(job_value(trigger).template, config)
    notes = [*_about_target(call, target, own), *job_notes, *_about_ref(trigger), *about_parameters(trigger)]
    notes += about_environment(trigger, jobs, config)
    fault = config_fault(config, jobs)
    notes += (
        [_error("config-broken", f"CircleCI refuses the config as it is ({fault}). Correct it first.")] if fault else []
    )
    return tuple(notes), jobs


def _about_ready(trigger: V1Trigger) -> tuple[tuple[Note, ...], tuple[str, ...]]:
    """Which jobs a config has that is not at hand is known where the call itself says all that it can name."""
    return (*_about_ref(trigger), *about_parameters(trigger)), values(job_value(trigger).template) or ()


def _merge_order(trigger: V1Trigger) -> Note:
    return Note(
        "merge-order",
        Severity.INFO,
        f"Merge the config of {trigger.slug.told()} first, on {_ref(trigger)}: v2 reads it from the ref that it "
        "starts.",
    )


def _ref(trigger: V1Trigger) -> str:
    if trigger.tag:
        return f"what the tag {told(trigger.tag.template)} is made from"
    return f"branch {told(trigger.branch.template)}" if trigger.branch else "the default branch"


def _other_project(trigger: V1Trigger, target: Target) -> Note | None:
    if target is not Target.OTHER:
        return None
    job = told(job_value(trigger).template)
    for several in map(values, (trigger.slug.organization, trigger.slug.repository)):
        if several and len(several) > 1:
            message = f"The call starts job {job} of several projects ({', '.join(several)})."
            advice = "Name checkouts of all of them on the command line, or write a call for each."
            return _error("other-project", f"{message} {advice}")
    declared = ", ".join(sendable(trigger))
    sends = f" and string parameters for {declared}" if declared else ""
    snippet = config_snippet(trigger, job_value(trigger).template)
    return _error(
        "other-project",
        f"The call starts job {job} of {trigger.slug.told()}. The config of that project must first get a workflow "
        f"that runs {job} when a selector parameter says so{sends}: name a checkout of that repository on the command "
        f"line too, or declare the project migrated with --ready. By hand it is {snippet}; its other workflows run "
        f"`unless` run_job is set.",
    )


def _unusable(config: ConfigView | None) -> Note | None:
    if config is None:
        return _error(
            "no-config",
            "The repository has no .circleci/config.yml that could be read, so no job to start. Run the tool on a "
            "checkout that holds it.",
        )
    if config.setup:
        return _error(
            "setup-config",
            "The config has `setup: true`: its parameters must be declared in the setup config and in the one that "
            "continues it. Declare them in both by hand, then change this call.",
        )
    return None


def _about_target(call: Call, target: Target, own: tuple[str, ...]) -> Iterator[Note]:
    trigger = call.trigger
    mine = {name.lower().partition("/")[2] for name in own} | {name.lower().rpartition("/")[2] for name in own}
    others = [each for each in call.given if each.project.lower() not in mine]
    if target is Target.UNKNOWN and others:
        first = others[0]
        more = f" (and {len(others) - 1} more such places)" if len(others) > 1 else ""
        yield _error(
            "project-given",
            f"{first.path}:{first.line} runs this for the project {first.project}{more}, not for this one. "
            "Write a call for each project, with the project in it.",
        )
    elif target is Target.UNKNOWN:
        yield _warning(
            "project-unknown",
            f"The rewrite rests on {trigger.slug.told()} being this project, which cannot be seen from the repository. "
            f"Write {own[0] if own else 'the project'} there, or allow it with --unsafe.",
        )


def _jobs(job: Template, config: ConfigView) -> tuple[tuple[str, ...], list[Note]]:
    asked = values(job)
    if config.unnamed and (asked is None or not frozenset(asked) <= frozenset(config.startable)):
        listed = ", ".join(f"`{name}`" for name in config.unnamed)
        message = (
            f"YAML reads the key of a job of the config as {listed}, which is no text: what the job is called is not "
            "known. Put the name in quotes."
        )
        return (), [_error("job-unnamed", message)]
    if asked is None:
        return _fitting_jobs(job, config)
    startable = frozenset(config.startable)
    problems = [_not_startable(name, config) for name in asked if name not in startable]
    return (tuple(name for name in asked if name in startable), problems)


def _fitting_jobs(job: Template, config: ConfigView) -> tuple[tuple[str, ...], list[Note]]:
    parts = (re.escape(part.text) if isinstance(part, Literal) else ".*" for part in flatten(job))
    shape = re.compile("".join(parts), re.DOTALL)
    fitting = tuple(name for name in config.startable if shape.fullmatch(name))
    if not fitting:
        message = f"No job of the config fits {source(job)}, so v1.1 could not start one either. Correct the name."
        return (), [_error("job-unknown", message)]
    message = f"The job is known only at run time ({source(job)}): every job that it can be is made startable."
    return fitting, [Note("job-dynamic", Severity.INFO, message)]


def _not_startable(name: str, config: ConfigView) -> Note:
    required = config.required_parameters(name)
    if required:
        return _error(
            "job-parameters",
            f"Job {name} has required parameters ({', '.join(required)}), which a trigger cannot give. Give them "
            "defaults, or write the workflow that runs it by hand.",
        )
    near = get_close_matches(name, list(config.jobs), n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return _error("job-unknown", f"The config has no job called {name}.{hint} Correct the name, or delete the call.")


def _about_ref(trigger: V1Trigger) -> Iterator[Note]:
    if trigger.tag and (trigger.branch or trigger.revision):
        yield _error("branch-and-tag", _BRANCH_AND_TAG if trigger.branch else _TAG_AND_REVISION)
    elif trigger.revision:
        yield Note(
            "revision-config",
            Severity.INFO,
            "A step behind each `checkout` of the job moves to the commit; its config is the one at the head of the "
            "branch.",
        )
    yield from _about_fork(trigger)


# The branch of a build, where a shell or a program reads it, and where CircleCI fills it in.
_OWN_BRANCH = re.compile(r"\bCIRCLE_BRANCH\b|<<\s*pipeline\.git\.branch\s*>>")


def _about_fork(trigger: V1Trigger) -> Iterator[Note]:
    """Branches of pull requests; `CIRCLE_BRANCH` is one in builds of forks (CircleCI docs: variables, 2026)."""
    template = trigger.branch.template if trigger.branch is not None else ()
    if is_pull_only_sometimes(template):
        text = "Some of the branches are pull requests, which v2 calls `pull/N/head`. Write a call for each kind."
        yield _error("pull-branch", text)
    name = next((found[0] for text in written_sources(template) for found in _OWN_BRANCH.finditer(text)), None)
    if name is not None:
        text = f"In builds of forked pull requests `{name}` is `pull/N`, which v2 knows as `pull/N/head` only."
        yield Note("fork-branch", Severity.INFO, text)


_TAG_AND_REVISION = "The call names a tag and a revision, which v1.1 does not take together. Remove one of them."
