"""Make the edits for a set of calls in memory: callers first, then the config, then look again at what came out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods import find_calls
from codemods.config import rewrite_config
from migrator.circleci.plan import plan_config, request_for
from migrator.circleci.plan_notes import plan_notes
from migrator.errors import ParseError, Refusal
from migrator.model import Endpoint, Note, Severity, Target
from migrator.roots import CONFIG_PATH
from migrator.syntax.edits import OverlapError, apply_edits
from migrator.syntax.source import Source
from migrator.template import source as written_as

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codemods.found import Found, RewriteOptions
    from migrator.circleci.config import ConfigView
    from migrator.circleci.decide import Decision
    from migrator.model import ConfigPlan, Edit, V1Trigger
    from migrator.syntax.source import Region


@dataclass(frozen=True, slots=True)
class Site:
    """A call with where it was found and what was decided about it."""

    source: Source
    found: Found
    decision: Decision


@dataclass(frozen=True, slots=True)
class Project:
    """All that one repository's plan rests on. `context` are files that count for the plan but were not asked about."""

    sites: tuple[Site, ...]
    sources: Mapping[str, Source]
    config: ConfigView | None
    options: RewriteOptions
    context: frozenset[str] = frozenset()

    def left_behind(self, draft: Draft, written: frozenset[int]) -> list[int]:
        """The calls that stay on v1.1 while the draft moves their config to 2.1."""
        if CONFIG_PATH not in draft.texts or self.config is None or self.config.version == "2.1":
            return []
        return [
            index for index, site in self.asked() if index not in written and site.decision.target is not Target.OTHER
        ]

    def asked(self) -> list[tuple[int, Site]]:
        """The calls that this run is about, with their indexes."""
        return [(index, site) for index, site in enumerate(self.sites) if site.source.path not in self.context]


@dataclass(frozen=True, slots=True)
class Draft:
    """The texts that would be written, by path, the plan behind them, and what making them brought to light.

    `config` is the config's text with its callers rewritten and nothing else: the old world of the proof.
    """

    texts: Mapping[str, str]
    plan: ConfigPlan | None
    notes: Mapping[int, tuple[Note, ...]]
    config: str | None = None


def config_half(project: Project, draft: Draft) -> dict[str, str]:
    """The config's changes alone: what is merged first, while every caller still speaks v1.1."""
    if draft.plan is None:
        return {}
    before = project.sources[CONFIG_PATH].text
    after = rewrite_config(before, draft.plan).text
    return {} if after == before else {CONFIG_PATH: after}


def callers_half(project: Project, chosen: Sequence[int], draft: Draft) -> dict[str, str] | None:
    """The callers' changes alone, or None when the config still lacks what they need."""
    if config_half(project, draft):
        return None
    return _changed(project, _rewrite_callers(project, chosen, draft.plan))


def _changed(project: Project, texts: Mapping[str, str]) -> dict[str, str]:
    return {path: text for path, text in texts.items() if text != project.sources[path].text}


class RejectedError(Exception):
    """Some of the chosen calls cannot be rewritten; the others may be tried again without them."""

    def __init__(self, sites: Sequence[int], note: Note) -> None:
        """`sites` are indexes into the project's sites."""
        super().__init__(note.message)
        self.sites = tuple(sites)
        self.note = note


def make_draft(project: Project, chosen: Sequence[int]) -> Draft:
    """Rewrite the chosen calls and the config. Raises RejectedError naming the calls that cannot be rewritten."""
    if not chosen:
        return Draft({}, None, {})
    decisions = [site.decision for site in project.sites]
    plan = plan_config(project.config, decisions, [decisions[i] for i in chosen]) if project.config else None
    texts = _rewrite_callers(project, chosen, plan)
    remarks = _remarks(project, chosen, plan)
    config = _config_text(project, texts)
    notes = _rewrite_config(project, chosen, plan, texts)
    _look_again(project, chosen, texts)
    said = {index: (*remarks[index], *notes.get(index, ())) for index in chosen}
    return Draft(_changed(project, texts), plan, said, config)


def _config_text(project: Project, texts: Mapping[str, str]) -> str | None:
    source = project.sources.get(CONFIG_PATH)
    return texts.get(CONFIG_PATH, source.text) if source else None


def _rewrite_callers(project: Project, chosen: Sequence[int], plan: ConfigPlan | None) -> dict[str, str]:
    regions: defaultdict[tuple[str, int, int], list[_Part]] = defaultdict(list)
    for index in chosen:
        part = _rewrite_caller(project, index, chosen, plan)
        regions[project.sites[index].source.path, part.region.locate(0), len(part.region.text)].append(part)
    file_edits: defaultdict[str, list[Edit]] = defaultdict(list)
    for (path, _, _), parts in regions.items():
        file_edits[path] += _region_edits(parts)
    return {path: _apply(project, path, edits, chosen) for path, edits in file_edits.items()}


@dataclass(frozen=True, slots=True)
class _Part:
    """The edits of one call, in the text of its region."""

    index: int
    region: Region
    edits: tuple[Edit, ...]


def _rewrite_caller(project: Project, index: int, chosen: Sequence[int], plan: ConfigPlan | None) -> _Part:
    site = project.sites[index]
    options = _options(project, site, chosen)
    try:
        return _Part(index, site.found.region, site.found.rewrite(request_for(site.decision, plan), options))
    except Refusal as refusal:
        raise RejectedError((index,), _error(refusal)) from refusal


def _options(project: Project, site: Site, chosen: Sequence[int]) -> RewriteOptions:
    path = site.source.path
    neighbours = (project.sites[index] for index in chosen if project.sites[index].source.path == path)
    return replace(project.options, together=frozenset(neighbour.found.call.span for neighbour in neighbours))


def _remarks(project: Project, chosen: Sequence[int], plan: ConfigPlan | None) -> dict[int, tuple[Note, ...]]:
    """What the codemods have to say about the rewrites that they made."""
    notes = {}
    for index in chosen:
        site = project.sites[index]
        notes[index] = site.found.remarks(request_for(site.decision, plan), _options(project, site, chosen))
        if plan and project.config:
            notes[index] += plan_notes(project.config, plan, site.decision)
    return notes


def _region_edits(parts: list[_Part]) -> tuple[Edit, ...]:
    region = parts[0].region
    merged = tuple(dict.fromkeys(edit for part in parts for edit in part.edits))
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


def _apply(project: Project, path: str, edits: list[Edit], chosen: Sequence[int]) -> str:
    try:
        return apply_edits(project.sources[path].text, edits)
    except OverlapError as error:
        inside = [index for index in chosen if project.sites[index].source.path == path]
        raise RejectedError(inside, _defect("two edits of the file overlap")) from error


def _rewrite_config(
    project: Project, chosen: Sequence[int], plan: ConfigPlan | None, texts: dict[str, str]
) -> dict[int, tuple[Note, ...]]:
    if plan is None:
        return {}
    starting = [i for i in chosen if project.sites[i].decision.call.trigger.endpoint is Endpoint.JOB]
    before = texts.get(CONFIG_PATH, project.sources[CONFIG_PATH].text)
    try:
        rewrite = rewrite_config(before, plan)
    except Refusal as refusal:
        raise RejectedError(starting, _error(refusal)) from refusal
    texts[CONFIG_PATH] = rewrite.text
    return {
        index: tuple(n for job, n in rewrite.notes if job is None or job in project.sites[index].decision.jobs)
        for index in starting
    }


def _look_again(project: Project, chosen: Sequence[int], texts: Mapping[str, str]) -> None:
    """Search what would be written: no chosen call may be left, and every other call must still ask for the same."""
    for path, text in texts.items():
        here = [index for index, site in enumerate(project.sites) if site.source.path == path]
        kept = [_shape(project.sites[index].decision.call.trigger) for index in here if index not in chosen]
        source = project.sources[path]
        try:
            found = [_shape(found.call.trigger) for found in find_calls(Source(path, text, source.bom))]
        except ParseError as error:
            raise RejectedError([i for i in here if i in chosen], _defect(f"the new text: {error.message}")) from error
        if sorted(found) != sorted(kept):
            raise RejectedError([i for i in here if i in chosen], _leftover(len(found) > len(kept)))


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
