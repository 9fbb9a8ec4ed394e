"""Who triggers what: every call of some repositories as an edge between projects, and the order in which to merge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.circleci.api.target import is_project, named_project, target_of
from migrator.circleci.plan.decide import named_job
from migrator.circleci.plan.plan import SELECTOR
from migrator.circleci.proof.v2_check import check_request
from migrator.model import Endpoint, Severity, Status, Target, Value, Verdict, source
from migrator.planning.analyse import analyse_together
from migrator.planning.read import read_project
from migrator.repository.roots import CONFIG_PATH
from migrator.verifying.verify import v2_callers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from codemods.found import V2Caller
    from migrator.model import Call, Outcome, Problem, Report
    from migrator.planning.project import Project
    from migrator.repository.discovery import Discovery
    from migrator.settings import Settings

    Roots = Sequence[tuple[Discovery, Settings]]

DEFAULT_BRANCH = "the default branch"
_PLAIN = {Endpoint.PIPELINE: "a pipeline", Endpoint.RETRY: "a rerun", Endpoint.SSH: "a rerun with SSH"}
_MISSING = frozenset({"job-unknown", "no-config", "job-parameters"})


@dataclass(frozen=True, slots=True)
class Trigger:
    """One call. `caller` and `project` are projects as `Graph.projects` has them, or as the call writes them.

    `starts` is a job, `a pipeline` or a rerun as the call writes it. `exists` says whether the project has it, None
    when that cannot be seen; `problem` what is missing. `goal` is the repository whose config is planned for the call.
    """

    path: str
    line: int
    column: int
    caller: str
    project: str
    api: str
    starts: str
    branch: str | None = None
    tag: str | None = None
    exists: bool | None = None
    problem: str = ""
    goal: str = ""

    @property
    def ref(self) -> str:
        """Where the config is read from, in words; nothing for a rerun, which keeps what it had."""
        if self.starts in (_PLAIN[Endpoint.RETRY], _PLAIN[Endpoint.SSH]):
            return ""
        return f"tag {self.tag}" if self.tag else f"branch {self.branch}" if self.branch else DEFAULT_BRANCH


@dataclass(frozen=True, slots=True)
class MergeStep:
    """One thing to merge: a config, on all of `refs`, or the files of a repository that hold callers."""

    project: str
    paths: tuple[str, ...]
    refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TriggerGraph:
    """All triggers; `projects` the given repositories by project, with the prefix of their paths.

    `cycles` are projects that trigger one another, each starting where it ends. `configs` come first, in any order, as
    nothing calls what they add; `callers` second.
    """

    projects: Mapping[str, str]
    triggers: tuple[Trigger, ...]
    cycles: tuple[tuple[str, ...], ...]
    configs: tuple[MergeStep, ...]
    callers: tuple[MergeStep, ...]
    problems: tuple[Problem, ...] = ()
    files_searched: int = 0


def draw(roots: Roots, prefixes: Sequence[str]) -> TriggerGraph:
    """The graph of the repositories; `prefixes` go before their paths."""
    names = _names(roots, prefixes)
    known = {slug: name for (discovery, _), name in zip(roots, names, strict=True) for slug in discovery.slugs}
    reports = analyse_together(roots)
    projects = [read_project(discovery, settings)[0] for discovery, settings in roots]
    old = [
        _of_outcome(outcome, names[number], prefixes[number], known)
        for number, report in enumerate(reports)
        for outcome in report.outcomes
        if outcome.status is not Status.IGNORED
    ]
    repositories = [
        _Repository(discovery, project, name, prefix)
        for (discovery, _), project, name, prefix in zip(roots, projects, names, prefixes, strict=True)
    ]
    new = [trigger for repository in repositories for trigger in _of_v2(repository, repositories)]
    triggers = sorted({*old, *new}, key=lambda trigger: (trigger.path, trigger.line, trigger.column))
    places = dict(zip(names, prefixes, strict=True))
    return TriggerGraph(
        projects=places,
        triggers=tuple(triggers),
        cycles=tuple(_cycles({(trigger.caller, trigger.project) for trigger in triggers})),
        configs=tuple(_configs(old, places, _changing(roots, names))),
        callers=tuple(_callers(old)),
        problems=tuple(_placed(reports, prefixes)),
        files_searched=sum(report.files_searched for report in reports),
    )


@dataclass(frozen=True, slots=True)
class _Repository:
    discovery: Discovery
    project: Project
    name: str
    prefix: str


def _names(roots: Roots, prefixes: Sequence[str]) -> list[str]:
    """What each repository is called: its project, else its folder, and its place too where two have the same name."""
    plain = [found.slugs[0] if found.slugs else Path(found.root).name for found, _ in roots]
    return [
        name if plain.count(name) == 1 else f"{name} ({prefix or '.'})"
        for name, prefix in zip(plain, prefixes, strict=True)
    ]


def _placed(reports: Sequence[Report], prefixes: Sequence[str]) -> Iterator[Problem]:
    for report, prefix in zip(reports, prefixes, strict=True):
        yield from (replace(problem, path=prefix + problem.path) for problem in report.problems)


def _of_outcome(outcome: Outcome, caller: str, prefix: str, known: Mapping[str, str]) -> Trigger:
    call, trigger = outcome.call, outcome.call.trigger
    written = outcome.project or str(trigger.slug)
    project = caller if outcome.target is Target.THIS else known.get(written, written)
    is_job = trigger.endpoint is Endpoint.JOB
    problem = next((n for n in outcome.notes if n.code in _MISSING and n.severity is Severity.ERROR), None)
    exists = None if not is_job or outcome.target is Target.UNKNOWN or project not in known.values() else not problem
    return Trigger(
        prefix + call.path,
        call.line,
        call.column,
        caller,
        project,
        trigger.api_version,
        _job(call) if is_job else _PLAIN[trigger.endpoint],
        _text(trigger.branch),
        _text(trigger.tag),
        exists=exists,
        problem=problem.message if problem and exists is False else "",
        goal=project if outcome.target is Target.OTHER else caller,
    )


def _job(call: Call) -> str:
    job = named_job(call)
    return source(job.template) if job else "a job that cannot be read"


def _text(value: Value | None) -> str | None:
    return None if value is None else source(value.template)


def _of_v2(own: _Repository, repositories: Sequence[_Repository]) -> Iterator[Trigger]:
    for found in v2_callers(own.project.sources.values(), own.discovery.context):
        slug, slugs = found.request.slug, own.discovery.slugs
        goals = [other for other in repositories if is_project(slug, slugs, other.discovery.slugs)]
        if target_of(slug, slugs) is Target.THIS:
            goals = [own]
        yield _of_caller(found, own, goals)


def _of_caller(found: V2Caller, own: _Repository, goals: Sequence[_Repository]) -> Trigger:
    request = found.request
    written = named_project(request.slug, own.discovery.slugs) or str(request.slug)
    project = goals[0].name if goals else written
    config = goals[0].project.config if len(goals) == 1 else None
    proofs = () if config is None else check_request(config, request)
    differing = [proof.detail for proof in proofs if proof.verdict is Verdict.DIFFERS]
    sent = [value for name, value in request.parameters if name.startswith(SELECTOR) and isinstance(value, Value)]
    return Trigger(
        own.prefix + found.path,
        found.line,
        found.column,
        own.name,
        project,
        "v2",
        source(sent[0].template) if sent else "a pipeline",
        _text(request.branch),
        _text(request.tag),
        exists=not differing if proofs else None,
        problem="; ".join(differing),
    )


def _changing(roots: Roots, names: Sequence[str]) -> frozenset[str]:
    """The projects whose configs lack something that a call needs."""
    reports = analyse_together(
        [(discovery, replace(settings, only="config", unsafe=True)) for discovery, settings in roots]
    )
    return frozenset(
        name
        for name, report in zip(names, reports, strict=True)
        if any(change.path == CONFIG_PATH for change in report.changes)
    )


def _configs(old: Iterable[Trigger], places: Mapping[str, str], changing: frozenset[str]) -> Iterator[MergeStep]:
    """What must be merged before any caller: the configs that change, and those which are not at hand."""
    refs: dict[str, dict[str, None]] = {}
    for trigger in old:
        if trigger.starts not in _PLAIN.values() and not trigger.problem:
            refs.setdefault(trigger.goal, {})[trigger.ref] = None
    for project in sorted(refs):
        if project in changing or project not in places:
            paths = (places[project] + CONFIG_PATH,) if project in places else ()
            yield MergeStep(project, paths, tuple(refs[project]))


def _callers(old: Iterable[Trigger]) -> Iterator[MergeStep]:
    files: dict[str, dict[str, None]] = {}
    for trigger in old:
        files.setdefault(trigger.caller, {})[trigger.path] = None
    for project in sorted(files):
        yield MergeStep(project, tuple(sorted(files[project])))


def _cycles(edges: set[tuple[str, str]]) -> Iterator[tuple[str, ...]]:
    """A shortest way round for every set of two or more projects that trigger one another."""
    done: set[str] = set()
    for start in sorted({caller for caller, _ in edges}):
        if start in done:
            continue
        way = _way(edges, start)
        if way:
            done.update(way)
            yield way


def _way(edges: set[tuple[str, str]], start: str) -> tuple[str, ...] | None:
    """The shortest way from a project back to itself over others."""
    waiting: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while waiting:
        way = waiting.pop(0)
        for end in sorted(target for caller, target in edges if caller == way[-1]):
            if end == start and len(way) > 1:
                return (*way, start)
            if end not in seen:
                seen.add(end)
                waiting.append((*way, end))
    return None
