"""The report as SARIF 2.1.0 (OASIS), for code scanning: fixes, fingerprints that survive moved lines."""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from migrator import __version__
from migrator.model import Status
from migrator.report.redact import redact
from migrator.rules import LINKS, catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrator.model import Change
    from migrator.report.results import Finding, Location, Results
    from migrator.rules import Rule


@dataclass(frozen=True, slots=True)
class LineReplacement:
    """Characters to delete, from line and column up to end line and end column (all from 1), and what to put there."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


def replacements(change: Change) -> tuple[LineReplacement, ...]:
    """The replacements of one change, in order. They do not touch each other."""
    before, after = (_lines(data) for data in (change.before, change.after))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return tuple(_replacements(before, after, matcher))


def _replacements(before: list[str], after: list[str], matcher: SequenceMatcher[str]) -> Iterator[LineReplacement]:
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            text = "".join(after[new_start:new_end])
            yield LineReplacement(*_place(before, start), *_place(before, end), text)


def _place(lines: list[str], index: int) -> tuple[int, int]:
    """The start of a line; behind the last one, the end of the text."""
    if index < len(lines) or not lines:
        return index + 1, 1
    last = lines[-1]
    return (index + 1, 1) if last.endswith("\n") else (index, len(last) + 1)


def _lines(data: bytes) -> list[str]:
    *ended, last = data.decode("utf-8-sig", "replace").split("\n")
    return [line + "\n" for line in ended] + ([last] if last else [])


_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "SRCROOT"


def render(results: Results) -> str:
    """One run with one result for each finding."""
    findings = results.findings
    codes = sorted({finding.code for finding in findings})
    run = {
        "tool": {"driver": _driver(codes)},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The folder that was searched."}}},
        "results": [_result(finding, codes, results.level) for finding in findings],
        "properties": {"filesSearched": results.searched, "daysLeft": results.days_left},
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _driver(codes: Sequence[str]) -> dict[str, Any]:
    rules = catalogue()
    return {
        "name": "migrator",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": LINKS[0],
        "rules": [_rule(rules[code]) for code in codes],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.code.split("-")),
        "shortDescription": {"text": rule.what},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.why}\n\n{rule.next}\n\n`migrator explain {rule.code}` shows an example."},
        "helpUri": (*rule.links, *LINKS)[0],
    }


def _result(finding: Finding, codes: Sequence[str], level: str) -> dict[str, Any]:
    result = {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": level if finding.status else finding.grade,
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": {**_artifact(finding.place.path), "region": _region(finding.place)}}],
        "partialFingerprints": {"migratorContent/v1": finding.fingerprint},
        "properties": _properties(finding),
    }
    if finding.status is Status.IGNORED:
        reason = next((redact(note.message) for note in finding.notes if note.code in _WHY), "")
        kind = "external" if any(note.code == "in-baseline" for note in finding.notes) else "inSource"
        result["suppressions"] = [{"kind": kind, "justification": reason}]
    if fixes := list(_fixes(finding)):
        result["fixes"] = fixes
    return result


_WHY = ("ignored-here", "in-baseline")


def _artifact(path: str) -> dict[str, Any]:
    return {"artifactLocation": _location(path)}


def _location(path: str) -> dict[str, Any]:
    """A URI reference, relative to the root; one that leads out of it has no base that it could be relative to."""
    uri = quote(path.encode("utf-8", "surrogateescape"), safe="/")
    return {"uri": uri} if path.startswith("../") else {"uri": uri, "uriBaseId": _ROOT}


def _region(place: Location) -> dict[str, int]:
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }


def _properties(finding: Finding) -> dict[str, Any]:
    told: dict[str, Any] = {"status": finding.label}
    told["notes"] = [note.code for note in finding.notes]
    if finding.outcome is not None:
        told["target"] = finding.outcome.target.value
        told["project"] = redact(str(finding.outcome.call.trigger.slug))
    return told


def _fixes(finding: Finding) -> Iterator[dict[str, Any]]:
    """The whole edit that the call needs: its own file, and the config that has to change with it."""
    if finding.outcome is None or not finding.outcome.written or not finding.is_open:
        return
    own = finding.outcome.call.path
    needed = [c for c in finding.root.report.changes if c.path == own or c.path.endswith(".circleci/config.yml")]
    changes = [_change(finding.root.prefix, change) for change in needed]
    if any(_holds_token(change) for change in needed):
        return  # the report shows no token, and a fix without it would be wrong
    if changes:
        yield {"description": {"text": "Move the calls of this file and the config to v2."}, "artifactChanges": changes}


def _holds_token(change: Change) -> bool:
    text = change.after.decode("utf-8", "replace")
    return redact(text) != text


def _change(prefix: str, change: Change) -> dict[str, Any]:
    return {**_artifact(prefix + change.path), "replacements": [_replacement(item) for item in replacements(change)]}


def _replacement(item: LineReplacement) -> dict[str, Any]:
    region = {
        "startLine": item.line,
        "startColumn": item.column,
        "endLine": item.end_line,
        "endColumn": item.end_column,
    }
    return {"deletedRegion": region, "insertedContent": {"text": item.text}}
