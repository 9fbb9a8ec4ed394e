"""A verification for people, and as JSON, schema version 1: keys, their order and types are a promise to programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from migrator import __version__
from migrator.model import Verdict
from migrator.report.console import paint
from migrator.report.excerpt import printable
from migrator.report.redact import redact
from migrator.report.summary import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrator.model import Problem, Proof
    from migrator.verifying.result import CheckedCall, Verification


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


def _call(call: CheckedCall, prefix: str) -> dict[str, object]:
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
    return {"subject": redact(proof.subject), "verdict": proof.verdict.value, "detail": redact(_told(proof))}


def _problem(problem: Problem, prefix: str) -> dict[str, object]:
    note = problem.note
    return {"path": prefix + problem.path, "line": problem.line, "code": note.code, "message": redact(note.message)}


_STYLES = {Verdict.PROVED: ("green",), Verdict.DIFFERS: ("red", "bold"), Verdict.UNKNOWN: ("yellow", "bold")}
_ORDINARY = "ordinary pipelines"


def table(
    found: Verification, *, prefix: str = "", brief: bool = False, full: bool = False, color: bool = False
) -> str:
    """The rows of one root. `brief` leaves out what is proved, `full` names every ordinary pipeline."""
    rows = [row for row in _rows(found, prefix) if not (brief and row[3].verdict is Verdict.PROVED)]
    widths = [max((len(str(row[column])) for row in rows), default=0) for column in range(3)]
    lines = ["  ".join((*_cells(row, widths), _verdict(row[3], color=color))) for row in rows]
    lines += (f"{prefix}{p.path}:{p.line}: unknown: {_plain(p.note.message)}" for p in found.problems)
    return "".join(f"{line}\n" for line in (*lines, *_ordinary(found.ordinary, brief=brief, full=full, color=color)))


def _rows(found: Verification, prefix: str) -> Iterator[tuple[str, str, str, Proof]]:
    for call in found.calls:
        place = printable(f"{prefix}{call.path}:{call.line}:{call.column}")
        for proof in call.proofs:
            yield place, call.api, _plain(proof.subject), proof


def _cells(row: tuple[str, str, str, Proof], widths: Sequence[int]) -> Iterator[str]:
    return (cell.ljust(width) for cell, width in zip(row[:3], widths, strict=True))


def _verdict(proof: Proof, *, color: bool) -> str:
    word = paint(proof.verdict, *_STYLES[proof.verdict], on=color)
    told = _told(proof)
    return f"{word}: {_plain(told)}" if told else word


def _told(proof: Proof) -> str:
    """What stands beside the verdict: what differs, or what is proved."""
    return proof.claim if proof.verdict is Verdict.PROVED else proof.detail


def _plain(text: str) -> str:
    """Text in one line, without tokens and without what could command a terminal."""
    return printable(redact(" ".join(text.splitlines())))


def _ordinary(proofs: Sequence[Proof], *, brief: bool, full: bool, color: bool) -> Iterator[str]:
    proved = [proof for proof in proofs if proof.verdict is Verdict.PROVED]
    if not proofs or (brief and len(proved) == len(proofs)):
        return
    claims = [claim for claim in dict.fromkeys(proof.claim for proof in proved) if claim]
    says = f": {', '.join(claims)}" if claims else ""
    yield f"{_ORDINARY}: {len(proved)} of {len(proofs)} proved{says}"
    for proof in proofs:
        if full or proof.verdict is not Verdict.PROVED:
            yield f"  {_plain(proof.subject)}: {_verdict(proof, color=color)}"


def totals(searched: int, found: Sequence[Verification]) -> str:
    """The last line: what was searched, how many proofs there are, and how they came out."""
    calls = [call for verification in found for call in verification.calls]
    verdicts = [proof.verdict for call in calls for proof in call.proofs]
    ordinary = [proof.verdict for verification in found for proof in verification.ordinary]
    line = f"{counted(searched, 'file')} searched, {counted(len(calls), 'call')} found"
    line += f": {_counts(verdicts)}" if verdicts else ""
    line += f"; {_ORDINARY}: {_counts(ordinary)}" if ordinary else ""
    problems = sum(len(verification.problems) for verification in found)
    return line + (f"; {counted(problems, 'file')} could not be read" if problems else "")


def _counts(verdicts: Sequence[Verdict]) -> str:
    words = {Verdict.PROVED: "proved", Verdict.DIFFERS: "differ", Verdict.UNKNOWN: "unknown"}
    counts = ((verdicts.count(verdict), word) for verdict, word in words.items())
    return ", ".join(f"{count} {word}{'s' * (word == 'differ' and count == 1)}" for count, word in counts if count)
