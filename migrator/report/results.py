"""What every format is made from: the reports of all roots, one flat list of findings, and how much time is left."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from migrator.circleci.api.removal import code_of, days_left, urgency
from migrator.errors import UsageError
from migrator.model import Severity, Status
from migrator.report.redact import redact
from migrator.report.text import all_notes, describe, problem_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from migrator.circleci.api.removal import Urgency
    from migrator.model import Note, Outcome, Report


def countdown(days: int) -> str:
    """A sentence about the days until the endpoints are removed."""
    if days > 1:
        return f"{days} days are left: CircleCI removes these endpoints on 1 February 2027."
    if days >= 0:
        return f"{'One day is' if days else 'No day is'} left: CircleCI removes these endpoints on 1 February 2027."
    return "CircleCI has removed these endpoints on 1 February 2027: the calls answer 410 Gone."


def day(text: str | None) -> date:
    """The day that is meant: the one given, else that of the variable MIGRATOR_AS_OF, else today (UTC).

    Raises UsageError when it is no date.
    """
    text = text or os.environ.get("MIGRATOR_AS_OF")
    if not text:
        return datetime.now(tz=UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no date", hint="write it as 2027-01-31") from error


@dataclass(frozen=True, slots=True)
class Root:
    """One repository: its report, what goes before its paths (ending in `/`, or empty), and the bytes searched."""

    report: Report
    prefix: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Location:
    """Where a finding stands, counted from 1; `end_column` is behind its last character."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to report, free of tokens: a call, a file that could not be searched, or a remark.

    `code` is the rule that it is about, `status` what becomes of it (None for a remark), `label` that in one word,
    `fingerprint` tells it from all others by content and not by line. `outcome` is set for a call.
    """

    place: Location
    code: str
    title: str
    notes: tuple[Note, ...]
    status: Status | None
    fingerprint: str
    root: Root
    label: str
    outcome: Outcome | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is work that is left."""
        return self.status is not None and self.status is not Status.IGNORED

    @property
    def grade(self) -> Literal["note", "warning"]:
        """How much a remark matters."""
        return "note" if all(note.severity is Severity.INFO for note in self.notes) else "warning"

    @property
    def message(self) -> str:
        """Title and notes as one text, a line each."""
        lines = (f"{note.severity}[{note.code}]: {redact(note.message)}" for note in self.notes)
        return "\n".join((self.title, *lines))

    @property
    def advice(self) -> str:
        """The gravest note alone, or what to do when there is none that keeps the call from being rewritten."""
        if self.notes and (self.status is None or self.notes[0].severity is not Severity.INFO):
            return redact(self.notes[0].message)
        return "It can be rewritten: see `migrator diff`."


@dataclass(frozen=True)
class Results:
    """All roots of one run, seen on a day."""

    roots: tuple[Root, ...]
    today: date

    @property
    def searched(self) -> int:
        """How many files were searched."""
        return sum(root.report.files_searched for root in self.roots)

    @property
    def days_left(self) -> int:
        """Days until the endpoints are removed."""
        return days_left(self.today)

    @property
    def level(self) -> Urgency:
        """How much a call that is left matters."""
        return urgency(self.today)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Everything there is to say, in the order of the files."""
        found = [finding for root in self.roots for finding in _findings(root)]
        return tuple(sorted(found, key=lambda finding: (finding.place.path, finding.place.line, finding.place.column)))

    @property
    def open(self) -> tuple[Finding, ...]:
        """The findings that are work left."""
        return tuple(finding for finding in self.findings if finding.is_open)


def _findings(root: Root) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for outcome in root.report.outcomes:
        call = outcome.call
        code = code_of(call.trigger.endpoint)
        text = _text_of(root, outcome)
        place = Location(root.prefix + call.path, call.line, call.column, *_end(outcome, text))
        mark = _mark(seen, root.prefix + call.path, code, text)
        yield Finding(
            place, code, describe(call), all_notes(outcome), outcome.status, mark, root, outcome.status.value, outcome
        )
    for problem in (*root.report.problems, *root.report.remarks):
        path = root.prefix + problem.path
        status = Status.MANUAL if problem.note.severity is Severity.ERROR else None
        place = Location(path, problem.line, 1, problem.line, 1)
        mark = _mark(seen, path, problem.note.code, "")
        label, title = problem_words(problem)
        yield Finding(place, problem.note.code, title, (problem.note,), status, mark, root, label)


def _text_of(root: Root, outcome: Outcome) -> str:
    """The call as it stands in its file; empty when the file is not at hand."""
    data = root.files.get(outcome.call.path, b"")
    span = outcome.call.span
    return data.decode("utf-8-sig", "replace")[span.start : span.end]


def _end(outcome: Outcome, text: str) -> tuple[int, int]:
    call = outcome.call
    lines = text.split("\n")
    if not text or len(lines) != call.end_line - call.line + 1:
        return call.end_line, call.column + 1 if call.end_line == call.line else 1
    return call.end_line, len(lines[-1].rstrip("\r")) + (call.column if len(lines) == 1 else 1)


def _mark(seen: dict[str, int], path: str, code: str, text: str) -> str:
    """A fingerprint that stays when lines move and blanks change; equal calls of one file are counted."""
    key = "\0".join((path, code, " ".join(redact(text).split())))
    seen[key] = seen.get(key, 0) + 1
    return sha256(f"{key}\0{seen[key]}".encode("utf-8", "surrogateescape")).hexdigest()[:32]
