"""The proof of a draft: each call it rewrites, and everything that runs without being asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.circleci.config import ConfigView, as_mapping
from migrator.circleci.equivalence import Worlds, prove_call, prove_request
from migrator.circleci.ordinary import prove_ordinary
from migrator.circleci.plan import request_for
from migrator.circleci.v2_request import V2Request
from migrator.model import Endpoint, Note, Proof, Severity, Target, Verdict
from migrator.read_back import read_back
from migrator.roots import CONFIG_PATH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from migrator.circleci.decide import Decision
    from migrator.draft import Draft, Project
    from migrator.model import ConfigPlan


@dataclass(frozen=True, slots=True)
class Evidence:
    """The proofs by call, those about ordinary pipelines, and the notes for what is not proved."""

    calls: Mapping[int, tuple[Proof, ...]]
    ordinary: tuple[Proof, ...]
    notes: Mapping[int, tuple[Note, ...]]

    def followed_by(self, later: Evidence) -> Evidence:
        """The evidence about a later draft, with what is known of calls that it does not rewrite.

        An ordinary pipeline that differed stays on record: the calls that made it so have been dropped.
        """
        failed = tuple(proof for proof in self.ordinary if proof.verdict is Verdict.DIFFERS)
        ordinary = (*failed, *later.ordinary) if later.ordinary else self.ordinary
        return Evidence({**self.calls, **later.calls}, tuple(dict.fromkeys(ordinary)), later.notes)


NO_EVIDENCE = Evidence({}, (), {})


def prove_draft(project: Project, draft: Draft, chosen: Sequence[int]) -> Evidence:
    """Compare the world before the draft with the one after it."""
    if draft.config is None:
        return NO_EVIDENCE
    from migrator.syntax.yaml import load

    before = ConfigView(as_mapping(load(draft.config)))
    after = ConfigView(as_mapping(load(draft.texts.get(CONFIG_PATH, draft.config))))
    worlds = Worlds(before, after)
    ordinary = prove_ordinary(worlds) if draft.plan is not None else ()
    decisions = {index: project.sites[index].decision for index in chosen}
    planned = {index: _planned(decision, draft.plan) for index, decision in decisions.items()}
    requests = read_back(project, draft.texts, planned)
    calls = {index: _prove_call(worlds, decisions[index], request) for index, request in requests.items()}
    notes = {index: tuple(_notes(project.sites[index].decision, calls[index], ordinary)) for index in chosen}
    return Evidence(calls, ordinary, notes)


def _planned(decision: Decision, plan: ConfigPlan | None) -> V2Request:
    """The request that is planned for a call, before it is written down."""
    request = request_for(decision, plan)
    return V2Request(decision.call.trigger.slug, request.branch, request.tag, request.parameters)


def _prove_call(worlds: Worlds, decision: Decision, request: V2Request) -> tuple[Proof, ...]:
    trigger = decision.call.trigger
    if decision.target is Target.OTHER:
        return (prove_request(trigger, request),)
    return prove_call(worlds, trigger, decision.jobs, request)


def _notes(decision: Decision, own: Sequence[Proof], ordinary: Sequence[Proof]) -> list[Note]:
    if decision.call.trigger.endpoint is not Endpoint.JOB:
        # Nothing in the config serves such a call, and the decision has named what it rests on.
        return [_differs(proof) for proof in own if proof.verdict is Verdict.DIFFERS]
    proofs = (*own, *ordinary)
    return [
        *(_differs(proof) for proof in proofs if proof.verdict is Verdict.DIFFERS),
        *(_unknown(proof) for proof in proofs if proof.verdict is Verdict.UNKNOWN),
    ][:3]


def _differs(proof: Proof) -> Note:
    message = f"The planned rewrite would not run the same ({proof.subject}: {proof.detail}); it was dropped."
    return Note("proof-differs", Severity.ERROR, message)


def _unknown(proof: Proof) -> Note:
    message = f"That the same runs as before cannot be proved from the repository ({proof.subject}: {proof.detail})."
    return Note("not-proved", Severity.WARNING, message)
