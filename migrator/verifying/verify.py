"""Verify one repository: planned rewrites, v2 calls that are there, or a whole migration against an older revision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods import find_v2_callers
from migrator.circleci.api.target import projects_of, target_of
from migrator.circleci.proof.config_check import check_config
from migrator.circleci.proof.equivalence import Worlds
from migrator.circleci.proof.ordinary import prove_ordinary
from migrator.circleci.proof.v2_check import check_request
from migrator.errors import ParseError, UsageError
from migrator.model import Proof, Status, Target, Verdict
from migrator.planning.analyse import analyse_together
from migrator.planning.read import read_project
from migrator.repository.roots import CONFIG_PATH
from migrator.verifying.doubts import doubted_ordinary, doubts_of, doubts_since
from migrator.verifying.masked_steps import mask_calls, moved_deploys
from migrator.verifying.pairs import Neighbourhood, broken, paired, paired_reruns
from migrator.verifying.reach import if_reached_at_all
from migrator.verifying.refused import refusal_of, under
from migrator.verifying.result import Verification, checked_caller, checked_outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from codemods.found import V2Caller
    from migrator.circleci.runs.config import ConfigView
    from migrator.model import Call, Problem, Report
    from migrator.planning.project import Project
    from migrator.repository.discovery import Discovery
    from migrator.settings import Settings
    from migrator.syntax.text.source import Source
    from migrator.verifying.pairs import Neighbours
    from migrator.verifying.result import CheckedCall

    # The projects that a repository is, and its config, for each repository at hand.
    Configs = Sequence[tuple[tuple[str, ...], ConfigView | None]]


def verify(discovery: Discovery, settings: Settings) -> Verification:
    """Prove every planned rewrite of one repository, and check every v2 call against the config that is there."""
    (found,) = verify_together([(discovery, settings)])
    return found


def verify_together(
    roots: Sequence[tuple[Discovery, Settings]], callers: tuple[str, Sequence[Call]] | None = None
) -> tuple[Verification, ...]:
    """The same for several repositories that are planned together: one may start what another's config says.

    `callers` are as in `analyse_together`; what is found out about them comes last.
    """
    projects = [read_project(discovery, settings)[0] for discovery, settings in roots]
    configs = [(discovery.slugs, project.config) for (discovery, _), project in zip(roots, projects, strict=True)]
    reports = analyse_together(roots, callers=callers)
    found = [
        _verification(discovery, project, report, configs)
        for (discovery, _), project, report in zip(roots, projects, reports, strict=False)
    ]
    elsewhere = (
        Verification(report.root, 0, tuple(map(checked_outcome, report.outcomes))) for report in reports[len(roots) :]
    )
    return (*found, *elsewhere)


def _verification(discovery: Discovery, project: Project, report: Report, configs: Configs) -> Verification:
    callers = v2_callers(project.sources.values(), discovery.context)
    refusal = refusal_of(project)
    found = (check_caller(caller, project.config, discovery.slugs, configs) for caller in callers)
    checked = [under(refusal, call) for call in found]
    planned = [checked_outcome(outcome) for outcome in report.outcomes if outcome.status is not Status.IGNORED]
    return Verification(
        root=str(discovery.root),
        files_searched=discovery.files_searched,
        calls=_in_order([*planned, *checked]),
        ordinary=(*report.ordinary, *_of_config(project, callers, checked)),
        problems=report.problems,
    )


def _in_order(calls: Iterable[CheckedCall]) -> tuple[CheckedCall, ...]:
    return tuple(sorted(calls, key=lambda call: (call.path, call.line, call.column)))


def verify_all_against(roots: Sequence[tuple[Discovery, Discovery, Settings]]) -> tuple[Verification, ...]:
    """Compare an older revision of each repository with what is there now.

    A call into another of the repositories is compared by the configs there. Raises UsageError when either revision has
    no config to compare.
    """
    moves = [_Move(old, new, *_read_both(old, new, settings)) for old, new, settings in roots]
    all_worlds = [(move.new.slugs, move.worlds) for move in moves if refusal_of(move.after) is None]
    return tuple(_refused(move) or _moved(move, all_worlds) for move in moves)


@dataclass(frozen=True, slots=True)
class _Move:
    """A repository then and now."""

    old: Discovery
    new: Discovery
    before: Project
    after: Project
    problems: tuple[Problem, ...]

    @property
    def worlds(self) -> Worlds:
        """Its configs then and now. Raises UsageError."""
        configs = (_config(self.before, "the older revision"), _config(self.after, "the repository"))
        return Worlds(*configs, mask_calls, hands_over=True)


def _read_both(old: Discovery, new: Discovery, settings: Settings) -> tuple[Project, Project, tuple[Problem, ...]]:
    (before, _), (after, problems) = read_project(old, settings), read_project(new, settings)
    return before, after, problems


def _refused(move: _Move) -> Verification | None:
    """What is to be said where the config that is there now cannot be parsed."""
    refusal = refusal_of(move.after)
    if refusal is None:
        return None
    callers = v2_callers(move.after.sources.values(), move.new.context)
    calls = [under(refusal, check_caller(caller, None, move.new.slugs)) for caller in callers]
    everything = replace(refusal, subject="ordinary pipelines")
    return Verification(str(move.new.root), move.new.files_searched, _in_order(calls), (everything,), move.problems)


def _moved(move: _Move, all_worlds: Neighbours) -> Verification:
    before, after, new, worlds = move.before, move.after, move.new, move.worlds
    callers = v2_callers(after.sources.values(), new.context)
    present = v2_callers(before.sources.values(), move.old.context)
    pairs = paired(worlds, before, after, present, callers, Neighbourhood(new.slugs, all_worlds))
    configs = [(slugs, both.after) for slugs, both in all_worlds]
    known, fresh = (
        [check_caller(caller, after.config, new.slugs, configs) for caller in found]
        for found in (pairs.known, pairs.fresh)
    )
    return Verification(
        root=str(new.root),
        files_searched=new.files_searched,
        calls=_in_order(
            [*pairs.calls, *known, *map(_unexplained, fresh), *paired_reruns(before, after), *broken(after)]
        ),
        ordinary=(
            *doubted_ordinary(prove_ordinary(worlds), doubts_since(worlds)),
            *moved_deploys(before.source(CONFIG_PATH).text, worlds.after),
        ),
        problems=move.problems,
    )


def _unexplained(call: CheckedCall) -> CheckedCall:
    """A v2 call that stands for no old one: it may be right, but something starts more often than before."""
    return replace(call, proofs=tuple(_new(proof) for proof in call.proofs))


def _new(proof: Proof) -> Proof:
    if proof.verdict is not Verdict.PROVED:
        return proof
    return replace(
        proof, verdict=Verdict.UNKNOWN, detail="the call is new: none in the older revision stands behind it"
    )


def _config(project: Project, where: str) -> ConfigView:
    refusal = refusal_of(project)
    if refusal is not None:
        raise UsageError(f"{where} has a broken config: {refusal.detail}", hint="name a revision that has a better one")
    if project.config is None:
        raise UsageError(f"{where} has no {CONFIG_PATH} that could be read", hint="name a revision that has one")
    return project.config


def v2_callers(sources: Iterable[Source], context: Iterable[str]) -> list[V2Caller]:
    """The v2 calls in the files that this run is about; files that cannot be parsed are reported elsewhere."""
    found: list[V2Caller] = []
    for source in sources:
        if source.path in frozenset(context):
            continue
        try:
            found += find_v2_callers(source)
        except ParseError:
            continue
    return found


def check_caller(
    caller: V2Caller, config: ConfigView | None, own: tuple[str, ...], others: Configs = ()
) -> CheckedCall:
    """Check one v2 call against the config of this project, or of another one that is at hand, if it aims at that."""
    target = target_of(caller.request.slug, own)
    several = _of_several(caller, own, others) if target is Target.OTHER else ()
    proofs = several or _check(caller, config, target, others)
    return checked_caller(caller, target, tuple(if_reached_at_all(proof, caller) for proof in proofs))


def _of_several(caller: V2Caller, own: tuple[str, ...], others: Configs) -> tuple[Proof, ...]:
    """The proofs for each of several projects that a call starts something in, when all of them are at hand."""
    names = projects_of(caller.request.slug, own)
    configs = [next((config for slugs, config in others if name in slugs), None) for name in names]
    known = [config for config in configs if config is not None]
    if len(names) == 1 or len(known) != len(names):
        return ()
    found = (check_request(config, caller.request) for config in known)
    return tuple(
        replace(proof, subject=f"{proof.subject} in {name}")
        for name, proofs in zip(names, found, strict=True)
        for proof in proofs
    )


def _check(caller: V2Caller, config: ConfigView | None, target: Target, others: Configs) -> tuple[Proof, ...]:
    slug = caller.request.slug
    if target is Target.OTHER:
        config = next((other for slugs, other in others if target_of(slug, slugs) is Target.THIS), None)
    if config is None:
        where = "here" if target is not Target.OTHER else f"of {slug} at hand: verify both repositories together"
        return (Proof("pipeline", Verdict.UNKNOWN, f"there is no {CONFIG_PATH} {where}"),)
    proofs = check_request(config, caller.request)
    return tuple(_if_this(proof, str(slug)) for proof in proofs) if target is Target.UNKNOWN else proofs


def _if_this(proof: Proof, slug: str) -> Proof:
    found = proof.detail or "all is well"
    return Proof(proof.subject, Verdict.UNKNOWN, f"if {slug} is this project, which cannot be seen: {found}")


def _of_config(project: Project, callers: Sequence[V2Caller], checked: Sequence[CheckedCall]) -> Iterable[Proof]:
    """Where v2 calls start something in this project: what its config shows by itself."""
    both = zip(callers, checked, strict=True)
    aimed = [caller.request for caller, found in both if found.target is not Target.OTHER]
    if not aimed or project.config is None:
        return ()
    return (*check_config(project.config, aimed), *doubts_of(project.config))
