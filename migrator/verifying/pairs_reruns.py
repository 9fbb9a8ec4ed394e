"""Pair the calls of an older revision that reran builds with the reruns that stand in their place now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.v2.reruns import find_v2_reruns, without_known
from migrator.circleci.api.reruns import rerun_for, rerun_proof
from migrator.circleci.api.target import canonical_slug
from migrator.circleci.api.v1_url import RERUNS
from migrator.circleci.proof.requests import project_name
from migrator.errors import ParseError
from migrator.model import Proof, Target, Verdict
from migrator.verifying.result import LOST, STAYED, Checked, checked_call

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.v2.reruns import V2Rerun
    from migrator.planning.draft import Project, Site
    from migrator.syntax.text.source import Source

_NEW = "the rerun is new: no call of the older revision stands behind it"


def paired_reruns(old: Project, new: Project) -> Iterator[Checked]:
    """Each old call with what became of it, and the reruns that stand for none: file by file, in order."""
    left = without_known(_reruns(new), _reruns(old))
    now = [_text(site) for site in _sites(new)]
    for site in _sites(old):
        call, target = site.decision.call, site.decision.target
        subject = str(call.trigger.endpoint)
        if _text(site) in now:
            now.remove(_text(site))
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


def _reruns(project: Project) -> list[V2Rerun]:
    return [rerun for source in project.sources.values() if source.path not in project.context for rerun in _in(source)]


def _in(source: Source) -> Iterable[V2Rerun]:
    try:
        return find_v2_reruns(source)
    except ParseError:
        return ()


def _text(site: Site) -> tuple[str, str]:
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


def _checked(rerun: V2Rerun, target: Target, proof: Proof) -> Checked:
    return Checked(rerun.path, rerun.line, rerun.column, "v2", rerun.project, target, (proof,))
