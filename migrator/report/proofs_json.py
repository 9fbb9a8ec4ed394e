"""A verification as JSON, schema version 1: the keys, their order and their types are a promise to programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from migrator import __version__
from migrator.model import Verdict
from migrator.report.redact import redact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.model import Problem, Proof
    from migrator.verifying.result import Checked, Verification

SCHEMA_VERSION = 1


def document(found: Sequence[tuple[Verification, str]]) -> str:
    """One document for all roots; each comes with the prefix for its paths (ending in `/`, or empty)."""
    verdicts = [proof.verdict for verification, _ in found for proof in verification.proofs()]
    content = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "migrator", "version": __version__},
        "summary": {
            "files_searched": sum(verification.files_searched for verification, _ in found),
            "calls": sum(len(verification.calls) for verification, _ in found),
            **{verdict.value: verdicts.count(verdict) for verdict in Verdict},
        },
        "calls": [_call(call, prefix) for verification, prefix in found for call in verification.calls],
        "ordinary": [
            {"root": prefix.rstrip("/") or ".", **_proof(proof)}
            for verification, prefix in found
            for proof in verification.ordinary
        ],
        "problems": [_problem(problem, prefix) for verification, prefix in found for problem in verification.problems],
    }
    return json.dumps(content, indent=2) + "\n"


def _call(call: Checked, prefix: str) -> dict[str, object]:
    return {
        "path": prefix + call.path,
        "line": call.line,
        "column": call.column,
        "api_version": call.api,
        "project": redact(call.project),
        "target": call.target.value,
        "proofs": [_proof(proof) for proof in call.proofs],
    }


def _proof(proof: Proof) -> dict[str, str]:
    return {"subject": redact(proof.subject), "verdict": proof.verdict.value, "detail": redact(proof.detail)}


def _problem(problem: Problem, prefix: str) -> dict[str, object]:
    note = problem.note
    return {"path": prefix + problem.path, "line": problem.line, "code": note.code, "message": redact(note.message)}
