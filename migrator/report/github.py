"""The report as workflow commands of GitHub Actions: annotations on the lines of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrator.report.results import Finding, Results

# The commands that a workflow run reads (GitHub docs: workflow commands), by how much a finding matters.
_COMMANDS = {"note": "notice", "warning": "warning", "error": "error"}


def render(results: Results) -> str:
    """A line for each finding that is left or without use, and one that says so when there is none."""
    told = [finding for finding in results.findings if finding.is_open or finding.status is None]
    if not told:
        return f"::notice title=migrator::{results.searched} files searched, no call of v1 or v1.1 is left\n"
    return "".join(_line(finding, _COMMANDS[results.level if finding.status else finding.grade]) for finding in told)


def _line(finding: Finding, command: str) -> str:
    place = finding.place
    properties = {"file": place.path, "line": place.line, "endLine": place.end_line}
    if place.line == place.end_line:  # GitHub ignores columns of what spans several lines
        properties |= {"col": place.column, "endColumn": place.end_column}
    title = f"{finding.status}: {finding.title}" if finding.status else finding.title
    properties |= {"title": f"{title} ({finding.code})"}
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{command} {listed}::{_data(finding.message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
