"""Make the edits for a set of calls in memory: callers first, then the configs, then look again at what came out.

A draft can be cut down to the half that is merged first, the configs, or the half that follows, the callers.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods import find_calls
from codemods.config.extend import extend
from codemods.config.rewrite import rewrite_config
from migrator.circleci.api.reruns import rerun_for
from migrator.circleci.api.v1_url import RERUNS
from migrator.circleci.api.v2_request import for_run
from migrator.circleci.plan.assumptions import plan_notes
from migrator.circleci.plan.plan import plan_config, request_for
from migrator.circleci.plan.ready import assumed_plan, caller_note, ready_note
from migrator.errors import ParseError, Refusal, WaitingRefusal
from migrator.model import Endpoint, Note, Severity
from migrator.planning.project import DIFFERENT_NAMES, DIFFERING, Here, Ready, at_odds, config_key, firsts, waiting_note
from migrator.syntax.text.source import OverlapError, apply_edits
from migrator.template import source as written_as

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codemods.found import Rewrite, RewriteOptions
    from migrator.model import ConfigPlan, Edit, PipelineRequest, Span, V1Trigger
    from migrator.planning.project import FileKey, Goal, Project, Site
    from migrator.syntax.text.source import Region


def waiting(project: Project, chosen: Sequence[int], draft: Draft, only: Mapping[str, str | None]) -> list[int]:
    """Of the chosen calls, those whose config would have to change first and may not. `only` is by home."""
    closed = {
        goal
        for goal in draft.plans
        if isinstance(goal, Here) and only.get(goal.home) == "callers" and config_text(project, draft.plans, goal)
    }
    return [index for index in chosen if project.sites[index].goal in closed]


def halved(project: Project, chosen: Sequence[int], draft: Draft, only: Mapping[str, str | None]) -> dict[FileKey, str]:
    """The texts by key when, home by home, only the configs change, or only the callers."""
    callers = [index for index in chosen if only[project.sites[index].home] != "config"]
    texts = dict(rewrite_callers(project, callers, draft.plans).texts)
    for goal, plan in draft.plans.items():
        if isinstance(goal, Here) and goal in project.configs and only.get(goal.home) != "callers":
            key = config_key(goal.home)
            texts[key] = rewrite_config(texts.get(key, project.sources[key].text), plan).text
    return changed(project, texts)


def config_text(project: Project, plans: Mapping[Goal, ConfigPlan], goal: Here) -> str | None:
    """What the config alone becomes, or None when it has all that it needs. Raises Refusal."""
    if goal not in project.configs:
        return None
    before = project.sources[config_key(goal.home)].text
    after = rewrite_config(before, plans[goal]).text
    return None if after == before else after


@dataclass(frozen=True, slots=True)
class Draft:
    """The texts that would be written, by key, the plans behind them, and what making them brought to light.

    `configs` are the texts of the configs with their callers rewritten and nothing else: the old world of the proof. A
    plain pipeline call has no plan.
    """

    texts: Mapping[FileKey, str]
    plans: Mapping[Goal, ConfigPlan]
    notes: Mapping[int, tuple[Note, ...]]
    configs: Mapping[Goal, str]

    def changes(self, home: str) -> bool:
        """Whether the repository's config becomes another one."""
        return config_key(home) in self.texts


NO_DRAFT = Draft({}, {}, {}, {})


def changed(project: Project, texts: Mapping[FileKey, str]) -> dict[FileKey, str]:
    """The texts that are not what they were."""
    return {key: text for key, text in texts.items() if text != project.sources[key].text}


class RejectedError(Exception):
    """Some of the chosen calls cannot be rewritten; the others may be tried again without them."""

    def __init__(self, sites: Sequence[int], note: Note) -> None:
        """`sites` are indexes into the project's sites."""
        super().__init__(note.message)
        self.sites = tuple(sites)
        self.note = note


def make_draft(project: Project, chosen: Sequence[int]) -> Draft:
    """Rewrite the chosen calls and the configs. Raises RejectedError naming the calls that cannot be rewritten."""
    if not chosen:
        return NO_DRAFT
    plans = plans_for(project, chosen)
    if parted := at_odds(project, chosen, plans):
        raise RejectedError(parted, DIFFERENT_NAMES)
    callers = rewrite_callers(project, chosen, plans)
    texts = dict(callers.texts)
    configs = {goal: texts.get(key, project.sources[key].text) for goal, key in _configs(project)}
    notes = _rewrite_configs(project, chosen, plans, texts)
    _look_again(project, chosen, texts)
    said = {
        index: (*callers.notes.get(index, ()), *_about_plan(project, index, plans), *notes.get(index, ()))
        for index in chosen
    }
    return Draft(changed(project, texts), plans, said, configs)


def _configs(project: Project) -> list[tuple[Goal, FileKey]]:
    """Each config that could be read, with its key."""
    return [(goal, config_key(goal.home)) for goal in project.configs if isinstance(goal, Here)]


def plans_for(project: Project, chosen: Sequence[int]) -> dict[Goal, ConfigPlan]:
    """One plan for each config that a chosen call needs something of, by all calls that it serves."""
    plans: dict[Goal, ConfigPlan | None] = {}
    wanted = frozenset(chosen)
    for goal in dict.fromkeys(project.sites[index].goal for index in chosen):
        aimed = project.aimed_at(goal)
        decisions = [project.sites[index].decision for index in aimed]
        if goal in project.configs:
            picked = [project.sites[index].decision for index in aimed if index in wanted]
            plans[goal] = plan_config(project.configs[goal], decisions, picked)
        elif isinstance(goal, Ready) and goal.slug in project.ready:
            plans[goal] = assumed_plan(decisions)
    return {goal: plan for goal, plan in plans.items() if plan is not None}


@dataclass(frozen=True, slots=True)
class Callers:
    """The files of calls with these rewritten, by key, and what their writers said about each call."""

    texts: Mapping[FileKey, str]
    notes: Mapping[int, tuple[Note, ...]]


def rewrite_callers(project: Project, chosen: Sequence[int], plans: Mapping[Goal, ConfigPlan]) -> Callers:
    """Rewrite the chosen calls in their files, but for guests and those that a person changes. Raises RejectedError."""
    own = [index for index in chosen if project.is_rewritten(index)]
    parts = _agreed(project, [_rewrite_caller(project, index, chosen, plans) for index in own], plans)
    regions: defaultdict[tuple[FileKey, int, int], list[_Part]] = defaultdict(list)
    for part in parts:
        regions[project.sites[part.index].key, part.region.locate(0), len(part.region.text)].append(part)
    file_edits: defaultdict[FileKey, list[Edit]] = defaultdict(list)
    for (key, _, _), together in regions.items():
        file_edits[key] += _region_edits(together)
    texts = {key: _apply(project, key, edits, chosen) for key, edits in file_edits.items()}
    return Callers(texts, {part.index: part.rewrite.notes for part in parts})


@dataclass(frozen=True, slots=True)
class _Part:
    """The rewrite of one call, in the text of its region."""

    index: int
    region: Region
    rewrite: Rewrite
    shared: Span | None = None

    def in_shared(self) -> frozenset[Edit]:
        """The edits in the stretch that other calls go through too."""
        return frozenset(edit for edit in self.rewrite.edits if self.shared and edit.span.start in self.shared)

    def makes(self, edit: Edit, place: Span) -> bool:
        """Whether the call makes an edit too, or replaces what reads the edited text at that place of the region."""
        spans = (own.span for own in self.rewrite.edits)
        return edit in self.rewrite.edits or any(own.start <= place.start and place.end <= own.end for own in spans)


def _agreed(project: Project, parts: list[_Part], plans: Mapping[Goal, ConfigPlan]) -> list[_Part]:
    """The parts, without edits of shared text that not every call makes which the text reaches.

    A call that makes such an edit is written again, as if it were the only one: it then leaves the shared text alone.
    """
    alone: set[int] = set()
    while True:
        again = {part.index for part in parts if not _is_agreed(project, part, parts)} - alone
        if not again:
            return parts
        alone |= again
        parts = [_rewrite_caller(project, p.index, [p.index], plans) if p.index in again else p for p in parts]


def _is_agreed(project: Project, part: _Part, parts: Sequence[_Part]) -> bool:
    """Whether the other calls that a changed text reaches make the same change, or no longer read the text."""
    own = project.sites[part.index]
    near = [other for other in parts if project.sites[other.index].key == own.key]
    for edit, place in part.rewrite.relied:
        start = part.region.locate(place.start)
        if start in own.found.call.span:
            continue
        reached = [other for other in near if start in project.sites[other.index].found.call.span]
        if any(not other.makes(edit, place) for other in reached):
            return False
    return True


def _rewrite_caller(project: Project, index: int, chosen: Sequence[int], plans: Mapping[Goal, ConfigPlan]) -> _Part:
    site = project.sites[index]
    options = _options(project, site, chosen)
    rerun = rerun_for(site.decision.call.trigger)
    try:
        if rerun is not None:
            return _Part(index, site.found.region, site.found.writer.rerun(rerun, options))
        request = _request(project, site, plans.get(site.goal))
        return _Part(index, site.found.region, site.found.writer.post(request, options), site.found.shared)
    except WaitingRefusal as refusal:
        raise RejectedError((index,), waiting_note(project, site, refusal)) from refusal
    except Refusal as refusal:
        raise RejectedError((index,), _error(refusal)) from refusal


def _request(project: Project, site: Site, plan: ConfigPlan | None) -> PipelineRequest:
    """The planned request, for the endpoint that was chosen where the call is. Raises Refusal."""
    request = request_for(site.decision, plan)
    if project.options[site.home].endpoint == "pipeline":
        return request
    own = project.options.get(site.goal.home) if isinstance(site.goal, Here) else None
    trigger = site.decision.call.trigger
    return for_run(request, trigger, own.definition if own is not None else None, writes=site.found.writer.runs)


def _options(project: Project, site: Site, chosen: Sequence[int]) -> RewriteOptions:
    neighbours = (project.sites[index] for index in chosen if project.sites[index].key == site.key)
    together = frozenset(neighbour.found.call.span for neighbour in neighbours)
    return replace(project.options[site.home], together=together)


def _about_plan(project: Project, index: int, plans: Mapping[Goal, ConfigPlan]) -> tuple[Note, ...]:
    """What the plan that a call is rewritten by rests on."""
    site = project.sites[index]
    plan = plans.get(site.goal)
    if plan is None or site.decision.call.trigger.endpoint in RERUNS:
        return ()
    config = project.configs.get(site.goal)
    if config is None:
        return (ready_note(plan, site.decision),)
    guest = (caller_note(plan, site.decision),) if site.home in project.guests else ()
    earlier = plan  # what callers of an earlier run send is no longer among the calls
    if isinstance(site.goal, Here) and not plan.served:
        earlier = extend(project.sources[config_key(site.goal.home)].text, plan)
    return (*plan_notes(config, earlier, site.decision), *guest)


def _region_edits(parts: list[_Part]) -> tuple[Edit, ...]:
    region = parts[0].region
    for shared in {part.shared for part in parts if part.shared is not None}:
        callers = [part for part in parts if part.shared == shared]
        if len({part.in_shared() for part in callers}) > 1:
            raise RejectedError([part.index for part in callers], DIFFERING)
    merged = tuple(dict.fromkeys(edit for part in parts for edit in part.rewrite.edits))
    try:
        apply_edits(region.text, merged)
        return region.edits(merged)
    except OverlapError as error:
        note = Note(
            "calls-overlap", Severity.ERROR, "Two calls share text that each would change. Rewrite them by hand."
        )
        raise RejectedError([part.index for part in parts], note) from error
    except Refusal as refusal:
        raise RejectedError([part.index for part in parts], _error(refusal)) from refusal


def _apply(project: Project, key: FileKey, edits: list[Edit], chosen: Sequence[int]) -> str:
    try:
        return apply_edits(project.sources[key].text, edits)
    except OverlapError as error:
        inside = [index for index in chosen if project.sites[index].key == key]
        raise RejectedError(inside, _defect("two edits of the file overlap")) from error


def _rewrite_configs(
    project: Project, chosen: Sequence[int], plans: Mapping[Goal, ConfigPlan], texts: dict[FileKey, str]
) -> dict[int, tuple[Note, ...]]:
    notes: dict[int, tuple[Note, ...]] = {}
    for goal, plan in plans.items():
        if isinstance(goal, Here) and goal in project.configs:
            notes |= _rewrite_config(project, chosen, goal, plan, texts)
    return notes


def _rewrite_config(
    project: Project, chosen: Sequence[int], goal: Here, plan: ConfigPlan, texts: dict[FileKey, str]
) -> dict[int, tuple[Note, ...]]:
    sites = {index: project.sites[index] for index in chosen if project.sites[index].goal == goal}
    starting = [i for i, site in sites.items() if site.decision.call.trigger.endpoint is Endpoint.JOB]
    key = config_key(goal.home)
    try:
        rewrite = rewrite_config(texts.get(key, project.sources[key].text), plan)
    except Refusal as refusal:
        raise RejectedError(starting, _error(refusal)) from refusal
    texts[key] = rewrite.text
    return {
        index: tuple(n for job, n in rewrite.notes if job is None or job in sites[index].decision.jobs)
        for index in starting
    }


def _look_again(project: Project, chosen: Sequence[int], texts: Mapping[FileKey, str]) -> None:
    """Search what would be written: no chosen call may be left, and every other call must still ask for the same."""
    for key, text in texts.items():
        here = [index for index, site in enumerate(project.sites) if site.key == key]
        left = firsts(project, [index for index in here if index not in chosen or not project.is_rewritten(index)])
        kept = [_shape(trigger) for index in left if is_v1(trigger := project.sites[index].decision.call.trigger)]
        source = project.sources[key]
        try:
            triggers = [found.call.trigger for found in find_calls(source.with_text(text))]
        except ParseError as error:
            raise RejectedError([i for i in here if i in chosen], _defect(f"the new text: {error.message}")) from error
        found = [_shape(trigger) for trigger in triggers if is_v1(trigger)]
        if sorted(found) != sorted(kept):
            raise RejectedError([i for i in here if i in chosen], _leftover(len(found) > len(kept)))


def is_v1(trigger: V1Trigger) -> bool:
    """Whether a call is still to be migrated; one of v2 is found where its reply is read as one of v1."""
    return trigger.api_version != "v2"


def _shape(trigger: V1Trigger) -> tuple[str, ...]:
    """What a trigger asks for, as its author wrote it, free of where it stands."""
    values = [trigger.branch, trigger.tag, trigger.revision, trigger.job, *(value for _, value in trigger.parameters)]
    written = [written_as(value.template) if value else "" for value in values]
    return (trigger.endpoint, str(trigger.slug), *(name for name, _ in trigger.parameters), *written)


def _leftover(still_there: bool) -> Note:
    if still_there:
        return _defect("a call that was rewritten is still found")
    return Note(
        "shared-with-manual",
        Severity.ERROR,
        "The call shares a variable with another call that cannot be rewritten. Rewrite both by hand.",
    )


def _error(refusal: Refusal) -> Note:
    return Note(refusal.code, Severity.ERROR, refusal.message)


def _defect(what: str) -> Note:
    return Note("tool-defect", Severity.ERROR, f"The rewrite was dropped: {what}. Please report this; rewrite by hand.")
