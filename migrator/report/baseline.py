"""A baseline: the calls that were there on a day, by content, so that `check` fails for new ones only.

Entries are told by their fingerprints: a call that moves within its file stays known, one that changes is new. An entry
whose call is gone is stale and fails, so that the baseline can only shrink.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from migrator.errors import UsageError
from migrator.model import Note, Problem, Report, Severity, Status
from migrator.report.results import Results, Root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from migrator.model import Call, Span
    from migrator.report.results import Finding

DEFAULT_PATH = ".migrator-baseline.json"
SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class BaselineEntry:
    """One call or file that is accepted. `line` is the entry's own in the baseline's file, 0 for a new one."""

    fingerprint: str
    path: str
    code: str
    what: str
    line: int = 0


def entries_of(results: Results) -> tuple[BaselineEntry, ...]:
    """An entry for everything that is left."""
    return tuple(BaselineEntry(f.fingerprint, f.place.path, f.code, f.title) for f in results.open)


def dump(entries: Iterable[BaselineEntry]) -> str:
    """The baseline's text: sorted, and an entry on each line, so that git merges it well."""
    ordered = sorted({(entry.path, entry.code, entry.fingerprint, entry.what) for entry in entries})
    lines = [
        json.dumps({"path": path, "code": code, "fingerprint": fingerprint, "what": what})
        for path, code, fingerprint, what in ordered
    ]
    calls = ",\n    ".join(lines)
    listed = f"\n    {calls}\n  " if calls else ""
    return f'{{\n  "schema_version": {SCHEMA_VERSION},\n  "calls": [{listed}]\n}}\n'


def parse(text: str, path: str) -> tuple[BaselineEntry, ...]:
    """The entries of a baseline. Raises UsageError when it is none."""
    try:
        document = json.loads(text)
        if document["schema_version"] != SCHEMA_VERSION:
            raise UsageError(f"{path} has another schema version than {SCHEMA_VERSION}", hint=_HINT)
        return tuple(_entry(call, text) for call in document["calls"])
    except (ValueError, TypeError, KeyError) as error:
        raise UsageError(f"{path} is no baseline ({error})", hint=_HINT) from error


_HINT = "write it anew with `migrator baseline write`"


def _entry(call: dict[str, Any], text: str) -> BaselineEntry:
    fingerprint, path, code, what = (str(call[name]) for name in ("fingerprint", "path", "code", "what"))
    line = text.count("\n", 0, max(text.find(fingerprint), 0)) + 1
    return BaselineEntry(fingerprint, path, code, what, line)


def stale(
    entries: Sequence[BaselineEntry], results: Results, covers: Callable[[str], bool]
) -> tuple[BaselineEntry, ...]:
    """The entries that nothing in the results stands behind, among those whose paths were searched."""
    there = {finding.fingerprint for finding in results.open}
    return tuple(entry for entry in entries if entry.fingerprint not in there and covers(entry.path))


def applied(results: Results, entries: Sequence[BaselineEntry], gone: Sequence[BaselineEntry], path: str) -> Results:
    """The results with everything ignored that is in the baseline, and the stale entries added as findings of it."""
    known = {entry.fingerprint for entry in entries}
    roots = tuple(
        _applied(root, [f for f in results.findings if f.root is root], known, path) for root in results.roots
    )
    if gone:
        problems = tuple(Problem(path, entry.line, _stale_note(entry)) for entry in gone)
        roots = (*roots, Root(Report(path, 0, remarks=problems)))
    return Results(roots, results.today)


def _stale_note(entry: BaselineEntry) -> Note:
    message = f"{entry.path} no longer has the call that {entry.what}. Run `migrator baseline prune`."
    if entry.code in ("unreadable", "undecodable", "unparsable", "not-checked-out"):
        message = f"{entry.path} can be searched now. Run `migrator baseline prune`."
    return Note("stale-baseline", Severity.ERROR, message)


def _place(call: Call) -> tuple[str, Span]:
    return call.path, call.span


def _applied(root: Root, findings: Iterable[Finding], known: set[str], path: str) -> Root:
    note = Note("in-baseline", Severity.INFO, f"It is in the baseline {path}.")
    hidden = [finding for finding in findings if finding.is_open and finding.fingerprint in known]
    calls = {_place(finding.outcome.call) for finding in hidden if finding.outcome is not None}
    files = {(f.place.path, f.place.line) for f in hidden if f.outcome is None}
    outcomes = tuple(
        replace(outcome, status=Status.IGNORED, written=False, notes=(note, *outcome.notes))
        if _place(outcome.call) in calls
        else outcome
        for outcome in root.report.outcomes
    )
    problems = tuple(p for p in root.report.problems if (root.prefix + p.path, p.line) not in files)
    return replace(root, report=replace(root.report, outcomes=outcomes, problems=problems))
