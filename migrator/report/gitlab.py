"""The report as GitLab's code quality JSON, which is a subset of Code Climate's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from migrator.report.results import Finding, Results

# GitLab's own grades (GitLab docs: code quality report format), by how much a finding matters.
_GRADES = {"note": "minor", "warning": "major", "error": "critical"}


def render(results: Results) -> str:
    """A list with an entry for each finding that is left or without use; empty when there is none."""
    told = [finding for finding in results.findings if finding.is_open or finding.status is None]
    return json.dumps([_entry(finding, results.level) for finding in told], indent=2) + "\n"


def _entry(finding: Finding, level: str) -> dict[str, Any]:
    place = finding.place
    return {
        "description": f"{finding.title}. {finding.advice}" if finding.status else finding.message,
        "check_name": finding.code,
        "fingerprint": finding.fingerprint,
        "severity": _GRADES[level] if finding.status else "info",
        "location": {"path": place.path, "lines": {"begin": place.line, "end": place.end_line}},
    }
