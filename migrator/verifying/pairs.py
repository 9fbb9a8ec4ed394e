"""Pair the v1 calls of an older revision with the calls and reruns in their place now, and compare them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods import find_v2_reruns
from migrator.circleci.api.reruns import rerun_for, rerun_proof
from migrator.circleci.api.target import canonical_slug, projects_of
from migrator.circleci.api.v1_url import RERUNS
from migrator.circleci.plan.decide import decide, named_job
from migrator.circleci.proof.equivalence import prove_call, prove_request
from migrator.circleci.proof.requests import project_name
from migrator.errors import ParseError
from migrator.model import Endpoint, Proof, Severity, Target, Verdict
from migrator.model import source as written_as
from migrator.planning.draft import is_v1
from migrator.planning.halves import is_ready
from migrator.planning.proof import without_known
from migrator.verifying.doubts import doubted, doubts_about, doubts_since
from migrator.verifying.reach import if_reached
from migrator.verifying.result import LOST, STAYED, STAYED_READY, CheckedCall, checked_call, checked_caller
from migrator.verifying.variables import reassigned, renamed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from codemods.found import V2Caller, V2Rerun
    from migrator.circleci.proof.equivalence import Worlds
    from migrator.planning.project import Project, Site
    from migrator.syntax.text.source import Source

    Neighbours = Sequence[tuple[tuple[str, ...], Worlds]]


_NEW = "the rerun is new: no call of the older revision stands behind it"


def paired_reruns(old: Project, new: Project) -> Iterator[CheckedCall]:
    """Each old call with what became of it, and the reruns that stand for none: file by file, in order."""
    left = new_reruns(_reruns(new), _reruns(old))
    now = [_site_text(site) for site in _sites(new)]
    for site in _sites(old):
        call, target = site.decision.call, site.decision.target
        subject = str(call.trigger.endpoint)
        if _site_text(site) in now:
            now.remove(_site_text(site))
            yield checked_call(call, target, (Proof(subject, Verdict.UNKNOWN, STAYED),))
            continue
        here = [rerun for rerun in left if rerun.path == call.path]
        same = [rerun for rerun in here if _difference(site, rerun) is None]
        partner = next(iter((*same, *here)), None)
        if partner is None:
            yield checked_call(call, target, (Proof(subject, Verdict.UNKNOWN, LOST),))
            continue
        left.remove(partner)
        difference = _difference(site, partner)
        proof = Proof(subject, Verdict.DIFFERS, difference) if difference else rerun_proof(call.trigger)
        yield _checked(partner, target, proof)
    yield from (_checked(rerun, Target.UNKNOWN, Proof("rerun", Verdict.UNKNOWN, _NEW)) for rerun in left)


def _sites(project: Project) -> list[Site]:
    return [site for _, site in project.asked() if site.decision.call.trigger.endpoint in RERUNS]


def new_reruns(reruns: Iterable[V2Rerun], known: Iterable[V2Rerun]) -> list[V2Rerun]:
    """The reruns without those that were there before, each of which counts once."""
    rest = [(rerun.path, rerun.project, rerun.ssh) for rerun in known]
    fresh = []
    for rerun in reruns:
        same = (rerun.path, rerun.project, rerun.ssh)
        if same in rest:
            rest.remove(same)
        else:
            fresh.append(rerun)
    return fresh


def _reruns(project: Project) -> list[V2Rerun]:
    return [rerun for source in project.sources.values() if project.is_asked(source) for rerun in _in(source)]


def _in(source: Source) -> Iterable[V2Rerun]:
    try:
        return find_v2_reruns(source)
    except ParseError:
        return ()


def _site_text(site: Site) -> tuple[str, str]:
    call = site.decision.call
    return call.path, site.source.text[call.span.start : call.span.end]


def _difference(site: Site, rerun: V2Rerun) -> str | None:
    """What the rerun does that the old call did not, for certain."""
    trigger = site.decision.call.trigger
    wanted = rerun_for(trigger)
    if rerun.jobs is False:
        return "it names no job, so that the whole workflow runs again"
    if wanted is not None and rerun.ssh is not None and rerun.ssh is not wanted.ssh:
        return "it opens SSH, and the old call did not" if rerun.ssh else "it does not open SSH, and the old call did"
    parts = rerun.project.split("/")
    if rerun.fixed and len(parts) == 3 and canonical_slug(*parts) != project_name(trigger.slug, {}):
        return f"it reruns a job of {rerun.project}, not of {trigger.slug}"
    return None


def _checked(rerun: V2Rerun, target: Target, proof: Proof) -> CheckedCall:
    return CheckedCall(rerun.path, rerun.line, rerun.column, "v2", rerun.project, target, (proof,))


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The projects that the repository of the calls is, and the worlds of all repositories at hand by theirs."""

    own: tuple[str, ...] = ()
    worlds: Neighbours = ()

    def serving(self, site: Site) -> list[tuple[Worlds, tuple[str, ...]]]:
        """The worlds of the other repositories that a call starts something in, with the jobs that it can name there.

        Empty when they are not all at hand.
        """
        call = site.decision.call
        names = projects_of(call.trigger.slug, self.own)
        found = [[both for slugs, both in self.worlds if name in slugs] for name in names]
        if any(len(both) != 1 for both in found):
            return []
        return [(both, decide(call, both.before, self.own, given=True).jobs) for (both,) in found]


@dataclass(frozen=True, slots=True)
class Pairs:
    """The old calls with their proofs, and the v2 calls that stand for no old one: `fresh` ones and `known` ones."""

    calls: tuple[CheckedCall, ...]
    fresh: tuple[V2Caller, ...]
    known: tuple[V2Caller, ...]


def paired(
    worlds: Worlds,
    old: Project,
    new: Project,
    before: Sequence[V2Caller],
    after: Sequence[V2Caller],
    neighbours: Neighbourhood,
) -> Pairs:
    """Pair the calls file by file: what is proved belongs together, the rest by its order; then across files.

    `before` and `after` are the v2 calls of the two trees; one that was there before stands for no old call.
    """
    fresh = _fresh(before, after)
    matching = _Matching(worlds, _starting(old), fresh, neighbours)
    matching.match_stayed(new)
    for path in dict.fromkeys(site.source.path for site in matching.sites):
        matching.match_proved(path)
        matching.match_in_order(path)
    matching.match_proved(None)
    known = tuple(caller for caller in after if caller not in fresh)
    return Pairs(matching.finished(), tuple(matching.left), known)


def _starting(project: Project) -> list[Site]:
    """The calls but for reruns, which are paired in a way of their own."""
    triggers = ((site, site.decision.call.trigger) for _, site in project.asked())
    return [site for site, trigger in triggers if trigger.endpoint not in RERUNS and is_v1(trigger)]


def broken(project: Project) -> Iterator[CheckedCall]:
    """The calls of v2 whose reply is read as one of v1, and those that are only half of v2."""
    for _, site in project.asked():
        decision = site.decision
        if not is_v1(decision.call.trigger):
            notes = [note for note in decision.call.notes if note.severity is Severity.ERROR]
            told = ((("reply" if note.code == "reply-broken" else "address"), note.message) for note in notes)
            proofs = tuple(Proof(subject, Verdict.DIFFERS, message) for subject, message in told)
            yield checked_call(decision.call, decision.target, proofs)


def _fresh(before: Sequence[V2Caller], after: Sequence[V2Caller]) -> list[V2Caller]:
    """The v2 calls that were not there before."""
    fresh: list[V2Caller] = []
    for path in dict.fromkeys(caller.path for caller in after):
        known = [caller.request for caller in before if caller.path == path]
        fresh += without_known([caller for caller in after if caller.path == path], known)
    return fresh


class _Matching:
    """Old calls that wait for a new one, and new ones that are `left`."""

    def __init__(
        self, worlds: Worlds, sites: list[Site], callers: Sequence[V2Caller], neighbours: Neighbourhood
    ) -> None:
        self.worlds = worlds
        self.neighbours = neighbours
        self.sites = sites
        self.left = list(callers)
        self.done: dict[int, CheckedCall] = {}

    def waiting_in(self, path: str | None) -> list[int]:
        """The old calls without a partner, in one file or, for None, in any."""
        places = (index for index, site in enumerate(self.sites) if path in (None, site.source.path))
        return [index for index in places if index not in self.done]

    def match_stayed(self, new: Project) -> None:
        """Calls that are on v1 in both trees."""
        now = _starting(new)
        for index in self.waiting_in(None):
            site = self.sites[index]
            same = next((other for other in now if _text(other) == _text(site)), None)
            if same is not None:
                now.remove(same)
                call, target = same.decision.call, same.decision.target
                said = STAYED_READY if is_ready(new, new.sites.index(same)) else STAYED
                self.done[index] = checked_call(call, target, (Proof(_subject(site), Verdict.UNKNOWN, said),))

    def match_proved(self, path: str | None) -> None:
        """Pairs that do the same, in one file or, for None, in any."""
        for index in self.waiting_in(path):
            for caller in [caller for caller in self.left if path in (None, caller.path)]:
                proofs = self._proofs(self.sites[index], caller)
                if all(proof.verdict is Verdict.PROVED for proof in proofs):
                    self._pair(index, caller, proofs)
                    break

    def match_in_order(self, path: str) -> None:
        """What is left in one file, when as many calls are left on both sides."""
        indexes = self.waiting_in(path)
        callers = [caller for caller in self.left if caller.path == path]
        if len(indexes) == len(callers):
            for index, caller in zip(indexes, callers, strict=True):
                self._pair(index, caller, self._proofs(self.sites[index], caller))

    def _pair(self, index: int, caller: V2Caller, proofs: tuple[Proof, ...]) -> None:
        self.left.remove(caller)
        site = self.sites[index]
        is_other = site.decision.target is Target.OTHER
        started = [both for both, _ in self.neighbours.serving(site)] if is_other else [self.worlds]
        for doubts in (*map(doubts_since, started), doubts_about(site.decision.notes)):
            proofs = doubted(proofs, doubts)
        self.done[index] = checked_caller(caller, site.decision.target, proofs)

    def _proofs(self, site: Site, caller: V2Caller) -> tuple[Proof, ...]:
        found = self.neighbours.serving(site) if site.decision.target is Target.OTHER else []
        if not found:
            return _proofs(self.worlds, site.decision.jobs, site, caller, is_here=False)
        return tuple(proof for both in found for proof in _proofs(*both, site, caller, is_here=True))

    def finished(self) -> tuple[CheckedCall, ...]:
        """Everything that was paired, and what was not with the reason."""
        for index in self.waiting_in(None):
            decision = self.sites[index].decision
            lost = Proof(_subject(self.sites[index]), Verdict.UNKNOWN, LOST)
            self.done[index] = checked_call(decision.call, decision.target, (lost,))
        return tuple(self.done.values())


def _text(site: Site) -> tuple[str, str]:
    call = site.decision.call
    return call.path, site.source.text[call.span.start : call.span.end]


def _proofs(worlds: Worlds, jobs: Sequence[str], site: Site, caller: V2Caller, *, is_here: bool) -> tuple[Proof, ...]:
    """The comparison of an old call with a new one; `is_here`: it is for another project, whose configs these are."""
    decision, trigger = site.decision, site.decision.call.trigger
    if decision.target is Target.OTHER and not is_here:
        alone = prove_request(trigger, caller.request)
        other = f"what it starts is decided by the config of {trigger.slug}"
        return (alone if alone.detail else Proof(_subject(site), Verdict.UNKNOWN, other),)
    proofs = prove_call(replace(worlds, renamed=renamed(site, caller)), trigger, jobs, caller.request)
    changed = reassigned(site, caller)
    if changed:
        proofs = tuple(_unless_reassigned(proof, changed) for proof in proofs)
    proofs = tuple(if_reached(proof, site, caller) for proof in proofs)
    if decision.target is Target.UNKNOWN:
        proofs = tuple(_if_this(proof, str(trigger.slug)) for proof in proofs)
    return proofs or (Proof(_subject(site), Verdict.UNKNOWN, "v1.1 could start no job of the older config"),)


def _unless_reassigned(proof: Proof, names: Sequence[str]) -> Proof:
    if proof.verdict is not Verdict.PROVED:
        return proof
    return Proof(proof.subject, Verdict.UNKNOWN, f"{', '.join(names)} gets its value in another way than before")


def _if_this(proof: Proof, slug: str) -> Proof:
    found = proof.detail or "the same runs"
    return Proof(proof.subject, Verdict.UNKNOWN, f"if {slug} is this project, which cannot be seen: {found}")


def _subject(site: Site) -> str:
    trigger = site.decision.call.trigger
    if trigger.endpoint is not Endpoint.JOB:
        return str(trigger.endpoint)
    job = named_job(site.decision.call)
    return written_as(job.template) if job else "a job that cannot be read"
