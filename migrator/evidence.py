"""The proof of a draft: each call it rewrites, and everything that runs without being asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.circleci.config import ConfigView, as_mapping
from migrator.circleci.equivalence import prove_call, prove_ordinary
from migrator.model import Endpoint, Note, Proof, Severity, Verdict
from migrator.roots import CONFIG_PATH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from migrator.draft import Draft, Project


@dataclass(frozen=True, slots=True)
class Evidence:
    """The proofs by call, those about ordinary pipelines, and the notes for what is not proved."""

    calls: Mapping[int, tuple[Proof, ...]]
    ordinary: tuple[Proof, ...]
    notes: Mapping[int, tuple[Note, ...]]


def prove_draft(project: Project, draft: Draft, chosen: Sequence[int]) -> Evidence:
    """Compare the world before the draft with the one after it."""
    if draft.plan is None or draft.config is None:
        return Evidence({}, (), {})
    from migrator.syntax.yaml import load

    before = ConfigView(as_mapping(load(draft.config)))
    after = ConfigView(as_mapping(load(draft.texts.get(CONFIG_PATH, draft.config))))
    ordinary = prove_ordinary(before, after)
    calls = {
        index: prove_call(before, after, project.sites[index].decision, draft.plan)
        for index in chosen
        if project.sites[index].decision.call.trigger.endpoint is Endpoint.JOB
    }
    notes = {index: tuple(_notes((*proofs, *ordinary))) for index, proofs in calls.items()}
    return Evidence(calls, ordinary, notes)


def _notes(proofs: Sequence[Proof]) -> list[Note]:
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
