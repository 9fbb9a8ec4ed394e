"""The config's half for calls that a person changes: what they need is declared all the same, and proved.

Such a call is understood, and only its text is not rewritten, for instance that of a program in another language.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods.found import ByHand
from codemods.programs.languages import is_test
from migrator.circleci.plan.decide import job_value
from migrator.circleci.plan.plan import request_for
from migrator.circleci.plan.request_text import request_text
from migrator.model import Endpoint, Note, Severity, Status, Target, values
from migrator.planning.draft import RejectedError, config_text, plans_for
from migrator.planning.project import Here, noted, twins
from migrator.planning.proof import draft_and_prove

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from migrator.model import PipelineRequest
    from migrator.planning.draft import Draft
    from migrator.planning.project import Project, Site
    from migrator.planning.proof import Evidence
    from migrator.settings import Settings

CONFIG_HALF = "config-half"
_FEASIBLE = frozenset({Status.SAFE, Status.UNSAFE})
_LEFT = Note(
    "left-on-v1",
    Severity.WARNING,
    "The config moves to version 2.1 for this call, while the call itself stays on v1.1, which may no longer start "
    "single jobs then. Change the caller in the same go.",
)


@dataclass(frozen=True, slots=True)
class Halves:
    """The project with what was learned about such calls, and the draft with its proof if any of them is in it."""

    project: Project
    made: tuple[Draft, Evidence] | None = None


def with_halves(project: Project, written: frozenset[int], settings: Mapping[str, Settings]) -> Halves:
    """Plan for the calls that a person changes, beside those that are `written`, as far as the settings allow.

    What is written stays so: where both do not go together, the config gets nothing for such a call.
    """
    wanted = [index for index, site in project.asked() if _is_wanted(project, index, site)]
    for index in wanted:
        project = noted(project, {index: _alone(project, index)})
    feasible = [index for index in wanted if project.sites[index].decision.half in _FEASIBLE]
    ready = {index for index in feasible if is_ready(project, index)}
    allowed = {index for index in feasible if index not in ready and _is_allowed(project.sites[index], settings)}
    made = set(allowed)
    while True:
        halves, bad = _together(project, written, made, settings)
        if not bad:
            states = {i: _state(halves.project.sites[i], i in ready, i in made, i in allowed) for i in feasible}
            return replace(halves, project=_told(halves.project, written, states))
        made -= bad


def is_ready(project: Project, index: int) -> bool:
    """Whether the config has all that a call needs, in whatever form, so that only the caller waits."""
    site = project.sites[index]
    if not isinstance(site.goal, Here) or site.goal not in project.configs or not site.decision.jobs:
        return False
    try:
        return config_text(project, plans_for(project, [index]), site.goal) is None
    except Exception:  # noqa: BLE001 - what goes wrong is said where the call is planned for
        return False


def _is_wanted(project: Project, index: int, site: Site) -> bool:
    """Whether somebody makes a call that starts a known job of a config at hand, and only its text is in the way."""
    decision = site.decision
    if not decision.by_hand or decision.ignored or is_test(site.source.path) or len(twins(project, index)) > 1:
        return False
    trigger = decision.call.trigger
    is_known = trigger.endpoint is Endpoint.JOB and values(job_value(trigger).template) is not None
    is_known = is_known and decision.target is not Target.UNKNOWN
    return is_known and bool(decision.jobs) and site.goal in project.configs and decision.half in _FEASIBLE


def _is_allowed(site: Site, settings: Mapping[str, Settings]) -> bool:
    """Whether the config may get the half alone: that is what `--only config` asks for, else it takes --unsafe."""
    decision, own = site.decision, settings[site.home]
    notes = [note for note in decision.notes if note not in decision.by_hand]
    if own.only is None:
        return own.allows(Status.UNSAFE, (*notes, Note(CONFIG_HALF, Severity.WARNING, "")))
    return own.only == "config" and own.allows(decision.half, notes)


def _alone(project: Project, index: int) -> tuple[Note, ...]:
    """What there is to say about the half of one call when nothing else changes."""
    try:
        draft, evidence = draft_and_prove(project, [index])
    except RejectedError as rejected:
        return (rejected.note,)
    goal = project.sites[index].goal
    moves = isinstance(goal, Here) and draft.changes(goal.home) and project.configs[goal].version != "2.1"
    left = (_LEFT,) if moves else ()
    return (*draft.notes.get(index, ()), *evidence.notes.get(index, ()), *left)


def _together(
    project: Project, written: frozenset[int], halves: set[int], settings: Mapping[str, Settings]
) -> tuple[Halves, set[int]]:
    """The draft of everything, or the halves that keep it from holding."""
    if not halves:
        return Halves(project), set()
    chosen = sorted(written | halves)
    try:
        draft, evidence = draft_and_prove(project, chosen)
    except RejectedError as rejected:
        return Halves(project), halves.intersection(rejected.sites) or halves
    after = noted(noted(project, draft.notes), evidence.notes)
    refused = {index for index in chosen if not _may_stay(after.sites[index], settings)}
    bad = halves & refused or (halves if refused else set())
    return (Halves(project), bad) if bad else (Halves(after, (draft, evidence)), set())


def _may_stay(site: Site, settings: Mapping[str, Settings]) -> bool:
    """Whether the settings allow a call, or its half, with all that is known of it by now."""
    decision = site.decision
    if decision.by_hand:
        return _is_allowed(site, settings)
    return settings[site.home].allows(decision.status, decision.notes)


def _told(project: Project, written: Iterable[int], states: Mapping[int, Note]) -> Project:
    """The project with the word, for each such call, on its config and on what its caller sends."""
    plans = plans_for(project, sorted({*written, *states}))
    for index, state in states.items():
        site = project.sites[index]
        request = request_for(site.decision, plans.get(site.goal))
        note, advised = state, _advised(project, index, request)
        if advised is project:
            told = request_text(site.decision.call.trigger, request)
            note = replace(note, message=f"{note.message} The caller is to {told}")
        project = noted(advised, {index: (note,)})
    return project


def _state(site: Site, is_ready: bool, is_made: bool, is_allowed: bool) -> Note:
    """What there is to say about the config."""
    if is_ready:
        message = "The config is ready for this request, and only the caller waits."
        return Note(CONFIG_HALF, Severity.INFO, message)
    if is_allowed and not is_made:
        message = "What this request needs does not go together with what other calls need. Migrate these first."
        return Note(CONFIG_HALF, Severity.WARNING, message)
    is_sure = site.decision.half is Status.SAFE
    proved = "; pushes, tags and schedules run what they ran" if is_sure else ""
    option = "" if is_sure else " --unsafe"
    giver = "This change" if is_made else f"`migrator apply --only config{option}`"
    message = (
        f"{giver} gives the config what this request needs{proved}. Merge it first, then change the caller by hand."
    )
    return Note(CONFIG_HALF, Severity.INFO if is_made else Severity.WARNING, message)


def _advised(project: Project, index: int, request: PipelineRequest) -> Project:
    """The project with the advice about a call in the names of its config, where its error is such advice."""
    site = project.sites[index]
    if not isinstance(site.found.writer, ByHand):
        return project
    said = site.found.writer.advise(request)
    call, decision = site.found.call, site.decision
    call = replace(call, notes=_with(call.notes, said))
    decision = replace(decision, call=call, notes=_with(decision.notes, said))
    advised = replace(site, found=replace(site.found, call=call), decision=decision)
    return replace(project, sites=(*project.sites[:index], advised, *project.sites[index + 1 :]))


def _with(notes: Iterable[Note], said: Note) -> tuple[Note, ...]:
    """The notes, with this one for the error of its code."""
    return tuple(said if (note.code, note.severity) == (said.code, said.severity) else note for note in notes)
