"""Comments in which somebody says to leave a call alone: `migrator: ignore[code] reason`, in any language's comments.

One comment covers the calls that reach over its own line; alone on its line it covers those of the next one, too. It
may stand inside of a `run: |` block, where it is a comment of the shell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from migrator.circleci.api.removal import code_of
from migrator.model import Note, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from migrator.model import Call
    from migrator.planning.project import Project, Site

# How comments start where calls are found: in shell, YAML, Python, Make, Dockerfiles, HCL (#); in JavaScript, Go and
# Groovy (//, /*); in SQL, Lua (--); INI, Lisp (;); batch files (rem, ::); TeX (%); XML, Markdown (<!--); Jinja ({#).
_OPEN = r"(?:#+|//+|/\*|\*|--|;+|::|%|<!--|\{#|(?<![\w-])[Rr][Ee][Mm](?=\s))"
_IGNORE = re.compile(_OPEN + r"[ \t]*migrator:[ \t]*ignore\b(?:\[(?P<codes>[^\]\n]*)\])?(?P<reason>[^\n]*)")
_ENDS = ("-->", "*/", "#}")
# Prose that explains such comments is full of them.
_PROSE = (".md", ".markdown", ".rst", ".txt", ".adoc", ".html")


@dataclass(frozen=True, slots=True)
class Ignore:
    """One comment: its line (from 1), the codes it names (none means all), its reason, and the last line it covers."""

    line: int
    codes: tuple[str, ...]
    reason: str
    last: int

    def covers(self, call: Call) -> bool:
        """Whether the call reaches over a line that the comment is about."""
        return call.line <= self.last and self.line <= call.end_line

    def names(self, codes: Iterable[str]) -> bool:
        """Whether one of the codes is meant."""
        return not self.codes or not set(self.codes).isdisjoint(codes)


def find_ignores(text: str) -> tuple[Ignore, ...]:
    """All such comments of a text, in order."""
    if "migrator:" not in text:
        return ()
    found: list[Ignore] = []
    for number, line in reversed(list(enumerate(text.splitlines(), 1))):
        match = _IGNORE.search(line)
        if match is None:
            continue
        alone = not line[: match.start()].strip()
        # A comment above a comment is about what that one is about.
        below = found[-1].last if found and found[-1].line == number + 1 else number + 1
        found.append(Ignore(number, _codes(match["codes"]), _reason(match["reason"]), below if alone else number))
    return tuple(reversed(found))


def _codes(text: str | None) -> tuple[str, ...]:
    return tuple(code for code in re.split(r"[,\s]+", text or "") if code)


def _reason(text: str) -> str:
    text = text.strip()
    for end in _ENDS:
        text = text.removesuffix(end)
    return text.strip(" \t:-")


def hidden(project: Project) -> Project:
    """The project with every call ignored that a comment names, by what is known of the call so far."""
    comments = {key: find_ignores(source.text) for key, source in project.sources.items()}
    return replace(project, sites=tuple(_hidden(site, comments[site.key]) for site in project.sites))


def _hidden(site: Site, comments: Iterable[Ignore]) -> Site:
    if site.decision.ignored:
        return site
    for comment in comments:
        if comment.covers(site.found.call) and comment.names(_known(site)):
            reason = f": {comment.reason}" if comment.reason else ""
            note = Note("ignored-here", Severity.INFO, f"The comment in line {comment.line} says to leave it{reason}.")
            notes = (note, *site.decision.notes)
            return replace(site, decision=replace(site.decision, notes=notes, ignored=True))
    return site


def _known(site: Site) -> set[str]:
    """The codes under which a call can be ignored: that of its endpoint, and those of all its notes."""
    return {code_of(site.found.call.trigger.endpoint), *(note.code for note in site.decision.notes)}


def unused(project: Project, known: Mapping[str, Mapping[int, str]]) -> Iterator[Problem]:
    """The comments that hide nothing, and codes in them that stand for nothing, in the files that were asked about.

    `known` are the codes of what is no call, by path and line.
    """
    for source in project.sources.values():
        path = source.path
        if not project.is_asked(source) or path.lower().endswith(_PROSE):
            continue
        sites = [site for site in project.sites if site.source.path == path]
        for comment in find_ignores(source.text):
            here = [_known(site) for site in sites if comment.covers(site.found.call)]
            here += [{code} for line, code in known.get(path, {}).items() if comment.line <= line <= comment.last]
            idle = [code for code in comment.codes if not any(code in codes for codes in here)]
            if not here:
                yield _unused(path, comment, "No call is in the line that this comment is about. Remove the comment.")
            elif idle:
                yield _unused(path, comment, _about(idle, here))


def is_hidden(text: str, line: int, code: str) -> bool:
    """Whether a comment hides what is no call and stands in a line."""
    return any(each.line <= line <= each.last and each.names((code,)) for each in find_ignores(text))


def _about(idle: list[str], known: list[set[str]]) -> str:
    named = ", ".join(idle)
    there = ", ".join(sorted(set.union(*known) - {"ignored-here"}))
    return f"The call here has no finding {named}. Remove it, or name one of those it has: {there}."


def _unused(path: str, comment: Ignore, message: str) -> Problem:
    return Problem(path, comment.line, Note("unused-ignore", Severity.WARNING, message))
