"""The report as JUnit XML, as CircleCI's Tests tab and other test viewers read it: a case for each call and file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from migrator.model import Status
from migrator.report.excerpt import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.report.results import Finding, Results

# What XML 1.0 cannot hold, not even escaped (W3C: Char).
_IMPOSSIBLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(results: Results) -> str:
    """One suite. A file that was looked into and holds no call is a case that passes; so is a run without findings."""
    cases = [*(_case(finding) for finding in results.findings), *_passing(results)]
    counts = {
        "tests": str(len(cases)),
        "failures": str(len(results.open)),
        "errors": "0",
        "skipped": str(sum(finding.status is Status.IGNORED for finding in results.findings)),
        "time": "0",
    }
    suites = ET.Element("testsuites", {"name": "migrator", **counts})
    suite = ET.SubElement(suites, "testsuite", {"name": "CircleCI v1 and v1.1 triggers", **counts})
    suite.extend(cases)
    ET.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suites, encoding="unicode") + "\n"


def _case(finding: Finding) -> ET.Element:
    place = finding.place
    case = _element("testcase", _attributes(place.path, f"line {place.line}: {finding.title}"))
    if finding.status is Status.IGNORED:
        case.append(_element("skipped", {"message": finding.notes[0].message if finding.notes else "ignored"}))
    elif finding.is_open:
        failure = _element("failure", {"type": finding.code, "message": f"{finding.status}: {finding.advice}"})
        failure.text = _clean(f"{place.path}:{place.line}:{place.column}\n{finding.message}\n")
        case.append(failure)
    else:
        output = _element("system-out", {})
        output.text = _clean(finding.message)
        case.append(output)
    return case


def _passing(results: Results) -> Iterator[ET.Element]:
    told = {finding.place.path for finding in results.findings}
    paths = [root.prefix + path for root in results.roots for path in root.files]
    for path in sorted(set(paths) - told):
        yield _element("testcase", _attributes(path, "no call of v1 or v1.1"))
    if not told and not paths:
        yield _element("testcase", {"classname": "migrator", "name": f"{results.searched} files searched", "time": "0"})


def _attributes(path: str, name: str) -> dict[str, str]:
    return {"classname": path, "name": name, "file": path, "time": "0"}


def _element(tag: str, attributes: dict[str, str]) -> ET.Element:
    return ET.Element(tag, {name: _clean(printable(text)) for name, text in attributes.items()})


def _clean(text: str) -> str:
    return _IMPOSSIBLE.sub("\ufffd", text)
