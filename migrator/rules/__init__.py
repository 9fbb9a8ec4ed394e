"""The catalogue of everything that can be said about a call: what it means, why it is so, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from migrator.errors import UsageError
from migrator.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

LINKS = (
    "https://circleci.com/changelog/deprecation-of-v1-and-v1-1-trigger-and-rerun-apis-february-1-2027/",
    "https://circleci.com/docs/guides/toolkit/api-v1-migration-guide/",
)
"""What CircleCI itself says about the removal; holds for every rule."""

GROUPS = {
    "endpoint": "What is removed",
    "request": "What the call asks for",
    "project": "Which project it is",
    "shell": "Calls in shell text",
    "python": "Calls in Python",
    "reply": "What reads the reply",
    "payload": "Values, and the text around the call",
    "config": "The project's config",
    "version": "From version 2 to 2.1",
    "tool": "Files, proofs and the tool itself",
}
"""The parts of the catalogue, one file each, in the order in which they are listed."""


@dataclass(frozen=True, slots=True)
class FactSource:
    """Where a fact about CircleCI comes from: a page, or who observed it, and the date of what was read."""

    page: str
    date: str


@dataclass(frozen=True, slots=True)
class Rule:
    """What stands behind one stable code. `next` is what a person does; `before` and `after` show it.

    `sources` are those of what it says about CircleCI; a rule that says nothing about CircleCI has none.
    """

    code: str
    group: str
    severity: Severity
    what: str
    why: str
    next: str
    before: str
    after: str
    links: tuple[str, ...] = ()
    sources: tuple[FactSource, ...] = ()


@dataclass(frozen=True, slots=True)
class PublishedStarter:
    """Something published that starts builds: what it posts to, and the inputs that say what is started."""

    kind: str
    name: str
    endpoint: str
    job: str = ""
    project: str = ""
    organization: str = ""
    repository: str = ""
    branch: str = ""


@lru_cache(maxsize=1)
def published() -> tuple[PublishedStarter, ...]:
    """What is known of published Actions, orbs and commands."""
    entries: Any = _toml("published")["published"]
    return tuple(PublishedStarter(**entry) for entry in entries)


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Rule]:
    """All rules by code, in the order of the groups and within them by code."""
    return {rule.code: rule for group in GROUPS for rule in _read(group)}


def find_rule(code: str) -> Rule:
    """The rule of a code. Raises UsageError, with the codes that look like it, when there is none."""
    rules = catalogue()
    if code in rules:
        return rules[code]
    from difflib import get_close_matches

    close = get_close_matches(code.lower(), rules, n=1)
    hint = f"did you mean {close[0]!r}?" if close else "`migrator rules` lists all codes"
    raise UsageError(f"there is no code {code!r}", hint=hint)


@lru_cache(maxsize=1)
def fact_sources() -> dict[str, FactSource]:
    """All sources of facts by the short names that rules give."""
    return {name: FactSource(**entry) for name, entry in _toml("sources").items()}


def _read(group: str) -> Iterator[Rule]:
    for code, entry in _toml(group).items():
        severity, links = Severity(entry.pop("severity")), tuple(entry.pop("links", ()))
        sources = tuple(fact_sources()[name] for name in entry.pop("sources", ()))
        texts = {name: text.strip("\n") for name, text in entry.items()}
        yield Rule(code, group, severity, links=links, sources=sources, **texts)


def _toml(name: str) -> dict[str, dict[str, Any]]:
    import tomllib
    from importlib.resources import files

    return tomllib.loads((files(__name__) / f"{name}.toml").read_text("utf-8"))
