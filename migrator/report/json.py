"""The report as JSON, schema version 1: the keys, their order and their types are a promise to programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from migrator import __version__
from migrator.circleci.plan.decide import named_job
from migrator.model import Endpoint, Status, source, static
from migrator.report import callers
from migrator.report.diff import patch
from migrator.report.redact import redact, redact_patch, redact_value
from migrator.report.text import all_notes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.model import Call, Change, Note, Outcome, Problem, Report, Value

SCHEMA_VERSION = 1


def _diff(change: Change, prefix: str) -> str:
    return redact_patch(patch((change,), prefix).decode("utf-8", "surrogateescape"))


def document(reports: Sequence[tuple[Report, str]]) -> str:
    """One document for all reports; each comes with the prefix for its paths (ending in `/`, or empty).

    Calls into other projects that are known come once more, for a run in the other repository.

    Token values are hidden everywhere, also in the diffs: one that holds a token cannot be applied.
    """
    calls = [entry for report, prefix in reports for entry in _calls(report, prefix)]
    changes = [
        {"path": prefix + change.path, "diff": _diff(change, prefix)}
        for report, prefix in reports
        for change in report.changes
    ]
    searched = sum(report.files_searched for report, _ in reports)
    content: dict[str, object] = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "migrator", "version": __version__},
        "summary": _summary(searched, calls, len(changes)),
        "calls": calls,
        "changes": changes,
    }
    if elsewhere := [entry for report, prefix in reports for entry in callers.entries(report.outcomes, prefix)]:
        content[callers.KEY] = elsewhere
    return json.dumps(content, indent=2) + "\n"


def _summary(searched: int, calls: Sequence[dict[str, object]], changed: int) -> dict[str, int]:
    statuses = [call["status"] for call in calls]
    counts = {status.value: statuses.count(status.value) for status in Status}
    return {"files_searched": searched, "calls": len(calls), **counts, "files_changed": changed}


def _calls(report: Report, prefix: str) -> list[dict[str, object]]:
    entries = [((o.call.path, o.call.line, o.call.column), _outcome(o, prefix)) for o in report.outcomes]
    entries += (((p.path, p.line, 1), _problem(p, prefix)) for p in report.problems)
    return [entry for _, entry in sorted(entries, key=lambda item: item[0])]


def _outcome(outcome: Outcome, prefix: str) -> dict[str, object]:
    call, trigger = outcome.call, outcome.call.trigger
    return {
        **_place(prefix + call.path, call.line, call.column, call.end_line, call.codemod),
        "endpoint": trigger.endpoint.value,
        "api_version": trigger.api_version,
        "project": redact(str(trigger.slug)),
        "target": outcome.target.value,
        "branch": _written(trigger.branch),
        "tag": _written(trigger.tag),
        "revision": _written(trigger.revision),
        **_job(call),
        "build_parameters": {n: redact_value(n, source(v.template)) for n, v in trigger.parameters},
        "auth": trigger.auth.value,
        "reply_fields": list(call.reply_fields),
        "status": outcome.status.value,
        "notes": [_note(note) for note in all_notes(outcome)],
    }


def _problem(problem: Problem, prefix: str) -> dict[str, object]:
    """A file that could not be searched: work for a person like any manual call, and nothing else is known of it."""
    return {
        **_place(prefix + problem.path, problem.line, 1, problem.line, "file"),
        **dict.fromkeys(("endpoint", "api_version", "project")),
        "target": "unknown",
        **dict.fromkeys(("branch", "tag", "revision", "job")),
        "job_static": False,
        "build_parameters": {},
        "auth": "none",
        "reply_fields": [],
        "status": Status.MANUAL.value,
        "notes": [_note(problem.note)],
    }


def _place(path: str, line: int, column: int, end_line: int, codemod: str) -> dict[str, object]:
    return {"path": path, "line": line, "column": column, "end_line": end_line, "codemod": codemod}


def _job(call: Call) -> dict[str, object]:
    """The job that a trigger starts, null where it cannot be read; v1.1 runs `build` when told none (docs: API v1)."""
    trigger = call.trigger
    if trigger.endpoint is not Endpoint.JOB:
        return {"job": None, "job_static": False}
    job = named_job(call)
    return {"job": _written(job), "job_static": job is not None and static(job.template) is not None}


def _written(value: Value | None) -> str | None:
    return None if value is None else redact(source(value.template))


def _note(note: Note) -> dict[str, str]:
    return {"code": note.code, "severity": note.severity.value, "message": redact(note.message)}
