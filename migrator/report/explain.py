"""Pages of the catalogue: one rule in full, and the list of all."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from migrator.model import Severity
from migrator.report.console import paint
from migrator.rules import GROUPS, LINKS, catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.rules import FactSource, Rule

_WIDTH = 78
_STYLES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_MEANING = {
    Severity.ERROR: "A call with this finding is not rewritten: `migrator apply` leaves it as it is.",
    Severity.WARNING: "A call with this finding is rewritten with --unsafe only.",
    Severity.INFO: "The call is rewritten all the same: this is for you to know.",
}
# What is no obstacle to a rewrite has a story of its own.
_OWN_MEANING = {
    "v1-job": "When the config cannot serve it, or the call cannot be read: the finding's notes say which.",
    "v1-pipeline": "When the call cannot be read, or names both a branch and a tag: the finding's notes say which.",
    "may-post-for-you": "What the Action posts is not in this repository.",
    "shown-call": "Nobody makes this call, and only who wrote the text knows what it is to say.",
    "unused-ignore": "Comments are never rewritten.",
}


def page(rule: Rule, *, color: bool = False) -> str:
    """One rule: what, why, what to do, before and after, when it is not rewritten, how to hide it, links."""
    label = paint(f"{rule.severity}", _STYLES[rule.severity], on=color)
    lines = [f"{paint(rule.code, 'bold', on=color)} ({label})", "", *_folded(rule.what)]
    for title, body in _sections(rule):
        lines += ["", paint(title, "bold", on=color), *body]
    return "\n".join(lines) + "\n"


def _sections(rule: Rule) -> Iterator[tuple[str, list[str]]]:
    yield "Why", _folded(rule.why)
    yield "What to do", _folded(rule.next)
    yield "Before", _code(rule.before)
    yield "After", _code(rule.after)
    yield "When it is not rewritten", _folded(_OWN_MEANING.get(rule.code, _MEANING[rule.severity]))
    yield "How to hide it", _hiding(rule)
    if rule.sources:
        yield "Where this is known from", [line for source in rule.sources for line in _sourced(source)]
    yield "Links", [f"  {link}" for link in (*rule.links, *LINKS)]


def _sourced(source: FactSource) -> list[str]:
    text = f"{source.page} ({source.date})"
    return textwrap.wrap(
        text, _WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False, break_long_words=False
    )


def _hiding(rule: Rule) -> list[str]:
    if rule.code in ("unreadable", "undecodable", "unparsable", "not-checked-out", "unused-ignore"):
        return _folded("Not by a comment. `migrator baseline write` accepts what is there today.")
    comment = f"  # migrator: ignore[{rule.code}] reason"
    return [*_folded("Put this comment on the line of the call, or alone on the line above:"), "", comment]


def _folded(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)


def _code(text: str) -> list[str]:
    return [f"  {line}" for line in text.split("\n")]


def listing(*, color: bool = False) -> str:
    """All codes by group, each with its severity and what it is about."""
    rules = catalogue().values()
    lines = []
    for group, title in GROUPS.items():
        lines += [paint(title, "bold", on=color), ""]
        for rule in (rule for rule in rules if rule.group == group):
            severity = paint(f"{rule.severity:<7}", _STYLES[rule.severity], on=color)
            lines.append(f"  {rule.code:<22} {severity}  {rule.what}")
        lines.append("")
    return "\n".join(lines[:-1]) + "\n"


def markdown() -> str:
    """The list of all codes as it stands in the README."""
    rules = catalogue().values()
    lines = []
    for group, title in GROUPS.items():
        lines += [f"**{title}**", "", "| code | severity | |", "| --- | --- | --- |"]
        lines += (f"| `{rule.code}` | {rule.severity} | {rule.what} |" for rule in rules if rule.group == group)
        lines.append("")
    return "\n".join(lines[:-1]) + "\n"


def document() -> str:
    """The whole catalogue as JSON."""
    import json
    from dataclasses import asdict

    return json.dumps({"schema_version": 1, "rules": [asdict(rule) for rule in catalogue().values()]}, indent=2) + "\n"
