"""What is said beside the calls, and is nobody's work: comments that hide nothing, calls that text only shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods import find_shown, find_unknown
from migrator.circleci.plan.request_text import request_text
from migrator.model import Note, Problem, Severity
from migrator.planning.ignores import is_hidden, unused
from migrator.template import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.planning.project import Project
    from migrator.syntax.text.source import Source


def remarks(project: Project) -> tuple[Problem, ...]:
    """All remarks about the files of one repository that were asked about, in the order of the files."""
    found = [(source, problem) for source in project.sources.values() for problem in _about(project, source)]
    known: dict[str, dict[int, str]] = {}
    for source, problem in found:
        known.setdefault(source.path, {})[problem.line] = problem.note.code
    told = [each for source, each in found if not is_hidden(source.text, each.line, each.note.code)]
    return (*unused(project, known), *told)


def _about(project: Project, source: Source) -> Iterator[Problem]:
    if not project.is_asked(source):
        return
    calls = [span for site in project.sites if site.source.path == source.path for span in site.found.spans()]
    for line, trigger in find_shown(source, calls):
        message = f"Who copies it gets 410 Gone. Show this request: {request_text(trigger)}"
        yield Problem(source.path, line, Note("shown-call", Severity.INFO, shown(message)))
    for line, name in find_unknown(source):
        what = f"`{name}` names CircleCI and takes a job: what it posts stands in its own source."
        message = f"{what} Look whether that is v1.1."
        yield Problem(source.path, line, Note("may-post-for-you", Severity.INFO, message))
