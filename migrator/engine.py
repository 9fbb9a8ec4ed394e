"""The flow over one repository: sources, calls, decisions, a draft, its proof, a report. Nothing is written here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods import find_calls
from codemods.found import RewriteOptions
from migrator.circleci.config import ConfigView, as_mapping
from migrator.circleci.decide import Decision, decide
from migrator.draft import Draft, Project, RejectedError, Site, callers_half, config_half, make_draft
from migrator.errors import ParseError
from migrator.evidence import NO_EVIDENCE, Evidence, prove_draft
from migrator.examples import examples, with_example, without
from migrator.ignores import hidden, unused
from migrator.model import Change, Note, Outcome, Problem, Report, Severity, Status
from migrator.roots import CONFIG_PATH
from migrator.syntax.source import Source
from migrator.template import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from migrator.discovery import Discovery
    from migrator.settings import Settings


def analyse(discovery: Discovery, settings: Settings, advance: Callable[[], object] = lambda: None) -> Report:
    """Find every call of one repository and plan its rewrite. Raises no error for what a file may hold.

    `advance` is called for each file that has been looked through.
    """
    project, problems = read_project(discovery, settings, advance)
    apart = examples(project)
    report = _analysed(discovery, settings, without(project, apart), problems)
    for path, sites in apart.items():
        report = with_example(report, project, path, sites, settings, _analyse_alone)
    return report


def _analyse_alone(discovery: Discovery, settings: Settings) -> Report:
    project, problems = read_project(discovery, settings)
    return _analysed(discovery, settings, project, problems)


def _analysed(discovery: Discovery, settings: Settings, project: Project, problems: tuple[Problem, ...]) -> Report:
    attempt = _settled(project, settings)
    attempt = _warned(_half(attempt, settings.only))
    return Report(
        root=str(discovery.root),
        files_searched=discovery.files_searched,
        outcomes=tuple(_outcome(site, attempt, index) for index, site in attempt.project.asked()),
        problems=problems,
        changes=tuple(_changes(attempt)),
        ordinary=attempt.evidence.ordinary,
        unused=tuple(unused(attempt.project)),
    )


def read_project(
    discovery: Discovery, settings: Settings, advance: Callable[[], object] = lambda: None
) -> tuple[Project, tuple[Problem, ...]]:
    """The calls of one repository with the decisions about them, and the files that could not be read."""
    problems = list(discovery.problems)
    sources = {source.path: source for source in _decode(discovery.candidates, problems)}
    config = _config(sources, problems)
    sites = tuple(_sites(_counted(sources.values(), advance), config, discovery.slugs, problems))
    project = Project(sites, sources, config, RewriteOptions(settings.json), discovery.context)
    return hidden(project), tuple(problems)


def _counted(sources: Iterable[Source], advance: Callable[[], object]) -> Iterator[Source]:
    for source in sources:
        yield source
        advance()


def _decode(candidates: Iterable[tuple[str, bytes]], problems: list[Problem]) -> Iterator[Source]:
    for path, data in candidates:
        try:
            yield Source.decode(path, data)
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            message = f"The file is not UTF-8 ({error.reason}). Convert it, or look through it by hand."
            problems.append(Problem(path, line, Note("undecodable", Severity.ERROR, message)))


def _config(sources: Mapping[str, Source], problems: list[Problem]) -> ConfigView | None:
    source = sources.get(CONFIG_PATH)
    if source is None:
        return None
    from migrator.syntax.yaml import load

    try:
        return ConfigView(as_mapping(load(source.text)))
    except ParseError as error:
        problems.append(_unparsable(source, error))
        return None


def _unparsable(source: Source, error: ParseError) -> Problem:
    message = f"The file cannot be parsed ({error.message}). Correct it, or look through it by hand."
    return Problem(source.path, error.line, Note("unparsable", Severity.ERROR, message))


def _sites(
    sources: Iterable[Source], config: ConfigView | None, own: tuple[str, ...], problems: list[Problem]
) -> Iterator[Site]:
    for source in sources:
        try:
            calls = find_calls(source)
        except ParseError as error:
            if source.path != CONFIG_PATH:  # said once already
                problems.append(_unparsable(source, error))
            continue
        for found in calls:
            yield Site(source, found, decide(found.call, config, own))


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A draft that holds, its proof, and the project with what was learned about its calls on the way."""

    project: Project
    draft: Draft
    written: frozenset[int]
    evidence: Evidence


def _settled(project: Project, settings: Settings) -> _Attempt:
    """The attempt that holds when all calls are out that a comment ignores by a note that drafting them brought up."""
    while True:
        attempt = _settle(project, settings)
        project = hidden(attempt.project)
        if project == attempt.project:
            return attempt


def _settle(project: Project, settings: Settings) -> _Attempt:
    """Draft all rewritable calls to learn their status, then what the settings allow to be written."""
    first = _drafted(project, {Status.SAFE, Status.UNSAFE}, NO_EVIDENCE)
    if settings.unsafe or all(first.project.sites[i].decision.status is Status.SAFE for i in first.written):
        return first
    return _drafted(first.project, {Status.SAFE}, first.evidence)


def _drafted(project: Project, allowed: set[Status], evidence: Evidence) -> _Attempt:
    """Draft the calls of an allowed status, taking out what is rejected until the rest holds."""
    while True:
        chosen = [index for index, site in project.asked() if site.decision.status in allowed]
        try:
            draft = make_draft(project, chosen)
        except RejectedError as rejected:
            culprits = _culprits(project, rejected)
            project = _noted(project, dict.fromkeys(culprits, (rejected.note,)))
            continue
        evidence = evidence.followed_by(prove_draft(project, draft, chosen))
        project = _noted(_noted(project, draft.notes), evidence.notes)
        if all(project.sites[index].decision.status in allowed for index in chosen):
            return _Attempt(project, draft, frozenset(chosen), evidence)


def _culprits(project: Project, rejected: RejectedError) -> list[int]:
    """Of calls rejected together, those that are rejected alone too; all of them when each alone would do."""
    if len(rejected.sites) == 1:
        return list(rejected.sites)
    alone = [index for index in rejected.sites if _is_rejected_alone(project, index)]
    return alone or list(rejected.sites)


def _is_rejected_alone(project: Project, index: int) -> bool:
    try:
        make_draft(project, [index])
    except RejectedError:
        return True
    return False


def _noted(project: Project, notes: Mapping[int, tuple[Note, ...]]) -> Project:
    """The project with further notes on some of its calls, none said twice."""
    sites = list(project.sites)
    for index, more in notes.items():
        decision = sites[index].decision
        fresh = dict.fromkeys((*decision.notes, *more))
        sites[index] = replace(sites[index], decision=replace(decision, notes=tuple(fresh)))
    return replace(project, sites=tuple(sites))


_LEFT_BEHIND = Note(
    "left-on-v1",
    Severity.INFO,
    "The config moves to version 2.1, in which v1.1 may no longer start single jobs: migrate this call in the same go.",
)


def _warned(attempt: _Attempt) -> _Attempt:
    """The attempt with a word on the calls that it leaves behind."""
    behind = attempt.project.left_behind(attempt.draft, attempt.written)
    return replace(attempt, project=_noted(attempt.project, dict.fromkeys(behind, (_LEFT_BEHIND,))))


def _half(attempt: _Attempt, only: str | None) -> _Attempt:
    """The attempt cut down to the half that the settings ask for."""
    project, draft, written = attempt.project, attempt.draft, attempt.written
    match only:
        case "config":
            return replace(attempt, draft=replace(draft, texts=config_half(project, draft)), written=frozenset())
        case "callers":
            texts = callers_half(project, sorted(written), draft)
            if texts is None:
                return _withdraw(attempt)
            return replace(attempt, draft=replace(draft, texts=texts))
        case _:
            return attempt


def _withdraw(attempt: _Attempt) -> _Attempt:
    """Nothing is written when only callers may change and the config is not ready for them."""
    message = "The config does not have what the call needs yet: run `migrator apply --only config` and merge it first."
    note = Note("config-not-ready", Severity.WARNING, message)
    noted = _noted(attempt.project, dict.fromkeys(attempt.written, (note,)))
    return _Attempt(noted, Draft({}, None, {}), frozenset(), NO_EVIDENCE)


def _outcome(site: Site, attempt: _Attempt, index: int) -> Outcome:
    decision: Decision = site.decision
    proofs = attempt.evidence.calls.get(index, ())
    notes = tuple(replace(note, message=shown(note.message)) for note in decision.notes)
    return Outcome(site.found.call, decision.status, decision.target, notes, index in attempt.written, proofs)


def _changes(attempt: _Attempt) -> Iterator[Change]:
    for path, text in sorted(attempt.draft.texts.items()):
        source = attempt.project.sources[path]
        yield Change(path, source.encode(source.text), source.encode(text))
