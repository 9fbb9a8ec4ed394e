"""The flow: sources, calls, decisions, a draft, its proof, a report for each repository. Nothing is written here."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods.programs.languages import is_test
from migrator.circleci.api.target import named_project
from migrator.circleci.api.v1_url import RERUNS
from migrator.circleci.plan.assumptions import auto_cancel_note, shares_branch
from migrator.model import Change, Note, Outcome, Report, Severity, Status, Target
from migrator.planning.documentation import examples, with_example, without
from migrator.planning.draft import NO_DRAFT, Draft, RejectedError, halved, waiting
from migrator.planning.halves import with_halves
from migrator.planning.ignores import hidden
from migrator.planning.project import Here, firsts, noted, twins
from migrator.planning.proof import NO_EVIDENCE, Evidence, draft_and_prove
from migrator.planning.read import read_project
from migrator.planning.remarks import remarks
from migrator.planning.repositories import RepositoryPart, guests, joined, read_parts
from migrator.planning.version_alone import move_alone
from migrator.settings import Settings
from migrator.template import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from migrator.circleci.plan.decide import Decision
    from migrator.model import Call
    from migrator.planning.project import FileKey, Project, Site
    from migrator.repository.discovery import Discovery


def analyse(discovery: Discovery, settings: Settings, advance: Callable[[], object] = lambda: None) -> Report:
    """Find every call of one repository and plan its rewrite. Raises no error for what a file may hold.

    `advance` is called for each file that has been looked through.
    """
    (report,) = analyse_together([(discovery, settings)], advance)
    return report


def analyse_together(
    roots: Sequence[tuple[Discovery, Settings]],
    advance: Callable[[], object] = lambda: None,
    callers: tuple[str, Sequence[Call]] | None = None,
) -> tuple[Report, ...]:
    """Plan several repositories at once: a call of one that starts something in another changes both, or neither.

    `callers` are the name of a report and calls that it tells about; those into the repositories are planned for, and
    one more report in the end says what came of them.
    """
    parts = read_parts(roots, advance, callers[1] if callers else ())
    apart = [examples(part.project) for part in parts]
    alone = [replace(part, project=without(part.project, moved)) for part, moved in zip(parts, apart, strict=True)]
    alone += [guests(*callers, parts)] if callers else []
    planned = tuple(_analysed(alone))
    reports = []
    for part, moved, report in zip(parts, apart, planned, strict=False):
        for path, sites in moved.items():
            report = with_example(report, part.project, path, sites, part.settings, _analyse_alone)
        reports.append(_crowded(_faked(report, part.project)))
    return (*reports, *planned[len(parts) :])


_TESTING = re.compile(r"test|spec|mock|fixture|cassette", re.IGNORECASE)


def _faked(report: Report, project: Project) -> Report:
    """The report with one word, at the first call of each project, on tests that fake its requests."""
    outcomes = list(report.outcomes)
    rewritten = {index: outcome for index, outcome in enumerate(outcomes) if outcome.status in _REWRITABLE}
    if not rewritten:
        return report
    from migrator.planning.fakes import faked_note, mocked_note

    sources = {source.path: source for source in project.sources.values()}
    tests = [source for path, source in sources.items() if _TESTING.search(path)]
    done: set[str | None] = {None}
    for index, outcome in rewritten.items():
        call = outcome.call
        source = sources.get(call.path) if call.path not in done else None
        notes = (
            faked_note(tests, call.trigger.slug) if tests and str(call.trigger.slug) not in done else None,
            mocked_note(source) if source is not None else None,
        )
        done |= {str(call.trigger.slug) if notes[0] is not None else None, call.path}
        said = [note for note in notes if note is not None]
        together = [replace(note, message=shown(" ".join(each.message for each in said))) for note in said[:1]]
        outcomes[index] = replace(outcome, notes=tuple(dict.fromkeys((*outcome.notes, *together))))
    return replace(report, outcomes=tuple(outcomes))


def _crowded(report: Report) -> Report:
    """The report with one word, at the first call concerned, on pipelines that may cancel one another."""
    planned = [i for i, found in enumerate(report.outcomes) if found.status in _REWRITABLE]
    note = auto_cancel_note([report.outcomes[index].call.trigger for index in planned])
    if note is None:
        return report
    outcomes = list(report.outcomes)
    first = next(index for index in planned if shares_branch(outcomes[index].call.trigger))
    note = replace(note, message=shown(note.message))
    outcomes[first] = replace(outcomes[first], notes=(*outcomes[first].notes, note))
    return replace(report, outcomes=tuple(outcomes))


def _analyse_alone(discovery: Discovery, settings: Settings) -> Report:
    (report,) = _analysed([RepositoryPart(discovery, settings, *read_project(discovery, settings))])
    return report


def _analysed(parts: Sequence[RepositoryPart]) -> Iterator[Report]:
    homes, project = joined(parts)
    settings = {home: part.settings for home, part in homes.items()}
    whole = _settled(replace(project, context=frozenset()), settings)
    attempt = _warned(_half(_completed(_asked(whole, project.context, settings), settings), settings))
    for home, part in homes.items():
        move = move_alone(attempt.project, home, part.settings)
        yield Report(
            root=str(part.discovery.root),
            files_searched=part.discovery.files_searched,
            outcomes=tuple(_outcome(part, attempt, index) for index in _calls(attempt.project, home)),
            problems=part.problems,
            changes=(*_changes(attempt, home), *move.changes),
            ordinary=attempt.evidence.ordinary.get(Here(home), move.proofs),
            remarks=tuple(remarks(attempt.project.part(home))),
            elsewhere=part.elsewhere,
            kept=move.kept,
        )


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A draft that holds, its proof, and the project with what was learned about its calls on the way."""

    project: Project
    draft: Draft
    written: frozenset[int]
    evidence: Evidence


def _settled(project: Project, settings: Mapping[str, Settings]) -> _Attempt:
    """The attempt that holds when all calls are out that a comment ignores by a note that drafting them brought up."""
    while True:
        attempt = _settle(project, settings)
        project = hidden(attempt.project)
        if project == attempt.project:
            return attempt


def _asked(whole: _Attempt, context: frozenset[FileKey], settings: Mapping[str, Settings]) -> _Attempt:
    """The attempt cut down to the files that the run is about: every call is still judged as in the whole.

    What then cannot be written, for other calls are not written along with it, is told why.
    """
    if not context:
        return whole
    project = replace(whole.project, context=context)
    part = _held(project, settings, whole.evidence)
    notes = {
        index: tuple(replace(note, severity=Severity.INFO) for note in fresh)
        for index, _ in project.asked()
        if index in whole.written - part.written and (fresh := _fresh(project, part.project, index))
    }
    evidence = replace(part.evidence, calls=whole.evidence.calls)
    return _Attempt(noted(project, notes), part.draft, part.written, evidence)


def _fresh(before: Project, after: Project, index: int) -> list[Note]:
    """The notes on a call that it did not have before."""
    known = before.sites[index].decision.notes
    return [note for note in after.sites[index].decision.notes if note not in known]


def _completed(attempt: _Attempt, settings: Mapping[str, Settings]) -> _Attempt:
    """The attempt that also gives the configs what calls need whose callers a person changes."""
    halves = with_halves(attempt.project, attempt.written, settings)
    if halves.made is None:
        return replace(attempt, project=halves.project)
    draft, evidence = halves.made
    return replace(attempt, project=halves.project, draft=draft, evidence=attempt.evidence.followed_by(evidence))


_REWRITABLE = frozenset({Status.SAFE, Status.UNSAFE})
_ALL = Settings(unsafe=True)


def _settle(project: Project, settings: Mapping[str, Settings]) -> _Attempt:
    """Draft all rewritable calls to learn their status, then what the settings allow to be written."""
    first = _held(project, dict.fromkeys(settings, _ALL), NO_EVIDENCE)
    if all(_is_allowed(first.project.sites[index], settings) for index in first.written):
        return first
    return _held(first.project, settings, first.evidence)


def _held(project: Project, allowed: Mapping[str, Settings], evidence: Evidence) -> _Attempt:
    """The attempt without calls that would take the ground from under others, unless they are allowed to."""
    while True:
        attempt = _drafted(project, allowed, evidence)
        project = noted(attempt.project, _endangering(attempt))
        attempt = replace(attempt, project=project)
        if all(_is_allowed(project.sites[index], allowed) for index in attempt.written):
            return attempt
        evidence = attempt.evidence


def _is_allowed(site: Site, allowed: Mapping[str, Settings]) -> bool:
    return allowed[site.home].allows(site.decision.status, site.decision.notes)


def _drafted(project: Project, allowed: Mapping[str, Settings], evidence: Evidence) -> _Attempt:
    """Draft the calls that the settings allow, taking out what is rejected until the rest holds."""
    while True:
        chosen = [index for index, site in project.asked() if _is_allowed(site, allowed)]
        try:
            draft, proved = draft_and_prove(project, chosen)
        except RejectedError as rejected:
            culprits = _culprits(project, rejected)
            project = noted(project, dict.fromkeys(culprits, (rejected.note,)))
            continue
        evidence = evidence.followed_by(proved)
        project = noted(noted(project, draft.notes), evidence.notes)
        if all(_is_allowed(project.sites[index], allowed) for index in chosen):
            return _Attempt(project, draft, frozenset(chosen), evidence)


def _culprits(project: Project, rejected: RejectedError) -> list[int]:
    """Of calls rejected together, those that are rejected alone too; all of them when each alone would do."""
    if len(rejected.sites) == 1:
        return list(rejected.sites)
    alone = [index for index in rejected.sites if _is_rejected_alone(project, index)]
    return alone or list(rejected.sites)


def _is_rejected_alone(project: Project, index: int) -> bool:
    try:
        draft_and_prove(project, [index])
    except RejectedError:
        return True
    return False


_LEFT_BEHIND = Note(
    "left-on-v1",
    Severity.INFO,
    "The config moves to version 2.1, in which v1.1 may no longer start single jobs: migrate this call in the same go.",
)


def _warned(attempt: _Attempt) -> _Attempt:
    """The attempt with a word on the calls that it leaves behind while their config moves to 2.1."""
    left = _left_behind(attempt, attempt.written)
    behind = [index for index, site in left if all(note.code != _LEFT_BEHIND.code for note in site.decision.notes)]
    return replace(attempt, project=noted(attempt.project, dict.fromkeys(behind, (_LEFT_BEHIND,))))


def _left_behind(attempt: _Attempt, written: frozenset[int]) -> list[tuple[int, Site]]:
    """The calls that stay on v1.1 while their config moves to 2.1."""
    project, draft = attempt.project, attempt.draft
    moved = {
        goal
        for goal, view in project.configs.items()
        if isinstance(goal, Here) and view.version != "2.1" and draft.changes(goal.home)
    }
    left = [(i, site) for i, site in enumerate(project.sites) if i not in written and site.goal in moved]
    triggers = {i: site.decision.call.trigger for i, site in left}
    return [(i, site) for i, site in left if triggers[i].endpoint not in RERUNS and triggers[i].api_version != "v2"]


def _endangering(attempt: _Attempt) -> dict[int, tuple[Note, ...]]:
    """What is said of the written calls whose config moves to 2.1 under calls that stay on v1.1, and still run."""
    staying = [site for _, site in _left_behind(attempt, attempt.written) if _still_runs(site)]
    notes: dict[int, tuple[Note, ...]] = {}
    for index in attempt.written:
        under = [site.found.call for site in staying if site.goal == attempt.project.sites[index].goal]
        if under:
            where = ", ".join(dict.fromkeys(f"{call.path}:{call.line}" for call in under[:3]))
            more = f" and {len(under) - 3} more" if len(under) > 3 else ""
            message = (
                f"With this call the config moves to version 2.1 while {where}{more} would stay on v1.1, which may no "
                "longer start single jobs then. Migrate all of them in the same go."
            )
            notes[index] = (Note("left-on-v1", Severity.WARNING, message),)
    return notes


def _still_runs(site: Site) -> bool:
    """Whether somebody makes the call, it starts something, and nobody said to leave it alone."""
    is_idle = any(note.code in {"documentation", "job-unknown"} for note in site.decision.notes)
    return not (site.decision.ignored or is_idle or is_test(site.source.path))


def _half(attempt: _Attempt, settings: Mapping[str, Settings]) -> _Attempt:
    """The attempt cut down to the halves that the settings ask for."""
    only = {home: own.only for home, own in settings.items()}
    if not any(only.values()):
        return attempt
    early = waiting(attempt.project, sorted(attempt.written), attempt.draft, only)
    attempt = _withdrawn(attempt, early)
    texts = halved(attempt.project, sorted(attempt.written), attempt.draft, only)
    sites = attempt.project.sites
    written = frozenset(index for index in attempt.written if only[sites[index].home] != "config")
    return replace(attempt, draft=replace(attempt.draft, texts=texts), written=written)


def _withdrawn(attempt: _Attempt, early: Sequence[int]) -> _Attempt:
    """The attempt without calls whose config is not ready for them and may not change."""
    if not early:
        return attempt
    early = [twin for index in early for twin in twins(attempt.project, index)]
    message = "The config does not have what the call needs yet: run `migrator apply --only config` and merge it first."
    note = Note("config-not-ready", Severity.WARNING, message)
    project = noted(attempt.project, dict.fromkeys(early, (note,)))
    left = attempt.written - frozenset(early)
    goals = {project.sites[index].goal for index in left}
    plans = {goal: plan for goal, plan in attempt.draft.plans.items() if goal in goals}
    evidence = attempt.evidence.without(early, [goal for goal in attempt.draft.plans if goal not in goals])
    draft = replace(attempt.draft, plans=plans) if left else NO_DRAFT
    return _Attempt(project, draft, left, evidence)


def _calls(project: Project, home: str) -> list[int]:
    return firsts(project, [index for index, _ in project.asked(home)])


def _outcome(part: RepositoryPart, attempt: _Attempt, index: int) -> Outcome:
    site, calls = attempt.project.sites[index], attempt.evidence.calls
    decision: Decision = site.decision
    proofs = tuple(dict.fromkeys(proof for twin in twins(attempt.project, index) for proof in calls.get(twin, ())))
    notes = tuple(replace(note, message=shown(note.message)) for note in decision.notes)
    own = part.discovery.slugs
    project = named_project(decision.call.trigger.slug, own)
    if decision.target is Target.THIS:
        project = next(iter(own), project)
    written = index in attempt.written
    return Outcome(site.found.call, decision.status, decision.target, notes, written, proofs, project)


def _changes(attempt: _Attempt, home: str) -> Iterator[Change]:
    for key, text in sorted(attempt.draft.texts.items()):
        source = attempt.project.sources[key]
        if key.home == home:
            yield Change(source.path, source.encode(source.text), source.encode(text))
