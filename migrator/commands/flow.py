"""What all commands share: search, analyse, and the last line. Imports nothing heavy until there is something to do."""

from __future__ import annotations

import os
import sys

from migrator.commands.output import DEFECT
from migrator.errors import UsageError
from migrator.report.console import emit, say, wants_color
from migrator.report.summary import counted, summary
from migrator.repository.roots import CONFIG_PATH, old_version, settings_file
from migrator.repository.search import search_all

TYPE_CHECKING = False  # typing itself would take longer to import than git to search
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from migrator.commands.others import Others
    from migrator.commands.output import Output
    from migrator.model import Call, Report
    from migrator.report.progress import Progress
    from migrator.report.results import Results
    from migrator.repository.discovery import Discovery
    from migrator.repository.search import Search
    from migrator.settings import Settings


def searched(paths: Sequence[str], output: Output, others: Others | None = None) -> tuple[Search, ...]:
    """Search the paths and the checkouts of `others`, and pass on what there is to say. Raises UsageError."""
    searches = search_all(paths)
    if others is not None:
        searches = others.searched(searches)
    if not output.quiet:
        for found in searches:
            for hint in found.hints:
                say(f"note: {hint}")
        for found in searches:
            if version := old_version(found.root):
                say(f"note: {prefix(found.root, searches)}{CONFIG_PATH} is of version {version}: {_SUNSET}")
    return searches


_SUNSET = (
    "CircleCI announced that only 2.1 compiles from 21 September 2026 on; `migrator apply --only config` moves it, "
    "with or without calls"
)


def is_clean(searches: Iterable[Search]) -> bool:
    """Whether there is nothing to analyse, and no settings that could be wrong."""
    return all(found.is_clean and settings_file(found.root) is None for found in searches)


def analysed(
    searches: Sequence[Search], overrides: Mapping[str, object], output: Output, others: Others | None = None
) -> Results:
    """Analyse what was found, all roots together. Raises UsageError for settings that are wrong."""
    from migrator import settings
    from migrator.report.progress import progress
    from migrator.report.results import Results, Root, day

    today = day(output.today)
    chosen = [settings.load(found.root, overrides) for found in searches]
    discoveries = discovered(searches, others)
    if output.verbose:
        for found, discovery, options in zip(searches, discoveries, chosen, strict=True):
            _tell(discovery, found, options)
    if any(options.endpoint != "pipeline" for options in chosen) and any(found.candidates for found in searches):
        from migrator.commands.access import defined

        chosen = defined(list(zip(discoveries, chosen, strict=True)), overrides.get("definition_id"))
    callers = others.callers if others is not None else None
    with progress(sum(len(found.candidates) for found in searches), quiet=output.quiet) as bar:
        bar.label(searches[0].root if len(searches) == 1 else counted(len(searches), "repository"))
        moves_alone = any(options.only == "config" for options in chosen)
        is_clean = callers is None and not moves_alone and not any(found.candidates for found in searches)
        reports = _reports(list(zip(discoveries, chosen, strict=True)), bar, callers, is_clean=is_clean)
    pairs = zip(searches, discoveries, reports, strict=False)
    roots = [Root(report, prefix(one.root, searches), dict(found.candidates)) for one, found, report in pairs]
    roots += (Root(report, f"{report.root}:") for report in reports[len(searches) :])
    return Results(tuple(roots), today)


def discovered(searches: Sequence[Search], others: Others | None) -> list[Discovery]:
    """What the searches come to. Raises UsageError when there are callers of a project that nobody knows to be here."""
    from migrator.repository.discovery import from_search

    found = [from_search(one) if others is None else others.discovered(one) for one in searches]
    if others is not None and others.callers is not None:
        name, calls = others.callers
        if not any(discovery.slugs for discovery in found):
            reason = f"which project this is cannot be told, so none of the calls in {name} is known to start it"
            raise UsageError(reason, hint="name it with --project SLUG=PATH")
        named = {slug for discovery in found for slug in discovery.slugs}
        if not any(str(call.trigger.slug) in named for call in calls):
            say(f"note: no call in {name} starts a job of {', '.join(sorted(named))}")
    return found


def _tell(discovery: Discovery, found: Search, options: Settings) -> None:
    projects = ", ".join(discovery.slugs) or "unknown"
    say(f"note: {found.root}: project {projects}; {counted(len(found.candidates), 'file')} may hold calls")
    say(f"note: settings: {options.described()}")


def _reports(
    roots: list[tuple[Discovery, Settings]],
    bar: Progress,
    callers: tuple[str, Sequence[Call]] | None,
    *,
    is_clean: bool,
) -> Sequence[Report]:
    if is_clean:
        from migrator.model import Report

        return [Report(found.root, found.files_searched, problems=found.problems) for found, _ in roots]
    from migrator.planning.analyse import analyse_together

    return analyse_together(roots, bar.advance, callers)


def prefix(root: str, searches: Sequence[Search]) -> str:
    """What tells the paths of several roots apart: the root, seen from here."""
    relative = os.path.relpath(root)
    return "" if len(searches) == 1 or relative == "." else f"{relative}/"


def show(results: Results, output: Output) -> None:
    """Print the findings in the style that was asked for."""
    from migrator.report.formats import render, text

    if output.style == "text":
        emit(text(results, brief=output.quiet, full=output.verbose, color=wants_color(output.color, sys.stdout)))
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
        from migrator.report.results import countdown

        say(countdown(days))
    say(summary(command, sum(found.searched for found in searches), reports))
    if any(_is_defective(report) for report in reports):
        return DEFECT
    return output.status(work_left=work_left)


def _is_defective(report: Report) -> bool:
    """Whether the tool itself failed over a file or a call."""
    notes = (note for outcome in report.outcomes for note in outcome.notes)
    return any(note.code == "tool-defect" for note in (*notes, *(problem.note for problem in report.problems)))
