"""What a verification comes to: each call with its proofs, the ordinary pipelines, and how it all adds up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.circleci.plan.decide import named_job
from migrator.model import Endpoint, Proof, Severity, Status, Verdict, source
from migrator.planning.halves import CONFIG_HALF

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemods.found import V2Caller
    from migrator.model import Call, Outcome, Problem, Report, Target


STAYED = "it still calls v1.1, whose trigger endpoints are removed on 1 February 2027"
STAYED_READY = f"{STAYED}; the config is ready for its request, and only the caller waits"
LOST = "no call that stands in its place was found: it is gone, in another file, or one of several that do not fit"
"""What became of a call of an older revision that no new one stands for."""


@dataclass(frozen=True, slots=True)
class CheckedCall:
    """One call, where it is, and what was found out about it. `api` is `v1`, `v1.1` or `v2`."""

    path: str
    line: int
    column: int
    api: str
    project: str
    target: Target
    proofs: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class Verification:
    """What was verified in one root. `ordinary` is about everything that runs without being asked for by a call."""

    root: str
    files_searched: int
    calls: tuple[CheckedCall, ...] = ()
    ordinary: tuple[Proof, ...] = ()
    problems: tuple[Problem, ...] = ()

    def proofs(self) -> Iterator[Proof]:
        """All proofs, those of calls first."""
        yield from (proof for call in self.calls for proof in call.proofs)
        yield from self.ordinary

    def worst(self) -> Verdict:
        """`differs` when anything does, else `unknown` when anything is or a file could not be read."""
        found = {proof.verdict for proof in self.proofs()}
        if Verdict.DIFFERS in found:
            return Verdict.DIFFERS
        return Verdict.UNKNOWN if Verdict.UNKNOWN in found or self.problems else Verdict.PROVED


def checked_call(call: Call, target: Target, proofs: tuple[Proof, ...]) -> CheckedCall:
    """A v1 or v1.1 call with its proofs."""
    trigger = call.trigger
    return CheckedCall(call.path, call.line, call.column, trigger.api_version, str(trigger.slug), target, proofs)


def checked_caller(caller: V2Caller, target: Target, proofs: tuple[Proof, ...]) -> CheckedCall:
    """A v2 call with its proofs."""
    return CheckedCall(caller.path, caller.line, caller.column, "v2", str(caller.request.slug), target, proofs)


def checked_outcome(outcome: Outcome) -> CheckedCall:
    """A call with the proofs of its planned rewrite; without a plan that is not known, and the notes say why."""
    differs = any(proof.verdict is Verdict.DIFFERS for proof in outcome.proofs)
    planned = outcome.proofs if differs or outcome.status is not Status.MANUAL else ()
    proofs = tuple(_assumed(proof, outcome) for proof in planned)
    return checked_call(outcome.call, outcome.target, proofs or (_unplanned(outcome),))


def _assumed(proof: Proof, outcome: Outcome) -> Proof:
    """A proof that rests on what cannot be seen is none: the warnings say on what."""
    warnings = [note.message for note in outcome.notes if note.severity is Severity.WARNING]
    if proof.verdict is not Verdict.PROVED or not warnings:
        return proof
    return Proof(proof.subject, Verdict.UNKNOWN, f"the same runs, but for this: {' '.join(warnings)}")


def _unplanned(outcome: Outcome) -> Proof:
    trigger = outcome.call.trigger
    subject = str(trigger.endpoint)
    if trigger.endpoint is Endpoint.JOB:
        job = named_job(outcome.call)
        subject = source(job.template) if job else "a job that cannot be read"
    order = (Severity.ERROR, Severity.WARNING, Severity.INFO)
    notes = sorted((*outcome.notes, *outcome.call.notes), key=lambda note: order.index(note.severity))
    reason = notes[0].message if notes else "no rewrite is planned"
    stays = "" if trigger.api_version == "v2" else "it stays on v1.1: "
    half = "".join(f" {note.message}" for note in notes if note.code == CONFIG_HALF)
    return Proof(subject, Verdict.UNKNOWN, f"{stays}{reason}{half}")


def differences(reports: Iterable[Report]) -> tuple[str, ...]:
    """What of planned rewrites would not run as before, in one line each; those calls stay as they are."""
    found: dict[str, None] = {}
    for report in reports:
        for outcome in report.outcomes:
            if outcome.status is not Status.IGNORED:
                found |= _told(f"{outcome.call.path}:{outcome.call.line}", outcome.proofs)
        found |= _told("ordinary pipelines", report.ordinary)
    return tuple(found)


def _told(place: str, proofs: Iterable[Proof]) -> dict[str, None]:
    differing = (proof for proof in proofs if proof.verdict is Verdict.DIFFERS)
    what = "the planned rewrite would not run the same"
    return {f"{place}: {what} ({proof.subject}: {proof.detail}); it was left out": None for proof in differing}
