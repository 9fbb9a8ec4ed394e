"""What all commands share: search, analyse, and the last line. Imports nothing heavy until there is something to do."""

from __future__ import annotations

import os
import sys

from migrator.report.console import emit, say, wants_color
from migrator.report.summary import counted, summary
from migrator.roots import settings_file
from migrator.search import search_all

TYPE_CHECKING = False  # typing itself would take longer to import than git to search
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from migrator.commands import Output
    from migrator.discovery import Discovery
    from migrator.model import Report
    from migrator.report.progress import Progress
    from migrator.report.results import Results, Root
    from migrator.search import Search
    from migrator.settings import Settings


def searched(paths: Sequence[str], output: Output) -> tuple[Search, ...]:
    """Search the paths, and pass on what the search has to say. Raises UsageError."""
    searches = search_all(paths)
    if not output.quiet:
        for found in searches:
            for hint in found.hints:
                say(f"note: {hint}")
    return searches


def is_clean(searches: Iterable[Search]) -> bool:
    """Whether there is nothing to analyse, and no settings that could be wrong."""
    return all(found.is_clean and settings_file(found.root) is None for found in searches)


def analysed(searches: Sequence[Search], overrides: Mapping[str, object], output: Output) -> Results:
    """Analyse what was found, root by root. Raises UsageError for settings that are wrong."""
    from migrator import settings
    from migrator.discovery import from_search
    from migrator.report.days import day
    from migrator.report.progress import progress
    from migrator.report.results import Results, Root

    today = day(output.today)
    chosen = [settings.load(found.root, overrides) for found in searches]
    roots: list[Root] = []
    with progress(sum(len(found.candidates) for found in searches), quiet=output.quiet) as bar:
        for found, options in zip(searches, chosen, strict=True):
            discovery = from_search(found)
            if output.verbose:
                _tell(discovery, found, options)
            report = _report(discovery, options, bar, is_clean=not found.candidates)
            roots.append(Root(report, prefix(found.root, searches), dict(discovery.candidates)))
    return Results(tuple(roots), today)


def _tell(discovery: Discovery, found: Search, options: Settings) -> None:
    projects = ", ".join(discovery.slugs) or "unknown"
    say(f"note: {found.root}: project {projects}; {counted(len(found.candidates), 'file')} may hold calls")
    say(f"note: settings: {options.described()}")


def _report(discovery: Discovery, options: Settings, bar: Progress, *, is_clean: bool) -> Report:
    if is_clean:
        from migrator.model import Report

        return Report(discovery.root, discovery.files_searched, problems=discovery.problems)
    from migrator.engine import analyse

    bar.label(discovery.root)
    return analyse(discovery, options, bar.advance)


def prefix(root: str, searches: Sequence[Search]) -> str:
    """What tells the paths of several roots apart: the root, seen from here."""
    relative = os.path.relpath(root)
    return "" if len(searches) == 1 or relative == "." else f"{relative}/"


def show(results: Results, output: Output) -> None:
    """Print the findings in the style that was asked for."""
    from migrator.report.formats import render, text

    if output.style == "text":
        emit(text(results, brief=output.quiet, color=wants_color(output.color, sys.stdout)))
        return
    emit(render(output.style, results))
    if not output.quiet and output.style == "json":
        for finding in results.findings:
            if finding.status is None:  # a call has a place in the document, a comment without use has none
                say(f"note: {finding.place.path}:{finding.place.line}: {finding.notes[0].message}")


def has_rest(report: Report) -> bool:
    """Whether something stays behind that this run does not rewrite."""
    left = (outcome for outcome in report.outcomes if outcome.status != "ignored" and not outcome.written)
    return bool(report.problems) or any(left)


def close(
    command: str,
    searches: Sequence[Search],
    reports: Sequence[Report],
    output: Output,
    *,
    days: int | None = None,
    work_left: bool = False,
) -> int:
    """Say how many days are left, on the last line what happened, and turn it into an exit status."""
    if days is not None and work_left and not output.quiet:
        from migrator.report.days import countdown

        say(countdown(days))
    say(summary(command, sum(found.searched for found in searches), reports))
    return output.status(work_left=work_left)
