"""`diff` and `apply`: show what would be written, or write it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from migrator.commands.flow import analysed, close, has_rest, searched, show
from migrator.errors import ProofError
from migrator.report.console import emit, say, wants_color

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from migrator.commands.others import Others
    from migrator.commands.output import Output
    from migrator.model import V1Trigger
    from migrator.report.results import Results
    from migrator.repository.search import Search


def diff(paths: Sequence[str], output: Output, overrides: Mapping[str, object], others: Others | None = None) -> int:
    """Print the patch that `apply` would make, and on stderr what it leaves."""
    return _diff(searched(paths, output, others), output, overrides, others)


def demo(output: Output, overrides: Mapping[str, object]) -> int:
    """`diff` on the sample repository that ships with the tool; that it would change something is no failure here."""
    from migrator.demo import unpacked
    from migrator.repository.roots import SearchScope
    from migrator.repository.search import search

    with unpacked() as folder:
        _diff((search(SearchScope(folder, ("",))),), output, overrides)
    return 0


def _diff(
    searches: Sequence[Search], output: Output, overrides: Mapping[str, object], others: Others | None = None
) -> int:
    results = analysed(searches, overrides, output, others)
    if output.style == "text":
        _show_patch(results, output)
    else:
        show(results, output)
    _tell_order(results, output)
    _tell_kept(results, output)
    reports = [root.report for root in results.roots]
    work_left = any(report.changes or has_rest(report) for report in reports)
    return close("diff", searches, reports, output, days=results.days_left, work_left=work_left)


def apply(paths: Sequence[str], output: Output, overrides: Mapping[str, object], others: Others | None = None) -> int:
    """Write the rewrites, all files or none. What would not run as before is left out, and told."""
    from migrator.repository.writer import write
    from migrator.verifying.result import differences

    searches = searched(paths, output, others)
    results = analysed(searches, overrides, output, others)
    reports = [root.report for root in results.roots]
    write(reports, allow_dirty=bool(overrides.get("allow_dirty")))
    show(results, output)
    if output.style == "text":
        written = ((root.prefix, change.path) for root in results.roots for change in root.report.changes)
        emit("".join(f"rewrote {prefix}{path}\n" for prefix, path in written))
    _tell_order(results, output)
    _tell_kept(results, output)
    failed = differences(reports)
    for line in failed:
        say(f"error: {line}")
    if failed:
        say("next: `migrator verify` shows all of it; rewrite these by hand and report this")
    work_left = any(has_rest(report) for report in reports)
    status = close("apply", searches, reports, output, days=results.days_left, work_left=work_left)
    return max(status, ProofError.exit_status) if failed else status


def _tell_kept(results: Results, output: Output) -> None:
    """Which config of version 2 stays what it is, and why."""
    for root in results.roots:
        if root.report.kept and not output.quiet:
            say(f"note: {root.prefix}.circleci/config.yml stays at its version: {root.report.kept}")


def _tell_order(results: Results, output: Output) -> None:
    """Where callers and configs of several repositories change: which are to be merged first, and where."""
    refs: dict[str, dict[str, None]] = {}
    for root in results.roots:
        for outcome in root.report.outcomes:
            if outcome.written and outcome.project and any(note.code == "merge-order" for note in outcome.notes):
                refs.setdefault(outcome.project, {})[_ref(outcome.call.trigger)] = None
    if not output.quiet:
        for project, named in sorted(refs.items()):
            say(f"note: merge the config of {project} first, on {' and '.join(named)}; then its callers")


def _ref(trigger: V1Trigger) -> str:
    from migrator.model import source
    from migrator.report.redact import redact

    if trigger.tag is not None:
        return f"what tag {redact(source(trigger.tag.template))} is made from"
    return f"branch {redact(source(trigger.branch.template))}" if trigger.branch else "the default branch"


def _show_patch(results: Results, output: Output) -> None:
    from migrator.report.diff import colored, patch
    from migrator.report.redact import redact_patch
    from migrator.report.text import findings

    color = wants_color(output.color, sys.stderr)
    for root in results.roots:
        report = root.report
        content = patch(report.changes, root.prefix)
        emit(colored(content) if wants_color(output.color, sys.stdout) else content)
        rest = [outcome for outcome in report.outcomes if not outcome.written and outcome.status != "ignored"]
        told = findings(rest, (*report.problems, *report.remarks), root.files, prefix=root.prefix, color=color)
        if told and not output.quiet:
            say(told.removesuffix("\n"))
        text = content.decode("utf-8", "replace")
        if redact_patch(text) != text:
            say("note: the patch holds a token in the clear: do not publish it, and revoke the token")
