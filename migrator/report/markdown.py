"""The report as Markdown, for a comment on a pull request or the summary page of a workflow run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migrator.report.diff import patch
from migrator.report.redact import redact_patch
from migrator.report.results import countdown
from migrator.report.summary import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.report.results import Finding, Results

# GitHub takes 65,536 characters in a comment.
_LIMIT = 60_000
_ICONS = {"safe": "🟢", "unsafe": "🟡", "manual": "🔴", "ignored": "⚪", None: "⚪"}


def render(results: Results) -> str:
    """A heading, a table of the findings, and the patch where it fits."""
    text = "\n".join((f"## {_heading(results)}", "", *_body(results))) + "\n"
    for change in _patches(results):
        if len(text) + len(change) > _LIMIT:
            text += "\nThe rest of the patch is too long for this page: `migrator diff` prints it.\n"
            break
        text += change
    return text


def _heading(results: Results) -> str:
    calls = sum(finding.outcome is not None for finding in results.open)
    files = len(results.open) - calls
    if not calls and files:
        return f"{counted(files, 'file')} could not be searched for calls of CircleCI v1 and v1.1"
    if not calls:
        return "No call of CircleCI v1 or v1.1 is left"
    unsearched = f"; {counted(files, 'file')} could not be searched" if files else ""
    return f"{counted(calls, 'call')} of CircleCI v1 and v1.1 {'is' if calls == 1 else 'are'} left{unsearched}"


def _body(results: Results) -> Iterator[str]:
    yield f"{counted(results.searched, 'file')} searched. {countdown(results.days_left)}"
    if not results.findings:
        return
    yield from ("", "| | Where | What | Next |", "| --- | --- | --- | --- |")
    rows = [_row(finding) for finding in results.findings]
    room = _LIMIT // 2
    for number, row in enumerate(rows):
        room -= len(row)
        if room < 0:
            yield f"| | … | {len(rows) - number} more | `migrator check` lists all |"
            break
        yield row


def _row(finding: Finding) -> str:
    where = _code(f"{finding.place.path}:{finding.place.line}")
    next_step = "" if finding.status == "ignored" else _plain(finding.advice)
    return f"| {_ICONS[finding.status]} {finding.label} | {where} | {_plain(finding.title)} | {next_step} |"


def _patches(results: Results) -> Iterator[str]:
    for root in results.roots:
        for change in root.report.changes:
            text = redact_patch(patch((change,), root.prefix).decode("utf-8", "replace"))
            fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
            name = _plain(root.prefix + change.path)
            summary = f"<summary>Planned change of {name}</summary>"
            yield f"\n<details>{summary}\n\n{fence}diff\n{text}{fence}\n\n</details>\n"


def _code(text: str) -> str:
    """Text as code, inside of a table: a pipe ends a cell even there, and a backtick the code."""
    text = " ".join(text.split())
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    pad = " " if "`" in text else ""
    return f"{fence}{pad}{text}{pad}{fence}".replace("|", "\\|")


def _plain(text: str) -> str:
    """Text that is no markup and mentions nobody."""
    words = re.sub(r"([\\*_\[\]<>|#~$])", r"\\\1", " ".join(text.split()))
    return words.replace("@", "@\u200b")
