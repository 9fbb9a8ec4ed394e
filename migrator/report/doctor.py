"""What `doctor` found, for people and for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from migrator import __version__
from migrator.report.console import paint
from migrator.report.excerpt import printable
from migrator.report.summary import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrator.live.doctor import DoctorFinding

SCHEMA_VERSION = 1
_STYLES = {"ok": ("green",), "warning": ("yellow", "bold"), "problem": ("red", "bold"), "unknown": ("yellow",)}


def text(findings: Sequence[DoctorFinding], *, brief: bool = False, color: bool = False) -> str:
    """A line for each finding, and one for what to do next; `brief` leaves out what is well."""
    return "".join(line + "\n" for found in findings for line in _lines(found, brief=brief, color=color))


def _lines(found: DoctorFinding, *, brief: bool, color: bool) -> Iterator[str]:
    if brief and found.state == "ok":
        return
    place = f"{found.project}: " if found.project else ""
    state = paint(found.state, *_STYLES[found.state], on=color)
    yield f"{printable(place)}{found.check}: {state}: {printable(found.message)}"
    if found.next:
        yield f"    next: {printable(found.next)}"


def document(findings: Sequence[DoctorFinding], host: str) -> str:
    """One JSON document, schema version 1."""
    content = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "migrator", "version": __version__},
        "host": host,
        "checks": [asdict(found) for found in findings],
    }
    return json.dumps(content, indent=2) + "\n"


def totals(findings: Sequence[DoctorFinding]) -> str:
    """The last line."""
    counts = ((sum(found.state == state for found in findings), state) for state in _STYLES)
    return f"{counted(len(findings), 'check')}: " + ", ".join(f"{count} {state}" for count, state in counts if count)
